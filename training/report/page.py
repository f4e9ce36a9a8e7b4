"""Lays findings out: one self-contained HTML page without scripts, and a model card (Mitchell et al. 2019)."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.report.charts import coverage_chart, reliability_diagram
from training.report.findings import Findings
from training.report.settings import ReportSettings

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"
WORST_SOURCES = 10
FEWEST = 10
"""Documents of a source that the model card names; below that a share means little."""


def html_page(findings: Findings, settings: ReportSettings, *, integrity_page: str | None) -> str:
    """The report.

    Args:
        findings: What there is to say.
        settings: How much of it to show.
        integrity_page: A link to the integrity report, relative to the page.
    """
    import yaml  # noqa: PLC0415

    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            **_common(findings),
            settings=settings,
            integrity_page=integrity_page,
            reliability=reliability_diagram(findings.bins),
            coverage=coverage_chart(findings.curve, findings.at_threshold),
            config=yaml.safe_dump(dict(findings.record.config), sort_keys=False, allow_unicode=True),
        )
    )


def model_card(findings: Findings) -> str:
    """The model card, as Markdown."""
    worst = [row for row in findings.sources if row.documents >= FEWEST][:WORST_SOURCES]
    return (
        _environment()
        .get_template("model-card.md.j2")
        .render(**_common(findings), worst=worst, data=findings.training_data)
    )


def _common(findings: Findings) -> dict[str, Any]:
    record = findings.record
    return {
        "f": findings,
        "record": record,
        "integrity_status": record.integrity.get("status", "not checked"),
    }


def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape  # noqa: PLC0415 - heavy

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(enabled_extensions=("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(score=_score, percent=_percent, css=_css, parameters=_parameters, cell=_cell)
    return environment


def _score(value: float) -> str:
    return "—" if math.isnan(value) else f"{value:.3f}"


def _percent(value: float) -> str:
    """A share with a space that does not break."""
    return "—" if math.isnan(value) else f"{100 * value:.1f}".removesuffix(".0") + "\u00a0%"


def _css(value: float) -> str:
    return f"{value:.3f}"


def _parameters(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in values.items()) or "no parameters"


def _cell(text: str) -> str:
    """A text that may stand in a Markdown table."""
    return " ".join(text.replace("|", "\\|").replace("<", "&lt;").split())
