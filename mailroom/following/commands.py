"""The verb `watch`."""

from contextlib import suppress
from typing import Annotated, Any

import typer

from mailroom import profiles
from mailroom.following.ledger import Outcome


def watch(
    *,
    profile: Annotated[str | None, typer.Option(help=profiles.HELP)] = None,
    from_beginning: Annotated[bool, typer.Option(help="Also what was labelled before.")] = False,
    count: Annotated[int | None, typer.Option(min=1, help="End after so many documents.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON object a line, for each document.")] = False,
) -> None:
    """Follow the labels as they come: file, label, confidence, department, age. Ctrl-C ends it."""
    from mailroom.following.board import Board
    from mailroom.following.follower import Follower
    from mailroom.following.ledger import Ledger
    from mailroom.settings import load_settings
    from mailroom.streams.opening import open_reader, require_log
    from mailroom.terminal import emit, output

    settings = profiles.resolve(profile, load_settings(), on_kinesis=True)
    require_log(settings)
    ledger, seen = Ledger(), 0

    def done() -> bool:
        return count is not None and seen >= count

    reader = open_reader(settings, Follower.topics, from_beginning=from_beginning)
    with suppress(KeyboardInterrupt), Board(output(), ledger) as board:

        def tell(outcome: Outcome) -> None:
            nonlocal seen
            seen += 1
            if as_json:
                emit(document(outcome), as_json=True)
            else:
                board.show(outcome)

        Follower(reader, ledger, tell).until(done)
    reader.close()


def document(outcome: Outcome) -> dict[str, Any]:
    """An outcome as JSON-serialisable values."""
    found, failure = outcome.classification, outcome.failure
    common = {"id": outcome.id, "file": outcome.file_name, "age_seconds": round(outcome.age, 3)}
    common |= {} if outcome.parent is None else {"parent": outcome.parent}
    if found is None:
        reason = {"reason": failure.reason, "message": failure.message} if failure else {}
        return {**common, "label": None, **reason}
    common |= {} if found.duplicate_of is None else {"duplicate_of": found.duplicate_of}
    return {
        **common,
        "label": found.label,
        "confidence": found.confidence,
        "decision": found.decision,
        "department": found.department,
    }
