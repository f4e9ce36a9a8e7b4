"""Header names: the CloudEvents Kafka binding (binary mode) and Kafka Connect's dead-letter headers."""

from typing import Final

SPEC_VERSION: Final = "ce_specversion"
ID: Final = "ce_id"
SOURCE: Final = "ce_source"
TYPE: Final = "ce_type"
TIME: Final = "ce_time"
SUBJECT: Final = "ce_subject"
DATAREF: Final = "ce_dataref"
CONTENT_TYPE: Final = "content-type"
TRACEPARENT: Final = "traceparent"

# CloudEvents extensions of ours: lower-case letters and digits only, as the specification asks.
SHA256: Final = "ce_sha256"
SIZE: Final = "ce_size"
PAGES: Final = "ce_pages"
RAW_TOPIC: Final = "ce_rawtopic"
RAW_PARTITION: Final = "ce_rawpartition"
RAW_OFFSET: Final = "ce_rawoffset"
CLEANSED_AT: Final = "ce_cleansedat"
REDRIVE: Final = "ce_redrive"
PARENT_ID: Final = "ce_parentid"
DUPLICATE_OF: Final = "ce_duplicateof"

# A consumer of documents.classified filters by these without parsing the value.
LABEL: Final = "label"
DEPARTMENT: Final = "department"
DECISION: Final = "decision"

ERROR_PREFIX: Final = "__connect.errors."
ERROR_TOPIC: Final = ERROR_PREFIX + "topic"
ERROR_PARTITION: Final = ERROR_PREFIX + "partition"
ERROR_OFFSET: Final = ERROR_PREFIX + "offset"
ERROR_STAGE: Final = ERROR_PREFIX + "stage"
ERROR_CLASS: Final = ERROR_PREFIX + "exception.class.name"
ERROR_MESSAGE: Final = ERROR_PREFIX + "exception.message"
ERROR_REASON: Final = ERROR_PREFIX + "reason"

SPECIFICATION: Final = "1.0"
TYPE_RAW: Final = "mailroom.document.received"
TYPE_TEXT: Final = "mailroom.document.cleansed"
TYPE_SCANNED: Final = "mailroom.document.scanned"
TYPE_CLASSIFIED: Final = "mailroom.document.classified"
TYPE_DUPLICATE: Final = "mailroom.document.duplicate"
TYPE_FEEDBACK: Final = "mailroom.document.feedback"

MAX_ID_CHARACTERS: Final = 512
MAX_PART_ID_CHARACTERS: Final = MAX_ID_CHARACTERS + 128
"""A part's id is its parent's and a number, level by level."""
