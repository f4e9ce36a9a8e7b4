"""What a command line says: results on standard output, everything else on standard error.

Every verb answers with one mapping. `emit` prints it as one JSON document when the caller asked for that, else
hands it to the verb's own renderer.
"""

import json
import re
import sys
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from rich.console import Console

from mailroom.contracts.errors import MailroomError

INTERRUPTED = 130  # the shell's convention: 128 + SIGINT


def output() -> Console:
    """The console of results: standard output."""
    return Console()


def messages() -> Console:
    """The console of everything that is not the result: standard error."""
    return Console(stderr=True)


def emit(
    result: Mapping[str, Any], *, as_json: bool, render: Callable[[Console], None] | None = None
) -> None:
    """Print a verb's result.

    Args:
        result: The whole answer, JSON-serialisable.
        as_json: Print exactly one JSON document.
        render: Draws the answer for a person; without it `key: value` lines are printed.
    """
    if as_json:
        sys.stdout.write(_harmless(json.dumps(result, ensure_ascii=False, default=str)) + "\n")
        sys.stdout.flush()
    elif render is not None:
        render(output())
    else:
        console = output()
        for key, value in result.items():
            console.print(f"{key}: {value}", highlight=False, markup=False)


def visible(text: str) -> str:
    """Foreign text for a terminal: what would move its cursor, colour it or turn its writing becomes an escape."""
    return "".join(map(_visible, text))


def _visible(character: str) -> str:
    if character == " " or unicodedata.category(character)[0] not in "CZ":
        return character
    return character.encode("unicode_escape").decode()


_COMMANDS = re.compile("[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


def _harmless(document: str) -> str:
    """JSON whose strings keep their letters, but hold nothing that a terminal would obey."""
    return _COMMANDS.sub(lambda found: f"\\u{ord(found[0]):04x}", document)


def run(work: Callable[[], object]) -> NoReturn:
    """Do a process's work and end it: errors of ours in one line, Ctrl-C in silence, bugs with their traceback."""
    try:
        work()
    except MailroomError as error:
        complain(str(error))
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    sys.exit(0)


def complain(message: str) -> None:
    """One line on standard error, in red where there are colours."""
    messages().print(f"mailroom: {message}", style="red", highlight=False, markup=False, soft_wrap=True)
