"""Who may do what, and what nobody may: attacks on the page, and documents that try to be one."""

from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.arrivals import arrive, document
from tests.browser.conftest import PASSWORD, Enter, World

pytestmark = [pytest.mark.browser, pytest.mark.kafka, pytest.mark.flink, pytest.mark.security]

SCRIPTED = b"""<!doctype html><html><head><title>invoice</title><script>parent.document.title = 'owned'</script></head>
<body onload="document.title='owned'"><h1>Invoice 4711</h1><p>Total amount due: 476.00 EUR, payable within 14 days.</p>
<img src=x onerror="document.title='owned'"><svg onload="document.title='owned'"><script>document.title='owned'</script>
</svg><a href="javascript:document.title='owned'">pay</a></body></html>"""


SignIn = Callable[[str], tuple[httpx.Client, str]]


@pytest.fixture
def signed_in(world: World) -> Iterator[SignIn]:
    """Programs with somebody's session, and the token of that one's forms."""
    clients: list[httpx.Client] = []

    def begin(name: str) -> tuple[httpx.Client, str]:
        client = httpx.Client(base_url=world.url, timeout=60.0)
        clients.append(client)
        answer = client.post("/sign-in", data={"name": name, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        page = client.get("/").text
        return client, page.partition('name="csrf" content="')[2].partition('"')[0]

    yield begin
    for client in clients:
        client.close()


def test_a_reader_may_not_review(enter: Enter, signed_in: SignIn) -> None:
    """A reader has no such page in the menu; the address by hand, and the form by a program, are refused."""
    page = enter("rosa")
    pages = page.get_by_role("navigation").get_by_role("link")
    expect(pages).to_have_text(["Live", "Documents"])
    page.goto("/review")
    expect(page.get_by_role("heading", name="Forbidden")).to_be_visible()
    client, token = signed_in("rosa")
    form = {"csrf": token, "document": "x", "kind": "confirm"}
    assert client.post("/review/acts", data=form).status_code == 403
    assert client.post("/dead-letters", data={"csrf": token, "letter": "x"}).status_code == 403
    assert client.post("/upload", content=b"x", headers={"x-csrf-token": token}).status_code == 403


def test_a_clerk_sees_the_own_department_alone(world: World, signed_in: SignIn) -> None:
    """Another department's document is not there for a clerk: neither its page, nor its text, nor its original."""
    identifier = arrive(
        world,
        "job.txt",
        b"Application for the position of nurse. My curriculum vitae is attached. "
        b"I have five years of experience and could start in June. Sincerely, an applicant",
    )
    found = document(world, identifier)
    assert found is not None
    assert found.department == "human-resources"
    client, _ = signed_in("carl")
    paths = ("", "/text", "/original", "/pages/1.jpg")
    assert [client.get(f"/documents/{identifier}{path}").status_code for path in paths] == [404] * 4


def test_a_form_of_another_site_does_nothing(signed_in: SignIn) -> None:
    """Without the token, with another's, or from another origin, no form changes anything."""
    client, token = signed_in("olga")
    other = signed_in("rita")[1]
    form = {"kind": "handled", "revision": "0"}
    assert client.post("/review/acts", data=form).status_code == 403
    assert client.post("/review/acts", data={**form, "csrf": other}).status_code == 403
    elsewhere = {"origin": "https://elsewhere.example"}
    assert client.post("/sign-out", data={"csrf": token}, headers=elsewhere).status_code == 403
    crossing = {"sec-fetch-site": "cross-site"}
    assert client.post("/sign-out", data={"csrf": token}, headers=crossing).status_code == 403
    assert client.get("/").status_code == 200


def test_a_document_with_scripts_runs_nothing(world: World, enter: Enter, signed_in: SignIn) -> None:
    """An HTML document with scripts in every place is shown as its text; its original is saved, never shown."""
    identifier = arrive(world, "scripted.html", SCRIPTED)
    page = enter("olga", f"/documents/{identifier}")
    expect(page.locator(".text")).to_contain_text("Total amount due")
    expect(page).to_have_title("scripted.html · Mailroom")
    assert page.locator(".text script, .text svg, .text img, .text a").count() == 0
    client, _ = signed_in("olga")
    original = client.get(f"/documents/{identifier}/original")
    assert original.headers["content-disposition"].startswith("attachment")
    assert original.headers["content-type"] == "application/octet-stream"
    assert "sandbox" in original.headers["content-security-policy"]


def test_a_file_name_is_never_markup(world: World, enter: Enter) -> None:
    """A name that is markup and script is shown as it is written, in lists, titles and the live rows."""
    name = "<img src=x onerror=alert(1)>.txt"
    identifier = arrive(world, "%3Cimg%20src=x%20onerror=alert(1)%3E.txt")
    page = enter("olga")
    expect(page.get_by_role("link", name=name)).to_be_visible()
    page.goto(f"/documents/{identifier}")
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    assert page.locator("main img").count() == 0


def test_nothing_is_shown_to_strangers(world: World) -> None:
    """Every page leads to the form first, and none of them is kept by a cache; events are not for strangers either."""
    with httpx.Client(base_url=world.url, timeout=60.0) as stranger:
        paths = ("/", "/documents", "/documents/x", "/documents/x/original", "/review", "/events", "/dead-letters",
                 "/models", "/settings", "/documents/x/text")  # fmt: skip
        answers = [stranger.get(path) for path in paths]
    assert {answer.status_code for answer in answers} == {303}
    assert all(answer.headers["location"].startswith("/sign-in?next=") for answer in answers)
    assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}
    assert all("script-src 'self'" in answer.headers["content-security-policy"] for answer in answers)
