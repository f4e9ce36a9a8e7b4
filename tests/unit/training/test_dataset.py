"""Documents at rest."""

from pathlib import Path

import pytest

from training.dataset import Dataset, write_dataset
from training.documents import LabelledDocument

DOCUMENTS = [LabelledDocument(f"d{n}", "invoice", f"text {n}", source="s", lang="en") for n in range(12)]


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    """Twelve documents."""
    return write_dataset(DOCUMENTS, tmp_path / "data")


def test_all_come_back_in_their_order(dataset: Dataset) -> None:
    """What was kept is what is read."""
    assert dataset.documents() == DOCUMENTS


def test_places_are_answered_in_the_order_asked_for(dataset: Dataset) -> None:
    """A place may be asked for twice."""
    found = [document.text for document in dataset.documents([7, 0, 11, 7])]
    assert found == ["text 7", "text 0", "text 11", "text 7"]


def test_the_index_has_no_text(dataset: Dataset) -> None:
    """The driver keeps what tells documents apart, not what they say."""
    assert [(row.id, row.text, row.lang) for row in dataset.index][:2] == [("d0", "", "en"), ("d1", "", "en")]
    assert len(dataset) == 12


def test_several_files_are_one_data_set(tmp_path: Path) -> None:
    """Spark writes a file per partition; places count through them in the order of their names."""
    for part in range(3):
        write_dataset(DOCUMENTS[part * 4 : part * 4 + 4], tmp_path / str(part))
        (tmp_path / str(part) / "part-00000.parquet").rename(tmp_path / f"part-{part}.parquet")
    found = Dataset(tmp_path).documents([9, 3])
    assert [document.id for document in found] == ["d9", "d3"]
