"""The folder of a run."""

import json
from pathlib import Path

import pytest

from training.pipeline.folders import AlreadyRunning, finish, last_finished, run_folder

CONFIG = {"seed": 1}


def test_a_finished_run_is_followed_by_a_new_one(tmp_path: Path) -> None:
    """Each has a folder of its own; the newest finished one is known."""
    with run_folder(tmp_path, "corpus", CONFIG) as first:
        finish(first, {"macro_f1": 0.9})
    with run_folder(tmp_path, "corpus", CONFIG) as second:
        assert second != first
        assert last_finished(tmp_path, "corpus") == first
    assert json.loads((first / "outcome.json").read_text()) == {"macro_f1": 0.9}


def test_an_interrupted_run_goes_on_where_it_was(tmp_path: Path) -> None:
    """With the same configuration."""
    with run_folder(tmp_path, "corpus", CONFIG) as first:
        (first / "journal").touch()
    with run_folder(tmp_path, "corpus", CONFIG) as second:
        assert second == first


def test_another_configuration_does_not_go_on_with_it(tmp_path: Path) -> None:
    """What was found under other settings says nothing here."""
    with run_folder(tmp_path, "corpus", CONFIG) as first:
        pass
    with run_folder(tmp_path, "corpus", {"seed": 2}) as second:
        assert second != first


def test_two_runs_of_one_name_at_once_are_refused(tmp_path: Path) -> None:
    """Two of other names are not."""
    with (
        run_folder(tmp_path, "corpus", CONFIG),
        run_folder(tmp_path, "other", CONFIG),
        pytest.raises(AlreadyRunning, match="give this one another name"),
        run_folder(tmp_path, "corpus", CONFIG),
    ):
        pass


def test_a_run_that_never_was_has_no_finished_folder(tmp_path: Path) -> None:
    """Nor has one that was interrupted."""
    with run_folder(tmp_path, "corpus", CONFIG):
        pass
    assert last_finished(tmp_path, "corpus") is None
    assert last_finished(tmp_path, "never") is None
