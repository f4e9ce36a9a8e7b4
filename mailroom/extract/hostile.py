"""What parsers raise on hostile bytes, as refusals."""

from collections.abc import Iterator
from contextlib import contextmanager

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason


@contextmanager
def refusing(media_type: str) -> Iterator[None]:
    """Turn whatever a parser raises inside the block into a refusal that names the media type.

    Raises:
        MalformedRecord: As raised inside; else `OVERSIZED` for nesting that exhausts the stack, and `UNPARSABLE`.
        MemoryError: As raised inside: the sandbox that set the limit says what it means.
    """
    try:
        yield
    except (MalformedRecord, MemoryError):
        raise
    except RecursionError as error:
        message = f"the {media_type} is nested too deeply: export it again, simpler"
        raise MalformedRecord(Reason.OVERSIZED, message) from error
    except Exception as error:  # parsers raise nearly anything on hostile bytes; all of it means the same
        # The kind of error alone: its text may quote the document.
        message = f"the {media_type} cannot be read ({type(error).__name__}): export it again"
        raise MalformedRecord(Reason.UNPARSABLE, message) from error
