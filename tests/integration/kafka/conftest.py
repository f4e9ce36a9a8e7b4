"""A small model package for the classifier as a process of its own."""

from pathlib import Path

import pytest

from tests.integration.kafka.world import word_package


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real package that knows one word for every label."""
    return word_package(tmp_path_factory.mktemp("package") / "words")
