"""The model in service, and how the next one takes its place while requests are answered."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from classifier_service.classifier import Classifier, Model
from mailroom.model_package import Manifest

QUICK_SECONDS = 0.005
"""Inference of one document below which handing it to a thread would cost more than it saves."""


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A package that has proved itself, ready to label.

    Attributes:
        classifier: Documents to outcomes by this package.
        manifest: What the package says of itself.
        quick: Whether a short text takes so little that it is labelled on the event loop.
    """

    classifier: Classifier
    manifest: Manifest
    quick: bool


class Candidate(Model, Protocol):
    """What is asked of a package before it is trusted; a `mailroom.model_package.Package`."""

    def golden(self) -> Sequence[object]:
        """The documents whose predictions it promises."""
        ...

    def check_golden(self) -> float:
        """Predict them again; raises `PackageMismatch` where it cannot keep its promise."""
        ...


LoadPackage = Callable[[], Candidate]
"""Fetches the package from where it is configured to come from, its files verified."""


class Models:
    """The model in service.

    Args:
        load: Where packages come from; asked at the start and whenever the next one is to take over.
        serve: A package as a model that labels; refuses one that does not fit the service.
        name: The model's name in the protocol's paths; None for that of the first package. It stays the same
            over all packages that follow, so that no caller's address breaks.
        announce: Told which model is in service, from the first one on.

    Raises:
        MailroomError: The first package must not be used.
    """

    def __init__(
        self,
        load: LoadPackage,
        serve: Callable[[Model], Classifier],
        *,
        name: str | None = None,
        announce: Callable[[ServedModel], None] = lambda _: None,
    ) -> None:
        self._load = load
        self._serve = serve
        self._announce = announce
        self._loading = threading.Lock()
        self._current = self._next()
        self.name = name or self._current.manifest.name
        announce(self._current)

    @property
    def current(self) -> ServedModel:
        """The model in service; whoever takes it keeps it to the end of its request."""
        return self._current

    def reload(self) -> ServedModel:
        """Let the package that is now where packages come from take over, if it is fit to.

        Blocks while the package is fetched and tried; requests go on with the old one meanwhile, and after a refusal.

        Returns:
            The model in service, the same as before where nothing new was there.

        Raises:
            PackageError: It must not be used; the old one stays.
            UsageError: It does not fit the settings; the old one stays.
        """
        with self._loading:
            following = self._next()
            if following.manifest != self._current.manifest:
                self._current = following
                self._announce(following)
            return self._current

    def _next(self) -> ServedModel:
        package = self._load()
        package.check_golden()
        return ServedModel(self._serve(package), package.manifest, _is_quick(package))


def _is_quick(package: Candidate) -> bool:
    golden = len(package.golden())
    begin = time.perf_counter()
    package.check_golden()  # again: the first time built what predictions share
    return time.perf_counter() - begin <= QUICK_SECONDS * max(1, golden)
