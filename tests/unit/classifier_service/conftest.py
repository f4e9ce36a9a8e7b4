"""A door for each test."""

from collections.abc import Iterator

import pytest

from tests.unit.classifier_service.rest.world import World


@pytest.fixture
def world() -> Iterator[World]:
    """The door on a fake model."""
    with World().opened() as opened:
        yield opened
