"""The integrity report as one HTML file without scripts or anything from elsewhere."""

from pathlib import Path

from training.integrity.findings import IntegrityReport, Outcome

TEMPLATES = Path(__file__).parent / "templates"
VERDICTS = {
    Outcome.PASS: "Nothing stands in the way of training.",
    Outcome.WARN: "Training goes on; look at the warnings first.",
    Outcome.STOP: "Training stopped: what is wrong here would be learnt.",
}


def html_page(report: IntegrityReport, *, name: str) -> str:
    """The report for a person.

    Args:
        report: What was found.
        name: Of the run.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - training only

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["figure"] = _figure
    outcomes = sorted(Outcome, key=lambda outcome: -outcome.severity)
    return environment.get_template("integrity.html.j2").render(
        name=name,
        report=report,
        verdict=VERDICTS[report.status],
        findings=[(outcome, finding) for outcome in outcomes for finding in report.of(outcome)],
        tally=[(outcome, len(report.of(outcome))) for outcome in outcomes],
        largest=max(report.classes.values(), default=1) or 1,
    )


def _figure(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:.1%}"
