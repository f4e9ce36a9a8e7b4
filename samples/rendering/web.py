"""Samples as HTML: pages as web mail, shops and content systems write them."""

import html
import re
from random import Random

from samples.sample import Sample

_STYLES = (
    "body{font-family:Arial,sans-serif;margin:2em;color:#222}h1{font-size:1.3em;color:#234}",
    "body{font-family:Georgia,serif;max-width:42em;margin:auto}table{border-collapse:collapse}td{padding:2px 8px}",
    "",
)
_CHARSETS = (
    '<meta charset="utf-8">',
    '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">',
)
_GAP = re.compile(r" {2,}| \| ")


def write_html(sample: Sample) -> str:
    """Write the sample as an HTML page in one of three builds: paragraphs, tables, or one preformatted block."""
    rng = Random(f"{sample.id}:html")
    build = rng.choice(("paragraphs", "paragraphs", "tables", "pre"))
    blocks = sample.text.split("\n\n")
    title = html.escape(blocks[0].splitlines()[0][:80]) if blocks[0] else ""
    body = (
        f"<pre>{html.escape(sample.text)}</pre>" if build == "pre" else "\n".join(map(_BLOCKS[build], blocks))
    )
    head = rng.choice(_CHARSETS)
    style = rng.choice(_STYLES)
    return (
        f'<!DOCTYPE html>\n<html lang="{sample.lang}">\n<head>{head}<title>{title}</title>'
        f"<style>{style}</style></head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _paragraph(block: str) -> str:
    lines = block.splitlines()
    if lines and all(line.startswith("- ") for line in lines):
        return "<ul>" + "".join(f"<li>{html.escape(line[2:])}</li>" for line in lines) + "</ul>"
    return "<p>" + "<br>\n".join(map(html.escape, lines)) + "</p>"


def _table(block: str) -> str:
    rows = [_GAP.split(line.strip()) for line in block.splitlines()]
    if len(rows) < 2 or max(map(len, rows)) < 2:  # noqa: PLR2004 - a table has two rows and two columns
        return _paragraph(block)
    cells = ("".join(f"<td>{html.escape(cell)}</td>" for cell in row) for row in rows)
    return "<table>" + "".join(f"<tr>{row}</tr>\n" for row in cells) + "</table>"


_BLOCKS = {"paragraphs": _paragraph, "tables": _table}
