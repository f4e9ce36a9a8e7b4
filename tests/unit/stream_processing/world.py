"""What tests of routing share."""

from collections.abc import Sequence

from stream_processing.routing import Routed


def only(routed: Sequence[Routed]) -> Routed:
    """The one record that comes of a document without parts."""
    assert len(routed) == 1
    return routed[0]
