"""Where `mailroom train --config` runs Spark."""

from pathlib import Path
from typing import Any

import pytest

from cli.main import main
from training.config import RunConfig, read_config
from training.pipeline import shell

RUN = "sources: [{type: samples, count: 70}]\nspark: {executor_memory: 1g}\n"


class Started:
    """Stands at the place where a run begins, and keeps what it would have been started with."""

    config: RunConfig

    def __call__(self, config: RunConfig, **_: Any) -> "Started":
        """Take the configuration."""
        self.config = config
        return self

    def told(self) -> dict[str, Any]:
        """What the verb prints."""
        return {}


@pytest.fixture
def run_file(tmp_path: Path) -> Path:
    """A run that does not say where."""
    path = tmp_path / "run.yaml"
    path.write_text(RUN, encoding="utf-8")
    return path


def test_a_flag_names_the_cluster(run_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--master` replaces the master alone; the file's other settings of Spark hold."""
    started = Started()
    monkeypatch.setattr(shell, "run", started)
    shell.train_by(run_file, master="spark://there:7077")
    assert started.config.spark.master == "spark://there:7077"
    assert started.config.spark.executor_memory == "1g"


def test_a_variable_names_the_cluster(run_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that does not say where goes where `MAILROOM_SPARK__MASTER` says, as in a container."""
    monkeypatch.setenv("MAILROOM_SPARK__MASTER", "spark://here:7077")
    assert read_config(run_file).spark.master == "spark://here:7077"


def test_a_cluster_is_for_whole_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--master` without `--config` is wrong usage, and the message says what to add."""
    with pytest.raises(SystemExit) as ended:
        main(
            [
                "train",
                "--master",
                "spark://there:7077",
                "--documents",
                "x",
                "--output",
                str(tmp_path / "package"),
            ]
        )
    assert ended.value.code == 2
    assert "give --config RUN.yaml" in capsys.readouterr().err
