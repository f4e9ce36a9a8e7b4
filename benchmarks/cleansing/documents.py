"""Documents of every media type out of the generator's texts, each written by a library of its own."""

import functools
import io
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from email.message import EmailMessage
from typing import Any

from samples.generation import generate
from samples.rendering import render
from samples.sample import Sample

PAGES = 3


def made(count: int, kinds: Iterable[str]) -> Mapping[str, Sequence[bytes]]:
    """Documents by media type.

    Args:
        count: Of each.
        kinds: Which; keys of `benchmarks.cleansing.libraries.LIBRARIES`.
    """
    samples = [_longer(sample) for sample in generate(count, seed=7)]
    return {kind: [_MAKERS[kind](sample) for sample in samples] for kind in kinds}


def _longer(sample: Sample) -> Sample:
    """Three pages or so, as most letters with their terms and most offers have; the generator's documents have one."""
    return replace(sample, text="\n\n".join([sample.text] * PAGES))


def _saved(document: Any) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _mail(sample: Sample) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Jane <jane@example.org>", "mail@example.org", "Our letter"
    mail["Message-ID"], mail["Date"] = f"<{sample.id}@example.org>", "Mon, 02 Nov 2026 10:00:00 +0100"
    mail.set_content(sample.text)
    mail.add_alternative(render(sample, "html").decode(), subtype="html")
    return mail.as_bytes()


def _mail_with_attachments(sample: Sample) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Jane <jane@example.org>", "mail@example.org", "Our letter"
    mail["Message-ID"] = f"<{sample.id}@example.org>"
    mail.set_content(sample.text)
    for name in ("a.pdf", "b.pdf", "c.pdf"):
        mail.add_attachment(render(sample, "pdf"), maintype="application", subtype="pdf", filename=name)
    return mail.as_bytes()


def _archive(sample: Sample) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for form in ("txt", "html", "pdf"):
            archive.writestr(f"letters/{sample.id}.{form}", render(sample, form))
        for page in range(PAGES):
            archive.writestr(f"letters/{page}.jpg", _image("JPEG")(sample))
    return out.getvalue()


def _pdf(sample: Sample) -> bytes:
    """With its font embedded, as office programs and accounting systems write them."""
    import matplotlib as mpl  # noqa: PLC0415
    from fpdf import FPDF  # noqa: PLC0415

    pdf = FPDF()
    pdf.add_font("DejaVu", fname=f"{mpl.get_data_path()}/fonts/ttf/DejaVuSans.ttf")
    pdf.set_font("DejaVu", size=11)
    pdf.add_page()
    pdf.multi_cell(0, text=sample.text)
    return bytes(pdf.output())


def _docx(sample: Sample) -> bytes:
    import docx  # noqa: PLC0415

    document = docx.Document()
    for line in sample.text.splitlines():
        document.add_paragraph(line)
    return _saved(document)


def _pptx(sample: Sample) -> bytes:
    import pptx  # noqa: PLC0415

    presentation = pptx.Presentation()
    lines = sample.text.splitlines()
    for first in range(0, len(lines), 8):
        slide = presentation.slides.add_slide(presentation.slide_layouts[1])
        slide.shapes.title.text = sample.id
        slide.placeholders[1].text = "\n".join(lines[first : first + 8])
    return _saved(presentation)


def _xlsx(sample: Sample) -> bytes:
    import openpyxl  # noqa: PLC0415

    workbook = openpyxl.Workbook()
    for number, line in enumerate(sample.text.splitlines() * 5):
        workbook.active.append([number, number * 1.25, *line.split(" ", 4)])
    return _saved(workbook)


def _odt(sample: Sample) -> bytes:
    import odfdo  # noqa: PLC0415

    document = odfdo.Document("text")
    for line in sample.text.splitlines():
        document.body.append(odfdo.Paragraph(line))
    return _saved(document)


def _rtf(sample: Sample) -> bytes:
    escaped = "".join(
        letter if letter.isascii() else f"\\u{ord(letter)}?" for letter in sample.text if letter not in "\\{}"
    )
    return ("{\\rtf1\\ansi\\ansicpg1252 " + escaped.replace("\n", "\\par\n") + "}").encode()


def _csv(sample: Sample) -> bytes:
    lines = (
        ";".join(f'"{word}"' for word in line.replace('"', "").split())
        for line in sample.text.splitlines() * 5
    )
    return "\n".join(lines).encode()


@functools.cache
def _scanned(sample: Sample) -> Any:
    from PIL import Image  # noqa: PLC0415

    from samples.rendering.scanner import scan_pages  # noqa: PLC0415

    return Image.open(io.BytesIO(scan_pages(sample, "png"))).convert("L")


def _image(file_format: str, pages: int = 1) -> Callable[[Sample], bytes]:
    def make(sample: Sample) -> bytes:
        out = io.BytesIO()
        picture = _scanned(sample)
        picture.save(out, file_format, save_all=pages > 1, **_more(picture, pages))
        return out.getvalue()

    return make


def _more(picture: Any, pages: int) -> dict[str, Any]:
    return {"append_images": [picture] * (pages - 1), "compression": "tiff_lzw"} if pages > 1 else {}


def _heic(sample: Sample) -> bytes:
    import pillow_heif  # noqa: PLC0415

    return _saved(pillow_heif.from_pillow(_scanned(sample).convert("RGB")))


_MAKERS: Mapping[str, Callable[[Sample], bytes]] = {
    "html": lambda sample: render(sample, "html"),
    "csv": _csv,
    "mail": _mail,
    "mail, 3 attachments": _mail_with_attachments,
    "zip": _archive,
    "pdf": _pdf,
    "docx": _docx,
    "pptx": _pptx,
    "xlsx": _xlsx,
    "odt": _odt,
    "rtf": _rtf,
    "png": _image("PNG"),
    "jpeg": _image("JPEG"),
    "tiff, 3 pages": _image("TIFF", 3),
    "webp": _image("WEBP"),
    "heic": _heic,
}
