"""Whether documents are fit to learn from."""

from training.integrity.checking import Checked, check_integrity
from training.integrity.facts import placed
from training.integrity.findings import Finding, IntegrityReport, Outcome
from training.integrity.page import html_page
from training.integrity.settings import IntegritySettings, Limits
from training.integrity.webhook import post_to_webhook

__all__ = [
    "Checked",
    "Finding",
    "IntegrityReport",
    "IntegritySettings",
    "Limits",
    "Outcome",
    "check_integrity",
    "html_page",
    "placed",
    "post_to_webhook",
]
