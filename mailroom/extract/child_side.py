"""The other side of `mailroom.extract.child`: requests from standard input, answers to standard output."""

import os
import resource
import sys
import threading
import time
from collections.abc import Callable, Iterable
from typing import IO

from mailroom.extract import frames
from mailroom.extract.frames import Frame

_ORPHAN_CHECK_SECONDS = 1.0

Answer = Callable[[Frame], Iterable[Frame]]
"""The frames that answer a request."""


def serve(answer: Answer, memory_bytes: int) -> int:
    """Answer requests until the input ends.

    Args:
        answer: Asked for each request; its frames are sent as they come.
        memory_bytes: Address space that this process may have.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    answers = _claim_output()
    while True:
        try:
            request = frames.read(sys.stdin.buffer)
        except EOFError:
            return 0
        for frame in answer(request):
            frames.write(answers, frame)


def _claim_output() -> IO[bytes]:
    # What a library prints must not end up between the frames.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def _end_with_parent(parent: int) -> None:
    # A library that is busy does not see the input end; it must not outlive the parent for long.
    while os.getppid() == parent:
        time.sleep(_ORPHAN_CHECK_SECONDS)
    os._exit(1)
