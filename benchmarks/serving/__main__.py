"""`python -m benchmarks serving`: the REST door beside three peers that serve the same model."""

import argparse
import json
import sys
import tempfile
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from benchmarks.serving import comparing, memory, model, printing, strain, wrk
from benchmarks.serving.contestants import CONTESTANTS, MAILROOM
from benchmarks.serving.fleet import largest_difference, started
from benchmarks.serving.servers import Cores, two_cores
from mailroom.contracts.errors import MailroomError, UsageError
from mailroom.embedded.packages import provide_package

Told = tuple[dict[str, Any], str]
"""For programs and for people."""


RATE, PACED_SECONDS = 50.0, 30.0
POINTS = (10_000, 100_000)


def main() -> None:
    """Measure; print a table, or one JSON document."""
    arguments = _parser().parse_args()
    try:
        wrk.require_wrk()
        with tempfile.TemporaryDirectory(prefix="mailroom-serving-") as folder:
            run = {"compare": _compare, "overload": _overload, "paced": _paced, "memory": _memory}[
                arguments.what
            ]
            told, table = run(arguments, two_cores(), Path(folder))
    except MailroomError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(2 if isinstance(error, UsageError) else 1) from error
    print(json.dumps(told) if arguments.json else table)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks serving", description=__doc__)
    parser.add_argument(
        "what", nargs="?", choices=["compare", "overload", "paced", "memory"], default="compare"
    )
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 8, 32])
    parser.add_argument("--rounds", type=int, default=3, help="turns of everybody under every load")
    parser.add_argument("--seconds", type=float, default=5, help="length of a turn")
    parser.add_argument("--overload-seconds", type=float, default=30)
    parser.add_argument("--only", nargs="+", choices=[one.name for one in CONTESTANTS], metavar="NAME")
    parser.add_argument(
        "--plain", action="store_true", help="peers serve scikit-learn's own words: another model"
    )
    parser.add_argument("--json", action="store_true", help="one JSON document on one line")
    return parser


def _compare(arguments: argparse.Namespace, cores: Cores, folder: Path) -> Told:
    served = model.provide()
    chosen = [one for one in CONTESTANTS if arguments.only is None or one.name in arguments.only]
    with started(chosen, served, cores, folder, plain=arguments.plain) as standing:
        difference = None if arguments.plain else largest_difference(standing, served)
        found = list(
            comparing.turns(standing, arguments.connections, arguments.rounds, arguments.seconds, cores)
        )
    asked = comparing.targets(found) if arguments.only is None else []
    targets = [{**asdict(target), "met": target.met} for target in asked]
    told = {"largest_difference": difference, "turns": [asdict(turn) for turn in found], "targets": targets}
    return told, printing.comparison(found, asked)


def _overload(arguments: argparse.Namespace, cores: Cores, folder: Path) -> Told:
    with started([MAILROOM], model.provide(), cores, folder) as [door]:
        found = strain.overload(door, arguments.overload_seconds, cores, folder)
    told = {**asdict(found), "kept": found.kept, "kept_by_processor_time": found.kept_by_processor_time}
    return told, printing.overload(found)


def _paced(_: argparse.Namespace, cores: Cores, folder: Path) -> Told:
    with started([MAILROOM], _default_package(), cores, folder) as [door]:
        found = strain.paced(door, RATE, PACED_SECONDS, cores, folder)
    return asdict(found), printing.paced(found)


def _memory(_: argparse.Namespace, cores: Cores, folder: Path) -> Told:
    served = _default_package()
    with started([MAILROOM], served, cores, folder) as [door]:
        found = memory.growth(door, served.texts(), POINTS, cores, folder)
    told = {f"after_{point}_mib": mebibytes for point, mebibytes in found.items()}
    return told, printing.memory(found)


def _default_package() -> model.ServedModel:
    """The package that labels when nobody names one."""
    package = provide_package(lambda line: print(line, file=sys.stderr))
    return replace(model.provide(), package=package)


if __name__ == "__main__":
    main()
