"""What a report says, to machines and to people, and what limits mean."""

import json
import re

import pytest
from pydantic import ValidationError

from training.integrity import Finding, IntegrityReport, IntegritySettings, Limits, Outcome, html_page

WARNED = Finding(
    "source_share",
    Outcome.WARN,
    "one source swamps a class: <b>scanner</b> gives 95% of offer",
    "set `split.limit_per_source`",
    {"offer": 0.95},
    ("offer: <b>scanner</b>",),
)
STOPPED = Finding("missing_classes", Outcome.STOP, "no document is labelled offer", "add documents of it")
PASSED = Finding("repeated_ids", Outcome.PASS, "every id names one document")
REPORT = IntegrityReport(
    (PASSED, WARNED, STOPPED),
    documents=1200,
    sources={"invoice": {"erp": 1000, "mail": 140}, "offer": {"": 60}},
)


@pytest.mark.parametrize(
    ("findings", "status"),
    [((), "pass"), ((PASSED,), "pass"), ((PASSED, WARNED), "warn"), ((STOPPED, WARNED, PASSED), "stop")],
)
def test_the_worst_finding_decides(findings: tuple[Finding, ...], status: str) -> None:
    """One stop stops, whatever else was found."""
    assert IntegrityReport(findings).status == status


@pytest.mark.parametrize(
    ("limits", "value", "outcome"),
    [
        (Limits(warn=0, stop=0.2), 0.0, "pass"),
        (Limits(warn=0, stop=0.2), 0.01, "warn"),
        (Limits(warn=0, stop=0.2), 0.2, "warn"),
        (Limits(warn=0, stop=0.2), 0.21, "stop"),
        (Limits(stop=0), 1, "stop"),
        (Limits(), 1, "pass"),
    ],
)
def test_a_limit_is_passed_by_what_lies_above_it(limits: Limits, value: float, outcome: str) -> None:
    """0 means any at all, none means never."""
    assert limits.judge(value) == outcome


def test_limits_in_the_wrong_order_are_refused() -> None:
    """A stop below the warning is a mistake."""
    with pytest.raises(ValidationError, match=re.escape("warn (0.5) must not lie above stop (0.1)")):
        Limits(warn=0.5, stop=0.1)
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        IntegritySettings.model_validate({"emtpy_texts": {"stop": 0.5}})


def test_the_report_as_json() -> None:
    """The next run reads `classes`, a machine `status` and the findings."""
    assert json.loads(json.dumps(REPORT.to_json())) == {
        "status": "stop",
        "documents": 1200,
        "classes": {"invoice": 1140, "offer": 60},
        "sources": {"invoice": {"erp": 1000, "mail": 140}, "offer": {"": 60}},
        "findings": [
            {
                "check": "repeated_ids",
                "outcome": "pass",
                "message": "every id names one document",
                "mend": "",
                "counts": {},
                "examples": [],
            },
            {
                "check": "source_share",
                "outcome": "warn",
                "message": "one source swamps a class: <b>scanner</b> gives 95% of offer",
                "mend": "set `split.limit_per_source`",
                "counts": {"offer": 0.95},
                "examples": ["offer: <b>scanner</b>"],
            },
            {
                "check": "missing_classes",
                "outcome": "stop",
                "message": "no document is labelled offer",
                "mend": "add documents of it",
                "counts": {},
                "examples": [],
            },
        ],
    }


def test_the_summary_says_what_stops_first() -> None:
    """One line each, with the mend; what passed is left out."""
    assert REPORT.summary().splitlines() == [
        "stop: missing_classes: no document is labelled offer; add documents of it",
        f"warn: source_share: {WARNED.message}; set `split.limit_per_source`",
    ]


def test_the_page_escapes_what_documents_bring() -> None:
    """A source's name is shown as text, and nothing is fetched from elsewhere."""
    page = html_page(REPORT, name="run <1>")
    assert "<b>scanner" not in page
    assert "&lt;b&gt;scanner&lt;/b&gt; gives 95% of offer" in page
    assert "run &lt;1&gt;" in page
    assert not re.search(r"https?://|<script|<link|src=", page)


def test_the_page_shows_the_worst_first() -> None:
    """A person reads stop before warn before pass, then the classes."""
    page = html_page(REPORT, name="nightly")
    order = [
        "Training stopped",
        "missing classes",
        "source share",
        "repeated ids",
        "Classes and their sources",
    ]
    assert sorted(order, key=page.index) == order
    assert "1,140" in page
    assert "(none named) 60" in page
