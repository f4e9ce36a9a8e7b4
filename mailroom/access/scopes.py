"""What a key can be good for."""

from enum import StrEnum


class Scope(StrEnum):
    """One thing that a key allows; a door names the one that each of its operations asks for."""

    WRITE_DOCUMENTS = "documents:write"
    """Put documents in."""
    READ_DOCUMENTS = "documents:read"
    """Ask what became of documents: states, labels, file names; never their content."""
    READ_LABELS = "labels:read"
    """Look labels up at the departments' door: labels, desks, journeys, file names; never content."""
    READ_CONTENT = "content:read"
    """Fetch originals."""
    LABEL_DOCUMENTS = "documents:label"
    """Have documents labelled by the classifier's REST door."""
    READ_MODELS = "models:read"
    """See which model serves."""
    WRITE_MODELS = "models:write"
    """Let another model take over."""
    READ_METRICS = "metrics:read"
    """Scrape metrics."""
