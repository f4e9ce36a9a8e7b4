"""`mailroom`: composes the verbs of all parts, imports only the one that is called, and says errors in a line."""

import functools
import importlib
import sys
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from importlib.metadata import version
from typing import Any

import typer
from rich.table import Table
from rich.text import Text

from cli.verbs import VERBS, Verb
from mailroom.terminal import complain, output, run

WRONG_USAGE = 2


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 the work failed, 2 wrong usage, 3 a gate said no."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    match words:
        case [] | ["-h" | "--help", *_]:
            show_help()
        case ["--version", *_]:
            output().print(f"mailroom {version('mailroom')}", highlight=False)
        case [name, *rest]:
            run(lambda: load(find(name))(rest, prog_name=f"mailroom {name}"))
    sys.exit(0)


def find(name: str) -> Verb:
    """The verb of a name; an unknown one ends the process with status 2 and what was probably meant."""
    names = [verb.name for verb in VERBS]
    if name not in names:
        near = get_close_matches(name, names, n=1)
        hint = f"did you mean `{near[0]}`?" if near else "`mailroom --help` lists the verbs"
        complain(f"there is no verb {name!r}: {hint}")
        sys.exit(WRONG_USAGE)
    return VERBS[names.index(name)]


def load(verb: Verb) -> typer.Typer:
    """Import a verb's function (or Typer app) and make it an application of its own."""
    module, _, attribute = verb.path.partition(":")
    target: Any = getattr(importlib.import_module(module), attribute)
    if isinstance(target, typer.Typer):
        return target
    application = typer.Typer(
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    application.command(name=verb.name, help=target.__doc__ or verb.help)(with_status(target))
    return application


def with_status(function: Callable[..., Any]) -> Callable[..., None]:
    """The same verb, its returned number made the exit status."""

    @functools.wraps(function)
    def verb(*positional: Any, **named: Any) -> None:
        status = function(*positional, **named)
        if isinstance(status, int) and status:
            raise typer.Exit(status)

    return verb


def show_help() -> None:
    """List the verbs from the table, without importing one of them."""
    console = output()
    console.print(
        "Usage: mailroom VERB [OPTIONS]; `mailroom VERB --help` says more of each.\n", highlight=False
    )
    table = Table("verb", "does", box=None, show_header=False, padding=(0, 2))
    for verb in VERBS:
        table.add_row(Text(verb.name, style="bold"), verb.help)
    console.print(table)
