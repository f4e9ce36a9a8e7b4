"""`python -m benchmarks NAME …`: the same as `python -m benchmarks.NAME …`."""

import runpy
import sys
from pathlib import Path


def main() -> None:
    """Run the benchmark that is named first; the other arguments are its own."""
    folder = Path(__file__).parent
    names = sorted(found.parent.name for found in folder.glob("*/__main__.py"))
    if len(sys.argv) < 2 or sys.argv[1] not in names:
        sys.stderr.write(f"usage: python -m benchmarks NAME …; NAME is one of {', '.join(names)}\n")
        raise SystemExit(2)
    name = sys.argv.pop(1)
    runpy.run_module(f"benchmarks.{name}", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
