"""How documents and word lists reach the machines that fit: once by broadcast, or from a folder that all can read.

Up to a limit the data set's Parquet files travel as they are, and each machine that gets them writes them down once for
all its processes: a cluster without a shared folder needs nothing else. Larger ones are read where they lie.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from mailroom.contracts.errors import UsageError
from training.search.site import Site

if TYPE_CHECKING:
    from training.dataset import Dataset

Files = Mapping[str, bytes]


@dataclass(frozen=True)
class Shipment:
    """What is broadcast.

    Attributes:
        search: No other search has this name.
        labels: The order of the columns.
        folder: Of the data set, where it is read from if `data` is empty.
        data: Its files by name.
        word_lists: A company's further word lists by name; None for none.
    """

    search: str
    labels: tuple[str, ...]
    folder: Path
    data: Files
    word_lists: Files | None

    def unpack(self, root: Path) -> Site:
        """Make the documents and word lists readable on this machine.

        Args:
            root: A folder of this machine that Spark clears away.

        Raises:
            UsageError: The data set was too large to travel, and this machine cannot read its folder.
        """
        place = root / self.search
        place.mkdir(parents=True, exist_ok=True)
        with FileLock(place / "unpacked.lock"):
            if not (place / "unpacked").exists():
                _write(self.data, place / "data")
                _write(self.word_lists or {}, place / "word-lists")
                (place / "unpacked").touch()
        if not self.data and not any(self.folder.glob("*.parquet")):
            raise UsageError(
                f"{self.folder} cannot be read on every machine of the cluster: keep the run's folder on storage "
                "that they share, or raise search.broadcast_limit_mb"
            )
        return Site(
            data=place / "data" if self.data else self.folder,
            scratch=place,
            labels=self.labels,
            word_lists=None if self.word_lists is None else place / "word-lists",
            in_memory=bool(self.data),
        )


def pack(
    dataset: "Dataset", labels: tuple[str, ...], word_lists: Path | None, *, limit_bytes: int
) -> Shipment:
    """Read what is to travel.

    Args:
        dataset: The documents.
        labels: The order of the columns.
        word_lists: A company's folder of further word lists.
        limit_bytes: A data set of more stays where it is.
    """
    files = sorted(dataset.folder.glob("*.parquet"))
    travels = sum(path.stat().st_size for path in files) <= limit_bytes
    return Shipment(
        search=f"search-{uuid.uuid4().hex[:12]}",
        labels=labels,
        folder=dataset.folder.resolve(),
        data=_read(files) if travels else {},
        word_lists=None if word_lists is None else _read(sorted(word_lists.glob("*.yaml"))),
    )


def _read(files: list[Path]) -> Files:
    return {path.name: path.read_bytes() for path in files}


def _write(files: Files, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
