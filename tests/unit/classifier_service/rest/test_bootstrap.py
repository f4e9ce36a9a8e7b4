"""The door put together from settings."""

import asyncio
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from classifier_service.rest import bootstrap
from classifier_service.rest.bootstrap import RestService, build
from mailroom.access import key_file
from mailroom.access.keys import new_key
from mailroom.access.scopes import Scope
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


@pytest.mark.security
def test_the_door_is_not_open_to_other_machines_without_keys(home: Path) -> None:
    """Beyond this machine the door asks for keys, or is said to be guarded, or does not open."""
    everywhere = {"host": "0.0.0.0"}  # noqa: S104 - that is what is refused
    with pytest.raises(UsageError, match="mailroom keys create"):
        build(load_settings(rest=everywhere), FakePackage)
    with built(load_settings(rest=everywhere, access={"open": True})) as service:
        assert ask(service, "POST", "/classify", content=b"please pay").status_code == 200


@pytest.mark.security
def test_a_key_opens_what_it_is_good_for(tmp_path: Path) -> None:
    """A key labels or changes models as its scopes say; probes need none, and are all that needs none."""
    file = tmp_path / "keys.json"
    labels, kept = new_key("desk", [Scope.LABEL_DOCUMENTS], "2026-01-01T00:00:00.000Z")
    key_file.change(file, lambda known: (*known, kept))
    headers = {"x-api-key": labels}
    with built(load_settings(access={"keys": str(file)})) as service:
        assert ask(service, "POST", "/classify", content=b"please pay", headers=headers).status_code == 200
        load = "/v2/repository/models/tiny/load"
        assert ask(service, "POST", load, headers=headers).status_code == 403
        described = ask(service, "GET", "/openapi.json").json()
        unkeyed = {
            path
            for path, methods in described["paths"].items()
            for method in methods
            if ask(
                service, method.upper(), path.replace("{name}", "tiny").replace("{version}", "1")
            ).status_code
            != 401
        }
    assert unkeyed == {
        "/ping",
        "/v2/health/live",
        "/v2/health/ready",
        "/v2/models/{name}/ready",
        "/v2/models/{name}/versions/{version}/ready",
    }
