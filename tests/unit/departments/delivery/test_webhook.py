"""Webhooks, posted to a server of this machine."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from departments.delivery.errors import NotDelivered
from departments.delivery.webhook import WebhookChannel
from mailroom.desk_settings import WebhookSettings
from mailroom.streams.clock import FakeClock, SystemClock
from tests.servers import hooks
from tests.servers.deliveries import message


@pytest.fixture(scope="module")
def running() -> Iterator[hooks.Hook]:
    """A receiver for all tests."""
    with hooks.listening() as hook:
        yield hook


@pytest.fixture
def hook(running: hooks.Hook) -> hooks.Hook:
    """The receiver, which answers well and has got nothing yet."""
    running.status, running.answer_headers = 200, {}
    running.received.clear()
    running.answering.set()
    return running


def post(url: str, **settings: Any) -> None:
    """Post one message."""
    given = WebhookSettings(url=url, secret=SecretStr(hooks.SECRET), **({"internal": True} | settings))

    async def send() -> None:
        async with WebhookChannel(given, SystemClock()) as channel:
            await channel.deliver(message())

    asyncio.run(send())


def refusal(url: str, **settings: Any) -> NotDelivered:
    """Why a message did not arrive."""
    with pytest.raises(NotDelivered) as caught:
        post(url, **settings)
    return caught.value


def test_a_message_arrives_whole_and_signed(hook: hooks.Hook) -> None:
    """The convention's own library accepts it; its id is the delivery's."""
    post(hook.url)
    (received,) = hook.received
    assert received.id == "m1"
    assert received.headers["content-type"] == "application/json"
    assert received.verified() == {
        "type": "document.assigned",
        "timestamp": "2026-01-01T00:00:00.000000Z",
        "data": {
            "id": "4711",
            "desk": "accounts-payable",
            "revision": 0,
            "now_at": "accounts-payable",
            "label": "invoice",
            "predicted": "invoice",
            "confidence": 0.93,
            "decision": "auto",
            "language": "en",
            "file_name": "invoice.txt",
            "media_type": "text/plain",
            "size": 23,
            "sha256": "e45fd15553198048a7ab5bd9bda75a8b5fd3b7fd7e9ca3faff69a677777e97d6",
            "dataref": None,
            "parent": None,
            "received_at": "2026-01-01T00:00:00.000000Z",
            "due_at": None,
        },
    }


@pytest.mark.parametrize(
    ("status", "final", "said"),
    [
        (500, False, "the webhook answered 500"),
        (404, False, "the webhook answered 404"),
        (410, True, "the webhook answered 410: it wants no more of these"),
    ],
)
def test_only_2xx_counts(hook: hooks.Hook, status: int, final: bool, said: str) -> None:
    """What a person can mend is tried again; 410 is the receiver's last word."""
    hook.status = status
    error = refusal(hook.url)
    assert (str(error), error.final) == (said, final)


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ("120", 120.0),
        ("Thu, 01 Jan 2026 00:01:00 GMT", 60.0),
        ("soon", None),
        ("-5", -5.0),
        ("9" * 5000, None),
    ],
)
def test_a_receiver_may_ask_for_a_pause(given: str, seconds: float | None) -> None:
    """In seconds or by date; what is neither counts for nothing."""
    settings = WebhookSettings(url="https://example.com", secret=SecretStr(hooks.SECRET))
    assert WebhookChannel(settings, FakeClock()).seconds(given) == seconds


def test_a_receiver_that_hangs_is_let_go(hook: hooks.Hook) -> None:
    """The whole request has its time, and no more."""
    hook.answering.clear()
    error = refusal(hook.url, timeout_seconds=0.1)
    assert str(error) == "the webhook did not answer within 0.1 s"


@pytest.mark.security
def test_a_receiver_that_trickles_is_let_go_too() -> None:
    """A byte now and then does not keep a connection."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = threading.Event()

        def trickle() -> None:
            connection, _ = server.accept()
            with connection:
                try:
                    connection.sendall(b"HTTP/1.1 200 OK\r\nx-slow: ")
                    while not done.wait(0.02):
                        connection.sendall(b"x")
                except OSError:
                    return

        thread = threading.Thread(target=trickle)
        thread.start()
        error = refusal(f"http://127.0.0.1:{server.getsockname()[1]}/", timeout_seconds=0.2)
        done.set()
        thread.join()
    assert str(error) == "the webhook did not answer within 0.2 s"


@pytest.mark.security
def test_a_redirect_is_not_followed(hook: hooks.Hook) -> None:
    """Else a receiver could have us ask machines that only we reach."""
    hook.status, hook.answer_headers = 307, {"location": f"{hook.url}/elsewhere"}
    assert "redirects are not followed" in str(refusal(hook.url))
    assert [received.path for received in hook.received] == ["/hook"]


@pytest.mark.security
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1"])
def test_an_outside_webhook_does_not_reach_this_machine(hook: hooks.Hook, host: str) -> None:
    """By number, by name, or by a spelling that hides it."""
    error = refusal(f"https://{host}:{hook.port}/", internal=False)
    assert "internal: true" in str(error) or "its url is none" in str(error)
    assert hook.received == []


@pytest.mark.security
def test_an_error_holds_no_address() -> None:
    """A webhook's path may be its password."""
    error = refusal("http://127.0.0.1:1/very-secret?token=secret")
    assert "secret" not in str(error)
    assert str(error).startswith("the webhook cannot be reached: ")


def test_an_outside_webhook_is_not_told_in_the_clear() -> None:
    """Without TLS anybody on the way reads what documents there are."""
    with pytest.raises(ValidationError, match="https url"):
        WebhookSettings(url="http://example.com", secret=SecretStr(hooks.SECRET))
