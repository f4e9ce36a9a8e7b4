"""The child of a sandbox: reads documents from standard input, writes what was found to standard output.

Started as `python -m mailroom.extract.sandbox_worker CPU_SECONDS MEMORY_BYTES`; ends when its input ends.
"""

import math
import os
import resource
import sys
import threading
import time
from typing import IO

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract import frames
from mailroom.extract.extraction import extract
from mailroom.extract.results import Extracted

_ORPHAN_CHECK_SECONDS = 1.0


def main(arguments: list[str]) -> int:
    """Serve until the input ends.

    Args:
        arguments: Processor seconds per document, and bytes of address space.
    """
    cpu_seconds, memory_bytes = map(int, arguments)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    answers = _claim_output()
    while True:
        try:
            request = frames.read(sys.stdin.buffer)
        except EOFError:
            return 0
        _allow_processor_time(cpu_seconds)
        frames.write(answers, frames.encode_answer(_answer(request)))


def _claim_output() -> IO[bytes]:
    # What a parser prints must not end up between the frames.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def _answer(request: bytes) -> Extracted | MalformedRecord:
    data, declared, file_name, limits = frames.decode_request(request)
    try:
        return extract(data, declared=declared, file_name=file_name, limits=limits)
    except MalformedRecord as refusal:
        return refusal
    except MemoryError:
        return MalformedRecord(
            Reason.UNPARSABLE, "its parser needs more memory than is allowed: export it again, simpler"
        )


def _allow_processor_time(seconds: int) -> None:
    used = math.ceil(time.process_time())
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (used + seconds, hard))


def _end_with_parent(parent: int) -> None:
    # A parser that is busy does not see its input end; it must not outlive the parent for long.
    while os.getppid() == parent:
        time.sleep(_ORPHAN_CHECK_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
