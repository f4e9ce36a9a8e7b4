"""A batch of documents and the views that models take of it, each made once however many models look."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from mailroom.features.matcher import Evidence, Matcher
from mailroom.features.pages import Pixels, no_pages
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


class PageBatch(TextBatch):
    """Documents with their pages: models of text look at `texts`, models of images at `pixels`.

    Args:
        texts: What OCR or the text layer gave; empty where nothing reads it.
        pages: For each document (pages, HEIGHT, WIDTH) of `mailroom.features.pages`; none where it has no pages.

    Raises:
        ValueError: Texts and pages are not of the same number of documents.
    """

    def __init__(self, texts: Sequence[str], pages: Sequence[Pixels]) -> None:
        if len(texts) != len(pages):
            raise ValueError(f"{len(texts)} texts and the pages of {len(pages)} documents")
        super().__init__(texts)
        self.pages = list(pages)

    @cached_property
    def pixels(self) -> Pixels:
        """Every page of every document: (pages, HEIGHT, WIDTH)."""
        return np.concatenate([no_pages(), *self.pages])

    @cached_property
    def owners(self) -> npt.NDArray[np.int64]:
        """Which document each of `pixels` belongs to: (pages,)."""
        return np.repeat(np.arange(len(self)), [len(pages) for pages in self.pages])
