"""The child of a sandbox: reads documents from standard input, writes what was found to standard output.

Started as `python -m mailroom.extract.sandbox_worker CPU_SECONDS MEMORY_BYTES`; ends when its input ends.
"""

import math
import resource
import sys
import time
from collections.abc import Iterator

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract import frames
from mailroom.extract.child_side import serve
from mailroom.extract.frames import Frame
from mailroom.extract.registry import parser_of
from mailroom.extract.results import Extracted


def main(arguments: list[str]) -> int:
    """Serve until the input ends.

    Args:
        arguments: Processor seconds per document, and bytes of address space.
    """
    cpu_seconds, memory_bytes = map(int, arguments)

    def answer(request: Frame) -> Iterator[Frame]:
        _allow_processor_time(cpu_seconds)
        yield frames.encode_answer(_answer(request))

    return serve(answer, memory_bytes)


def _answer(request: Frame) -> Extracted | MalformedRecord:
    data, kind, limits = frames.decode_request(request)
    try:
        return parser_of(kind.media_type)(data, kind, limits)
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


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
