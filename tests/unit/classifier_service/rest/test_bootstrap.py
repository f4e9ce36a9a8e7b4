"""The door put together from settings."""

import asyncio
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from PIL import Image

from classifier_service.rest import bootstrap
from classifier_service.rest.bootstrap import RestService, build
from mailroom.contracts.errors import UsageError
from mailroom.extract.ocr.tessdata import OcrUnavailable
from mailroom.settings import Settings, load_settings
from tests.unit.classifier_service.rest.world import FakePackage


def no_ocr(*_: object) -> None:
    """As on a machine without Tesseract."""
    raise OcrUnavailable("tesserocr is not installed: install Mailroom with its `ocr` extra")


@pytest.fixture(autouse=True)
def without_ocr(monkeypatch: pytest.MonkeyPatch) -> None:
    """An image that was built for texts."""
    monkeypatch.setattr(bootstrap, "ocr_pool", no_ocr)


@contextmanager
def built(settings: Settings) -> Iterator[RestService]:
    """The door, its threads ended afterwards."""
    service = build(settings, FakePackage)
    try:
        yield service
    finally:
        service.close()


def ask(service: RestService, method: str, path: str, **named: Any) -> httpx.Response:
    """One request."""

    async def work() -> httpx.Response:
        transport = httpx.ASGITransport(service.door)
        async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
            return await client.request(method, path, **named)

    return asyncio.run(work())


def test_settings_reach_the_door() -> None:
    """The model's name, its threshold for review and the limit of bodies are those of the settings."""
    settings = load_settings(
        rest={"model_name": "champion", "max_body_bytes": 100}, classifier={"review_below": 0.75}
    )
    with built(settings) as service:
        assert ask(service, "GET", "/v2/models/champion").status_code == 200
        assert ask(service, "POST", "/classify", json={"text": "please pay"}).json()["decision"] == "review"
        assert ask(service, "POST", "/classify", content=b"x" * 101).status_code == 413


def test_without_ocr_texts_are_labelled_and_pages_refused() -> None:
    """A service without OCR starts, labels texts, and tells whoever sends a page to ask another."""
    page = io.BytesIO()
    Image.new("L", (60, 60), 255).save(page, "PNG")
    with built(load_settings()) as service:
        assert ask(service, "POST", "/classify", content=b"please pay").json()["label"] == "invoice"
        refused = ask(service, "POST", "/classify", content=page.getvalue())
    assert (refused.status_code, refused.json()["reason"]) == (415, "unsupported-media-type")
    assert "reads no pages" in refused.json()["detail"]


def test_the_model_in_service_is_in_the_metrics() -> None:
    """Monitoring sees which package labels, from the start and after a load."""
    with built(load_settings()) as service:
        assert (
            'mailroom_model_info{digest="d1",name="tiny",version="1"} 1.0'
            in ask(service, "GET", "/metrics").text
        )


def test_a_label_that_nobody_handles_stops_the_start() -> None:
    """A label without a department is found before the first request."""
    with pytest.raises(UsageError, match="no department handles: offer, other"):
        build(load_settings(departments={"invoice": "accounts-payable"}), FakePackage)
