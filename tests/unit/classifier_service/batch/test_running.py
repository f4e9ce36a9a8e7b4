"""A batch from call to result, on a real package, in this process."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from rich.console import Console

from classifier_service.batch import planning
from classifier_service.batch.drawing import draw
from classifier_service.batch.parts import Part
from classifier_service.batch.results import Done
from classifier_service.batch.running import Request, run
from classifier_service.batch.sinks import hidden
from classifier_service.batch.sql_sink import with_password
from classifier_service.batch.working import Task, label_part
from mailroom.contracts.errors import MailroomError, UsageError
from mailroom.settings import ClassifierSettings, Settings

OUTPUTS = ("labels.parquet", "labels.jsonl", "sqlite")


@dataclass
class Inline:
    """Labels parts in this process, and is killed after some.

    Attributes:
        killed_after: Parts.
        done: Numbers of the parts that were labelled.
    """

    killed_after: int = 1_000
    done: list[int] = field(default_factory=list)
    _task: Task | None = None

    def __call__(self, task: Task) -> "Inline":
        """Made for a task."""
        self._task = task
        return self

    def label(self, parts: Sequence[Part]) -> Iterator[Done]:
        """One after the other, the last one first."""
        assert self._task is not None
        for part in reversed(parts):
            if len(self.done) == self.killed_after:
                raise KeyboardInterrupt
            self.done.append(part.number)
            yield label_part(self._task, part)


@pytest.fixture
def documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Ten documents in five parts, one of them broken and one blank."""
    rows: list[dict[str, Any]] = [
        {"id": str(number), "text": f"invoice number {number}"} for number in range(10)
    ]
    rows[3]["text"] = "   "
    rows[6] = {"id": "6", "path": "gone.pdf"}
    rows[8]["text"] = "I complain"
    file = tmp_path / "documents.jsonl"
    file.write_text("".join(f"{json.dumps(row):80}\n" for row in rows))
    monkeypatch.setattr(planning, "LEAST_BYTES", 162)
    return file


@dataclass(frozen=True)
class Batch:
    """Calls the same batch again and again."""

    documents: Path
    package: Path
    output: str

    def __call__(
        self, labels: Inline, *, settings: Settings | None = None, said: list[str] | None = None
    ) -> dict[str, Any]:
        """Once."""
        request = Request((str(self.documents),), self.output, str(self.package))
        return run(request, settings or Settings(), labels, (said if said is not None else []).append)

    def rows(self) -> list[dict[str, Any]]:
        """The results."""
        if self.output.endswith(".parquet"):
            return list(pq.read_table(self.output).to_pylist())
        if self.output.endswith(".jsonl"):
            return [json.loads(line) for line in Path(self.output).read_text().splitlines()]
        with sqlite3.connect(self.output.removeprefix("sqlite:///")) as database:
            database.row_factory = sqlite3.Row
            found = [
                dict(row) for row in database.execute("SELECT * FROM labels ORDER BY CAST(id AS INTEGER)")
            ]
        database.close()
        for row in found:
            row.pop("run")
            row["candidates"] = json.loads(row["candidates"] or "null")
        return found


@pytest.fixture(params=OUTPUTS)
def batch(request: pytest.FixtureRequest, documents: Path, small_package: Path, tmp_path: Path) -> Batch:
    """The ten documents into each kind of output."""
    kind = request.param
    output = f"sqlite:///{tmp_path}/labels.db" if kind == "sqlite" else str(tmp_path / "out" / kind)
    return Batch(documents, small_package, output)


def test_every_document_has_its_row(batch: Batch) -> None:
    """In the order of the input; what got no label has its reason, and the summary counts all."""
    summary = batch(Inline())
    rows = batch.rows()
    assert [row["id"] for row in rows] == [str(number) for number in range(10)]
    assert rows[0] == {
        "id": "0",
        "input": str(batch.documents),
        "label": "invoice",
        "confidence": 0.999396,
        "decision": "auto",
        "department": "accounts-payable",
        "language": "und",
        "candidates": [{"label": "invoice", "score": 0.999396}, {"label": "complaint", "score": 0.000604}],
        "deciding_page": None,
        "reason": None,
        "message": None,
    }
    assert [(row["id"], row["reason"]) for row in rows if row["label"] is None] == [
        ("3", "no-text"),
        ("6", "original-missing"),
    ]
    assert rows[6]["message"].endswith("put it back, and run again")
    counts = {
        name: summary[name] for name in ("documents", "labelled", "refused", "labels", "reasons", "parts")
    }
    assert counts == {
        "documents": 10,
        "labelled": 8,
        "refused": 2,
        "labels": {"invoice": 7, "complaint": 1},
        "reasons": {"no-text": 1, "original-missing": 1},
        "parts": 5,
    }


@pytest.mark.parametrize("after", [1, 3, 5])
def test_a_batch_that_was_killed_goes_on(batch: Batch, after: int) -> None:
    """Nothing is labelled twice, nothing is lost, and nobody saw half of the results."""
    first, second = Inline(killed_after=after), Inline()
    if after < 5:
        with pytest.raises(KeyboardInterrupt):
            batch(first)
        assert not Path(batch.output).exists()
        summary = batch(second)
        assert summary["parts_from_earlier_runs"] == after
    else:
        batch(first)
    assert sorted(first.done + second.done) == [0, 1, 2, 3, 4]
    assert [row["id"] for row in batch.rows()] == [str(number) for number in range(10)]


def test_a_batch_that_is_done_is_not_done_again(batch: Batch) -> None:
    """The same call answers with the same counts at once; parts are no longer kept."""
    before = batch(Inline())
    again = Inline()
    after = batch(again)
    assert again.done == []
    assert {**after, "seconds": 0, "parts_from_earlier_runs": 0} == {**before, "seconds": 0}
    assert after["parts_from_earlier_runs"] == 5
    if not batch.output.startswith("sqlite"):
        names = sorted(path.name for path in Path(batch.output).parent.iterdir())
        assert names == [Path(batch.output).name, f"{Path(batch.output).name}.run.json"]


def test_other_documents_or_settings_are_another_batch(batch: Batch) -> None:
    """What an earlier one left unfinished is not mixed in."""
    with pytest.raises(KeyboardInterrupt):
        batch(Inline(killed_after=2))
    strict = Inline()
    batch(strict, settings=Settings(classifier=ClassifierSettings(review_below=1.0)))
    assert sorted(strict.done) == [0, 1, 2, 3, 4]
    rows = [row for row in batch.rows() if row["decision"] == "review"]
    assert len(rows) == 8
    with batch.documents.open("a") as file:
        file.write('{"id": "10", "text": "I complain"}\n')
    more = Inline()
    batch(more)
    assert len(more.done) == 6


def test_results_say_where_they_come_from(batch: Batch, tmp_path: Path) -> None:
    """The model's digest, its settings and the documents, beside the results and in them."""
    summary = batch(Inline())
    about = provenance(batch)
    digest = json.loads((batch.package / "manifest.json").read_text())["digest"]
    assert (about["model"]["digest"], about["model"]["name"], about["run"]) == (
        digest,
        "small",
        summary["run"],
    )
    assert about["hyperparameters"] == {"c": 3.0, "model": {"runtime": "linear-text"}}
    assert about["settings"]["thresholds"] == {"invoice": 0.7, "complaint": 0.6}
    assert (about["inputs"], about["documents"]) == ([str(batch.documents)], 10)
    if batch.output.endswith(".parquet"):
        assert json.loads(pq.read_schema(batch.output).metadata[b"mailroom"]) == about


def provenance(batch: Batch) -> Mapping[str, Any]:
    """What stands beside the results."""
    if not batch.output.startswith("sqlite"):
        return dict(json.loads(Path(f"{batch.output}.run.json").read_text()))
    with sqlite3.connect(batch.output.removeprefix("sqlite:///")) as database:
        [[text]] = database.execute("SELECT provenance FROM labels_runs").fetchall()
    database.close()
    return dict(json.loads(text))


def test_a_foreign_file_is_not_replaced(documents: Path, small_package: Path, tmp_path: Path) -> None:
    """Only what a batch wrote is."""
    (tmp_path / "mine.jsonl").write_text("mine")
    with pytest.raises(UsageError, match="is no result of `mailroom classify`"):
        Batch(documents, small_package, str(tmp_path / "mine.jsonl"))(Inline())
    assert (tmp_path / "mine.jsonl").read_text() == "mine"


@pytest.mark.parametrize(
    ("output", "error"),
    [
        ("labels.csv", r"labels\.csv: write to a file that ends in \.parquet or \.jsonl"),
        ("nonsense://host/base", "no URL of a database that SQLAlchemy knows"),
        ("mssql+pymssql://host/base", "no driver for the database: install pymssql"),
        ("sqlite:////nowhere/at/all.db", "unable to open database file"),
        ("/dev/null/labels.jsonl", "is there room, and may this user read and write it"),
    ],
)
def test_an_output_that_cannot_be_is_refused_at_once(
    documents: Path, small_package: Path, output: str, error: str
) -> None:
    """Before a document is labelled."""
    labels = Inline()
    with pytest.raises(MailroomError, match=error):
        Batch(documents, small_package, output)(labels)
    assert labels.done == []


def test_a_table_of_others_is_not_written_to(documents: Path, small_package: Path, tmp_path: Path) -> None:
    """It is there with other columns."""
    with sqlite3.connect(tmp_path / "a.db") as database:
        database.execute("CREATE TABLE labels (name TEXT)")
    database.close()
    labels = Inline()
    with pytest.raises(MailroomError, match="no such column"):
        Batch(documents, small_package, f"sqlite:///{tmp_path}/a.db")(labels)
    assert labels.done == []


def test_a_file_by_its_uri_is_a_file_of_this_machine(
    documents: Path, small_package: Path, tmp_path: Path
) -> None:
    """It is renamed into its place, not copied there before the eyes of readers."""
    batch = Batch(documents, small_package, f"file://{tmp_path}/a.jsonl")
    with pytest.raises(KeyboardInterrupt):
        batch(Inline(killed_after=1))
    assert len(list(tmp_path.glob(".a.jsonl-*"))) == 1
    assert batch(Inline())["documents"] == 10
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "a.jsonl",
        "a.jsonl.run.json",
        "documents.jsonl",
    ]


def test_a_password_is_never_shown() -> None:
    """Neither in the summary nor in a message."""
    assert hidden("postgresql://me:secret@host/base") == "postgresql://me:***@host/base"
    assert hidden("s3://bucket/labels.parquet") == "s3://bucket/labels.parquet"


def test_a_password_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """By a variable, or by the file that its variable names; it may hold any sign."""
    url = "postgresql://me:${MAILS_PASSWORD}@host/base"
    with pytest.raises(UsageError, match="set MAILS_PASSWORD, or MAILS_PASSWORD_FILE"):
        with_password(url)
    monkeypatch.setenv("MAILS_PASSWORD", "a:b/c@d")
    assert with_password(url) == "postgresql://me:a%3Ab%2Fc%40d@host/base"
    (tmp_path / "secret").write_text("other\n")
    monkeypatch.setenv("MAILS_PASSWORD_FILE", str(tmp_path / "secret"))
    assert with_password(url) == "postgresql://me:other@host/base"
    assert with_password("postgresql://me@host/base") == "postgresql://me@host/base"


def test_a_part_that_was_lost_is_told(documents: Path, small_package: Path, tmp_path: Path) -> None:
    """Workers that do not share the output's folder cannot keep anything there."""
    folder = tmp_path / "out"

    @dataclass
    class Elsewhere(Inline):
        def label(self, parts: Sequence[Part]) -> Iterator[Done]:
            for done in super().label(parts):
                next(folder.glob(f".*/{done.number:08}.jsonl")).unlink()
                yield done

    batch = Batch(documents, small_package, str(folder / "labels.jsonl"))
    with pytest.raises(MailroomError, match="workers must share the folder of --output"):
        batch(Elsewhere())
    assert not Path(batch.output).exists()


def test_whoever_waits_is_told(
    documents: Path, small_package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line of a log after each part, were it not for the ten seconds between two of them."""
    monkeypatch.setattr("mailroom.progress.EVERY_SECONDS", 0.0)
    said: list[str] = []
    Batch(documents, small_package, str(tmp_path / "a.jsonl"))(Inline(), said=said)
    assert len(said) == 5
    assert said[-1].startswith("labelling: 10 documents, 100%, 2 refused, about 0 s left")


def test_a_person_is_told_in_lines(documents: Path, small_package: Path, tmp_path: Path) -> None:
    """Counts, what went to a person, what was done before, where it is and by which model."""
    batch = Batch(documents, small_package, str(tmp_path / "a.jsonl"))
    with pytest.raises(KeyboardInterrupt):
        batch(Inline(killed_after=2))
    console = Console(record=True, width=200)
    draw(console, {**batch(Inline()), "seconds": 75.0})
    digest = json.loads((small_package / "manifest.json").read_text())["digest"][:12]
    said = [" ".join(line.split()) for line in console.export_text().splitlines()]
    assert said[:4] == ["invoice 7", "complaint 1", "refused: no-text 1", "refused: original-missing 1"]
    assert said[4] == "10 documents in 1 min, 0 for a person; 2 of 5 parts were done before"
    assert said[5].startswith(f"{tmp_path}/a.jsonl, by small ")
    assert said[5].endswith(f"({digest})")


@pytest.mark.parametrize("library", ["pyarrow", "sqlalchemy"])
def test_a_library_that_is_missing_is_named(
    documents: Path, small_package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    """With what to install, before anything is begun."""
    module = "classifier_service.batch.extras.find_spec"
    monkeypatch.setattr(module, lambda name: None if name == library else find_spec(name))
    output = f"sqlite:///{tmp_path}/a.db" if library == "sqlalchemy" else str(tmp_path / "a.parquet")
    with pytest.raises(
        UsageError, match=f"{library} is not installed: install Mailroom with its `batch` extra"
    ):
        Batch(documents, small_package, output)(Inline())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["documents.jsonl"]


def test_no_documents_are_no_batch(small_package: Path, tmp_path: Path) -> None:
    """An empty list is a mistake that is told."""
    (tmp_path / "a.jsonl").touch()
    with pytest.raises(UsageError, match=r"a\.jsonl: no documents"):
        Batch(tmp_path / "a.jsonl", small_package, str(tmp_path / "b.jsonl"))(Inline())
