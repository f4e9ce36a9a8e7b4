"""What people do, as they do it: upload, look, review by keys, correct."""

from pathlib import Path

import httpx
import msgspec
import pytest
from playwright.sync_api import expect

from departments.store.tables import Document
from mailroom.contracts import codec
from mailroom.contracts import headers as h
from mailroom.contracts.records import Feedback, Record, Source
from mailroom.contracts.topics import Topic
from mailroom.streams.kafka import KafkaSink
from mailroom.streams.kafka_snapshot import KafkaSnapshot
from tests.browser.arrivals import INVOICE, arrive, awaited, document
from tests.browser.conftest import Enter, World

pytestmark = [pytest.mark.browser, pytest.mark.kafka, pytest.mark.flink]

DROPPED = """text => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([text], "dropped.txt"));
  return transfer;
}"""


def feedback(world: World, identifier: str) -> dict[str, str] | None:
    """The newest record of `documents.feedback` for a document."""
    log = KafkaSnapshot(world.kafka)
    try:
        found = [record for record in log.records(Topic.FEEDBACK) if record.key == identifier.encode()]
    finally:
        log.close()
    return msgspec.json.decode(found[-1].value or b"null") if found else None


def test_an_upload_gets_its_label_on_the_page_without_a_reload(
    world: World, enter: Enter, tmp_path: Path
) -> None:
    """A file is chosen, another dropped; their progress is shown, and rows with labels appear while one looks."""
    page = enter("olga")
    page.evaluate("window.untouched = true")
    file = tmp_path / "uploaded.txt"
    file.write_text(INVOICE.format(name="uploaded"))
    page.get_by_label("Files").set_input_files(file)
    expect(page.locator(".uploads")).to_contain_text("sent; its label will appear below")
    row = page.locator("#rows tr", has_text="uploaded.txt")
    expect(row).to_contain_text("invoice", timeout=60_000)
    expect(page.locator("#overview")).to_contain_text("Waiting for review")
    dropped = page.evaluate_handle(DROPPED, INVOICE.format(name="dropped"))
    page.locator("[data-drop]").dispatch_event("drop", {"dataTransfer": dropped})
    expect(page.locator("#rows tr", has_text="dropped.txt")).to_contain_text("invoice", timeout=60_000)
    assert page.evaluate("window.untouched") is True


def test_a_review_by_keys_reaches_the_log(world: World, enter: Enter) -> None:
    """Keys alone: correct, undo, correct again; the correction is a record of documents.feedback, by whom it was."""
    identifier = arrive(world, "keys.txt")
    page = enter("rita", f"/review?document={identifier}")
    expect(page.get_by_role("link", name="keys.txt")).to_be_visible()
    key = page.get_by_role("button", name="complaint").get_attribute("data-key")
    assert key is not None
    page.keyboard.press(key)
    expect(page.get_by_text("Corrected.")).to_be_visible()
    found = document(world, identifier)
    assert found is not None
    assert (found.desk, found.state, found.confirmed_label) == ("customer-care", "at_desk", "complaint")
    page.keyboard.press("u")
    expect(page.get_by_text("Taken back.")).to_be_visible()
    expect(page.get_by_role("link", name="keys.txt")).to_be_visible()
    page.keyboard.press("c")
    expect(page.get_by_text("Confirmed.")).to_be_visible()

    def confirmed() -> dict[str, str] | None:
        told = feedback(world, identifier)
        return told if told is not None and told.get("label") == "invoice" else None

    told = awaited(confirmed)
    assert (told["id"], told["label"], told["predicted"], told["actor"]) == (
        identifier,
        "invoice",
        "invoice",
        "rita",
    )


def test_a_desk_sends_back_what_is_not_its_own(world: World, enter: Enter) -> None:
    """A clerk's document goes back under review by one button; the page says so, and the clerk loses it."""
    identifier = arrive(world, "not-ours.txt")
    decide(world, enter, identifier, "c")
    page = enter("carl", f"/documents/{identifier}")
    expect(page.locator(".text")).to_contain_text("Invoice no. not-ours.txt")
    expect(page.locator("mark").first).to_be_visible()
    page.get_by_role("button", name="Not ours").click()
    expect(page.locator(".timeline")).to_contain_text("carl sent it back: not ours")
    found = document(world, identifier)
    assert found is not None
    assert (found.desk, found.state) == ("review", "waiting")
    expect(page.get_by_role("button", name="Not ours")).to_have_count(0)


def test_a_double_click_and_a_second_tab_do_one_act(world: World, enter: Enter) -> None:
    """Two tabs show one document; what the first decided the second cannot decide again, and is told who did."""
    identifier = arrive(world, "two-tabs.txt")
    page = enter("rita", f"/review?document={identifier}")
    other = page.context.new_page()
    other.goto(f"/review?document={identifier}")
    page.get_by_role("button", name="It is: invoice").dblclick()
    expect(page.get_by_text("Confirmed.")).to_be_visible()
    other.get_by_role("button", name="None of these").click()
    expect(other.get_by_role("alert")).to_contain_text("rita marked it 'confirm' since you looked")
    found = document(world, identifier)
    assert found is not None
    assert (found.revision, found.state) == (1, "at_desk")


def test_a_session_that_ends_mid_review_loses_nothing(world: World, enter: Enter) -> None:
    """The page asks to sign in again, then shows the same document, which was the clerk's all the while."""
    identifier = arrive(world, "expired.txt")
    page = enter("rita", f"/review?document={identifier}")
    expect(page.get_by_role("link", name="expired.txt")).to_be_visible()
    page.context.clear_cookies()
    page.keyboard.press("c")
    expect(page.get_by_role("alert")).to_contain_text("Your session is over")
    page.get_by_label("Account").fill("rita")
    page.get_by_label("Password").fill("a password for tests")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("link", name="expired.txt")).to_be_visible()
    page.keyboard.press("c")
    expect(page.get_by_text("Confirmed.")).to_be_visible()


def test_a_document_that_is_gone_is_said_to_be(world: World, enter: Enter) -> None:
    """A document is removed while its page is open: the act says so, and nothing else happens."""
    identifier = arrive(world, "gone.txt")
    decide(world, enter, identifier, "c")
    page = enter("olga", f"/documents/{identifier}")
    expect(page.get_by_role("button", name="Handled")).to_be_visible()
    with world.store.writing() as session:
        session.delete(session.get(Document, identifier))
    page.get_by_role("button", name="Handled").click()
    expect(page.get_by_role("heading", name="Not Found")).to_be_visible()
    expect(page.get_by_text("it may have been removed meanwhile")).to_be_visible()


def test_a_dead_letter_is_sent_again_from_the_page(world: World, enter: Enter) -> None:
    """What failed is listed with its reason, sent again by a tick and a button, and fails again as a new letter."""
    page = enter("olga")
    answer = httpx.post(
        f"{world.door.url}/documents",
        content=b"%PDF-1.7 nothing",
        headers={"x-file-name": "torn.pdf"},
        timeout=60,
    )
    assert answer.status_code == 202

    def listed() -> bool | None:
        page.goto("/dead-letters?reason=truncated")
        return page.get_by_role("checkbox", name="torn.pdf").is_visible() or None

    awaited(listed)
    page.get_by_role("checkbox", name="torn.pdf").check()
    page.get_by_role("button", name="Send the chosen again").click()
    expect(page.get_by_text("1 letter was sent again.")).to_be_visible()

    def failed_again() -> bool | None:
        page.goto("/dead-letters?reason=truncated")
        return page.get_by_text("sent again once").is_visible() or None

    awaited(failed_again)


def test_a_judgement_with_an_unknown_label_is_shown(world: World, enter: Enter) -> None:
    """A record of documents.feedback that nobody can apply is kept, and the page says which and why."""
    found = document(world, arrive(world, "judged-elsewhere.txt"))
    assert found is not None
    source = Source(
        "documents.raw", 0, found.offset, found.media_type, found.size, found.sha256, "2026-01-01T00:00:00Z"
    )
    judgement = Feedback(found.id, "no_such_label", found.label, "eve", "2026-01-01T00:00:00.000Z", source)
    sink = KafkaSink(world.kafka)
    headers = ((h.ID, b"0b9f2c64-0f0a-4c0e-8a44-5b1f1f0f9d11"),)
    sink.send(Record(Topic.FEEDBACK, found.id.encode(), codec.encode(judgement), headers))
    sink.flush(30.0)
    sink.close()
    page = enter("olga")

    def shown() -> bool | None:
        page.goto("/dead-letters")
        return page.get_by_role("cell", name=found.id).is_visible() or None

    awaited(shown)
    expect(page.get_by_role("row", name=found.id)).to_contain_text("no_such_label")


def decide(world: World, enter: Enter, identifier: str, key: str) -> None:
    """Let a reviewer decide by a key."""
    page = enter("rita", f"/review?document={identifier}")
    expect(page.locator("[data-keys]")).to_be_visible()
    page.keyboard.press(key)
    awaited(lambda: found if (found := document(world, identifier)) and found.revision else None)
