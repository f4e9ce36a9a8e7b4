"""Names of files for documents of any name."""

import pytest

from departments.delivery.names import safe_name

START = "de650d61f5bd"  # of SHA-256 of "4711"


@pytest.mark.security
@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("invoice.pdf", "invoice.pdf"),
        ("Rechnung März 2026.PDF", "Rechnung_Marz_2026.pdf"),
        ("../../etc/passwd", "passwd.txt"),
        ("C:\\Windows\\system.ini", "system.ini"),
        (".bashrc", "document.bashrc"),
        ("a\nb\x1b[31m.txt", "a_b_31m.txt"),
        ("照片.jpg", "document.jpg"),
        ("", "document.txt"),
        (None, "document.txt"),
        ("..", "document.txt"),
        ("x" * 400 + ".txt", "x" * 80 + ".txt"),
        ("CON", "CON.txt"),
        ("a;rm -rf ~.sh", "a_rm_-rf.sh"),
        ("half\ud800.txt", "half.txt"),
    ],
)
def test_a_name_is_harmless(given: str | None, name: str) -> None:
    """No folder, no device, nothing hidden, nothing that a shell or a terminal would take for more."""
    assert safe_name("4711", given, "text/plain") == f"{START}-{name}"


def test_two_documents_do_not_meet() -> None:
    """Their ids tell them apart, whatever is in them."""
    names = {safe_name(given, "a.pdf", "application/pdf") for given in ("4711", "4712", "47/11", "\ud800")}
    assert len(names) == 4
