"""The fits of a bundle, with everything that they share made once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import joblib
import numpy as np
from filelock import FileLock

from mailroom.model_package.description import Parameter
from mailroom.model_package.runtimes import build_runtime
from training.dataset import Dataset
from training.documents import LabelledDocument
from training.kernels import Kernel, kernel_named
from training.kernels.batches import batch_of
from training.kernels.sharing import FoldView, SharingKernel
from training.search.site import Site
from training.search.work import Bundle, Floats, Integers

Stage = Callable[[str], object]
"""Told what comes next: its deadline begins."""


class Fits(Protocol):
    """A bundle, ready to be worked through."""

    def fit(self, parameters: Mapping[str, Parameter]) -> Floats:
        """(test, labels): log-probabilities of a model with these parameters."""


@dataclass
class Workshop:
    """Opens bundles; keeps what the next one may need: documents, preparations, the last features."""

    site: Site
    stage: Stage
    _features: str = ""
    _fits: Fits | None = None
    _prepared: dict[str, Any] = field(default_factory=dict)

    def open(self, bundle: Bundle) -> Fits:
        """Make what all fits of a bundle share, unless the bundle before it shared the same.

        Raises:
            Exception: Whatever the kernel raises.
        """
        if self._fits is None or self._features != bundle.features:
            self._fits = None  # frees the features before the next are computed
            self._fits = self._opened(bundle)
            self._features = bundle.features
        return self._fits

    def _opened(self, bundle: Bundle) -> Fits:
        kernel = kernel_named(bundle.kernel, word_lists=self.site.word_lists)
        if not isinstance(kernel, SharingKernel):
            return _PlainFits(self, kernel, bundle)
        prepared = self._preparation(kernel, bundle.kernel)
        view = FoldView(self.index, self.site.labels, bundle.train, bundle.test)
        self.stage("computing features")
        return _SharingFits(kernel, kernel.features(prepared, view, bundle.parameters[0]), bundle.seed)

    def documents(self, places: Integers) -> list[LabelledDocument]:
        """Documents with their texts."""
        if not self.site.in_memory:
            return self._dataset.documents(places.tolist())
        return [self._all[place] for place in places]

    @cached_property
    def index(self) -> Sequence[LabelledDocument]:
        """Every document without its text."""
        return self._dataset.index

    @cached_property
    def _dataset(self) -> Dataset:
        return Dataset(self.site.data)

    @cached_property
    def _all(self) -> list[LabelledDocument]:
        return self._dataset.documents()

    def _preparation(self, kernel: SharingKernel[Any, Any, Any], name: str) -> Any:
        """Made by the first process of this machine that needs it, mapped into the memory of every other one."""
        if name not in self._prepared:
            file = self.site.scratch / f"{name}.prepared"
            self.stage("waiting for its preparation")
            with FileLock(file.with_suffix(".lock")):
                if not file.exists():
                    self._prepare(kernel, file)
            self._prepared[name] = joblib.load(file, mmap_mode="r")
        return self._prepared[name]

    def _prepare(self, kernel: SharingKernel[Any, Any, Any], file: Path) -> None:
        self.stage("preparing")
        documents = self._all if self.site.in_memory else self._dataset.documents()
        unfinished = file.with_suffix(".unfinished")
        joblib.dump(kernel.prepare(documents, self.site.labels), unfinished)
        unfinished.replace(file)


@dataclass(frozen=True)
class _PlainFits:
    """Fits of a kernel that only trains."""

    workshop: Workshop
    kernel: Kernel
    bundle: Bundle

    def fit(self, parameters: Mapping[str, Parameter]) -> Floats:
        train, test = (self.workshop.documents(places) for places in (self.bundle.train, self.bundle.test))
        return train_and_predict(
            self.kernel, train, test, self.workshop.site.labels, parameters, self.bundle.seed
        )


@dataclass
class _SharingFits:
    """Fits that start from the same features, each knowing the one before it."""

    kernel: SharingKernel[Any, Any, Any]
    features: Any
    seed: int
    previous: Any = None

    def fit(self, parameters: Mapping[str, Parameter]) -> Floats:
        self.previous = self.kernel.fit(self.features, parameters, seed=self.seed, previous=self.previous)
        return self.kernel.log_probabilities(self.features, self.previous)


def train_and_predict(
    kernel: Kernel,
    train: Sequence[LabelledDocument],
    test: Sequence[LabelledDocument],
    labels: Sequence[str],
    parameters: Mapping[str, Parameter],
    seed: int,
) -> Floats:
    """(test, labels): what the described model says, as serving would have it said."""
    description = kernel.train(train, labels, parameters=parameters, seed=seed)
    runtime = build_runtime(description, labels)
    return runtime.log_probabilities(batch_of(test, kernel.input_kind))


def checked(answers: Any, documents: int, labels: int) -> Floats:
    """Predictions that can be scored.

    Raises:
        ValueError: They have another shape, or are not numbers.
    """
    found = np.asarray(answers, dtype=np.float64)
    if found.shape != (documents, labels):
        raise ValueError(f"predictions have the shape {found.shape}, needed {(documents, labels)}")
    if np.isnan(found).any():
        raise ValueError("predictions are not numbers")
    return found
