"""What a candidate may fall short of its champion by."""

from collections.abc import Sequence

from pydantic import Field, ValidationError

from mailroom.contracts.errors import UsageError
from mailroom.sections import Section

GOLDEN_TOLERANCE = 1e-5


class Limits(Section):
    """The margins of the gate; all of them stand in the verdict."""

    margin: float = Field(0.01, ge=0, le=1, description="macro-F1 that may be lost")
    class_margin: float = Field(0.05, ge=0, le=1, description="F1 of any one class that may be lost")
    calibration_margin: float = Field(0.02, ge=0, le=1, description="rise of the calibration error")
    unreviewed_margin: float = Field(
        0.01, ge=0, le=1, description="rise of the share of documents that get a wrong label and no review"
    )
    unanswered_margin: float = Field(
        0.001, ge=0, le=1, description="rise of the share of documents that get no label at all"
    )
    latency_ratio: float = Field(1.5, gt=0, description="times the champion's time for a document")
    memory_ratio: float = Field(1.5, gt=0, description="times the champion's memory")
    leaked: float = Field(0.0, ge=0, le=1, description="share of the documents that it may have learnt from")
    certainty: float = Field(0.95, gt=0.5, lt=1, description="of each bound, one-sided")
    resamples: int = Field(2_000, ge=100, description="of the bootstrap")
    timed: int = Field(300, ge=20, description="documents that are timed, one at a time")
    seed: int = 1


def limits_of(values: Sequence[str]) -> Limits:
    """Limits from `NAME=VALUE`.

    Raises:
        UsageError: There is no such limit, or the value cannot be.
    """
    pairs = [value.partition("=") for value in values]
    try:
        return Limits.model_validate({name.strip(): value.strip() for name, _, value in pairs})
    except ValidationError as error:
        first = error.errors()[0]
        known = ", ".join(Limits.model_fields)
        raise UsageError(
            f"--limit {'.'.join(map(str, first['loc']))}: {first['msg']}; limits are {known}, each as NAME=VALUE"
        ) from error
