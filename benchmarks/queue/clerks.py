"""Clerks: they look, think, decide, click twice, open second tabs, change their minds, and some go home."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import httpx

from benchmarks.queue.page import Form, forms

KINDS = {"confirm": 60, "correct": 25, "none": 5, "skip": 10}
DOUBLE, SECOND_TAB, UNDO = 0.2, 0.1, 0.05
NOTHING_SECONDS = 0.5
OK, DONE, REFUSED = 200, 303, 409


@dataclass(slots=True)
class Memory:
    """What all clerks did, as they saw it.

    Attributes:
        shown: Seconds that each page took.
        decided: Seconds that each act took.
        yardstick: Seconds of a request that asks the database nothing but whether it is there.
        done: Ids of acts that were answered as done.
        refused: How many acts were answered as refused, with a reason.
        odd: Answers that no clerk should see.
    """

    shown: list[float] = field(default_factory=list)
    decided: list[float] = field(default_factory=list)
    yardstick: list[float] = field(default_factory=list)
    done: set[str] = field(default_factory=set)
    refused: int = 0
    odd: list[str] = field(default_factory=list)


class Clerk:
    """Somebody with a browser.

    Args:
        url: The console's.
        name: Of their account.
        password: Its.
        memory: Where what they saw is kept.
        think: Seconds over a document, on average.
    """

    def __init__(self, url: str, name: str, password: str, memory: Memory, think: float) -> None:
        self._browser = httpx.Client(base_url=url, timeout=60)
        self._chance = random.Random(name)
        self._memory = memory
        self._think = think
        answer = self._browser.post("/sign-in", data={"name": name, "password": password, "next": "/review"})
        if answer.status_code != DONE:
            raise SystemExit(f"{name} cannot sign in: {answer.status_code}")

    def work(self, end: float) -> None:
        """Decide about one document after the other until a time of the monotonic clock."""
        while time.monotonic() < end:
            page = self._look()
            if not any(form.kind for form in page):
                time.sleep(NOTHING_SECONDS)
                continue
            time.sleep(self._chance.expovariate(1 / self._think))
            self._decide(page)
        self._browser.close()

    def wander(self, end: float, away: threading.Event, seconds: float) -> None:
        """Take documents and leave them: each is somebody else's once its lease is over."""
        while time.monotonic() < end:
            self._look()
            away.wait(min(seconds, max(0.0, end - time.monotonic())))
        self._browser.close()

    def _decide(self, page: list[Form]) -> None:
        kind = self._chance.choices(list(KINDS), list(KINDS.values()))[0]
        form = self._chance.choice([each for each in page if each.kind == kind])
        if self._chance.random() < SECOND_TAB:
            other = self._chance.choice([each for each in self._look() if each.kind] or [form])
            self._post(form)
            self._post(other)
        elif self._chance.random() < DOUBLE:
            with ThreadPoolExecutor(2) as fingers:
                list(fingers.map(self._post, [form, form]))
        else:
            self._post(form)
        if self._chance.random() < UNDO:
            self._post(next(each for each in page if each.action == "/review/undo"))

    def _look(self) -> list[Form]:
        self._memory.yardstick.append(self._timed("GET", "/readyz")[0])
        seconds, answer = self._timed("GET", "/review")
        if answer.status_code != OK:
            self._memory.odd.append(f"/review: {answer.status_code}")
            return []
        self._memory.shown.append(seconds)
        return forms(answer.text)

    def _post(self, form: Form) -> None:
        seconds, answer = self._timed("POST", form.action, form.fields)
        self._memory.decided.append(seconds)
        if answer.status_code == DONE:
            self._memory.done.add(form.fields["act"])
        elif answer.status_code == REFUSED:
            self._memory.refused += 1
        else:
            self._memory.odd.append(f"{form.action}: {answer.status_code}")

    def _timed(
        self, method: str, path: str, fields: dict[str, str] | None = None
    ) -> tuple[float, httpx.Response]:
        began = time.perf_counter()
        answer = self._browser.request(method, path, data=fields)
        return time.perf_counter() - began, answer
