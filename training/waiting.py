"""What those who wait are told."""

from collections.abc import Iterator
from contextlib import contextmanager

from mailroom.progress import Report, line
from mailroom.terminal import messages

__all__ = ["Report", "line", "progress", "silent"]


def silent(_: str) -> None:
    """Tell nobody."""


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
