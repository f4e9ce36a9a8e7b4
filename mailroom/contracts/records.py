"""What travels between the parts, as values.

`Record` is a Kafka record as received or as to be sent. The rest are the meanings of the JSON values, one class per
topic; `mailroom.contracts.codec` alone turns them into bytes and back.
"""

from dataclasses import dataclass, field

Header = tuple[str, bytes]

SCHEMA_VERSION = 1
"""Version of every JSON value below; a change that old readers cannot follow raises it."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a record lies in the log."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        """`topic-partition-offset`: the id of a record that brought none."""
        return f"{self.topic}-{self.partition}-{self.offset}"


@dataclass(frozen=True, slots=True)
class Record:
    """A Kafka record.

    Attributes:
        topic: Where it was read or is to be written.
        key: As received; may be null or not UTF-8.
        value: As received; null for a tombstone.
        headers: In the order received; names may repeat.
        position: Where it was read; None for a record to be sent.
        timestamp: Seconds since the epoch, or None where the broker gave none.
    """

    topic: str
    key: bytes | None
    value: bytes | None
    headers: tuple[Header, ...] = ()
    position: Position | None = None
    timestamp: float | None = None

    def header(self, name: str) -> bytes | None:
        """The last value of a header, which is the one that counts where names repeat."""
        for key, value in reversed(self.headers):
            if key == name:
                return value
        return None


@dataclass(frozen=True, slots=True)
class Source:
    """Where a document's original is, and what it was.

    Attributes:
        topic: The topic the original was read from.
        partition: Its partition.
        offset: Its offset.
        file_name: The sender's name for it (`ce_subject`), if one was given.
        media_type: The true media type, by the bytes.
        size: Bytes of the original.
        sha256: Hex digest of the original.
        dataref: URI of the original in the object store, where it was kept there.
        received_at: RFC 3339 time of entry: `ce_time`, else the record's timestamp.
        parent: Id of the document that this one is a part of: the mail of an attachment, the archive of a file. Topic,
            partition and offset are then those of the outermost one. Left out of the JSON where it is None: it was
            added within version 1.
    """

    topic: str
    partition: int
    offset: int
    media_type: str
    size: int
    sha256: str
    received_at: str
    file_name: str | None = None
    dataref: str | None = None
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class TextDocument:
    """A cleansed text: the value of `documents.text`.

    Attributes:
        id: The document's id.
        text: The cleansed text.
        language: ISO 639-1 code, `und` where too little text tells.
        steps: The text rules that changed something, in order.
        prep_version: The version of the text rules.
        source: The original.
        cleansed_at: RFC 3339 time of cleansing.
        schema_version: Version of this record.
    """

    id: str
    text: str
    language: str
    steps: tuple[str, ...]
    prep_version: int
    source: Source
    cleansed_at: str
    schema_version: int = SCHEMA_VERSION


@dataclass(frozen=True, slots=True)
class ScannedDocument:
    """A page image or PDF that needs OCR: value and headers of `documents.scanned`.

    Attributes:
        id: The document's id.
        content: The bytes, or None where `source.dataref` holds them (the claim check).
        pages: How many pages it has.
        source: The original.
        cleansed_at: RFC 3339 time of routing.
    """

    id: str
    content: bytes | None
    pages: int
    source: Source
    cleansed_at: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A label and its calibrated probability, 0 to 1."""

    label: str
    score: float


@dataclass(frozen=True, slots=True)
class ModelReference:
    """Which package decided: its name, version and digest."""

    name: str
    version: str
    digest: str


@dataclass(frozen=True, slots=True)
class Classification:
    """What a document is, and who must act: the value of `documents.classified`.

    Attributes:
        id: The document's id.
        label: The best candidate's label.
        confidence: Its calibrated probability, 0 to 1.
        candidates: All labels, best first.
        decision: `auto`, or `review` where a person must look.
        department: Who must act.
        language: ISO 639-1 code of the text, `und` where too little text tells.
        model: The package that decided.
        source: The original.
        cleansed_at: RFC 3339 time of cleansing.
        classified_at: RFC 3339 time of labelling.
        schema_version: Version of this record.
        deciding_page: The page that decided, from 1; None for a document that came without pages. Left out of the
            JSON where it is None: it was added within version 1.
        duplicate_of: Id of the first document with the same content; None for the first. Left out likewise.
    """

    id: str
    label: str
    confidence: float
    candidates: tuple[Candidate, ...]
    decision: str
    department: str
    language: str
    model: ModelReference
    source: Source
    cleansed_at: str
    classified_at: str
    schema_version: int = SCHEMA_VERSION
    deciding_page: int | None = None
    duplicate_of: str | None = None


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A document that came before, by its id or by its content: the value of `documents.duplicates`.

    Attributes:
        id: The id that came again; of a repeated content, the id of the document that was dropped.
        first: The record that was processed.
        repeated: The record that was dropped.
        schema_version: Version of this record.
        duplicate_of: Id of the document that was processed, where it was the content that came again and not the id.
            Left out of the JSON where it is None: it was added within version 1.
    """

    id: str
    first: Position
    repeated: Position
    schema_version: int = SCHEMA_VERSION
    duplicate_of: str | None = None


@dataclass(frozen=True, slots=True)
class Feedback:
    """A label that a person confirmed or corrected: the value of `documents.feedback`.

    Attributes:
        id: The document's id.
        label: The person's label.
        predicted: The model's label at that time.
        actor: Who decided.
        at: RFC 3339 time of the decision.
        source: The original, so that training finds the document after the log forgot it.
        text_ref: URI of the extracted text in the object store, if it was kept.
        text_sha256: Hex digest of that text.
        schema_version: Version of this record.
        withdrawn: The label was taken back, and no judgement on the document holds any more: who learns from labels
            leaves the document out. Left out of the JSON where it is false: it was added within version 1.
    """

    id: str
    label: str
    predicted: str
    actor: str
    at: str
    source: Source
    text_ref: str | None = None
    text_sha256: str | None = None
    schema_version: int = SCHEMA_VERSION
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a record is dead-lettered, and where it came from.

    Attributes:
        stage: The part that gave up (`stream-processing`, `classifier`).
        reason: A value of `mailroom.contracts.reasons.Reason`.
        message: What happened, for a person.
        position: Where the record was read.
        exception: Class name of the error.
    """

    stage: str
    reason: str
    message: str
    position: Position
    exception: str = field(default="MalformedRecord")
