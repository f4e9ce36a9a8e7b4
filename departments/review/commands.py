"""The verb `review`."""

import getpass
import sys
from typing import Annotated

import typer

from mailroom import profiles


def review(
    *,
    clerk: Annotated[
        str | None, typer.Option("--as", metavar="NAME", help="Who decides; by default your own login.")
    ] = None,
    least_sure: Annotated[
        bool | None, typer.Option("--least-sure/--oldest", help="What comes first; else as the settings say.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document at the end: how many of each act.")
    ] = False,
) -> None:
    """Review documents in this terminal, each act one key: confirm, correct, none of these, skip, undo."""
    from departments.review.queue import Order
    from departments.review.reviews import Reviews
    from departments.review.terminal.app import ReviewApp
    from departments.review.terminal.bench import Bench
    from departments.review.texts import Texts
    from departments.store.engine import open_store
    from mailroom.contracts.errors import UsageError
    from mailroom.objects import ObjectStore
    from mailroom.settings import load_settings
    from mailroom.terminal import emit

    # The screen is drawn on standard error, so that the result can go elsewhere.
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError("review needs a terminal: run it in one, or use the console")
    name = clerk or _login()
    settings = profiles.resolve(None, load_settings(), on_kinesis=True)
    store = open_store(settings.desks)
    texts = Texts(ObjectStore(settings.objects.uri))
    orders: dict[bool | None, Order | None] = {None: None, True: "least_sure", False: "oldest"}
    app = ReviewApp(Bench(Reviews.of(store, settings), texts, name, orders[least_sure]))
    try:
        app.run()
    finally:
        texts.close()
        store.close()
    emit({"clerk": name, **app.tally}, as_json=as_json, render=lambda _: None)
    if app.return_code:
        raise typer.Exit(app.return_code)


def _login() -> str:
    from mailroom.contracts.errors import UsageError

    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:
        raise UsageError("nobody knows who you are here: say who decides, with --as NAME") from error
