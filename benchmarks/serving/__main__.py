"""`python -m benchmarks serving`: the REST door beside three peers that serve the same model."""

import argparse
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from benchmarks.serving import comparing, model, printing, wrk
from benchmarks.serving.contestants import CONTESTANTS
from benchmarks.serving.fleet import largest_difference, started
from benchmarks.serving.servers import two_cores
from mailroom.contracts.errors import MailroomError, UsageError


def main() -> None:
    """Measure; print a table, or one JSON document."""
    arguments = _parser().parse_args()
    try:
        with tempfile.TemporaryDirectory(prefix="mailroom-serving-") as folder:
            _compare(arguments, Path(folder))
    except MailroomError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(2 if isinstance(error, UsageError) else 1) from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks serving", description=__doc__)
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 8, 32])
    parser.add_argument("--rounds", type=int, default=3, help="turns of everybody under every load")
    parser.add_argument("--seconds", type=float, default=5, help="length of a turn")
    parser.add_argument("--only", nargs="+", choices=[one.name for one in CONTESTANTS], metavar="NAME")
    parser.add_argument(
        "--plain", action="store_true", help="peers serve scikit-learn's own words: another model"
    )
    parser.add_argument("--json", action="store_true", help="one JSON document on one line")
    return parser


def _compare(arguments: argparse.Namespace, folder: Path) -> None:
    wrk.require_wrk()
    cores, served = two_cores(), model.provide()
    chosen = [one for one in CONTESTANTS if arguments.only is None or one.name in arguments.only]
    with started(chosen, served, cores, folder, plain=arguments.plain) as standing:
        difference = None if arguments.plain else largest_difference(standing, served)
        found = list(
            comparing.turns(standing, arguments.connections, arguments.rounds, arguments.seconds, cores)
        )
    asked = comparing.targets(found) if arguments.only is None else []
    if arguments.json:
        targets = [{**asdict(target), "met": target.met} for target in asked]
        turns = [asdict(turn) for turn in found]
        print(json.dumps({"largest_difference": difference, "turns": turns, "targets": targets}))
    else:
        print(printing.comparison(found, asked))


if __name__ == "__main__":
    main()
