"""What a keeper and its child say to each other."""

from dataclasses import dataclass

from training.search.work import Bundle, Floats


@dataclass(frozen=True)
class Entered:
    """A step begins."""

    stage: str


@dataclass(frozen=True)
class Fitted:
    """The next trial of the bundle has its predictions: (test, labels); `seconds` of processor time."""

    log_probabilities: Floats
    seconds: float


@dataclass(frozen=True)
class Failed:
    """The next trial of the bundle, or all that are left, have failed."""

    reason: str
    seconds: float
    all_left: bool = False


@dataclass(frozen=True)
class Done:
    """Nothing more of this bundle comes."""


@dataclass(frozen=True)
class Request:
    """A bundle to work through; no fit is begun later than so many seconds after its start."""

    bundle: Bundle
    begin_within: float


Message = Entered | Fitted | Failed | Done
