"""The demonstration itself: start the system, send, follow, add up, stop."""

import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from mailroom.contracts.errors import MailroomError
from mailroom.demo import scenario
from mailroom.demo.scenario import Scenario
from mailroom.demo.summary import summarise
from mailroom.embedded import foreground, system
from mailroom.embedded.services import Folders
from mailroom.embedded.state import SystemState
from mailroom.following.board import Board
from mailroom.following.follower import Follower
from mailroom.following.ledger import Ledger, Outcome
from mailroom.settings import KafkaSettings
from mailroom.streams.kafka import KafkaReader

PATIENCE_SECONDS = 60.0  # plus so much for every document:
SECONDS_PER_DOCUMENT = 4.0


@dataclass(frozen=True, slots=True)
class Request:
    """What a person asked for: how many documents, by which package, of which seed."""

    documents: int
    package: Path | None
    seed: int


def perform(request: Request, console: Console) -> dict[str, Any]:
    """Run the whole demonstration in a folder of its own, which is removed when all went well.

    Raises:
        MailroomError: The system would not start, or a step failed; the message says where the logs are.
    """
    begun = time.monotonic()
    work = Path(tempfile.mkdtemp(prefix="mailroom-demo-"))
    os.environ["MAILROOM_HOME"] = str(work / "home")  # an `up` beside it is not disturbed
    console.print(f"generating {request.documents} documents of all labels, some broken on purpose")
    play = _Play(scenario.prepare(work, request.documents, request.seed), console, begun)
    options = system.Options(Folders(work / "home", work / "home"), request.package)
    stopping = play.stopping
    console.print("starting Kafka, the Flink job and the classifier")
    system.run(
        options,
        stopping,
        say=lambda words: console.print(words, markup=False),
        prepared=lambda: foreground.stop_on_signals(stopping),
        ready=play.begin,
    )
    result = play.result(work / "home" / "logs")
    shutil.rmtree(work)
    return result


class _Play:
    """Sends and follows beside the supervisor, which has the main thread."""

    def __init__(self, documents: Scenario, console: Console, begun: float) -> None:
        self._scenario = documents
        self._console = console
        self._begun = begun
        self._first: float | None = None
        self._outcome: dict[str, Any] | None = None
        self._error: Exception | None = None
        self.stopping = threading.Event()

    def begin(self, state: SystemState) -> None:
        """Called when documents can flow."""
        threading.Thread(target=self._run, args=(state,), name="demo", daemon=True).start()

    def result(self, logs: Path) -> dict[str, Any]:
        """The summary, once the system has stopped."""
        if self._error is not None:
            raise MailroomError(f"{self._error} (the logs are in {logs})") from self._error
        if self._outcome is None:
            raise MailroomError(f"the demonstration was stopped before its end (the logs are in {logs})")
        return self._outcome

    def _run(self, state: SystemState) -> None:
        try:
            self._outcome = self._sent_and_followed(state)
        except Exception as error:  # noqa: BLE001 - raised again in the main thread, by `result`
            self._error = error
        finally:
            self.stopping.set()

    def _sent_and_followed(self, state: SystemState) -> dict[str, Any]:
        ledger = Ledger()
        reader = KafkaReader(KafkaSettings(bootstrap=state.bootstrap), Follower.topics)
        with ThreadPoolExecutor(1) as pool, Board(self._console, ledger) as board:
            sending = pool.submit(scenario.send, self._scenario, state.bootstrap)
            Follower(reader, ledger, self._noting(board.show)).until(self._settled(ledger, sending))
            names = sending.result()
        reader.close()
        memory = {service.name: foreground.resident_bytes(service.pid) for service in state.services}
        return {
            **summarise(ledger, self._scenario, names),
            "first_label_seconds": round((self._first or 0.0) - self._begun, 1),
            "seconds": round(time.monotonic() - self._begun, 1),
            "memory_bytes": memory,
        }

    def _noting(self, show: Callable[[Outcome], None]) -> Callable[[Outcome], None]:
        def tell(outcome: Outcome) -> None:
            if self._first is None and outcome.classification is not None:
                self._first = time.monotonic()
            show(outcome)

        return tell

    def _settled(self, ledger: Ledger, sending: "Future[dict[str, str]]") -> Callable[[], bool]:
        """All documents have an outcome, or sending failed, or time is up: the summary then says what is lost."""
        documents = self._scenario.documents
        deadline = time.monotonic() + PATIENCE_SECONDS + SECONDS_PER_DOCUMENT * documents

        def settled() -> bool:
            if self.stopping.is_set() or time.monotonic() > deadline:
                return True
            failed = sending.done() and sending.exception() is not None
            return failed or (sending.done() and ledger.settled(documents, documents + 1))

        return settled
