"""Documents to check, as Spark sees them."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from training.dataset import write_dataset
from training.documents import LabelledDocument
from training.integrity import placed

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

Frame = Callable[[Sequence[LabelledDocument]], "DataFrame"]


@pytest.fixture(scope="session")
def frame(spark: "SparkSession", tmp_path_factory: pytest.TempPathFactory) -> Frame:
    """Keeps documents as a data set and reads it."""
    folder: Path = tmp_path_factory.mktemp("datasets")

    def read(documents: Sequence[LabelledDocument]) -> "DataFrame":
        return placed(spark, write_dataset(documents, folder / uuid4().hex))

    return read
