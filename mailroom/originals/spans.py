"""Spans of time as people write them."""

import re

from mailroom.contracts.errors import UsageError

_SPAN = re.compile(r"([0-9]{1,6})([hd])", re.ASCII)
_HOURS = {"h": 1, "d": 24}


def seconds(span: str) -> float:
    """A span such as `90d` or `36h`, in seconds.

    Raises:
        UsageError: It is none.
    """
    found = _SPAN.fullmatch(span)
    if found is None:
        raise UsageError(f"{span!r} is no span of time: write 90d for days, or 36h for hours")
    return int(found[1]) * _HOURS[found[2]] * 3600.0
