"""From a document's bytes, or its text, to what `Classifier.label` takes: as the stream's job does it."""

import hashlib
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Protocol

from classifier_service.classifier import Document
from classifier_service.refusal import Refusal, refusal_of
from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.contracts.records import Position, ScannedDocument, Source, TextDocument
from mailroom.extract import Extracted, Limits, PagesFound, single
from mailroom.streams.clock import Clock, rfc3339
from mailroom.textprep import cleanse

PLAIN_TEXT = "text/plain"
NOWHERE = Position("", -1, -1)
"""The place of a document that never lay in a log."""


class Extractor(Protocol):
    """`mailroom.extract.extract`, or the same behind a sandbox."""

    def __call__(
        self, data: bytes, *, declared: str | None = None, file_name: str | None = None
    ) -> Extracted:
        """The text of a document, or how many pages there are to read."""
        ...


@dataclass(frozen=True, slots=True)
class Original:
    """A document as it was given.

    Attributes:
        id: As the sender names it.
        content: Its bytes; or its text, where it came as one.
        file_name: The sender's name for it.
        media_type: That the sender declared; believed where the bytes leave a choice.
        position: In a log, if it lay in one.
    """

    id: str
    content: bytes | str
    file_name: str | None = None
    media_type: str | None = None
    position: Position = NOWHERE


@dataclass(frozen=True, slots=True)
class Intake:
    """Makes documents.

    Attributes:
        extract: Finds the text.
        prep_version: The text rules of the package that is to label.
        clock: The time of cleansing.
        limits: How much of a text is looked at.
    """

    extract: Extractor
    prep_version: int
    clock: Clock
    limits: Limits = field(default_factory=Limits)

    def document(self, original: Original) -> Document | Refusal:
        """The document, or why there is none; it fails alone, whatever is wrong with it."""
        try:
            if isinstance(original.content, str):
                return self._text(original, original.content, PLAIN_TEXT)
            return self._extracted(original, original.content)
        except MalformedRecord as error:
            return refusal_of(error, error.reason, "")
        except Exception as error:  # noqa: BLE001 - whatever a parser raises concerns this document
            return refusal_of(error, Reason.UNPARSABLE, "the document could not be read: send another copy")

    def _extracted(self, original: Original, content: bytes) -> Document:
        found = single(self.extract(content, declared=original.media_type, file_name=original.file_name))
        if not isinstance(found, PagesFound):
            return self._text(original, found.text, found.media_type)
        now = rfc3339(self.clock.now())
        source = _source(original, content, found.media_type, now)
        return ScannedDocument(original.id, content, found.pages, source, now)

    def _text(self, original: Original, text: str, media_type: str) -> TextDocument:
        clean = cleanse(text[: self.limits.max_characters], version=self.prep_version)
        now = rfc3339(self.clock.now())
        content = original.content
        data = content.encode(errors="replace") if isinstance(content, str) else content
        return TextDocument(
            id=original.id,
            text=clean.text,
            language=clean.language,
            steps=clean.steps,
            prep_version=clean.prep_version,
            source=_source(original, data, media_type, now),
            cleansed_at=now,
        )


def _source(original: Original, content: bytes, media_type: str, now: str) -> Source:
    return Source(
        topic=original.position.topic,
        partition=original.position.partition,
        offset=original.position.offset,
        media_type=media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        received_at=now,
        file_name=None if original.file_name is None else PurePath(original.file_name).name,
    )
