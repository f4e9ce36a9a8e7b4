"""Verbs that belong together: `mailroom keys create`, `mailroom models list`."""

from typing import Any

import typer


def verb_group(help: str | None = None) -> typer.Typer:  # noqa: A002 - Typer's own name for it
    """An empty group, which answers in the way of all verbs: no colours, no tracebacks, `-h` as well.

    Args:
        help: What the group is for; by default the docstring of its callback.
    """
    # Told None, Typer would look for no docstring.
    said: dict[str, Any] = {} if help is None else {"help": help}
    return typer.Typer(
        **said,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        no_args_is_help=True,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
