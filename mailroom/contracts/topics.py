"""The topics: their names are the same in every deployment."""

from enum import StrEnum
from typing import Final

MAX_RECORD_BYTES: Final = 32 * 1024 * 1024
"""Larger than any document that is processed, so that an oversized one still reaches the dead letters whole."""

MAX_DEAD_LETTER_BYTES: Final = MAX_RECORD_BYTES + 1024 * 1024
"""A dead letter has headers more than its original."""


class Topic(StrEnum):
    """One stage's output, and the next stage's input."""

    RAW = "documents.raw"
    TEXT = "documents.text"
    SCANNED = "documents.scanned"
    CLASSIFIED = "documents.classified"
    FEEDBACK = "documents.feedback"
    DUPLICATES = "documents.duplicates"
    DEAD_LETTER = "documents.dead-letter"
    REDRIVEN = "documents.redriven"
