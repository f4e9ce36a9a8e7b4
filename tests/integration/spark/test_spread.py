"""Work spread over executors."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mailroom.contracts.errors import MailroomError, UsageError
from tests.integration.spark.conftest import SETTINGS
from training.spark import SparkFailed
from training.spread import spread

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def squared(item: int, folder: Path | None) -> tuple[int, str]:
    """A square, and what the folder that was sent along says."""
    return item * item, (folder / "deep" / "word").read_text() if folder else ""


def failing(error: Exception, item: int, _: Path | None) -> int:
    """Fails at the third."""
    if item == 2:
        raise error
    return item


def test_every_item_is_done_once(spark: "SparkSession", tmp_path: Path) -> None:
    """Executors find the folder that is sent along; another one may follow in the same session."""
    (tmp_path / "deep").mkdir()
    for word in ("first", "second"):
        (tmp_path / "deep" / "word").write_text(word)
        done = sorted(spread(squared, range(50), SETTINGS, folder=tmp_path))
        assert done == [(number * number, word) for number in range(50)]
    assert list(spread(squared, [], SETTINGS)) == []


@pytest.mark.parametrize("kind", [MailroomError, UsageError])
def test_an_error_of_ours_comes_in_its_own_words(spark: "SparkSession", kind: type[MailroomError]) -> None:
    """With its exit status, and without Java's stack."""
    with pytest.raises(MailroomError, match=r"^mend it$") as caught:
        list(spread(partial(failing, kind("mend it")), range(4), SETTINGS))
    assert caught.value.exit_code == kind.exit_code


def test_any_other_error_ends_the_job(spark: "SparkSession") -> None:
    """Spark tries again, then gives up; its log is named."""
    with pytest.raises(SparkFailed, match=r"Spark gave up on local\[2\]; its log is .*spark\.log"):
        list(spread(partial(failing, RuntimeError("a bug")), range(4), SETTINGS))
