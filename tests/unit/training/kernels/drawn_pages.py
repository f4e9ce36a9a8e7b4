"""Pages that a small network can tell apart: tables, letters and posters, by other hands than the generator's."""

from pathlib import Path
from random import Random

from PIL import Image, ImageDraw

from training.documents import LabelledDocument

WORDS = {
    "invoice": "invoice number amount due vat payment total iban 12.50 17,00 13.07.2018",
    "complaint": "complain unacceptable refund never received promised disappointed you told me",
    "other": "minutes meeting agenda report newsletter committee policy members conference",
}
WIDTH, HEIGHT = 320, 448


def draw_documents(folder: Path, count: int, *, seed: int = 7) -> list[LabelledDocument]:
    """Documents of three labels from two sources each, in turn; each is a page and what it says."""
    rng = Random(seed)
    documents = []
    for number in range(count):
        label = list(WORDS)[number % len(WORDS)]
        path = folder / f"{seed}-{number}.png"
        DRAWERS[label](rng).save(path)
        text = " ".join(rng.choices(WORDS[label].split(), k=25))
        source = f"source-{number // len(WORDS) % 2}"
        documents.append(LabelledDocument(path.name, label, text, source=source, path=str(path)))
    return documents


def _table(rng: Random) -> Image.Image:
    page = Image.new("L", (WIDTH, HEIGHT), 250)
    pen = ImageDraw.Draw(page)
    top, left = rng.randint(100, 160), rng.randint(20, 40)
    for row in range(rng.randint(7, 10)):
        pen.line((left, top + 24 * row, WIDTH - left, top + 24 * row), fill=20, width=3)
    for column in range(left, WIDTH - left + 1, (WIDTH - 2 * left) // 4):
        pen.line((column, top, column, top + 168), fill=20, width=3)
    return page


def _letter(rng: Random) -> Image.Image:
    page = Image.new("L", (WIDTH, HEIGHT), 250)
    pen = ImageDraw.Draw(page)
    for row in range(rng.randint(70, 100), HEIGHT - 60, 12):
        for place in range(40, WIDTH - 60 - rng.randint(0, 40), 14):
            pen.rectangle((place, row, place + rng.randint(6, 11), row + 5), fill=60)
    return page


def _poster(rng: Random) -> Image.Image:
    page = Image.new("L", (WIDTH, HEIGHT), 250)
    left, top = rng.randint(30, 90), rng.randint(30, 120)
    ImageDraw.Draw(page).ellipse((left, top, left + 190, top + 260), fill=40)
    return page


DRAWERS = {"invoice": _table, "complaint": _letter, "other": _poster}
