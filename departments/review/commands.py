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

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("review needs a terminal: run it in one, or use the console")
    name = clerk or _login()
    settings = profiles.resolve(None, load_settings(), on_kinesis=True)
    store = open_store(settings.desks)
    texts = Texts(ObjectStore(settings.objects.uri))
    orders: dict[bool | None, Order | None] = {None: None, True: "least_sure", False: "oldest"}
    try:
        ReviewApp(Bench(Reviews.of(store, settings), texts, name, orders[least_sure])).run()
    finally:
        texts.close()
        store.close()


def _login() -> str:
    from mailroom.contracts.errors import UsageError

    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:
        raise UsageError("nobody knows who you are here: say who decides, with --as NAME") from error
