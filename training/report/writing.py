"""From a finished run to the files that people read."""

from dataclasses import dataclass
from pathlib import Path

from training.record import RunRecord
from training.report.findings import findings
from training.report.page import html_page, model_card
from training.report.settings import ReportSettings

REPORT = "report.html"
MODEL_CARD = "model-card.md"


@dataclass(frozen=True, slots=True)
class ReportFiles:
    """What was written.

    Attributes:
        page: The report, one HTML file.
        card: The model card, Markdown.
    """

    page: Path
    card: Path


def write_report(
    record: RunRecord, settings: ReportSettings, *, folder: Path, integrity_page: str | None = None
) -> ReportFiles:
    """Write the report and the model card of a run, beside its package and never into it.

    Args:
        record: A finished run.
        settings: How much to show.
        folder: Where to; made if need be.
        integrity_page: A link to the integrity report, relative to `folder`.
    """
    told = findings(record, settings)
    files = ReportFiles(folder / REPORT, folder / MODEL_CARD)
    contents = {
        files.page: html_page(told, settings, integrity_page=integrity_page),
        files.card: model_card(told),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in contents.items():
        temporary = path.with_suffix(".part")
        temporary.write_text(content, encoding="utf-8")
        temporary.replace(path)
    return files
