"""The batch that is measured: as the verb runs it, its progress told after every part and with the time."""

import json
import sys
import time
from pathlib import Path

from classifier_service.batch.processes import Processes
from classifier_service.batch.running import Request, run
from mailroom import progress
from mailroom.settings import load_settings


def main(documents: str, output: str, package: str, workers: str) -> None:
    """Run it; lines of `[seconds, what was said]` on standard output, the summary last."""
    progress.EVERY_SECONDS = 0.0

    def say(what: str) -> None:
        print(json.dumps([time.monotonic(), what]), flush=True)

    request = Request((documents,), output, package)
    summary = run(request, load_settings(), lambda task: Processes(task, int(workers)), say)
    print(json.dumps([time.monotonic(), summary]), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:5])
    Path(sys.argv[2]).unlink()
