"""Where fits happen: named without any library, since Spark's workers read it before a child imports its own."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Site:
    """Where fits happen.

    Attributes:
        data: Folder of the data set.
        scratch: Exists; what all fits of this machine share is kept here. Belongs to one search.
        labels: The order of the columns.
        word_lists: Folder of further word lists.
        in_memory: Whether the documents are few enough to be kept there.
    """

    data: Path
    scratch: Path
    labels: tuple[str, ...]
    word_lists: Path | None
    in_memory: bool
