"""What is refused before any page is asked."""

import pytest
from starlette.datastructures import Headers

from console.pages.signing_in import own_path
from console.web.downloads import disposition
from console.web.guarding import refused

pytestmark = pytest.mark.security


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"host": "desk.example", "content-length": "9"}, None),
        ({"host": "desk.example", "origin": "https://desk.example", "content-length": "9"}, None),
        ({"host": "desk.example", "origin": "https://evil.example", "content-length": "9"}, 403),
        ({"host": "desk.example", "origin": "null", "content-length": "9"}, 403),
        ({"host": "desk.example", "sec-fetch-site": "cross-site", "content-length": "9"}, 403),
        ({"host": "desk.example", "sec-fetch-site": "same-site", "content-length": "9"}, 403),
        ({"host": "desk.example", "content-length": "65537"}, 413),
        ({"host": "desk.example", "transfer-encoding": "chunked"}, 411),
        ({"host": "desk.example", "content-length": "-1"}, 411),
    ],
)
def test_what_is_sent_must_come_from_a_page_of_ours(headers: dict[str, str], expected: int | None) -> None:
    """Another origin, another site and a body beyond any form are refused; to look is always allowed."""
    refusal = refused("POST", "/review/acts", Headers(headers))
    assert (refusal and refusal[0]) == expected
    assert refused("GET", "/", Headers(headers)) is None


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "evil",
        "",
        "/a\r\nb: c",
    ],
)
def test_signing_in_leads_to_a_path_of_ours(target: str) -> None:
    """Wherever a link to the form wants to lead afterwards, it leads nowhere else."""
    assert own_path(target) == "/"
    assert own_path("/review?document=a%20b") == "/review?document=a%20b"


def test_a_file_name_breaks_no_header() -> None:
    """Quotes, line breaks and letters beyond ASCII are out of the plain form, and encoded in the other."""
    assert disposition('ä"\r\nx: y.pdf') == (
        "attachment; filename=\"____x_ y.pdf\"; filename*=UTF-8''%C3%A4%22%0D%0Ax%3A%20y.pdf"
    )
