"""Documents made on the spot: PDFs by fpdf2, images by Pillow."""

import io
from collections.abc import Callable
from typing import Any

import pillow_heif
import pytest
from fpdf import FPDF
from PIL import Image, ImageDraw

_LETTER = "Dear Sir or Madam, please find attached our invoice for the goods that you ordered in March. "

MakePdf = Callable[..., bytes]
MakeImage = Callable[..., bytes]


@pytest.fixture
def make_pdf() -> MakePdf:
    """A factory of PDFs: one page per text; images fill their page, before the text; passwords encrypt."""

    def make(
        *texts: str,
        image: bytes | None = None,
        user_password: str | None = None,
        owner_password: str | None = None,
    ) -> bytes:
        pdf = FPDF()
        pdf.set_font("helvetica", size=11)
        for text in texts or (_LETTER * 4,):
            pdf.add_page()
            if image is not None:
                pdf.image(io.BytesIO(image), x=0, y=0, w=pdf.w, h=pdf.h)
            if text:
                pdf.multi_cell(0, text=text)
        if owner_password is not None:
            pdf.set_encryption(owner_password=owner_password, user_password=user_password)
        return bytes(pdf.output())

    return make


@pytest.fixture
def make_image() -> MakeImage:
    """A factory of images in any format that Pillow writes; noise keeps them from compressing to nothing."""

    def make(
        file_format: str = "PNG", *, size: tuple[int, int] = (320, 240), mode: str = "RGB", **save: Any
    ) -> bytes:
        picture = Image.effect_noise(size, 60).convert(mode)
        ImageDraw.Draw(picture).line((0, 0, *size), width=3)
        out = io.BytesIO()
        picture.save(out, file_format, **save)
        return out.getvalue()

    return make


@pytest.fixture
def make_heic() -> MakeImage:
    """A factory of photographs as telephones make them."""

    def make(*, size: tuple[int, int] = (320, 240)) -> bytes:
        out = io.BytesIO()
        pillow_heif.from_pillow(Image.effect_noise(size, 60).convert("RGB")).save(out)
        return out.getvalue()

    return make
