"""What those who wait are told."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mailroom.terminal import messages

Report = Callable[[str], object]
"""Told what is being done, for whoever waits."""


def silent(_: str) -> None:
    """Tell nobody."""


def line(what: str) -> None:
    """A line of a log."""
    messages().print(what, highlight=False, markup=False, soft_wrap=True)


@contextmanager
def progress(elsewhere: Report) -> Iterator[Report]:
    """One line that changes, where a person looks at a terminal.

    Args:
        elsewhere: Told instead where there is none.
    """
    console = messages()
    if not console.is_terminal:
        yield elsewhere
        return
    with console.status("starting") as status:
        yield status.update
