"""Which kind of file a compound file is ([MS-CFB]): Outlook's mails, office files before 2007, locked ones since."""

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract.results import Extracted, Limits

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MSG = "application/vnd.ms-outlook"
XLS = "application/vnd.ms-excel"
LOCKED = "application/encrypted"

# Names of streams that only this kind has, in the order in which they count: mails may hold any of the others.
_STREAMS = (
    ("__properties_version1.0", MSG),
    ("EncryptedPackage", LOCKED),
    ("WordDocument", "application/msword"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
    ("Workbook", XLS),
    ("Book", XLS),
)


def refuse(_data: bytes, _kind: object, _limits: Limits) -> Extracted:
    """Stand in for the parser of locked office files.

    Raises:
        MalformedRecord: `Reason.ENCRYPTED`.
    """
    raise MalformedRecord(Reason.ENCRYPTED, "the document needs a password: send it without one")


def name(data: bytes) -> str:
    """The media type of a compound file, by the names of its streams."""
    for stream, media_type in _STREAMS:
        # Names are padded with zeros, which tells one from the beginning of another.
        if f"{stream}\0".encode("utf-16-le") in data:
            return media_type
    return "application/x-ole-storage"
