"""A real browser before a real system: broker, Flink, classifier, door, desks and console, once for all tests."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from console.accounts import register
from console.accounts.roles import Person, Role
from departments.store.engine import Store, open_store
from mailroom.embedded import ready
from mailroom.embedded.kafka import Broker
from mailroom.embedded.topics import ensure_topics
from mailroom.settings import KafkaSettings, load_settings
from tests.servers.doors import Door, opened

SECONDS = 180.0
PATIENCE_MS = 60_000
"""Until a page shows what is expected of it: on a busy machine Playwright's own five seconds are few."""
PASSWORD = "a password for tests"  # noqa: S105 - of accounts that live as long as the tests
PEOPLE = (
    Person("olga", Role.OPERATOR),
    Person("rita", Role.REVIEWER),
    Person("carl", Role.CLERK, ("accounts-payable",)),
    Person("rosa", Role.READER),
)
SHOTS = Path(os.environ.get("MAILROOM_SCREENSHOTS", "build/screenshots"))
"""Where screenshots are kept, to be looked at."""


@dataclass(frozen=True, slots=True)
class World:
    """The system under test.

    Attributes:
        url: The console's address.
        store: The departments' database.
        kafka: The log.
        door: Ingest's HTTP door.
    """

    url: str
    store: Store
    kafka: KafkaSettings
    door: Door


@pytest.fixture(scope="session")
def world(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The whole system; every document is put under review, so that tests decide what becomes of it."""
    home = tmp_path_factory.mktemp("browser")
    with ExitStack() as running:
        broker = running.enter_context(Broker(home / "kafka", home / "kafka.log"))
        ensure_topics(broker.bootstrap, partitions=1)
        settings = {
            "MAILROOM_HOME": str(home),
            "MAILROOM_KAFKA__BOOTSTRAP": broker.bootstrap,
            "MAILROOM_CLASSIFIER__PACKAGE": str(package),
            "MAILROOM_CLASSIFIER__REVIEW_BELOW": "1",
            "MAILROOM_HTTP__FOLLOW": "false",
        }
        with (
            pytest.MonkeyPatch.context() as patch
        ):  # while processes start: other tests have settings of their own
            for name, value in settings.items():
                patch.setenv(name, value)
            store = running.enter_context(closing(open_store(load_settings().desks)))
            _accounts(store)
            modules = ("stream_processing", "classifier_service", "departments run")
            started = [running.enter_context(_process(module.split(), home)) for module in modules]
            door = running.enter_context(_door(["ingest", "http"], home, {"HTTP__PORT": "0"}))
            console = running.enter_context(
                _door(["console"], home, {"CONSOLE__PORT": "0", "CONSOLE__UPLOAD_URL": door.url})
            )
        for is_ready in started:
            _wait(is_ready)
        yield World(console.url, store, KafkaSettings(bootstrap=broker.bootstrap), door)


def _accounts(store: Store) -> None:
    with store.writing() as session:
        for person in PEOPLE:
            register.add(session, person, PASSWORD, ["accounts-payable"])


@contextmanager
def _door(words: list[str], home: Path, settings: dict[str, str]) -> Iterator[Door]:
    folder = home / words[0]
    folder.mkdir(exist_ok=True)
    with opened([sys.executable, "-m", *words], folder, home, settings) as door:
        yield door


@contextmanager
def _process(words: list[str], home: Path) -> Iterator[Callable[[], bool]]:
    """One process of the system, begun and not waited for; tells whether it is ready."""
    file, log = home / f"{words[0]}.ready", home / f"{words[0]}.log"
    with log.open("wb") as stream:
        environment = {**os.environ, ready.VARIABLE: str(file)}
        process = subprocess.Popen(
            [sys.executable, "-m", *words],
            env=environment,
            stdout=stream,
            stderr=stream,
            start_new_session=True,
        )

        def is_ready() -> bool:
            assert process.poll() is None, log.read_text(errors="replace")[-3_000:]
            return ready.is_announced(file)

        yield is_ready
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(20)


def _wait(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end, "the system did not start"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; it ends with its module, for Playwright's event loop forbids all others meanwhile."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("Chromium is not installed: `bash scripts/bootstrap.sh --for-tests` does it")
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=arguments)
        yield started
        started.close()


Enter = Callable[..., Page]


@pytest.fixture
def enter(world: World, browser: Browser) -> Iterator[Enter]:
    """Opens the console in a browser of its own, and signs somebody in; what pages complain of fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def begin(name: str = "olga", path: str = "/", **options: object) -> Page:
        context = browser.new_context(base_url=world.url, viewport={"width": 1200, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console", lambda said: complaints.append(said.text) if "Security Policy" in said.text else None
        )
        sign_in(page, name, path)
        return page

    yield begin
    for context in contexts:
        context.close()
    assert complaints == []


def sign_in(page: Page, name: str, path: str = "/") -> None:
    """Open a page, and sign in on the way there."""
    page.goto(path)
    page.get_by_label("Account").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
