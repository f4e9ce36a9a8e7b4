"""Which words decided: each stretch of the text is left out in turn, and the label's probability asked for again.

Occlusion (Zeiler & Fergus 2014; for any classifier, Robnik-Šikonja & Kononenko 2008: "prediction difference") needs
nothing of a model but its predictions, so that it holds for every runtime that reads text. What is told is how far the
logit of the label falls without the stretch.
"""

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from mailroom.contracts.errors import MailroomError
from mailroom.model_package import load
from mailroom.model_package.package import Package
from mailroom.model_package.runtimes.pooling import PAGES

STRETCHES = 160
"""At most so many are tried: two hundred texts are predicted in a tenth of a second."""
WORDS = 400
"""Looked at from the beginning; what a document is stands there."""
TOLD = 12
LEAST = 0.05
"""A fall of the logit below which a stretch decides nothing."""
_EDGE = 1e-9
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a text that spoke for the label.

    Attributes:
        start: Its first character.
        end: One after its last.
        weight: How much of the strongest one's part it had, 0 to 1.
    """

    start: int
    end: int
    weight: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """What decided.

    Attributes:
        stretches: In the order of the text.
        same_model: Whether the package that was asked is the one that gave the label.
    """

    stretches: tuple[Stretch, ...]
    same_model: bool


@dataclass(slots=True)
class Explainer:
    """Asks a model package; loaded at the first question.

    Attributes:
        path: The package's folder or URI; None where there is none.
    """

    path: str | None
    _package: Package | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def explain(self, text: str, label: str, digest: str) -> Explanation | None:
        """Which stretches of a text speak for a label; None where no package can tell.

        Args:
            text: Cleansed, as the model read it.
            label: The model's label.
            digest: Of the package that gave the label.
        """
        if self.path is None:
            return None
        with self._lock:
            try:
                package = self._package = self._package or load(Path(self.path))
            except (MailroomError, ImportError):
                return None
            if PAGES in package.reads or label not in package.manifest.labels:
                return None
            same = package.manifest.digest == digest
            return Explanation(_deciding(package, text, label), same)


def _deciding(package: Package, text: str, label: str) -> tuple[Stretch, ...]:
    spans = stretches_of(text)
    if not spans:
        return ()
    column = package.manifest.labels.index(label)
    texts = [text, *(text[:start] + text[end:] for start, end in spans)]
    chances = np.clip(package.predict(texts)[:, column], _EDGE, 1 - _EDGE)
    logits = np.log(chances / (1 - chances))
    return strongest(spans, (logits[0] - logits[1:]).tolist())


@lru_cache(maxsize=64)
def stretches_of(text: str) -> tuple[tuple[int, int], ...]:
    """A text's words, or neighbours together where it has many: where each stretch begins and ends."""
    words = [found.span() for found in _WORD.finditer(text)][:WORDS]
    size = max(1, -(-len(words) // STRETCHES))
    groups = [words[place : place + size] for place in range(0, len(words), size)]
    return tuple((group[0][0], group[-1][1]) for group in groups)


def strongest(spans: Sequence[tuple[int, int]], falls: Sequence[float]) -> tuple[Stretch, ...]:
    """The stretches without which the label is least likely, in the order of the text."""
    ranked = sorted(zip(falls, spans, strict=True), reverse=True)[:TOLD]
    told = [(fall, span) for fall, span in ranked if fall >= LEAST]
    top = told[0][0] if told else 1.0
    return tuple(sorted((Stretch(*span, fall / top) for fall, span in told), key=lambda each: each.start))
