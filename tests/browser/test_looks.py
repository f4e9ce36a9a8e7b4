"""How the pages look, and whether everybody can use them: axe-core finds nothing, dark and narrow pictures are kept."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.arrivals import arrive
from tests.browser.conftest import SHOTS, Enter, World

pytestmark = [pytest.mark.browser, pytest.mark.kafka, pytest.mark.flink]


@pytest.fixture(scope="module")
def pages(world: World) -> dict[str, str]:
    """Every page by a name, with documents on them."""
    identifier = arrive(world, "looked-at.txt")
    arrive(world, "under-review.txt")
    return {
        "live": "/",
        "documents": "/documents",
        "document": f"/documents/{identifier}",
        "review": "/review",
        "dead-letters": "/dead-letters",
        "models": "/models",
        "settings": "/settings",
        "problem": "/nothing",
    }


def looked_at(page: Page, name: str, path: str) -> None:
    """Open a page, keep a picture of it, and look for what keeps people out."""
    page.goto(path)
    for late in ("Loading the text", "Asking; this takes"):
        expect(page.locator("main")).not_to_contain_text(late, timeout=60_000)
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png")
    found = Axe().run(page)
    assert found.violations_count == 0, f"{name}: {found.generate_report()}"


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_axe_finds_nothing(pages: dict[str, str], enter: Enter, colours: str) -> None:
    """No page of the console has what axe-core knows to keep people out, in light colours or dark ones."""
    page = enter("olga")
    page.emulate_media(color_scheme="dark" if colours == "dark" else "light")
    for name, path in pages.items():
        looked_at(page, f"{name}-{colours}", path)


def test_narrow_screens_need_no_scrolling_to_the_side(pages: dict[str, str], enter: Enter) -> None:
    """At 360 pixels every page is as wide as the screen, and axe-core finds nothing there either."""
    page = enter("olga")
    page.set_viewport_size({"width": 360, "height": 780})
    for name, path in pages.items():
        looked_at(page, f"{name}-360", path)
        assert page.evaluate("document.documentElement.scrollWidth") == 360, name


def test_the_visitor_chooses_language_and_colours(enter: Enter) -> None:
    """German and dark, once chosen, stay; the page says so to screen readers as well."""
    page = enter("olga")
    page.get_by_label("Language").select_option("de")
    page.get_by_label("Colours").select_option("dark")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("heading", name="Neueste Dokumente")).to_be_visible()
    page.goto("/review")
    expect(page.get_by_role("button", name="Nichts davon")).to_be_visible()
    root = page.locator("html")
    assert (root.get_attribute("lang"), root.get_attribute("data-theme")) == ("de", "dark")


def test_the_form_to_sign_in_is_open_to_everybody(world: World, enter: Enter) -> None:
    """The first page that anybody meets: axe-core finds nothing, and a wrong password is told in words."""
    page = enter("rosa").context.browser.new_page(base_url=world.url)  # type: ignore[union-attr]
    looked_at(page, "sign-in", "/sign-in")
    page.get_by_label("Account").fill("rosa")
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("Account and password do not belong together.")
    page.close()
