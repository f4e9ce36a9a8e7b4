"""Dead letters on a terminal."""

import io
import json

import pytest
from rich.console import Console

from mailroom.contracts.dead_letters import dead_letter
from mailroom.contracts.records import Failure, Position, Record
from mailroom.dead_letters import drawing
from mailroom.dead_letters.letters import Letter, letter_of
from mailroom.terminal import emit

pytestmark = pytest.mark.security

HOSTILE = "[red]\x1b]0;owned\x07\x1b[2J\r\x9b31m\u202egnp.exe\u2066[/][link=file:///etc/passwd]x"
SHOWN = "[red]\\x1b]0;owned\\x07\\x1b[2J\\r\\x9b31m\\u202egnp.exe\\u2066[/][link=file:///etc/passwd]x"


@pytest.fixture
def letter() -> Letter:
    """A letter whose sender would like to command the terminal."""
    headers = (("ce_id", HOSTILE.encode()), ("ce_subject", HOSTILE.encode()), (HOSTILE, b"\x1b[31m\xff"))
    record = Record("documents.raw", b"k", b"v", headers)
    failure = Failure("stage", HOSTILE, HOSTILE, Position("documents.raw", 0, 1))
    return letter_of(dead_letter(record, failure))


@pytest.fixture
def console() -> Console:
    """A terminal with colours."""
    return Console(file=io.StringIO(), force_terminal=True, color_system="truecolor", width=2_000)


def written(console: Console) -> str:
    """What it was sent."""
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_list_obeys_nothing_that_it_shows(letter: Letter, console: Console) -> None:
    """Markup stays text, and what moves cursors, sets titles or turns writing is an escape."""
    result = {"count": 1, "by_reason": {HOSTILE: 1}, "skipped": 0, "letters": [drawing.row(letter)]}
    drawing.draw_list(console, result)
    found = written(console)
    assert found.count(SHOWN) == 5
    assert not set("\x07\r\x9b\u202e\u2066") & set(found)
    assert "\x1b]" not in found


def test_a_letter_obeys_nothing_that_it_shows(letter: Letter, console: Console) -> None:
    """Likewise for each header's name and value."""
    drawing.draw_letter(console, drawing.whole(letter, 1))
    found = written(console)
    assert f"  {SHOWN}: \\x1b[31m\\xff" in found
    assert not set("\x07\r\x1b\x9b\u202e\u2066") & set(found)


def test_json_on_a_terminal_commands_nothing(letter: Letter, capsys: pytest.CaptureFixture[str]) -> None:
    """The document says the same, and its bytes hold no command."""
    emit(drawing.whole(letter, 1), as_json=True)
    found = capsys.readouterr().out
    assert json.loads(found)["id"] == HOSTILE
    assert not set("\x07\r\x1b\x9b\u202e\u2066") & set(found)


def test_a_huge_header_is_cut(console: Console) -> None:
    """A line shows its beginning."""
    assert len(drawing.shown("x" * 1_000_000)) == 200
