"""The verb `demo`."""

from pathlib import Path
from typing import Annotated

import typer

from mailroom.contracts.errors import MailroomError


class BooksDoNotBalance(MailroomError):
    """A document was lost, or labelled twice."""


def demo(
    *,
    documents: Annotated[int, typer.Option(min=10, help="How many documents to send.")] = 60,
    package: Annotated[Path | None, typer.Option(help="Model package; one is trained without it.")] = None,
    seed: Annotated[int, typer.Option(help="Another seed sends other documents.")] = 7,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Run a finished demonstration: generated documents through Kafka, Flink and a classifier, and a summary."""
    from mailroom.demo.performance import Request, perform
    from mailroom.demo.summary import draw
    from mailroom.terminal import emit, messages, output

    console = messages() if as_json else output()
    result = perform(Request(documents, package, seed), console)
    emit(result, as_json=as_json, render=lambda out: draw(out, result))
    if result["lost"] or result["duplicates"]:
        message = (
            f"{result['lost']} documents lost, {result['duplicates']} labelled twice: this must never happen"
        )
        raise BooksDoNotBalance(message)
