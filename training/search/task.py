"""What runs in Spark's Python workers: one bundle a task, in a child that the worker keeps for the next one."""

import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from mailroom.contracts.errors import MailroomError
from training.search.keeper import Keeper, Limits
from training.search.shipping import Shipment
from training.search.work import Bundle, Outcome

if TYPE_CHECKING:
    from pyspark import Broadcast

_keepers: list[Keeper] = []
"""At most one. Spark's workers are forked processes that do one task after the other."""


def work(shipment: "Broadcast[Shipment]", bundle: Bundle, limits: Limits) -> list[Outcome]:
    """Work a bundle through, as far as time allows.

    Args:
        shipment: Of the search.
        bundle: At least one trial.
        limits: What a fit may use.

    Returns:
        Outcomes of its first trials, at least one.
    """
    try:
        return list(_keeper(shipment.value, limits).outcomes(bundle))
    except MailroomError as error:
        return [Outcome(trial, 0.0, reason=str(error)) for trial in bundle.trials]


def begin(shipment: "Broadcast[Shipment]", _: int, limits: Limits) -> None:
    """Start this worker's child, whose imports take seconds, while the driver still gets ready.

    Args:
        shipment: Of the search.
        limits: What a fit may use.
    """
    with suppress(MailroomError):  # every bundle tells it as well
        _keeper(shipment.value, limits).start()


def clean_up(search: str, _: int = 0) -> None:
    """End this worker's child and delete what the search kept on this machine."""
    _let_go()
    shutil.rmtree(_root() / search, ignore_errors=True)


def _keeper(shipment: Shipment, limits: Limits) -> Keeper:
    site = shipment.unpack(_root())
    if not (_keepers and _keepers[0].serves(site, limits)):
        _let_go()
        _keepers.append(Keeper(site, limits))
    return _keepers[0]


def _let_go() -> None:
    while _keepers:
        _keepers.pop().close()


def _root() -> Path:
    from pyspark import SparkFiles  # noqa: PLC0415 - known to workers only

    return Path(SparkFiles.getRootDirectory())
