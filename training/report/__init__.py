"""The report and the model card of a training run."""

from training.report.settings import ReportSettings
from training.report.writing import ReportFiles, write_report

__all__ = ["ReportFiles", "ReportSettings", "write_report"]
