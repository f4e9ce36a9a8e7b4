"""Fits of kernels that start Spark jobs of their own: in a thread of the driver, given up when they take too long."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from training.dataset import Dataset
from training.kernels import kernel_named
from training.search.fitting import checked, train_and_predict
from training.search.settings import SearchSettings
from training.search.work import Bundle, Floats, Outcome

if TYPE_CHECKING:
    from pyspark import SparkContext


@dataclass(frozen=True)
class DriverFits:
    """Fits in this process.

    Attributes:
        context: Whose jobs are cancelled when a fit takes too long.
        dataset: The documents.
        labels: The order of the columns.
        settings: Time limit and word lists.
    """

    context: "SparkContext"
    dataset: Dataset
    labels: Sequence[str]
    settings: SearchSettings

    def __call__(self, bundle: Bundle) -> Outcome:
        """Fit the first trial of a bundle; `seconds` are wall time, for the work is Spark's."""
        from pyspark import InheritableThread  # noqa: PLC0415 - `mailroom train --help` answers at once

        trial, started = bundle.trials[0], time.monotonic()
        result: list[Floats | str] = []
        tag = f"fit-{trial.key}"
        thread = InheritableThread(target=self._run, args=(bundle, tag, result), daemon=True)
        thread.start()
        thread.join(self.settings.time_limit_seconds)
        seconds = time.monotonic() - started
        if not result:
            self.context.cancelJobsWithTag(tag)
            return Outcome(trial, seconds, reason=f"too slow: fitting took longer than {seconds:.3g} s")
        found = result[0]
        if isinstance(found, str):
            return Outcome(trial, seconds, reason=found)
        return Outcome(trial, seconds, found)

    def _run(self, bundle: Bundle, tag: str, result: list[Floats | str]) -> None:
        self.context.addJobTag(tag)
        try:
            result.append(self._fitted(bundle))
        except Exception as error:  # noqa: BLE001 - a kernel is free to raise anything; it is recorded
            said = " ".join(str(error).split())
            result.append(f"{type(error).__name__}: {said[:500]}")

    def _fitted(self, bundle: Bundle) -> Floats:
        kernel = kernel_named(bundle.kernel, word_lists=self.settings.word_lists)
        train, test = (self.dataset.documents(places.tolist()) for places in (bundle.train, bundle.test))
        answers = train_and_predict(
            kernel, train, test, self.labels, bundle.trials[0].candidate.parameters, bundle.seed
        )
        return checked(answers, len(test), len(self.labels))
