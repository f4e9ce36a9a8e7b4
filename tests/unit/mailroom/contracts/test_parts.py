"""What parts are called."""

import pytest

from mailroom.contracts.parts import containers, part_id


def test_a_part_is_named_after_its_parent() -> None:
    """The second part's first part."""
    assert part_id(part_id("mail", 2), 1) == "mail~2~1"


@pytest.mark.parametrize(
    ("parent", "expected"),
    [
        ("mail", ["mail"]),
        ("mail~2~10", ["mail~2~10", "mail~2", "mail"]),
        ("a~b", ["a~b"]),
        ("a~b~1", ["a~b~1", "a~b"]),
        ("~1", ["~1"]),
        ("a~", ["a~"]),
    ],
)
def test_containers_lead_outwards(parent: str, expected: list[str]) -> None:
    """Only numbers are taken off: an id may have the mark in it."""
    assert list(containers(parent)) == expected
