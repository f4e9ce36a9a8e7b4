"""When a check warns and when it stops a run."""

from pydantic import Field, SecretStr, model_validator

from mailroom.settings import Section
from training.integrity.findings import Outcome


class Limits(Section):
    """Values above which a check warns and stops; 0 means any at all, none means never."""

    warn: float | None = Field(None, ge=0)
    stop: float | None = Field(None, ge=0)

    @model_validator(mode="after")
    def _warns_before_it_stops(self) -> "Limits":
        if self.warn is not None and self.stop is not None and self.warn > self.stop:
            raise ValueError(f"warn ({self.warn}) must not lie above stop ({self.stop})")
        return self

    def judge(self, value: float) -> Outcome:
        """What a value means."""
        if self.stop is not None and value > self.stop:
            return Outcome.STOP
        if self.warn is not None and value > self.warn:
            return Outcome.WARN
        return Outcome.PASS


class IntegritySettings(Section):
    """The checks: a field with the name of a check holds its limits, shares of all documents if not said else."""

    repeated_ids: Limits = Limits(warn=0)
    empty_texts: Limits = Limits(warn=0, stop=0.2)
    short_texts: Limits = Limits(warn=0.02, stop=0.5)
    short_characters: int = Field(20, gt=0, description="a text with fewer is too short to tell its class")
    unknown_labels: Limits = Limits(stop=0)
    missing_classes: Limits = Field(Limits(stop=0), description="in classes")
    empty_classes: Limits = Field(Limits(stop=0), description="in classes")
    fewest_documents: int = Field(10, ge=2, description="a class with fewer stops the run …")
    few_documents: int = Field(30, ge=2, description="… and one with fewer than these is warned of")
    exact_duplicates: Limits = Limits(warn=0.05, stop=0.5)
    near_duplicates: Limits = Limits(warn=0.3)
    similarity: float = Field(
        0.7,
        gt=0.3,
        le=1,
        description="Jaccard similarity of runs of three words, from which texts are near-duplicates",
    )
    contradicting_labels: Limits = Limits(warn=0, stop=0.02)
    leaked_duplicates: Limits = Limits(warn=0.005, stop=0.3)
    source_share: Limits = Field(
        Limits(warn=0.9), description="the largest source's share of a class that has several"
    )
    class_balance_drift: Limits = Field(
        Limits(warn=0.1, stop=0.4), description="share of documents that changed class since the last run"
    )
    suspicious_labels: Limits = Limits(warn=0.03, stop=0.2)
    examples: int = Field(10, ge=0, description="ids to show for each finding")
    webhook: SecretStr | None = Field(None, description="URL to post a warning or a stop to, as JSON")
