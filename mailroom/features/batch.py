"""A batch of texts and the views that models take of it, each made once however many models look."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from mailroom.features.matcher import Evidence, Matcher
from mailroom.features.structure import structure
from mailroom.features.typed import MAX_CHARACTERS, typed_text


class TextBatch:
    """Texts on their way through a model."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = [text[:MAX_CHARACTERS] for text in texts]
        self._evidence: dict[Matcher, Evidence] = {}

    def __len__(self) -> int:
        return len(self.texts)

    @cached_property
    def typed(self) -> list[str]:
        """Typed text of each document."""
        return [typed_text(text) for text in self.texts]

    def evidence(self, matcher: Matcher) -> Evidence:
        """What a lexicon found."""
        if matcher not in self._evidence:
            self._evidence[matcher] = matcher.evidence(self.typed)
        return self._evidence[matcher]

    def described(self, matcher: Matcher) -> npt.NDArray[np.float64]:
        """Word-list and structure features side by side: (documents, classes * places + structure)."""
        evidence = self.evidence(matcher)
        told = np.log1p(evidence.distinct).reshape(len(self), -1)
        return np.hstack([told, structure(self.texts, self.typed, evidence)])
