"""The topics: their names are the same in every deployment."""

from enum import StrEnum


class Topic(StrEnum):
    """One stage's output, and the next stage's input."""

    RAW = "documents.raw"
    TEXT = "documents.text"
    SCANNED = "documents.scanned"
    CLASSIFIED = "documents.classified"
    FEEDBACK = "documents.feedback"
    DUPLICATES = "documents.duplicates"
    DEAD_LETTER = "documents.dead-letter"
