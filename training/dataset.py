"""The documents of a run on disk, as Parquet: texts are read where they are needed, the driver keeps the rest.

The order of the rows is the order of the documents: a place in it names a document in folds, predictions and reports.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from training.documents import LabelledDocument

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

TEXT = "text"
COLUMNS = tuple(field.name for field in fields(LabelledDocument))


@dataclass(frozen=True)
class Dataset:
    """Documents at rest.

    Attributes:
        folder: Holds Parquet files with the columns of `LabelledDocument`, in the order of their names.
    """

    folder: Path

    def __len__(self) -> int:
        return len(self.index)

    @cached_property
    def index(self) -> list[LabelledDocument]:
        """Every document without its text."""
        columns = [name for name in COLUMNS if name != TEXT]
        rows = (row for file in self._files for row in file.read(columns=columns).to_pylist())
        return [LabelledDocument(text="", **row) for row in rows]

    def documents(self, places: Sequence[int] | None = None) -> list[LabelledDocument]:
        """Documents with their texts.

        Args:
            places: Which ones, in the order wanted; all of them without.
        """
        if places is None:
            return [document for file in self._files for document in _read(file.read(columns=list(COLUMNS)))]
        wanted = np.asarray(places, dtype=np.int64)
        order = np.argsort(wanted, kind="stable")
        found: list[LabelledDocument] = []
        for file, (start, end) in zip(self._files, pairwise(self._starts), strict=True):
            inside = wanted[order][(wanted[order] >= start) & (wanted[order] < end)] - start
            if len(inside):
                found.extend(_read(file.read(columns=list(COLUMNS)).take(inside)))
        back = np.argsort(order, kind="stable")
        return [found[place] for place in back]

    def batches(self, size: int) -> Iterator[list[LabelledDocument]]:
        """All documents with their texts, in their order, so many at a time at most."""
        for file in self._files:
            for batch in file.iter_batches(batch_size=size, columns=list(COLUMNS)):
                yield _read(batch)

    @property
    def starts(self) -> dict[str, int]:
        """The place of the first document of each file, by the file's name."""
        names = sorted(path.name for path in self.folder.glob("*.parquet"))
        return dict(zip(names, self._starts, strict=False))

    @cached_property
    def _files(self) -> list["pq.ParquetFile"]:
        import pyarrow.parquet as pq  # noqa: PLC0415 - serving never needs it

        return [pq.ParquetFile(path) for path in sorted(self.folder.glob("*.parquet"))]

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *np.cumsum([file.metadata.num_rows for file in self._files]).tolist()]


def write_dataset(documents: Sequence[LabelledDocument], folder: Path) -> Dataset:
    """Keep documents as one Parquet file, in their order.

    Args:
        documents: Cleansed.
        folder: Made if need be; must hold no other Parquet files.
    """
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    table = pa.Table.from_pylist([asdict(document) for document in documents], schema=schema())
    pq.write_table(table, folder / "part-00000.parquet", row_group_size=5_000)
    return Dataset(folder)


def schema() -> "pa.Schema":
    """The columns of a dataset as Arrow knows them."""
    import pyarrow as pa  # noqa: PLC0415

    kinds = {str: pa.string(), int: pa.int64(), bool: pa.bool_()}
    return pa.schema([pa.field(field.name, kinds[field.type]) for field in fields(LabelledDocument)])  # type: ignore[index]


def _read(table: "pa.Table | pa.RecordBatch") -> list[LabelledDocument]:
    return [LabelledDocument(**row) for row in table.to_pylist()]
