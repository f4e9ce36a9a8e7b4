"""What all containers share: names of parts without folders, and limits on their number and bytes."""

import re
from collections.abc import Iterable

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract.results import Limits, Part

_LONGEST_NAME = 255
_SEPARATORS = re.compile(r"[/\\]")


def plain_name(name: str | None) -> str | None:
    r"""The last element of a name, without control characters; None where nothing is left that names a file.

    Names come from strangers: `../../etc/passwd` and `C:\letters\a.txt` are files named `passwd` and `a.txt`.
    """
    last = _SEPARATORS.split(name or "")[-1]
    last = "".join(character if character.isprintable() else " " for character in last).strip()
    return None if last.strip(". ") == "" else last[-_LONGEST_NAME:]


def collected(parts: Iterable[Part], limits: Limits) -> tuple[Part, ...]:
    """All the parts, as long as they keep within the limits; later ones are not even unpacked.

    Raises:
        MalformedRecord: More than `max_parts`, or more bytes than `max_parts_bytes` (`Reason.OVERSIZED`).
    """
    taken: list[Part] = []
    size = 0
    for part in parts:
        taken.append(part)
        size += len(part.content)
        require_count(len(taken), limits)
        require_unpacked(size, limits)
    return tuple(taken)


def require_count(count: int, limits: Limits) -> None:
    """Refuse containers of more than `limits.max_parts` documents.

    Raises:
        MalformedRecord: `Reason.OVERSIZED`.
    """
    if count > limits.max_parts:
        message = f"more than {limits.max_parts} documents in one: send them in several"
        raise MalformedRecord(Reason.OVERSIZED, message)


def require_unpacked(size: int, limits: Limits) -> None:
    """Refuse containers of more than `limits.max_parts_bytes`, unpacked.

    Raises:
        MalformedRecord: `Reason.OVERSIZED`.
    """
    if size > limits.max_parts_bytes:
        message = f"more than {limits.max_parts_bytes:,} bytes once unpacked: send the documents one by one"
        raise MalformedRecord(Reason.OVERSIZED, message)
