import pytest

from mailroom.extract import Limits, TextFound, extract


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"name,amount\nLamp,12.00\n", "name\tamount\nLamp\t12.00"),
        (b"name;amount\nLamp, red;12,00\n", "name\tamount\nLamp, red\t12,00"),
        (b'"Lamp, red","say ""red""","two\nlines"\r\na,b,c', 'Lamp, red\tsay "red"\ttwo lines\na\tb\tc'),
        (b"sep=|\na|b,c\n", "a\tb,c"),
        ("Größe,Preis\nklein,5\n".encode("cp1252"), "Größe\tPreis\nklein\t5"),
        (b"a,b\n,,,\nc,d", "a\tb\n\nc\td"),
        (b"a,b\n" + b"x" * 140_000 + b",c", "a,b\n" + "x" * 140_000 + ",c"),
    ],
    ids=["commas", "semicolons", "quotes", "named", "windows", "empty", "no table"],
)
def test_records_are_lines(data: bytes, expected: str) -> None:
    """Fields stand apart by tabs, whatever parts them in the file; what is no table stays as it is."""
    found = extract(data, declared="text/csv")

    assert isinstance(found, TextFound)
    assert (found.media_type, found.text) == ("text/csv", expected)


def test_tabs_part_the_fields_of_tsv() -> None:
    """A file of tabs is not searched for other marks."""
    found = extract(b"a,b\tc\nd,e\tf\n", file_name="x.tsv")

    assert found == TextFound("text/tab-separated-values", "a,b\tc\nd,e\tf", "utf-8")


def test_a_long_table_is_cut() -> None:
    """Records beyond the limit are left out."""
    found = extract(b"a,b\n" * 1000, declared="text/csv", limits=Limits(max_characters=8))

    assert found == TextFound("text/csv", "a\tb\na\tb\n", "utf-8")
