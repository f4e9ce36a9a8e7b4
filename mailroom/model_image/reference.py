"""Names of images, checked before any work is done for one."""

import re

from mailroom.contracts.errors import UsageError

# The grammar of github.com/distribution/reference, without digests.
_PART = r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*"
_HOST = r"(?:[A-Za-z0-9][A-Za-z0-9.-]*(?::[0-9]+)?/)?"
_NAME = re.compile(rf"{_HOST}{_PART}(?:/{_PART})*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}})?", re.ASCII)


def checked(name: str) -> str:
    """An image's name, `[host[:port]/]path[:tag]`, as it was given.

    Raises:
        UsageError: It is none.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} is no name of an image: say it like mailroom/classifier:1.0, in lower case"
        )
    return name
