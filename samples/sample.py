"""What the generator makes, and the choices that a caller has."""

from dataclasses import dataclass

LABELS = (
    "invoice",
    "offer",
    "purchase_order",
    "job_application",
    "complaint",
    "service_request",
    "other",
)
LANGUAGES = ("en", "de", "fr", "es")
FORMS = ("txt", "html", "pdf", "scan")


@dataclass(frozen=True, slots=True)
class Sample:
    """One generated document.

    Attributes:
        id: Stable for a seed and a position: `generated-<seed>-<position>`.
        label: One of `LABELS`.
        text: The document as plain text; every character is in Windows-1252.
        lang: One of `LANGUAGES`.
        family: The occasion or trade, as named in `data/families`.
        source: `generated:<label>-<family>`.
        group: Label, family, layout and language: what near-duplicates share.
        page: The page style that its layout asks for: letter, table, receipt, mail, form, print or article.
    """

    id: str
    label: str
    text: str
    lang: str
    family: str
    source: str
    group: str
    page: str
