"""Words and pairs of words in a fixed number of columns, by feature hashing (Weinberger et al. 2009).

Nothing is learnt, so that nothing has to travel: the column of a word is the same in every process. Counts are damped
as 1 + ln(count) and each row has length 1, as in TF-IDF.
"""

import zlib
from collections.abc import Sequence
from itertools import chain

import numpy as np
import numpy.typing as npt
from scipy import sparse

COLUMNS = 1 << 14
"""Few enough for a network's first layer to stay small; words that share a column are told apart by their company."""
_CACHE_LIMIT = 200_000
_MIX = np.uint64(0x9E3779B1)  # 2^32 over the golden ratio: Knuth's multiplicative hashing


def hashed_words(typed: Sequence[str]) -> sparse.csr_matrix:
    """Describe a batch.

    Args:
        typed: Typed texts (`mailroom.features.typed`).

    Returns:
        (documents, COLUMNS): float32; an empty text has an empty row.
    """
    words = [text.split() for text in typed]
    documents = np.repeat(np.arange(len(words)), [len(row) for row in words])
    numbers = np.fromiter(
        map(_NUMBERS.__getitem__, chain.from_iterable(words)), dtype=np.uint64, count=len(documents)
    )
    same = documents[1:] == documents[:-1]
    pairs = _mixed(_mixed(numbers[:-1][same]) + numbers[1:][same])
    columns = np.concatenate([_mixed(numbers), pairs]) % np.uint64(COLUMNS)
    rows = np.concatenate([documents, documents[1:][same]])
    ones = np.ones(len(rows), dtype=np.float32)
    content = ones, (rows, columns.astype(np.int64))
    counts = sparse.csr_matrix(content, shape=(len(words), COLUMNS), dtype=np.float32)
    counts.data = 1.0 + np.log(counts.data)
    lengths = np.sqrt(np.asarray(counts.multiply(counts).sum(axis=1)).ravel())
    scale = sparse.diags(1.0 / np.where(lengths > 0, lengths, 1.0))
    return sparse.csr_matrix(scale @ counts, dtype=np.float32)


def _mixed(numbers: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """The upper half of a product depends on every bit below it."""
    return (numbers * _MIX) >> np.uint64(13) & np.uint64((1 << 32) - 1)


class _Numbers(dict[str, int]):
    """CRC-32 of words seen before; Python's own hash differs from process to process."""

    def __missing__(self, word: str) -> int:
        if len(self) >= _CACHE_LIMIT:
            self.clear()
        self[word] = number = zlib.crc32(word.encode("utf-8", "surrogatepass"))
        return number


_NUMBERS = _Numbers()
