"""Near-duplicates, found by Spark."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from training.dataset import Dataset, write_dataset
from training.documents import LabelledDocument
from training.integrity import placed
from training.integrity.near_duplicates import _candidates, _hashed, _shingled, near_duplicates

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

Frame = Callable[[Sequence[LabelledDocument]], "DataFrame"]

LETTER = (
    "Dear Sir or Madam, please find enclosed our invoice number 4711 over 120.50 EUR for the maintenance of the lift"
    " in your building at the harbour, payable within 14 days after receipt of this letter. Kind regards, the office"
)
MINUTES = (
    "Minutes of the meeting of the choir: the chairman opened the evening, the treasurer reported a balance that"
    " pleased everybody, and the concert in spring was moved to the church because the hall will be rebuilt then"
)


def documents(*texts: str) -> list[LabelledDocument]:
    """Documents of one class with these texts."""
    return [LabelledDocument(f"d{number}", "other", text) for number, text in enumerate(texts)]


def test_copies_with_other_figures_and_a_changed_word_are_near_duplicates(frame: Frame) -> None:
    """Amounts, dates, case and one word do not make another text; another subject does, and so does nothing at all."""
    other_figures = LETTER.replace("4711", "0815").replace("120.50", "9,999.00").upper()
    texts = (LETTER, MINUTES, other_figures, LETTER.replace("harbour", "station"), "", " ... ", "Yes", "yes!")
    found = near_duplicates(frame(documents(*texts)), 0.7)
    numbers = found.groups
    assert sorted(numbers) == [0, 2, 3, 6, 7]
    assert numbers[0] == numbers[2] == numbers[3] != numbers[6] == numbers[7]
    exact = {(row["a"], row["b"]): row["similarity"] for row in found.pairs.collect()}
    assert exact[0, 2] == 1.0
    assert round(exact[0, 3], 3) == 0.85


def test_a_hundred_copies_are_not_compared_with_each_other(frame: Frame) -> None:
    """Each is compared with the first and with the one before it, so that time does not grow with the square."""
    rows = frame(documents(*[LETTER] * 100))
    assert _candidates(_hashed(_shingled(rows))).count() == 99 + 98
    groups = near_duplicates(rows, 0.7).groups
    assert len(groups) == 100
    assert len(set(groups.values())) == 1


def test_without_a_word_there_is_nothing_to_compare(frame: Frame) -> None:
    """Documents without text have no near-duplicates, and are no error."""
    assert near_duplicates(frame(documents("", "...")), 0.7).groups == {}


def test_rows_know_their_place(spark: "SparkSession", tmp_path: Path) -> None:
    """Spark reads the files of a data set in any order; the place is that of the data set all the same."""
    items = documents(*(f"text {number}" for number in range(10)))
    for part, (start, end) in enumerate([(0, 4), (4, 5), (5, 10)]):
        source = write_dataset(items[start:end], tmp_path / f"part-{part}").folder / "part-00000.parquet"
        (tmp_path / "whole").mkdir(exist_ok=True)
        source.rename(tmp_path / "whole" / f"part-{part:05}.parquet")
    rows = placed(spark, Dataset(tmp_path / "whole")).select("place", "id").collect()
    assert {row["place"]: row["id"] for row in rows} == {number: f"d{number}" for number in range(10)}
