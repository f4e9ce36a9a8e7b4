"""Fingerprints of documents: tells whether a text was trained on, without keeping the text."""

import hashlib
import re
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from mailroom.features.batch import PageBatch, TextBatch
from mailroom.features.folding import fold

Fingerprints = npt.NDArray[np.uint64]
_NOISE = re.compile(r"[\W_]+")


def fingerprints(texts: Iterable[str]) -> Fingerprints:
    """One number per text: the first eight bytes of the SHA-256 of its folded letters and digits.

    Case, accents, punctuation and white space do not count, so that the same document by another way is the same.
    """
    digests = [
        hashlib.sha256(_NOISE.sub("", fold(text)).encode("utf-8", "replace")).digest() for text in texts
    ]
    return np.frombuffer(b"".join(digest[:8] for digest in digests), dtype="<u8").astype(np.uint64)


def identities(texts: Sequence[str], batch: TextBatch) -> list[str]:
    """What to take fingerprints of: a document's pages, pixel by pixel, where it has any; else its text.

    Args:
        texts: In full; a batch may have cut them.
        batch: As the model reads the documents.
    """
    if not isinstance(batch, PageBatch):
        return list(texts)
    rows = zip(texts, batch.pages, strict=True)
    return [hashlib.sha256(pages.tobytes()).hexdigest() if len(pages) else text for text, pages in rows]


def seen(candidates: Fingerprints, known: Fingerprints) -> npt.NDArray[np.bool_]:
    """Which of the candidates are among the known."""
    return np.isin(candidates, known)


def data_fingerprint(known: Fingerprints) -> str:
    """SHA-256 over a set of fingerprints, whatever their order."""
    return hashlib.sha256(np.unique(known).astype("<u8").tobytes()).hexdigest()
