"""Documents and word lists on their way to the machines that fit."""

from pathlib import Path

import pytest

from mailroom.contracts.errors import UsageError
from training.dataset import Dataset, write_dataset
from training.documents import LabelledDocument
from training.search.shipping import pack

DOCUMENTS = [LabelledDocument("1", "a", "one"), LabelledDocument("2", "b", "two")]


def test_small_data_travels(tmp_path: Path) -> None:
    """A machine that shares no folder with the driver has documents and word lists."""
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "a.yaml").write_text("en: {names: [x]}")
    dataset = write_dataset(DOCUMENTS, tmp_path / "data")
    shipment = pack(dataset, ("a", "b"), tmp_path / "words", limit_bytes=1_000_000)
    for path in (tmp_path / "data").iterdir():
        path.unlink()
    sites = [shipment.unpack(tmp_path / "machine") for _ in range(2)]
    assert sites[0] == sites[1]
    assert Dataset(sites[0].data).documents() == DOCUMENTS
    assert sites[0].word_lists is not None
    assert (sites[0].word_lists / "a.yaml").read_text() == "en: {names: [x]}"
    assert sites[0].in_memory


def test_large_data_stays_where_it_is(tmp_path: Path) -> None:
    """It is read from its folder, as far as it is needed."""
    dataset = write_dataset(DOCUMENTS, tmp_path / "data")
    site = pack(dataset, ("a", "b"), None, limit_bytes=10).unpack(tmp_path / "machine")
    assert site.data == tmp_path / "data"
    assert not site.in_memory
    assert site.word_lists is None


def test_a_machine_that_cannot_reach_the_data_says_so(tmp_path: Path) -> None:
    """With both mends."""
    dataset = write_dataset(DOCUMENTS, tmp_path / "data")
    shipment = pack(dataset, ("a", "b"), None, limit_bytes=10)
    for path in (tmp_path / "data").iterdir():
        path.unlink()
    with pytest.raises(UsageError, match=r"storage that they share, or raise search.broadcast_limit_mb"):
        shipment.unpack(tmp_path / "machine")
