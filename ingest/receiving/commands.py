"""The verbs `receive mailbox|…`: doors that stay open."""

from pathlib import Path
from typing import Annotated, Any

import typer

from mailroom import profiles

Profile = Annotated[str | None, typer.Option(help=profiles.HELP)]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document, at the end.")]
Once = Annotated[bool, typer.Option("--once", help="Receive what is there now, then end.")]

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def doors() -> None:
    """Doors that stay open until SIGTERM or Ctrl-C; each verb has --json."""


def ended(status: int) -> None:
    """End with a status, where it is one of failure."""
    if status:
        raise typer.Exit(status)


@app.command()
def mailbox(
    *,
    account: Annotated[
        list[str] | None, typer.Option(help="A mailbox of the settings; repeat it; by default all.")
    ] = None,
    host: Annotated[
        str | None, typer.Option(help="An IMAP server, for one mailbox without settings.")
    ] = None,
    user: Annotated[
        str | None, typer.Option(help="Its user; the password: MAILROOM_MAILBOX__PASSWORD[_FILE].")
    ] = None,
    port: Annotated[int | None, typer.Option(help="By default 993 with implicit TLS, else 143.")] = None,
    tls: Annotated[str | None, typer.Option(help="implicit (default), starttls, or none.")] = None,
    ca_bundle: Annotated[
        Path | None, typer.Option(help="PEM of who signed the server's certificate.")
    ] = None,
    token_path: Annotated[
        Path | None, typer.Option(help="File with an OAuth2 access token (XOAUTH2).")
    ] = None,
    folder: Annotated[list[str] | None, typer.Option(help="By default INBOX; repeat it.")] = None,
    processed: Annotated[
        str | None, typer.Option(help="What becomes of received mails: move (default) or flag.")
    ] = None,
    profile: Profile = None,
    once: Once = False,
    as_json: Json = False,
) -> None:
    """Receive mails from IMAP mailboxes, each whole; they are moved or flagged once the log has them."""
    from ingest.mailbox.receiving import Request, run

    flags: dict[str, Any] = {
        "host": host,
        "user": user,
        "port": port,
        "tls": tls,
        "ca_bundle": ca_bundle,
        "token_path": token_path,
        "folders": tuple(folder) if folder else None,
        "processed": processed,
    }
    given = {name: value for name, value in flags.items() if value is not None}
    ended(run(Request(tuple(account or ()), given, profile, once, as_json)))
