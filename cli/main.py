"""`mailroom`: composes the verbs of all parts, imports only the one that is called, and says errors in a line."""

import importlib
import sys
from collections.abc import Sequence
from typing import Any

import click
import typer
from typer.main import get_command

from cli.verbs import VERBS, Verb
from mailroom.contracts.errors import MailroomError
from mailroom.terminal import INTERRUPTED, complain


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called, not when they are listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The verbs in the order of the table, which is the order a newcomer needs them."""
        return [verb.name for verb in VERBS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import and build the one command that was named."""
        return next((load(verb) for verb in VERBS if verb.name == cmd_name), None)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the verbs from the table, without importing one of them."""
        with formatter.section("Verbs"):
            formatter.write_dl([(verb.name, verb.help) for verb in VERBS])


def load(verb: Verb) -> click.Command:
    """Import a verb's function (or Typer app) and make it a command."""
    module, _, attribute = verb.path.partition(":")
    target: Any = getattr(importlib.import_module(module), attribute)
    if not isinstance(target, typer.Typer):
        function, target = target, typer.Typer(add_completion=False, rich_markup_mode=None)
        target.command(name=verb.name, help=function.__doc__ or verb.help)(function)
    command: Any = get_command(target)
    command.name = verb.name
    return command  # type: ignore[no-any-return]


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="mailroom")
def mailroom() -> None:
    """Tell what each document is, and get it to the department that must act."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 the work failed, 2 wrong usage, 3 a gate said no."""
    try:
        code = mailroom.main(args=None if arguments is None else list(arguments), standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except MailroomError as error:
        complain(str(error))
        code = error.exit_code
    except (KeyboardInterrupt, click.Abort):
        code = INTERRUPTED
    sys.exit(code if isinstance(code, int) else 0)
