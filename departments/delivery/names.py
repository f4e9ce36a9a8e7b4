"""Names of files that are made for documents whose id and file name anybody may have written."""

import hashlib
import mimetypes
import re
import unicodedata

MOST_CHARACTERS = 80
_OTHERS = re.compile(r"[^\w.-]+")
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,8}$")


def safe_name(document_id: str, file_name: str | None, media_type: str) -> str:
    """A name of ASCII letters, digits, `_`, `-` and `.`, for any file system; the same for the same document.

    It begins with twelve hex digits of the id's digest: two documents do not meet, and none is hidden, or a device.

    Args:
        document_id: The document's id.
        file_name: The sender's name for it.
        media_type: Gives the extension where the sender's name has none.
    """
    start = hashlib.sha256(document_id.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    plain = unicodedata.normalize("NFKD", file_name or "document").encode("ascii", "ignore").decode()
    stem = plain.replace("\\", "/").rpartition("/")[-1]
    found = _EXTENSION.search(stem)
    extension = found[0].lower() if found else mimetypes.guess_extension(media_type) or ".bin"
    stem = _OTHERS.sub("_", stem[: found.start()] if found else stem).strip("._-")
    return f"{start}-{stem[:MOST_CHARACTERS] or 'document'}{extension}"
