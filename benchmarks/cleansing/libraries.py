"""The yardsticks: for each media type the library that is known for it, used as its documentation shows."""

import email
import email.policy
import io
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

Read = Callable[[bytes], Any]
"""A document to its text or what else it consists of."""


def _html(data: bytes) -> str:
    from inscriptis import get_text  # noqa: PLC0415

    return str(get_text(data.decode()))


def _csv(data: bytes) -> str:
    import pandas as pd  # noqa: PLC0415

    return str(
        pd.read_csv(io.BytesIO(data), sep=";", header=None, names=range(40)).to_csv(sep="\t", index=False)
    )


def _mail(data: bytes) -> tuple[str, list[Any]]:
    message = email.message_from_bytes(data, policy=email.policy.default)
    body = message.get_body(("plain", "html"))
    head = "\n".join(f"{name}: {message[name]}" for name in ("From", "To", "Date", "Subject"))
    return head + (body.get_content() if body else ""), [
        part.get_content() for part in message.iter_attachments()
    ]


def _zip(data: bytes) -> list[bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [archive.read(member) for member in archive.infolist()]


def _pdf(data: bytes) -> str:
    import pypdfium2  # noqa: PLC0415

    with pypdfium2.PdfDocument(data) as document:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def _docx(data: bytes) -> str:
    import docx  # noqa: PLC0415

    return "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(data)).paragraphs)


def _pptx(data: bytes) -> str:
    import pptx  # noqa: PLC0415

    shapes = (shape for slide in pptx.Presentation(io.BytesIO(data)).slides for shape in slide.shapes)
    return "\n".join(shape.text_frame.text for shape in shapes if shape.has_text_frame)


def _xlsx(data: bytes) -> str:
    import python_calamine  # noqa: PLC0415

    workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    sheets = (workbook.get_sheet_by_name(name).to_python() for name in workbook.sheet_names)
    return "\n".join("\t".join(map(str, row)) for rows in sheets for row in rows)


def _odt(data: bytes) -> str:
    import odfdo  # noqa: PLC0415

    return str(odfdo.Document(io.BytesIO(data)).get_formatted_text())


def _rtf(data: bytes) -> str:
    from striprtf.striprtf import rtf_to_text  # noqa: PLC0415

    return str(rtf_to_text(data.decode()))  # type: ignore[no-untyped-call]


def _image(data: bytes) -> None:
    from PIL import Image, ImageSequence  # noqa: PLC0415

    for frame in ImageSequence.Iterator(Image.open(io.BytesIO(data))):
        frame.load()


def _heic(data: bytes) -> None:
    import pi_heif  # noqa: PLC0415

    pi_heif.open_heif(io.BytesIO(data)).to_pillow()


LIBRARIES: Mapping[str, tuple[str, Read]] = {
    "html": ("Inscriptis", _html),
    "csv": ("pandas", _csv),
    "mail": ("email", _mail),
    "mail, 3 attachments": ("email", _mail),
    "zip": ("zipfile", _zip),
    "pdf": ("pypdfium2", _pdf),
    "docx": ("python-docx", _docx),
    "pptx": ("python-pptx", _pptx),
    "xlsx": ("calamine", _xlsx),
    "odt": ("odfdo", _odt),
    "rtf": ("striprtf", _rtf),
    "png": ("Pillow", _image),
    "jpeg": ("Pillow", _image),
    "tiff, 3 pages": ("Pillow", _image),
    "webp": ("Pillow", _image),
    "heic": ("pi-heif", _heic),
}
"""Name and reader by the kinds of `documents.made`."""
