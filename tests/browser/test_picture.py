"""The README's picture, made of the page as it is."""

import os
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from departments.desks import ActKind
from departments.review.reviews import ActRequest, Reviews
from mailroom.settings import load_settings
from tests.browser.arrivals import arrive
from tests.browser.conftest import SHOTS, Enter, World

pytestmark = [pytest.mark.browser, pytest.mark.kafka, pytest.mark.flink]

PICTURE = Path(__file__).parents[2] / "docs" / "console.png"
WRITE = "MAILROOM_WRITE_PICTURE"
"""Set, the picture in the documentation is written anew; else it is only made, and looked whether it is there."""
MOST_BYTES = 100_000

LETTERS = {
    "invoice-2041.txt": (
        "Invoice no. 2041\n\nWe charge you for the goods delivered: total amount due 1,284.00 EUR incl. VAT, payable "
        "within 14 days. Please transfer it to the account below."
    ),
    "application.txt": (
        "Application for the position of accountant\n\nDear hiring team, please find attached my curriculum vitae. I "
        "have five years of experience and could start in June."
    ),
    "complaint.txt": (
        "Complaint about order 7731\n\nThe goods arrived damaged, I am very disappointed and expect a refund at once."
    ),
    "order-118.txt": (
        "Purchase order no. 118\n\nWe hereby order 40 pieces of article 5512 at the agreed price. Please confirm the "
        "delivery date."
    ),
    "heating.txt": "Service request: the heating in room 4 does not work. Please send a technician this week.",
}

UNDECIDED = "complaint.txt"


@pytest.fixture
def documents(world: World) -> None:
    """A morning's mail, most of it decided."""
    reviews = Reviews.of(world.store, load_settings())
    for name, text in LETTERS.items():
        identifier = arrive(world, name, text.encode())
        if name != UNDECIDED:
            claim = reviews.open("rita", identifier)
            request = ActRequest(
                identifier, ActKind.CONFIRM, "rita", token=claim.token, revision=claim.revision
            )
            reviews.act(request)


def test_the_readmes_picture_is_of_this_console(documents: None, enter: Enter) -> None:
    """The live page with a morning's mail, small enough for a README, which has one that was made so."""
    page = enter("olga")
    page.set_viewport_size({"width": 1200, "height": 720})
    expect(page.get_by_role("link", name="heating.txt")).to_be_visible()
    SHOTS.mkdir(parents=True, exist_ok=True)
    shot = SHOTS / "readme.png"
    page.screenshot(path=shot)
    if os.environ.get(WRITE):
        with Image.open(shot) as taken:
            taken.convert("RGB").quantize(200).save(PICTURE, optimize=True)
    with Image.open(PICTURE) as kept:
        assert kept.size == (1_200, 720)
    assert PICTURE.stat().st_size < MOST_BYTES
