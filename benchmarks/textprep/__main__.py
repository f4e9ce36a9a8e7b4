"""`python -m benchmarks.textprep`: what cleansing costs, and which library names languages best."""

import argparse
import json
import sys
from dataclasses import asdict

from benchmarks.textprep import languages, steps
from benchmarks.textprep.timing import YARDSTICK, Cost


def main(arguments: list[str]) -> int:
    """Measure, and print tables or one JSON document."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.textprep", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--per-language", type=int, default=250, help="documents of the corpus per language")
    options = parser.parse_args(arguments)
    costs, standings = steps.measure(), languages.compare(options.per_language)
    if options.json:
        print(json.dumps(_document(costs, standings)))
    else:
        print(f"Ratios are to {YARDSTICK}.\n")
        _print_steps(costs)
        _print_languages(standings)
    return 0


def _document(
    costs: dict[str, dict[str, Cost]], standings: dict[str, languages.Standing | str]
) -> dict[str, object]:
    return {
        "yardstick": YARDSTICK,
        "steps": {name: {step: asdict(one) for step, one in table.items()} for name, table in costs.items()},
        "languages": {name: one if isinstance(one, str) else asdict(one) for name, one in standings.items()},
    }


def _print_steps(costs: dict[str, dict[str, Cost]]) -> None:
    for name, table in costs.items():
        print(f"{name:30} {'µs per 2 KB':>12} {'ratio':>8}")
        for step, one in table.items():
            print(f"  {step:28} {one.microseconds:12.1f} {one.ratio:8.1f}")
        print()


def _print_languages(standings: dict[str, languages.Standing | str]) -> None:
    for name, standing in standings.items():
        if isinstance(standing, str):
            print(f"{name}: {standing}")
            continue
        right = " ".join(f"{language} {share:.3f}" for language, share in standing.right.items())
        print(f"{name}: {standing.cost.microseconds:.1f} µs, ratio {standing.cost.ratio:.1f}\n  {right}")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
