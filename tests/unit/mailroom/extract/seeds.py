"""One whole document for every parser, written by libraries that are not the parsers'."""

import io
import zipfile
from collections.abc import Mapping
from email.message import EmailMessage
from typing import Any

import docx
import odfdo
import openpyxl
import pillow_heif
import pptx
from fpdf import FPDF
from PIL import Image

from tests.unit.mailroom.extract.compound import compound, properties

_TEXT = "Sehr geehrte Damen und Herren,\n\nanbei unsere Rechnung über 12,50 €.\n\nMit freundlichen Grüßen\nJane Doe"


def seeds() -> Mapping[str, bytes]:
    """Documents by the kind of parser that reads them."""
    return (
        {
            "text": _TEXT.encode("cp1252"),
            "html": f"<html><head><meta charset=utf-8></head><p>{_TEXT}<table><tr><td>1<td>2</table>".encode(),
            "json": b'{"invoice": {"number": 4711, "lines": [1, 2, 3]}}',
            "xml": b'<?xml version="1.0"?><Invoice><ID>4711</ID></Invoice>',
            "rtf": rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fcharset0 Arial;}}\f0 Gr\'f6\'dfe \u8364? {\b x}\par}",
            "pdf": _pdf(),
            "docx": _docx(),
            "pptx": _pptx(),
            "xlsx": _xlsx(),
            "odt": _open_document("text"),
            "ods": _open_document("spreadsheet"),
            "heic": _heic(),
        }
        | {kind.lower(): _image(kind) for kind in ("PNG", "JPEG", "TIFF", "GIF", "WEBP", "BMP")}
        | {"outlook": compound(properties(32, {0x0037: "Größe", 0x1000: _TEXT, 0x0C1A: "Jörg"}))}
        | {"mail": _mail(), "zip": _zip({"a.txt": _TEXT.encode(), "b/c.pdf": _pdf()})}
    )


def _saved(document: Any) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _pdf() -> bytes:
    pdf = FPDF()
    pdf.set_font("helvetica", size=11)
    for page in range(2):
        pdf.add_page()
        pdf.multi_cell(0, text=f"Page {page}: please find attached our invoice.")
    return bytes(pdf.output())


def _docx() -> bytes:
    document = docx.Document()
    document.add_paragraph(_TEXT)
    document.add_table(2, 2).rows[0].cells[0].text = "Lamp"
    return _saved(document)


def _pptx() -> bytes:
    presentation = pptx.Presentation()
    presentation.slides.add_slide(presentation.slide_layouts[1]).shapes.title.text = _TEXT
    return _saved(presentation)


def _xlsx() -> bytes:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in range(9):
        sheet.append(["Lamp", row, row / 3, None, row > 3])
    return _saved(workbook)


def _open_document(kind: str) -> bytes:
    document = odfdo.Document(kind)
    if kind == "text":
        document.body.append(odfdo.Paragraph(_TEXT))
    else:
        document.body.clear()
        table = odfdo.Table("Order")
        table.set_values([["Lamp", 3], ["Chair", 1.5]])
        document.body.append(table)
    return _saved(document)


def _image(file_format: str) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((48, 32)).convert("RGB").save(out, file_format)
    return out.getvalue()


def _heic() -> bytes:
    return _saved(pillow_heif.from_pillow(Image.linear_gradient("L").resize((64, 64)).convert("RGB")))


def _zip(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def _mail() -> bytes:
    inner = EmailMessage()
    inner["From"], inner["Subject"], inner["Message-ID"] = "b@example.org", "Größe", "<2@example.org>"
    inner.set_content("On Monday, Bob <b@example.org> wrote:\n> Hello\n> there\n\nBest regards\nBob")
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Jörg <a@example.org>", "b@example.org", "Re: Größe der Lampe"
    mail["Message-ID"] = "<1@example.org>"
    mail.set_content(_TEXT)
    mail.add_alternative(f"<p>{_TEXT}</p>", subtype="html")
    mail.add_attachment(_pdf(), maintype="application", subtype="pdf", filename="Größe.pdf")
    mail.add_attachment(inner)
    return mail.as_bytes()
