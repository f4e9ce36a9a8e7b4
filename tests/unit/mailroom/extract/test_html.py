import pytest

from mailroom.extract import TextFound, extract

_PAGE = """<!DOCTYPE html><html><head><title>Shop</title><style>p {{color: red}}</style>{meta}</head><body>
<h1>Invoice&nbsp;4711</h1><p>Gr&ouml;&szlig;e &amp; Preis: 5&#8364;</p>{body}</body></html>"""


def _text(data: bytes) -> str:
    found = extract(data)
    assert isinstance(found, TextFound)
    assert found.media_type == "text/html"
    return "\n".join(line.strip() for line in found.text.splitlines() if line.strip())


def test_visible_text_in_lines() -> None:
    """Headings and paragraphs stand on lines of their own, entities are decoded."""
    assert (
        _text(_PAGE.format(meta="", body="").encode()).replace("\xa0", " ")
        == "Invoice 4711\nGröße & Preis: 5€"
    )


@pytest.mark.parametrize(
    "unseen",
    [
        "<script>var unseen = 1</script>",
        "<style>.unseen {}</style>",
        "<!-- unseen -->",
        "<p hidden>unseen</p>",
        '<div style="display: none">unseen</div>',
        "<template>unseen</template>",
        "<noscript>unseen</noscript>",
    ],
)
def test_what_a_reader_does_not_see_is_left_out(unseen: str) -> None:
    """Scripts, styles, comments and hidden elements are not text; what follows them is."""
    text = _text(_PAGE.format(meta="", body=unseen + "after").encode())

    assert "unseen" not in text
    assert "after" in text


def test_tables_keep_their_rows() -> None:
    """A row of a table is a line."""
    table = "<table><tr><td>Lamp</td><td>12.00</td></tr><tr><td>Chair</td><td>80.00</td></tr></table>"

    lines = [line.split() for line in _text(_PAGE.format(meta="", body=table).encode()).splitlines()]

    assert lines[-2:] == [["Lamp", "12.00"], ["Chair", "80.00"]]


@pytest.mark.parametrize(
    ("charset", "word"),
    [
        ("iso-8859-2", "Załącznik"),
        ("windows-1251", "Счёт"),
        ("iso-8859-1", "Größe"),
        ("utf-8", "Größe"),
        ("nonsense", "x"),
    ],
)
def test_the_page_names_its_encoding(charset: str, word: str) -> None:
    """A charset in the page is believed where it decodes, and an unknown one does no harm."""
    page = _PAGE.format(meta=f'<meta charset="{charset}">', body=f"<p>{word}</p>")

    assert word in _text(page.encode("utf-8" if charset == "nonsense" else charset))


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 20_000 + "deep",
        "<table><tr><td>" * 3_000 + "deep",
        "<p" * 20_000 + ">deep",
        "&#x41;" * 20_000,
    ],
)
def test_hostile_pages_are_read_or_refused(body: str) -> None:
    """Deep nesting and endless tags come to an end."""
    found = extract(f"<html><body>text {body}".encode())

    assert isinstance(found, TextFound)
    assert "text" in found.text


def test_xhtml_with_a_declaration() -> None:
    """An XML declaration does not stop the parser."""
    data = b'<?xml version="1.0" encoding="utf-8"?>\n<html xmlns="http://www.w3.org/1999/xhtml"><body><p>Hi</p></body></html>'

    assert _text(data) == "Hi"
