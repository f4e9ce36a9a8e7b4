"""`python -m classifier_service [VERB]`: a door without the other parts; the Kafka door where no verb is named."""

import sys
from collections.abc import Callable

import typer

from classifier_service.commands import classify_stream
from classifier_service.rest.commands import serve
from mailroom.terminal import run

VERBS: dict[str, Callable[..., None]] = {"serve": serve, "classify-stream": classify_stream}


def main() -> None:
    """Run the verb; an error is one line and a status."""
    verb = sys.argv.pop(1) if len(sys.argv) > 1 and sys.argv[1] in VERBS else "classify-stream"
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command()(VERBS[verb])
    run(app)


if __name__ == "__main__":
    main()
