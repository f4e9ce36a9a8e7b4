"""The state of the whole in words."""

from datetime import UTC, datetime, timedelta
from typing import Any

from console.models import Overview as Models
from console.overview import Overview, problems, sparkline
from console.pages.models import curve
from console.queries import Desk
from console.web.formats import duration, percent, size
from console.web.languages import catalogue

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)


def test_problems_are_told_in_words() -> None:
    """Late documents with their desks, deliveries that were given up, records that could not be applied, silence."""
    desks = [Desk("review", 5, NOW, 2), Desk("sales", 3, NOW, 1), Desk("human-resources", 1, NOW, 0)]
    found = Overview([0] * 60, desks, NOW - timedelta(hours=25), 1, 3)
    assert problems(found, NOW, catalogue("en")) == [
        "3 documents are past their deadline: review 2, sales 1.",
        "1 delivery to a department was given up: `mailroom deliveries list` shows it.",
        "3 records could not be applied: see Dead letters.",
        "Nothing has been labelled for 25 h: do the doors and the classifier run?",
    ]
    assert problems(found, NOW, catalogue("de"))[0] == "3 Dokumente sind überfällig: Prüfung 2, Vertrieb 1."
    assert problems(Overview([0] * 60, desks[2:], NOW, 0, 0), NOW, catalogue("en")) == []


def test_the_figures_of_an_overview() -> None:
    """The rate is of the last five minutes; what lies under review is not counted among departments."""
    found = Overview([0] * 50 + [1] * 10, [Desk("review", 5, NOW, 0), Desk("sales", 3, NOW, 0)], NOW, 0, 0)
    assert (found.last_hour, found.rate, found.review.open, found.at_departments, found.fullest) == (
        10,
        1.0,
        5,
        3,
        5,
    )


def test_charts_bring_no_style() -> None:
    """Bars and curves are attributes of SVG, since the policy takes no style; a title is escaped."""
    bars = sparkline([0, 1, 2], 'a "title" <b>')
    assert bars == (
        '<svg class="spark" viewBox="0 0 18 48" preserveAspectRatio="none" role="img" '
        "aria-label='a \"title\" &lt;b&gt;'>"
        '<rect x="6" y="24" width="5" height="24"/><rect x="12" y="0" width="5" height="48"/></svg>'
    )
    assert "style" not in bars + curve([(10, 0.5), (20, 1.0)], "t")
    assert curve([(10, 0.5)], "t") == ""


def test_the_learning_curve_is_of_runs_that_were_measured() -> None:
    """Runs without figures are left out, the rest stands in the order of their documents."""
    runs: list[dict[str, Any]] = [
        {"documents": 900, "macro_f1_unseen_sources": 0.9},
        {"documents": None, "macro_f1_unseen_sources": None},
        {"documents": 300, "macro_f1_unseen_sources": 0.8},
    ]
    assert Models(runs, (), "").curve == [(300, 0.8), (900, 0.9)]


def test_numbers_as_people_read_them() -> None:
    """Times in one unit, shares that are never rounded up to certainty, sizes."""
    words = catalogue("en")
    assert [duration(seconds, words) for seconds in (-1, 59, 61, 7_200, 3 * 86_400)] == [
        "0 s", "59 s", "1 min", "2 h", "3 days",
    ]  # fmt: skip
    assert [percent(share) for share in (0.004, 0.55, 0.999, 1.0)] == ["0 %", "55 %", "99 %", "100 %"]
    assert [size(count) for count in (9, 2_048, 5 * 1024**2, 3 * 1024**3)] == [
        "9 B",
        "2.0 KiB",
        "5.0 MiB",
        "3.0 GiB",
    ]
