"""The encoding of text: UTF-8 by trial, UTF-16 by mark or by its zeros, single bytes by plausibility."""

import codecs

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 8192
# Codecs that Python counts as encodings of text and no document is in; some take quadratic time.
_NO_CHARSETS = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined"})
_CONTROLS = bytes([*range(0x07), 0x0E, *range(0x10, 0x1A), *range(0x1C, 0x20), 0x7F])
_MANY_CONTROLS = 0.02
_MANY_UNPRINTABLE = 0.1
_ASCII = bytes(range(0x80))
_VALID_PER_INVALID = 10
_ZEROS_OF_LATIN = 0.4
_FEW_ZEROS = 0.05

# What Western letters are written with in Windows-1252 beyond ASCII.
# Western letters, quotes, dashes and signs as Windows-1252 writes them beyond ASCII: no box drawing, no fractions.
_WESTERN = frozenset(
    bytes(
        [0x80, 0x84, 0x85, 0x8A, 0x8C, 0x8E, *range(0x91, 0x98), 0x99, 0x9A, 0x9C, 0x9E, 0xA0, 0xA1, 0xA3]
        + [0xA7, 0xA9, 0xAA, 0xAB, 0xAD, 0xAE, *range(0xB0, 0xB5), 0xB7, 0xBA, 0xBB, 0xBF]
        + [code for code in range(0xC0, 0x100) if code not in {0xD0, 0xD7, 0xDE, 0xF0, 0xF7, 0xFE}],
    ).decode("cp1252"),
)
_CANDIDATES = [
    "cp1252",
    "cp1250",
    "iso8859_2",
    "cp1251",
    "koi8_r",
    "cp1253",
    "cp1254",
    "cp437",
    "cp850",
    "mac_roman",
]
_WIDE_CANDIDATES = ["shift_jis", "gb18030", "big5", "euc_kr", "euc_jp"]


def has_byte_order_mark(data: bytes) -> bool:
    """Whether the bytes start with a Unicode byte-order mark."""
    return data.startswith(tuple(mark for mark, _ in _MARKS))


def is_utf8(data: bytes) -> bool:
    """Whether the bytes are UTF-8 text: no NUL, hardly a control character, no invalid sequence."""
    if looks_binary(data):
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def looks_binary(data: bytes) -> bool:
    """Whether the bytes hold a NUL, or more control characters than text does."""
    if b"\0" in data:
        return True
    sample = data[:_SAMPLE]
    return len(sample) - len(sample.translate(None, _CONTROLS)) > _MANY_CONTROLS * len(sample)


def detect(data: bytes, *, is_utf8: bool) -> str | None:
    """Name the encoding of text.

    Args:
        data: The bytes.
        is_utf8: What `is_utf8` says of them.

    Returns:
        A codec's name, or None where the bytes are no text in any known encoding.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            readable = is_utf8 if encoding == "utf-8-sig" else _readable(data, encoding)
            return encoding if readable else _single_byte(data)
    if is_utf8 or _is_nearly_utf8(data):
        return "utf-8"
    return _utf16_without_mark(data) if b"\0" in data else _single_byte(data)


def believable(name: str, data: bytes) -> str | None:
    """The codec that a document names for itself, if there is one and it decodes every byte; else None."""
    try:
        encoding = codecs.lookup(name).name
        if encoding.replace("_", "-") in _NO_CHARSETS:
            return None
        data.decode(encoding)
    except (LookupError, ValueError):
        return None
    # Browsers read Latin-1 as Windows-1252, whose quotes and euro sign such documents hold.
    return "cp1252" if encoding == "iso8859-1" else encoding


def decode_as(data: bytes, declared: str | None) -> str:
    """Decode text as is declared where that can be believed, else as what the bytes look like; any bytes are decoded.

    Args:
        data: The text's bytes.
        declared: Name of its encoding, as a mail's headers give it.
    """
    encoding = believable(declared, data) if declared else None
    encoding = encoding or detect(data, is_utf8=is_utf8(data)) or "cp1252"
    return data.decode(encoding, errors="replace")


def _is_nearly_utf8(data: bytes) -> bool:
    """Whether a few invalid bytes stand among many valid sequences: a cut at the end, a stray byte in a long text."""
    if looks_binary(data):
        return False
    beyond_ascii = (
        data.decode("utf-8", errors="replace").encode("utf-8").translate(None, _ASCII).decode("utf-8")
    )
    return beyond_ascii.count("\ufffd") * _VALID_PER_INVALID < len(beyond_ascii)


def _readable(data: bytes, encoding: str) -> bool:
    sample = data[:_SAMPLE].decode(encoding, errors="ignore")
    # Joiners and no-break spaces do not print either, and some scripts have many of them.
    unprintable = len(sample) - sum(map(str.isprintable, sample)) - sum(map(sample.count, "\n\r\t\f"))
    return unprintable <= _MANY_UNPRINTABLE * len(sample)


def _utf16_without_mark(data: bytes) -> str | None:
    sample = data[:_SAMPLE]
    half = max(1, len(sample) // 2)
    low, high = sample[::2].count(0) / half, sample[1::2].count(0) / half
    for zeros, others, encoding in ((high, low, "utf-16-le"), (low, high, "utf-16-be")):
        if zeros > _ZEROS_OF_LATIN and others < _FEW_ZEROS and _readable(data, encoding):
            return encoding
    return None


def _single_byte(data: bytes) -> str | None:
    if looks_binary(data):
        return None
    sample = data[:_SAMPLE]
    western = sample.decode("cp1252", errors="replace")
    beyond = [character for character in western if not character.isascii()]
    # Nearly all that is not UTF-8 is this; the library is unsure of it in short texts.
    if _WESTERN.issuperset(beyond) and len(beyond) * 3 <= len(western):
        return "cp1252"
    return _by_charset_normalizer(sample)


def _by_charset_normalizer(sample: bytes) -> str | None:
    from charset_normalizer import from_bytes  # noqa: PLC0415 - most texts are UTF-8 and never need it

    best = from_bytes(sample, cp_isolation=_CANDIDATES + _WIDE_CANDIDATES, preemptive_behaviour=False).best()
    return None if best is None else best.encoding


def encodable(text: str) -> str:
    """The text with U+FFFD in place of lone surrogates, which no encoding of records can carry."""
    return (
        text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if _has_surrogates(text) else text
    )


def _has_surrogates(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
