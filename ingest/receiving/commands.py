"""The verbs `receive mailbox|…`: doors that stay open."""

from pathlib import Path
from typing import Annotated, Any

import typer

from mailroom import profiles
from mailroom.verb_group import verb_group

Profile = Annotated[str | None, typer.Option(help=profiles.HELP)]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document, at the end.")]
Once = Annotated[bool, typer.Option("--once", help="Receive what is there now, then end.")]

app = verb_group()


@app.callback()
def doors() -> None:
    """Doors that stay open until SIGTERM or Ctrl-C; each verb has --json."""


def ended(status: int) -> None:
    """End with a status, where it is one of failure."""
    if status:
        raise typer.Exit(status)


@app.command()
def http(
    *,
    host: Annotated[
        str | None, typer.Option(help="Address to listen at; beyond 127.0.0.1 keys are asked for.")
    ] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen at; 0 takes a free one.")] = None,
    profile: Profile = None,
    as_json: Json = False,
) -> None:
    """Receive uploads: POST /documents answers ids once the log has them; GET /documents/ID says what became of it."""
    from ingest.http.serving import Request, run

    ended(run(Request(host, port, profile, as_json)))


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


@app.command()
def bucket(
    name: Annotated[str, typer.Argument(help="The bucket; keys and region as AWS's own tools take them.")],
    *,
    prefix: Annotated[str, typer.Option(help="Objects below this prefix only.")] = "",
    queue_url: Annotated[
        str | None, typer.Option(help="An SQS queue that the bucket notifies, in place of listing.")
    ] = None,
    endpoint_url: Annotated[str | None, typer.Option(help="A server that speaks S3's protocol.")] = None,
    move_to: Annotated[
        str | None, typer.Option(help="Prefix that received objects move below; else they stay.")
    ] = None,
    journal: Annotated[
        Path | None,
        typer.Option(help="Where a listing notes what was received; by default in MAILROOM_HOME."),
    ] = None,
    poll: Annotated[float, typer.Option(min=0.05, help="Seconds between two listings.")] = 30.0,
    max_deliveries: Annotated[
        int, typer.Option(min=1, help="Tries until an object or a message counts as failed.")
    ] = 5,
    retry: Annotated[int, typer.Option(min=0, help="Seconds until a failed message comes again.")] = 30,
    profile: Profile = None,
    once: Once = False,
    as_json: Json = False,
) -> None:
    """Receive what is put into a bucket of S3, by listing it or from the queue that it notifies."""
    from ingest.bucket.receiving import Request, run

    request = Request(
        bucket=name,
        prefix=prefix,
        queue_url=queue_url,
        endpoint=endpoint_url,
        move_to=move_to,
        journal=journal,
        poll_seconds=poll,
        max_deliveries=max_deliveries,
        retry_seconds=retry,
        profile=profile,
        once=once,
        as_json=as_json,
    )
    ended(run(request))


@app.command()
def topic(
    *,
    mapping: Annotated[
        Path,
        typer.Option(help="YAML: which topics, and which header or field gives id, name, type and bytes."),
    ],
    instance: Annotated[
        str | None,
        typer.Option(help="Stable over restarts, unique in the group; by default the host's name."),
    ] = None,
    profile: Profile = None,
    once: Once = False,
    as_json: Json = False,
) -> None:
    """Receive the records of an existing topic, maybe of another cluster; what fits no mapping is dead-lettered."""
    from ingest.topic.receiving import Request, run

    ended(run(Request(mapping, instance, profile, once, as_json)))


@app.command()
def smtp(
    *,
    host: Annotated[
        str | None, typer.Option(help="Where to listen; 127.0.0.1 unless the settings say else.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(help="8025 unless the settings say else; 0 takes a free one.")
    ] = None,
    recipient: Annotated[
        list[str] | None, typer.Option(help="An address that is taken; repeat it; none named: all.")
    ] = None,
    profile: Profile = None,
    as_json: Json = False,
) -> None:
    """Receive mails that scanners and programs send here; each is accepted once the log has it."""
    from ingest.smtp.serving import Request, run

    flags = {"host": host, "port": port, "recipients": tuple(recipient) if recipient else None}
    ended(run(Request({name: value for name, value in flags.items() if value is not None}, profile, as_json)))
