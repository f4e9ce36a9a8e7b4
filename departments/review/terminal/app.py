"""The screen: one document, its candidates, its text; every act is one key."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.events import Key
from textual.widgets import Footer, Static

from departments.desks import ActKind
from departments.review.recording import Done
from departments.review.terminal import drawing
from departments.review.terminal.bench import Bench, Item
from departments.review.terminal.choosing import LabelScreen
from mailroom.contracts.errors import MailroomError

Result = TypeVar("Result")

LOOK_AGAIN_SECONDS = 2.0
"""How often the queue is looked at, where nothing waits."""

STYLE = """
#heading { padding: 1 2 0 2; }
#choices { padding: 1 2; }
#said { padding: 0 2; color: $text-muted; }
#text { border-top: solid $primary; padding: 0 2; }
"""


class ReviewApp(App[None]):
    """Reviews documents until its clerk has enough.

    Args:
        bench: The clerk's work.

    Attributes:
        tally: What was done, by the kind of act.
    """

    TITLE = "mailroom review"
    CSS = STYLE
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,c", "confirm", "Confirm", priority=True),
        Binding("1", "number", "…9 correct", show=True),
        Binding("l", "labels", "All labels"),
        Binding("n", "none", "None of these"),
        Binding("s", "skip", "Skip"),
        Binding("u", "undo", "Undo"),
        Binding("q", "leave", "Quit"),
    ]

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self._item: Item | None = None
        self._busy = asyncio.Lock()
        self._active = False
        self.tally: Counter[str] = Counter()

    def compose(self) -> ComposeResult:
        """The document above its text, the keys below."""
        yield Static(id="heading")
        yield Static(id="choices")
        yield Static(id="said")
        with VerticalScroll(id="text"):
            yield Static(id="body")
        yield Footer()

    def on_mount(self) -> None:
        """Take the first document."""
        self.query_one("#text").focus()
        self.set_interval(LOOK_AGAIN_SECONDS, self._look_again)
        self.set_interval(self._bench.reviews.settings.lease_seconds / 3, self._renew)
        self._start(self._next)

    def on_key(self, event: Key) -> None:
        """Digits correct; any key shows that somebody is there."""
        self._active = True
        place = drawing.KEYS.find(event.key)
        if self._item is not None and 0 <= place < len(self._item.choices) and len(self.screen_stack) == 1:
            event.stop()
            self._correct(self._item.choices[place][0])

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - Textual's
        """While labels are chosen, the keys are that screen's; without a document nothing can be decided."""
        if len(self.screen_stack) > 1:
            return False
        return self._item is not None or action in {"undo", "leave"}

    def action_number(self) -> None:
        """Shown below; `on_key` does it for all digits."""

    def action_confirm(self) -> None:
        """The label is right."""
        self._decide(ActKind.CONFIRM)

    def action_none(self) -> None:
        """None of the labels is right."""
        self._decide(ActKind.NONE)

    def action_skip(self) -> None:
        """Somebody else may decide."""
        self._decide(ActKind.SKIP)

    def action_labels(self) -> None:
        """Choose among all labels, also those that have no digit."""
        if self._item is not None:
            labels = [label for label, _ in self._item.choices]
            self.push_screen(LabelScreen(labels), self._correct)

    def action_undo(self) -> None:
        """Take the last decision back."""

        async def undo() -> None:
            done = await self._try(self._bench.undo)
            if done is not None:
                self.tally[done.kind] += 1
                self._say(f"taken back; it is at {done.desk_after} again")
                await self._next(keep_saying=True)

        self._start(undo)

    async def action_leave(self) -> None:
        """Give the document back, and end."""
        if self._item is not None:
            item = self._item
            await self._try(lambda: self._bench.give_back(item))
        self.exit()

    def _correct(self, label: str | None) -> None:
        if label is not None:
            self._decide(ActKind.CORRECT, label)

    def _decide(self, kind: ActKind, label: str | None = None) -> None:
        """Decide about the document that is shown now: a second press means the same one, and does nothing."""
        item = self._item

        async def decide() -> None:
            if item is None or item is not self._item:
                return
            done = await self._try(lambda: self._bench.act(item, kind, label))
            if done is not None:
                self.tally[done.kind] += 1
            self._say(_told(done) if done is not None else None)
            await self._next(keep_saying=True)

        self._start(decide)

    async def _next(self, *, keep_saying: bool = False) -> None:
        self._item = await self._try(self._bench.next)
        if not keep_saying:
            self._say(None)
        self.refresh_bindings()
        self._show()

    def _show(self) -> None:
        item = self._item
        nothing = Text("Nothing waits for review.", style="bold")
        now = self._bench.reviews.now()
        self.query_one("#heading", Static).update(nothing if item is None else drawing.heading(item, now))
        self.query_one("#choices", Static).update("" if item is None else drawing.choices(item))
        self.query_one("#body", Static).update("" if item is None else "reading …")
        if item is not None:
            self.run_worker(self._read(item), exclusive=True, group="text")

    async def _read(self, item: Item) -> None:
        text = await asyncio.to_thread(self._bench.text, item)
        if item is self._item:
            self.query_one("#body", Static).update(drawing.body(text))
            self.query_one("#text", VerticalScroll).scroll_home(animate=False)

    async def _look_again(self) -> None:
        if self._item is None and not self._busy.locked():
            self._start(self._next)

    async def _renew(self) -> None:
        item = self._item
        if item is not None and self._active:
            self._active = False
            await self._try(lambda: self._bench.renew(item))

    def _start(self, work: Callable[[], Any]) -> None:
        async def alone() -> None:
            async with self._busy:
                await work()

        self.run_worker(alone())

    async def _try(self, work: Callable[[], Result]) -> Result | None:
        """Do something slow beside the screen; what went wrong is told in its one sentence."""
        try:
            return await asyncio.to_thread(work)
        except MailroomError as error:
            self.notify(str(error), severity="warning", timeout=10, markup=False)
            return None

    def _say(self, what: str | None) -> None:
        self.query_one("#said", Static).update(Text(what or ""))


def _told(done: Done) -> str:
    words = {
        ActKind.CONFIRM: f"confirmed as {done.label}, it is at {done.desk_after}",
        ActKind.CORRECT: f"corrected to {done.label}, it is at {done.desk_after}",
        ActKind.LOOK: f"noted as {done.label}; somebody else looks at it too",
        ActKind.NONE: "none of these: handled",
        ActKind.SKIP: "skipped: it comes back at the end",
    }
    return words[done.kind] + " (u takes it back)" * (done.kind is not ActKind.SKIP)
