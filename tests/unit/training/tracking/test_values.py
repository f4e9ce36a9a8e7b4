"""A run in MLflow's terms."""

from dataclasses import replace
from pathlib import Path

import pytest

from training.record import RunRecord
from training.tracking import values
from training.tracking.code import CodeState


def test_parameters(run: RunRecord) -> None:
    """The winner and its parameters, and every value of the configuration by its path."""
    found = values.parameters(run)
    assert {name: value for name, value in found.items() if not name.startswith("environment/")} == {
        "kernel": "text-linear",
        "seed": "1",
        "parameter/tfidf_c": "3.0",
        "config/name": "quarterly",
        "config/seed": "1",
        "config/split/folds": "3",
        "config/sources": '[{"type": "jsonl"}]',
    }
    assert found["environment/python"] == "3.11"


def test_a_long_value_is_cut(run: RunRecord) -> None:
    """MLflow refuses values without end; the whole configuration is an artefact."""
    assert values.parameters(replace(run, config={"words": "x" * 9_000}))["config/words"] == "x" * 500


def test_metrics(run: RunRecord) -> None:
    """The run's own, per label, per source under names that MLflow takes, and the stages' seconds."""
    found = values.metrics(run)
    assert found["macro_f1_unseen_sources"] == 0.5
    assert found["seen/f1/invoice"] == 1.0
    assert found["unseen/recall/complaint"] == 1.0
    assert found["unseen/precision/invoice"] == 1.0
    assert found["unseen/recall/invoice"] == 0.5
    assert {name: value for name, value in found.items() if name.startswith("unseen/right/")} == {
        "unseen/right/till_ 1_2 _old_/invoice": 1.0,
        "unseen/right/post/invoice": 0.0,
        "unseen/right/post/complaint": 1.0,
        "unseen/right/_/complaint": 1.0,
    }
    assert (found["seconds/read"], found["seconds/search"]) == (1.0, 3.0)
    assert (found["documents"], found["documents_tested"]) == (4.0, 4.0)


def test_thousands_of_sources(run: RunRecord, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where every sender is a source, the largest are metrics and the table has all of them."""
    monkeypatch.setattr(values, "MAX_SOURCES", 2)
    assert len([name for name in values.metrics(run) if name.startswith("unseen/right/")]) == 2
    assert len(values.source_table(run)["source"]) == 4


def test_what_was_not_measured_is_left_out(run: RunRecord) -> None:
    """No figure is better than NaN in a chart."""
    assert "half" not in values.metrics(replace(run, metrics={**run.metrics, "half": float("nan")}))


def test_candidates_with_their_failures(run: RunRecord) -> None:
    """One row each; a candidate without a score has none."""
    table = values.candidate_table(run)
    assert table["status"] == ["finished", "dropped", "failed"]
    assert table["score"] == [0.5, None, None]
    assert table["reason"] == ["", "behind after round 1", "ran out of <memory>"]
    assert table["parameters"][0] == '{"tfidf_c": 3.0}'


def test_sources_under_their_own_names(run: RunRecord) -> None:
    """The table keeps what the metrics' names cannot."""
    assert values.source_table(run)["source"] == ["post", "..", "post", "till: 1/2 (old)"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a/b c", "a/b c"),
        ("a//b", "a/_/b"),
        ("../x", "_/x"),
        ("p%q", "p_q"),
        ("ü", "ü"),
        ("x" * 300, "x" * 250),
    ],
)
def test_names(name: str, expected: str) -> None:
    """Letters of any language, digits, dots, dashes, spaces; paths that lead nowhere else."""
    assert values.metric_name(name) == expected


def test_code_tags() -> None:
    """The user's code by MLflow's own tag, Mailroom's beside it."""
    mine, theirs = CodeState("abc", True, Path("/mine")), CodeState("def", True, Path("/theirs"))
    assert values.code_tags(mine, theirs, "0.1.0") == {
        "mlflow.source.git.commit": "abc",
        "code.dirty": "true",
        "mlflow.source.name": "/mine",
        "mailroom.version": "0.1.0",
        "mailroom.revision": "def+changes",
    }
