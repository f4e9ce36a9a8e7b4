"""The id of a document that a door fetched: the same each time it is fetched, so that the stream drops repeats."""

import uuid

_NAMESPACE = uuid.UUID("b8f6c1a2-3f0e-4d55-9b57-7c2f6f3c9a10")


def door_id(door: str, *parts: str) -> str:
    """An id made of what identifies a document at its source; it tells nobody what that was.

    Args:
        door: Which door.
        parts: What identifies the document there; none may hold a NUL, which stands between them.
    """
    return str(uuid.uuid5(_NAMESPACE, "\0".join((door, *parts))))
