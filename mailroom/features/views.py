"""Named views of a batch: what networks take, computed by the same code in training and in serving.

A network names its views with their versions (`words@1 described@1`). Whoever changes what a view computes raises its
version, so that a network that learnt on the old one is refused instead of being wrong.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import sparse

from mailroom.features.batch import TextBatch
from mailroom.features.hashing import COLUMNS, hashed_words
from mailroom.features.matcher import Matcher

Values: TypeAlias = npt.NDArray[np.float32] | sparse.csr_matrix
"""(documents, width), float32."""


class ViewUnknown(ValueError):
    """There is no such view, or not in that version."""


@dataclass(frozen=True, slots=True)
class View:
    """One view.

    Attributes:
        name: What the network calls its input.
        version: Of what it computes.
        lists: Whether it needs word lists.
        width: How many columns it has, with these word lists.
        values: Computes it; sparse where most of it is zero.
    """

    name: str
    version: int
    lists: bool
    width: Callable[[Matcher], int]
    values: Callable[[TextBatch, Matcher], Values]

    @property
    def reference(self) -> str:
        """Name and version, as a package has them."""
        return f"{self.name}@{self.version}"


def views_named(references: str) -> tuple[View, ...]:
    """The views of a network.

    Args:
        references: Such as `words@1 described@1`.

    Raises:
        ViewUnknown: This version of Mailroom lacks one; the message says which there are.
    """
    known = {view.reference: view for view in VIEWS}
    missing = [name for name in references.split() if name not in known]
    if missing or not references.split():
        raise ViewUnknown(f"features {' '.join(missing)!r} are unknown here (known: {', '.join(known)})")
    return tuple(known[name] for name in references.split())


def references(views: Iterable[View]) -> str:
    """What `views_named` reads."""
    return " ".join(view.reference for view in views)


def dense(values: Values) -> npt.NDArray[np.float32]:
    """Values as a network takes them."""
    whole = values if isinstance(values, np.ndarray) else values.toarray()
    return np.ascontiguousarray(whole, dtype=np.float32)


def _described(batch: TextBatch, matcher: Matcher) -> Values:
    return batch.described(matcher).astype(np.float32)


WORDS = View(
    name="words",
    version=1,
    lists=False,
    width=lambda _: COLUMNS,
    values=lambda batch, _: hashed_words(batch.typed),
)
"""Words and pairs of words, hashed."""
DESCRIBED = View(
    name="described",
    version=1,
    lists=True,
    width=lambda matcher: _described(TextBatch([""]), matcher).shape[1],
    values=_described,
)
"""What the word lists found, and structure."""
VIEWS = (WORDS, DESCRIBED)
