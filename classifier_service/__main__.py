"""`python -m classifier_service`: the Kafka door, for a container or a supervisor."""

import typer

from classifier_service.commands import classify_stream
from mailroom.terminal import run


def main() -> None:
    """Run the verb; an error is one line and a status."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command()(classify_stream)
    run(app)


if __name__ == "__main__":
    main()
