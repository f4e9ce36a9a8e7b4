"""`mailroom models`, as a person calls it, on a real store."""

import json
import shutil
from pathlib import Path

import pytest

from cli.main import main
from tests.unit.training.runs import written_run
from training.documents import LabelledDocument
from training.record import RunRecord
from training.tracking.runs import tracked
from training.tracking.settings import TrackingSettings


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, blank_tracking: Path) -> tuple[str, RunRecord]:
    """A store in which one run registered one version."""
    folder = tmp_path_factory.mktemp("models")
    documents = [
        LabelledDocument("a", "invoice", "amount due", "till"),
        LabelledDocument("b", "complaint", "sorry", "post"),
    ]
    chances = [[0.9, 0.1], [0.2, 0.8]]
    run = written_run(
        folder, documents=documents, labels=("invoice", "complaint"), unseen=chances, seen=chances
    )
    uri = f"sqlite:///{shutil.copy(blank_tracking, folder / 'mlflow.db')}"
    with tracked(TrackingSettings(uri=uri), name=run.name, folder=folder / "run") as begun:
        begun.publish(run, [])
    return uri, run


def models(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run a verb: exit status, standard output, standard error."""
    with pytest.raises(SystemExit) as status:
        main(["models", *arguments])
    streams = capsys.readouterr()
    return int(str(status.value.code)), streams.out, streams.err


def test_list_show_and_trace(store: tuple[str, RunRecord], capsys: pytest.CaptureFixture[str]) -> None:
    """One JSON document each, and the same version in all of them."""
    uri, run = store
    _, out, _ = models(capsys, "list", "--tracking-uri", uri, "--json")
    (version,) = json.loads(out)["versions"]
    assert (version["version"], version["digest"]) == (1, run.manifest.digest)
    _, out, _ = models(capsys, "show", "candidate", "--tracking-uri", uri, "--json")
    shown = json.loads(out)
    assert shown["model"] == version
    assert shown["metrics"]["macro_f1_unseen_sources"] == 0.5
    assert shown["parameters"]["kernel"] == "text-linear"
    _, out, _ = models(capsys, "trace", str(run.package), "--tracking-uri", uri, "--json")
    assert json.loads(out)["model"] == version


def test_a_person_reads_lines(store: tuple[str, RunRecord], capsys: pytest.CaptureFixture[str]) -> None:
    """Without --json the same facts come as text."""
    uri, run = store
    _, out, _ = models(capsys, "list", "--tracking-uri", uri)
    assert run.manifest.digest[:12] in out
    _, out, _ = models(capsys, "trace", run.manifest.digest, "--tracking-uri", uri)
    assert f"data.fingerprint: {run.manifest.data_fingerprint}" in out.splitlines()


def test_promote(store: tuple[str, RunRecord], capsys: pytest.CaptureFixture[str]) -> None:
    """The champion is named; a version that is not there is refused with status 1 and a mend."""
    uri, _ = store
    code, out, _ = models(capsys, "promote", "1", "--tracking-uri", uri)
    assert (code, out) == (0, "mailroom version 1 is the champion\n")
    code, out, err = models(capsys, "promote", "8", "--tracking-uri", uri, "--json")
    assert (code, out) == (1, "")
    assert "no version '8'" in err
    assert "`mailroom models list` shows what there is" in err


def test_an_empty_store(blank_tracking: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing registered is an answer, not an error."""
    uri = f"sqlite:///{blank_tracking}"
    code, out, _ = models(capsys, "list", "--tracking-uri", uri)
    assert code == 0
    assert "`mailroom train --config …` makes the first" in out


def test_verify(store: tuple[str, RunRecord], capsys: pytest.CaptureFixture[str]) -> None:
    """Digests and golden documents; a changed file is named, with status 1."""
    package = store[1].package
    code, out, _ = models(capsys, "verify", "--package", str(package), "--json")
    said = json.loads(out)
    assert (code, said["digest"], said["largest_difference"] < 1e-9) == (0, store[1].manifest.digest, True)
    assert said["golden_documents"] == 2


def test_verify_a_changed_package(
    store: tuple[str, RunRecord], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that is not the packed one."""
    copy = shutil.copytree(store[1].package, tmp_path / "copy")
    (copy / "golden.jsonl").write_text("{}\n")
    code, _, err = models(capsys, "verify", "--package", str(copy))
    assert code == 1
    assert "is not the file that was packed" in err


def test_what_cannot_be_traced_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    """Status 2, before any store is opened."""
    code, _, err = models(capsys, "trace", "no-such-thing", "--tracking-uri", "http://127.0.0.1:9")
    assert code == 2
    assert "give a package's folder" in err


def test_credentials_in_the_address_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """They would be shown; MLflow's variables hold them."""
    code, _, err = models(capsys, "list", "--tracking-uri", "http://me:secret@host")
    assert code == 2
    assert "MLFLOW_TRACKING_USERNAME" in err
    assert "secret" not in err
