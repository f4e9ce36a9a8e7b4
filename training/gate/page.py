"""The verdict as one HTML file without scripts or anything from elsewhere."""

from pathlib import Path

from training.gate.verdict import Verdict

TEMPLATES = Path(__file__).parent / "templates"
STYLE = Path(__file__).parents[1] / "report" / "templates"


def html_page(verdict: Verdict) -> str:
    """The verdict for a person."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - heavy

    environment = Environment(
        loader=FileSystemLoader([TEMPLATES, STYLE]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(score=_score, signed=_signed, percent=_percent, megabytes=_megabytes, ms=_ms)
    told = verdict.told()
    comparison = told.get("comparison", {})
    return environment.get_template("verdict.html.j2").render(
        v=told, passed=verdict.passed, c=comparison, d=comparison.get("difference"), cost=told.get("cost")
    )


def _score(value: float) -> str:
    return f"{value:.3f}"


def _signed(value: float) -> str:
    return f"{value:+.3f}"


def _percent(value: float) -> str:
    return f"{value:.1%}"


def _megabytes(value: float) -> str:
    return f"{value / 1e6:.0f} MB"


def _ms(value: float) -> str:
    return f"{value * 1e3:.1f} ms"
