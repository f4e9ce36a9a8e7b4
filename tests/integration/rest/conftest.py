"""A service for all tests that leave it as it was."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.rest.server import Serving, make_package, serving


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package that knows three words."""
    return make_package(tmp_path_factory.mktemp("tiny") / "package")


@pytest.fixture(scope="session")
def service(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A service that gives a slow caller three seconds."""
    folder = tmp_path_factory.mktemp("service")
    with serving(folder, tiny, REST__BODY_SECONDS="3", REST__HEAD_SECONDS="1") as running:
        yield running
