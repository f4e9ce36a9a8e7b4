"""The verb `gate`."""

from typing import Annotated

import typer

from training.gate.options import Documents, InProcess, Integrity, Json, Key, Output, Set

REFUSED = 3


def gate(
    *,
    candidate: Annotated[str, typer.Option("--candidate", help="Folder of a package, or an image with one.")],
    champion: Annotated[str, typer.Option("--champion", help="What it would replace: likewise.")],
    documents: Documents,
    integrity: Integrity = None,
    in_process: InProcess = False,
    output: Output = None,
    key: Key = None,
    limit: Set = None,
    as_json: Json = False,
) -> int:
    """Decide whether a package may replace the champion; exit status 3 if not, with the reasons."""
    from mailroom.terminal import emit
    from training.gate.cases import Case
    from training.gate.drawing import draw_verdict
    from training.gate.judging import judge
    from training.gate.limits import limits_of
    from training.gate.signing import default_key
    from training.gate.writing import result, write_verdict
    from training.waiting import progress, silent

    limits = limits_of(limit or ())
    case = Case(candidate, champion, tuple(documents), limits, integrity, in_process)
    with progress(silent) as report:
        verdict = judge(case, report)
    told = result(verdict, write_verdict(verdict, output, key or default_key()))
    emit(told, as_json=as_json, render=lambda console: draw_verdict(console, told))
    return 0 if verdict.passed else REFUSED
