"""Page images as a network sees them."""

import hashlib
import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from mailroom.contracts.errors import MalformedRecord
from mailroom.features.batch import PageBatch
from mailroom.features.pages import HEIGHT, MAX_PAGES, WIDTH, document_pixels, no_pages, page_pixels


def drawn(size: tuple[int, int] = (800, 1120), paper: int = 230, ink: int = 40) -> Image.Image:
    """A page with a thick frame."""
    page = Image.new("L", size, paper)
    inset = min(size) // 8
    box = (inset, inset, size[0] - inset, size[1] - inset)
    ImageDraw.Draw(page).rectangle(box, outline=ink, width=max(1, inset // 2))
    return page


def encoded(pages: list[Image.Image], kind: str) -> bytes:
    """The pages as one file."""
    buffer = io.BytesIO()
    pages[0].save(buffer, kind, save_all=True, append_images=pages[1:])
    return buffer.getvalue()


def test_the_rules_of_version_1_do_not_change() -> None:
    """The same page gives the same pixels for as long as packages name version 1."""
    ramp = np.add.outer(np.arange(448) // 4, np.arange(320) % 90).astype(np.uint8)
    digest = hashlib.sha256(page_pixels(Image.fromarray(255 - ramp)).tobytes()).hexdigest()
    assert digest == "601071b71bb117e26bda6950a99b9f68139c1463b763823d708cf7593615e0f1"


def test_paper_is_white_and_ink_black_however_the_scanner_saw_them() -> None:
    """Grey paper with pale ink gives the same as a clean page."""
    faint, clean = page_pixels(drawn(paper=180, ink=110)), page_pixels(drawn(paper=255, ink=0))
    assert (clean.min(), clean.max()) == (0, 255)
    assert np.abs(faint.astype(int) - clean).max() <= 4


def test_a_dark_page_is_turned_into_its_negative() -> None:
    """White letters on black look like black on white."""
    np.testing.assert_array_equal(
        page_pixels(drawn(paper=20, ink=235)), page_pixels(drawn(paper=235, ink=20))
    )


def test_a_blank_page_stays_blank() -> None:
    """The grain of paper is not blown up to letters."""
    grain = np.random.default_rng(1).integers(248, 256, (1120, 800)).astype(np.uint8)
    assert page_pixels(Image.fromarray(grain)).min() > 200


def test_a_landscape_page_keeps_its_proportions() -> None:
    """It lies in the middle, white above and below."""
    pixels = page_pixels(drawn((1120, 800)))
    inked = np.flatnonzero((pixels < 128).any(axis=1))
    assert (inked[0] > 50, inked[-1] < HEIGHT - 50) == (True, True)
    assert (pixels[:50] == 255).all()


@pytest.mark.parametrize("size", [(1, 1), (3, 9000), (9000, 3), (7000, 9900)])
def test_pages_of_any_size_fit(size: tuple[int, int]) -> None:
    """Tiny, huge and long pages come out in one shape."""
    assert page_pixels(Image.new("RGB", size, "white")).shape == (HEIGHT, WIDTH)


@pytest.mark.parametrize("kind", ["PDF", "TIFF"])
def test_the_first_pages_of_a_document_are_taken(kind: str) -> None:
    """Each page by itself, in order, no more than the limit."""
    pages = [drawn(ink=ink) if ink else Image.new("L", (800, 1120), 255) for ink in (40, 0, 40, 40, 40)]
    pixels = document_pixels(encoded(pages, kind))
    assert pixels.shape == (MAX_PAGES, HEIGHT, WIDTH)
    assert [bool((page < 128).any()) for page in pixels] == [True, False, True]


def test_a_camera_s_turn_is_undone() -> None:
    """A photograph that says it was taken sideways is seen upright."""
    page = drawn()
    ImageDraw.Draw(page).rectangle((0, 0, 800, 150), fill=0)
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6  # turn clockwise to see it upright
    page.rotate(90, expand=True).save(buffer, "PNG", exif=exif)
    difference = document_pixels(buffer.getvalue())[0].astype(int) - page_pixels(page)
    assert np.abs(difference).max() <= 1


def test_a_text_has_no_pages() -> None:
    """Mails and letters as text are left to models of text."""
    assert document_pixels(b"Dear Sir or Madam").shape == (0, HEIGHT, WIDTH)
    assert document_pixels(b"<html><body>Dear Sir</body></html>").shape == (0, HEIGHT, WIDTH)


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n\x00\x00", b"%PDF-1.7 and nothing"])
def test_what_is_no_document_is_refused(content: bytes) -> None:
    """A broken file is an error, never a document without pages."""
    with pytest.raises(MalformedRecord):
        document_pixels(content)


def test_a_batch_knows_whose_pages_are_whose() -> None:
    """Pages lie in one array; documents without pages own none."""
    page = np.full((1, HEIGHT, WIDTH), 7, dtype=np.uint8)
    batch = PageBatch(["a", "", "c"], [np.concatenate([page, page]), no_pages(), page])
    assert batch.pixels.shape == (3, HEIGHT, WIDTH)
    assert batch.owners.tolist() == [0, 0, 2]
    assert batch.typed == ["a", "", "c"]
    assert PageBatch([], []).pixels.shape == (0, HEIGHT, WIDTH)
    with pytest.raises(ValueError, match="2 texts and the pages of 1"):
        PageBatch(["a", "b"], [page])
