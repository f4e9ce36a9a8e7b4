"""From bytes to text or pages: `extract`, and `text_of`, which cleanses as well."""

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract.registry import parser_of
from mailroom.extract.results import Extracted, Limits, PagesFound, PartsFound, TextFound
from mailroom.extract.sniffing import identify
from mailroom.textprep import PREP_VERSION, CleanText, cleanse

_DEFAULT_LIMITS = Limits()


def extract(
    data: bytes,
    *,
    declared: str | None = None,
    file_name: str | None = None,
    limits: Limits = _DEFAULT_LIMITS,
) -> Extracted:
    """Find the text of a document, or that it consists of pages to be read by OCR.

    Args:
        data: The document's bytes.
        declared: Media type that the sender gave; believed only where the bytes leave a choice between text kinds.
        file_name: The sender's name for it; believed as little.
        limits: How much of it to look at.

    Raises:
        MalformedRecord: With the reason: `EMPTY`, `NO_TEXT`, `TRUNCATED`, `ENCRYPTED`, `OVERSIZED`,
            `UNKNOWN_MEDIA_TYPE`, `UNSUPPORTED_MEDIA_TYPE` or `UNPARSABLE`.
    """
    require_size(data, limits)
    kind = identify(data, declared=declared, file_name=file_name)
    return parser_of(kind.media_type)(data, kind, limits)


def single(found: Extracted) -> TextFound | PagesFound:
    """What was found in the document itself, for those who label one document at a time; parts of a mail are left out.

    Raises:
        MalformedRecord: It only holds other documents (`Reason.UNSUPPORTED_MEDIA_TYPE`).
    """
    if isinstance(found, PartsFound):
        message = f"{found.media_type} with {len(found.parts)} documents in it: send them one by one"
        raise MalformedRecord(Reason.UNSUPPORTED_MEDIA_TYPE, message)
    return found


def require_size(data: bytes, limits: Limits) -> None:
    """Refuse documents above `limits.max_bytes`.

    Raises:
        MalformedRecord: `Reason.OVERSIZED`.
    """
    if len(data) > limits.max_bytes:
        message = f"{len(data):,} bytes are more than the limit of {limits.max_bytes:,}: send a smaller file"
        raise MalformedRecord(Reason.OVERSIZED, message)


def text_of(
    data: bytes,
    *,
    declared: str | None = None,
    file_name: str | None = None,
    limits: Limits = _DEFAULT_LIMITS,
    version: int = PREP_VERSION,
) -> CleanText | PagesFound:
    """The cleansed text of a document, or `PagesFound` where OCR must read it first.

    Raises:
        MalformedRecord: As `extract`; `NO_TEXT` also where nothing is left after cleansing.
    """
    found = single(extract(data, declared=declared, file_name=file_name, limits=limits))
    if isinstance(found, PagesFound):
        return found
    clean = cleanse(found.text, version=version)
    if not clean.text:
        raise MalformedRecord(
            Reason.NO_TEXT, f"no visible character in the {found.media_type}: send one with text"
        )
    return clean
