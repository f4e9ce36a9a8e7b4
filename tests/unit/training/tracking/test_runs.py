"""Runs in a real MLflow store on disk."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from mailroom.contracts.errors import GateRefused, UsageError
from mailroom.model_package import load
from training.record import RunRecord
from training.tracking.client import experiment_id, open_client
from training.tracking.errors import NotRegistered, TrackingFailed
from training.tracking.registry import Registry
from training.tracking.runs import begin, tracked
from training.tracking.settings import TrackingSettings
from training.tracking.trace import Subject, subject_of, trace

REPORT = "report.html"


def publish(settings: TrackingSettings, run: RunRecord, folder: Path) -> str:
    """Track a finished run; its id."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / REPORT).write_text("<p>told</p>")
    with tracked(settings, name=run.name, folder=folder) as begun:
        begun.publish(run, [folder / REPORT])
    return begun.id


def test_everything_is_kept_and_registered(
    settings: TrackingSettings, run: RunRecord, tmp_path: Path
) -> None:
    """Status, figures, artefacts, and a version whose package loads and is the one that was trained."""
    run_id = publish(settings, run, tmp_path / "one")
    client = open_client(settings)
    kept = client.get_run(run_id)
    assert kept.info.status == "FINISHED"
    assert kept.info.run_name == "quarterly"
    assert kept.data.metrics["macro_f1_unseen_sources"] == 0.5
    assert kept.data.params["kernel"] == "text-linear"
    assert kept.data.tags["digest"] == run.manifest.digest
    assert sorted(item.path for item in client.list_artifacts(run_id)) == [
        "candidates.json",
        "config.yaml",
        "environment.json",
        "package",
        "report.html",
        "sources.json",
    ]
    (version,) = Registry(settings).versions()
    assert (version.version, version.aliases, version.run_id) == (1, ("candidate",), run_id)
    assert load(Path(version.package.removeprefix("file://"))).manifest == run.manifest


def test_the_last_one_is_the_candidate(settings: TrackingSettings, run: RunRecord, tmp_path: Path) -> None:
    """Each run is a version; the newest comes first and has the alias."""
    publish(settings, run, tmp_path / "one")
    publish(settings, run, tmp_path / "two")
    assert [(item.version, item.aliases) for item in Registry(settings).versions()] == [
        (2, ("candidate",)),
        (1, ()),
    ]


@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [
        (GateRefused("integrity: 12 labels contradict"), "FAILED", "integrity: 12 labels contradict"),
        (ValueError("odd"), "FAILED", "ValueError: odd"),
        (KeyboardInterrupt(), "KILLED", "interrupted by the user"),
    ],
)
def test_what_ends_a_run_is_kept(
    settings: TrackingSettings, tmp_path: Path, error: BaseException, status: str, reason: str
) -> None:
    """The run says how and why it ended, nothing is registered, and the error goes on its way."""
    with pytest.raises(type(error)), tracked(settings, name="x", folder=tmp_path / "x") as begun:
        raise error
    kept = open_client(settings).get_run(begun.id)
    assert (kept.info.status, kept.data.tags["failure"]) == (status, reason)
    assert Registry(settings).versions() == []


def test_a_package_that_did_not_arrive_whole_is_not_registered(
    settings: TrackingSettings, run: RunRecord, tmp_path: Path
) -> None:
    """A file that the manifest names is missing from the store: no version, and the run failed."""
    lost = next(iter(run.manifest.files))
    (run.package / lost).unlink()
    with pytest.raises(TrackingFailed, match="nothing was registered"):
        publish(settings, run, tmp_path / "one")
    client = open_client(settings)
    (kept,) = client.search_runs([experiment_id(client, settings)])
    assert kept.info.status == "FAILED"
    assert Registry(settings).versions() == []


def test_a_killed_run_goes_on_as_the_same(settings: TrackingSettings, run: RunRecord, tmp_path: Path) -> None:
    """What a killed process began is finished by the next one; a finished run is never taken up again."""
    killed = begin(settings, name="x", folder=tmp_path / "one")
    assert publish(settings, run, tmp_path / "one") == killed.id
    assert publish(settings, run, tmp_path / "one") != killed.id
    assert [item.version for item in Registry(settings).versions()] == [2, 1]


def test_a_run_that_failed_and_is_tried_again(
    settings: TrackingSettings, run: RunRecord, tmp_path: Path
) -> None:
    """It goes on as the same, without the old reason; one that died amid its results makes room for another."""
    with (
        pytest.raises(ValueError, match="once"),
        tracked(settings, name="x", folder=tmp_path / "one") as begun,
    ):
        raise ValueError("once")
    dying = begin(settings, name="x", folder=tmp_path / "one")
    assert dying.id == begun.id
    assert "failure" not in open_client(settings).get_run(begun.id).data.tags
    dying._log_values(run)
    again = publish(settings, run, tmp_path / "one")
    assert again != begun.id
    assert open_client(settings).get_run(begun.id).info.status == "FAILED"


def test_a_damaged_memory_is_no_memory(settings: TrackingSettings, run: RunRecord, tmp_path: Path) -> None:
    """A run whose note was half-written is tracked as a new one."""
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "tracking.json").write_text('{"uri": ')
    run_id = publish(settings, run, tmp_path / "one")
    assert json.loads((tmp_path / "one" / "tracking.json").read_text())["run_id"] == run_id


def test_promote(settings: TrackingSettings, run: RunRecord, tmp_path: Path) -> None:
    """By number or alias, once or twice; the alias is on one version at a time."""
    publish(settings, run, tmp_path / "one")
    publish(settings, run, tmp_path / "two")
    registry = Registry(settings)
    assert registry.promote("1").aliases == ("champion",)
    assert registry.promote("1").aliases == ("champion",)
    assert registry.promote("candidate").aliases == ("candidate", "champion")
    assert registry.version("1").aliases == ()


def test_promote_refuses_what_is_not_there(
    settings: TrackingSettings, run: RunRecord, tmp_path: Path
) -> None:
    """No such version, or a version whose package was deleted."""
    publish(settings, run, tmp_path / "one")
    registry = Registry(settings)
    with pytest.raises(NotRegistered, match="no version '7'"):
        registry.promote("7")
    (Path(registry.version("1").package.removeprefix("file://")) / "manifest.json").unlink()
    with pytest.raises(NotRegistered, match="is gone from"):
        registry.promote("1")
    assert registry.version("1").aliases == ("candidate",)


def test_trace_from_package_and_from_label(
    settings: TrackingSettings, run: RunRecord, tmp_path: Path
) -> None:
    """Both lead to version, run, code and data."""
    run_id = publish(settings, run, tmp_path / "one")
    found = trace(Registry(settings), subject_of(str(run.package)))
    assert found["label"] is None
    assert (found["model"]["version"], found["run"]["id"]) == (1, run_id)
    assert found["data"] == {"fingerprint": run.manifest.data_fingerprint, "documents": 4}
    assert found["code"]["mailroom_version"] == "0.1.0"
    assert set(found["code"]) == {"revision", "dirty", "folder", "mailroom_version", "mailroom_revision"}
    record = tmp_path / "label.json"
    record.write_text(
        json.dumps({"id": "7", "label": "invoice", "model": {"name": "m", "digest": run.manifest.digest}})
    )
    told = trace(Registry(settings), subject_of(str(record)))
    assert told["label"] == {"id": "7", "label": "invoice"}
    assert told["run"] == found["run"]


def test_trace_tells_that_a_package_was_registered_twice(
    settings: TrackingSettings, run: RunRecord, tmp_path: Path
) -> None:
    """The same seed and data give the same package: the newest version is told, the others are named."""
    publish(settings, run, tmp_path / "one")
    publish(settings, run, tmp_path / "two")
    found = trace(Registry(settings), subject_of(run.manifest.digest[:10]))
    assert (found["model"]["version"], found["also_registered_as"]) == (2, [1])


def test_trace_of_what_is_not_registered(settings: TrackingSettings) -> None:
    """The store is named, and what to do."""
    with pytest.raises(NotRegistered, match="--tracking-uri"):
        trace(Registry(settings), Subject("0" * 64, {}))


@pytest.mark.parametrize("given", ["nowhere", '{"id": "7"}', "{broken", "[]"])
def test_what_cannot_be_traced(given: str) -> None:
    """Neither a package nor a label: the forms are named."""
    with pytest.raises(UsageError, match="give a package's folder"):
        subject_of(given)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    """Said at once, before any work, and the file stays as it is."""
    (tmp_path / "mlflow.db").write_text("letters, not a database " * 100)
    settings = TrackingSettings(uri=f"sqlite:///{tmp_path / 'mlflow.db'}")
    with pytest.raises(TrackingFailed, match="file is not a database"):
        open_client(settings)
    assert (tmp_path / "mlflow.db").read_text().startswith("letters")


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    """Said in one line after a few seconds, not minutes."""
    with (
        pytest.raises(TrackingFailed, match=r"tracking at http://127\.0\.0\.1:9 failed") as failed,
        tracked(TrackingSettings(uri="http://127.0.0.1:9"), name="x", folder=tmp_path),
    ):
        pass
    assert "\n" not in str(failed.value)


def test_an_address_of_no_kind() -> None:
    """The kinds are named."""
    with pytest.raises(UsageError, match="write sqlite:///file"):
        open_client(TrackingSettings(uri="ftp://nowhere"))


def test_no_credentials_in_an_address() -> None:
    """An address is shown in messages and traces."""
    with pytest.raises(ValidationError, match="MLFLOW_TRACKING_USERNAME"):
        TrackingSettings(uri="http://me:secret@host")


def test_the_default_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Under Mailroom's home, or where the variable says."""
    monkeypatch.setenv("MAILROOM_HOME", str(tmp_path))
    assert TrackingSettings().uri == f"sqlite:///{tmp_path}/tracking/mlflow.db"
    monkeypatch.setenv("MAILROOM_TRACKING__URI", "http://tracking:5000")
    assert TrackingSettings().uri == "http://tracking:5000"
