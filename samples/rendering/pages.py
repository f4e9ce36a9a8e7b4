"""Born-digital pages: the PDF core fonts in Windows-1252 cover all four languages and need no font file."""

import datetime as dt
from dataclasses import dataclass
from random import Random
from typing import Any

from samples.sample import Sample

_FAMILIES = ("Helvetica", "Times", "Courier")
_COLOURS = ((0, 0, 0), (20, 40, 90), (110, 20, 20), (20, 80, 50), (60, 60, 60))
_FIXED_PAGES = frozenset({"table", "print", "receipt"})
_MAX_PAGES = 12
_LONG = 1500
_SHORT_BLOCK = 200
# Shares of documents with a coloured band, a rule under the head, two columns.
_BAND, _RULE, _TWO_COLUMNS = 0.2, 0.3, 0.3


@dataclass(frozen=True, slots=True)
class PageStyle:
    """How one document looks on paper; lengths in millimetres, `size` in points."""

    width: float
    height: float
    margin: float
    font: str
    size: float
    leading: float
    colour: tuple[int, int, int]
    band: bool
    rule: bool
    columns: int


def draw_page_style(sample: Sample) -> PageStyle:
    """Draw the style of a sample's pages; its kind of page sets the bounds."""
    rng = Random(f"{sample.id}:page")
    receipt = sample.page == "receipt"
    letter_size = rng.random() < (0.4 if sample.lang == "en" else 0.02)
    width, height = (80.0, 260.0) if receipt else (215.9, 279.4) if letter_size else (210.0, 297.0)
    fixed = sample.page in _FIXED_PAGES or _has_columns(sample.text)
    size = (
        rng.uniform(7, 8) if receipt else _fitting_size(sample.text, width) if fixed else rng.uniform(9, 12)
    )
    return PageStyle(
        width=width,
        height=height,
        margin=5 if receipt else rng.uniform(15, 26),
        font="Courier" if fixed else rng.choice(_FAMILIES[:2] * 3 + _FAMILIES),
        size=size,
        leading=rng.uniform(1.15, 1.5),
        colour=rng.choice(_COLOURS),
        band=not receipt and rng.random() < _BAND,
        rule=rng.random() < _RULE,
        columns=2
        if sample.page == "article" and len(sample.text) > _LONG and rng.random() < _TWO_COLUMNS
        else 1,
    )


def write_pdf(sample: Sample) -> bytes:
    """Write the sample as a PDF with a text layer, of at most twelve pages."""
    from fpdf import FPDF  # noqa: PLC0415

    style = draw_page_style(sample)
    pdf = FPDF(unit="mm", format=(style.width, style.height))
    pdf.core_fonts_encoding = "cp1252"
    # A fixed date, so that the same sample gives the same bytes.
    pdf.set_creation_date(dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    pdf.set_producer("mailroom samples")
    pdf.set_margins(style.margin, style.margin, style.margin)
    pdf.set_auto_page_break(auto=True, margin=style.margin)
    pdf.add_page()
    _decorate(pdf, style)
    _write_body(pdf, sample.text, style)
    return bytes(pdf.output())


def _decorate(pdf: Any, style: PageStyle) -> None:
    if style.band:
        pdf.set_fill_color(*style.colour)
        pdf.rect(0, 0, style.width, 8, style="F")
        pdf.set_y(style.margin)


def _write_body(pdf: Any, text: str, style: PageStyle) -> None:
    blocks = text.split("\n\n")
    if style.columns == 1:
        for number, block in enumerate(blocks):
            if pdf.page_no() > _MAX_PAGES:
                return
            _write_block(
                pdf, block, style, first=number == 0 and len(blocks) > 1 and len(block) < _SHORT_BLOCK
            )
        return
    pdf.set_font(style.font, "", style.size)
    with pdf.text_columns(ncols=2, gutter=8, text_align="L", line_height=style.leading) as columns:
        columns.write(text)


def _write_block(pdf: Any, block: str, style: PageStyle, *, first: bool) -> None:
    head, _, rest = block.partition("\n")
    line = style.size * 0.3528 * style.leading
    if first:
        pdf.set_text_color(*style.colour)
        pdf.set_font(style.font, "B", style.size + 3)
        pdf.multi_cell(0, line * 1.3, head, align="L", new_x="LMARGIN", new_y="NEXT")
        if style.rule:
            pdf.line(style.margin, pdf.get_y() + 1, style.width - style.margin, pdf.get_y() + 1)
            pdf.ln(2)
        block = rest
    pdf.set_text_color(0, 0, 0)
    pdf.set_font(style.font, "", style.size)
    if block:
        pdf.multi_cell(0, line, block, align="L", new_x="LMARGIN", new_y="NEXT")
    pdf.ln(line)


def _has_columns(text: str) -> bool:
    return sum("   " in line.strip() for line in text.splitlines()) > 1


def _fitting_size(text: str, width: float) -> float:
    """The size at which the longest line of a table still fits; Courier is 0.6 em wide."""
    longest = max((len(line) for line in text.splitlines() if "   " in line.strip()), default=60)
    return min(10.0, max(6.0, (width - 45) / (longest * 0.6 * 0.3528)))
