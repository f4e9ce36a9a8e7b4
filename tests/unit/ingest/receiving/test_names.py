"""Names and ids of documents that doors fetch."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.receiving.identity import door_id
from ingest.receiving.names import file_name, shown


@pytest.mark.security
@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("letter.pdf", "letter.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\in\\..\\a.txt", "a.txt"),
        ("..", None),
        ("in/", None),
        ("a\r\nce_id: forged", "a ce_id: forged"),
        ("invoice\u202efdp.exe", "invoice fdp.exe"),
        ("x" * 300, "x" * 255),
        (None, None),
    ],
)
def test_a_name_is_for_a_header_never_a_path(given_name: str | None, kept: str | None) -> None:
    """No folders, no line ends, no turned writing, no end without end."""
    assert file_name(given_name) == kept


@given(st.text())
def test_any_name_is_harmless(text: str) -> None:
    """Whatever it was, and made harmless twice is made harmless once."""
    name = file_name(text)
    assert name is None or (name.isprintable() or not {"\r", "\n", "\x00", "/"} & set(name))
    assert file_name(name) == name or name is None


def test_a_terminal_obeys_nobody_else() -> None:
    """Control characters are shown, not sent."""
    assert shown("a\x1b[31mb") == "a\ufffd[31mb"


def test_an_id_is_made_of_all_its_parts() -> None:
    """The same for the same, and another where one part is another, or moved to its neighbour."""
    assert door_id("mailbox", "a", "b") == "63dfe32b-2ab4-5385-be3a-edb018cf2507"
    assert len({door_id("mailbox", "a", "b"), door_id("mailbox", "ab", ""), door_id("bucket", "a", "b")}) == 3
