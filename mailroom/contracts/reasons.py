"""Why a record is dead-lettered: the closed set of reasons that a dead letter may name."""

from enum import StrEnum


class Reason(StrEnum):
    """One word per cause; its value is written into the dead letter's headers and into metrics."""

    NULL_VALUE = "null-value"
    EMPTY = "empty"
    NO_TEXT = "no-text"
    NO_PAGES = "no-pages"
    TRUNCATED = "truncated"
    ENCRYPTED = "encrypted"
    OVERSIZED = "oversized"
    UNKNOWN_MEDIA_TYPE = "unknown-media-type"
    UNSUPPORTED_MEDIA_TYPE = "unsupported-media-type"
    UNPARSABLE = "unparsable"
    TOO_SLOW = "too-slow"
    MALFORMED_HEADER = "malformed-header"
    MALFORMED_RECORD = "malformed-record"
    UNSUPPORTED_PREP_VERSION = "unsupported-prep-version"
    ORIGINAL_MISSING = "original-missing"
    INFERENCE_FAILED = "inference-failed"
    INTERNAL = "internal"
