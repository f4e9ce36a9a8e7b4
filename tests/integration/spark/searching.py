"""A small search; `python -m tests.integration.spark.searching` runs one as a driver of its own, to be killed."""

import json
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.dataset import Dataset, write_dataset
from training.documents import LabelledDocument
from training.folds import Fold
from training.search.results import SearchResult
from training.search.search import search
from training.search.settings import SearchSettings
from training.spark import SparkSettings, session, stop
from training.split import SplitPlan

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

KERNELS = "tests.integration.spark.searched_kernels"
WORDS = {
    "invoice": "invoice number amount due vat payment total iban",
    "complaint": "complain unacceptable refund never received promised disappointed",
    "other": "minutes meeting agenda report newsletter committee policy",
}
LABELS = tuple(WORDS)
COUNT = 90
PLAN = SplitPlan(
    tuple(
        Fold(
            tuple(place for place in range(COUNT) if place % 3 != number),
            tuple(range(number, COUNT, 3)),
        )
        for number in range(3)
    ),
    tuple(range(COUNT)),
    LABELS,
)


def small_dataset(folder: Path) -> Dataset:
    """Ninety documents of three labels and two sources."""
    source = random.Random(3)
    common = ["the", "a", "of", "company", "date", "page", "with", "and", "for", "letter"]
    documents = [
        LabelledDocument(
            id=f"{label}-{number}",
            label=label,
            text=" ".join(source.choices(WORDS[label].split() + common * 3, k=12)),
            source=f"source-{number % 2}",
        )
        for label in WORDS
        for number in range(COUNT // 3)
    ]
    source.shuffle(documents)
    return write_dataset(documents, folder)


def small_search(
    spark: "SparkSession", folder: Path, *, seed: int = 1, dataset: Dataset | None = None, **settings: Any
) -> SearchResult:
    """Search among the kernels of these tests."""
    chosen = SearchSettings.model_validate({"kernels": [f"{KERNELS}.Small"], **settings})
    found = dataset or small_dataset(folder / "data")
    return search(spark, found, PLAN, LABELS, chosen, seed, folder, lambda _: None)


def main() -> None:
    """Arguments: a folder, and settings of Spark and of the search as JSON."""
    folder, master, settings = Path(sys.argv[1]), json.loads(sys.argv[2]), json.loads(sys.argv[3])
    spark = session(SparkSettings.model_validate({"driver_memory": "512m", **master}))
    result = small_search(spark, folder, **settings)
    stop(spark)
    rows = [[item.status, round(item.score, 4), item.reason] for item in result.candidates]
    sys.stdout.write(json.dumps(rows) + "\n")


if __name__ == "__main__":
    main()
