"""The ids of parts: documents within another one, such as a mail's attachments and an archive's files.

A part is named after its parent and its place in it, from 1: `<parent>~2`, and its own first part `<parent>~2~1`. The
same mail therefore always gives the same ids, and its parts are known again when it comes again.
"""

from collections.abc import Iterator

MARK = "~"


def part_id(parent: str, number: int) -> str:
    """The id of a part, counted from 1."""
    return f"{parent}{MARK}{number}"


def containers(parent: str) -> Iterator[str]:
    """What may hold a part: its parent, the document that its parent may be a part of, and so on outwards.

    A sender's own id may look like a part's, so that the outermost of them is found by knowing what was sent.
    """
    yield parent
    outer, mark, number = parent.rpartition(MARK)
    while mark and outer and number.isdecimal():
        yield outer
        outer, mark, number = outer.rpartition(MARK)
