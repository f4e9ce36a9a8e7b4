"""A small model package, and the classifier as a process of its own."""

from pathlib import Path

import numpy as np
import pytest

from mailroom.model_package import Provenance, write
from mailroom.model_package.runtimes.linear_text import describe
from mailroom.textprep import PREP_VERSION

LABELS = ("invoice", "offer", "purchase_order", "job_application", "complaint", "service_request", "other")
WORDS = ("invoice", "offer", "order", "application", "complaint", "repair", "news")


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real package that knows one word for every label."""
    directory = tmp_path_factory.mktemp("package") / "words"
    description = describe(WORDS, np.ones(7), np.eye(7) * 9, np.zeros(7)).with_parameters(temperature=1.0)
    provenance = Provenance(name="words", kernel="by-hand", prep_version=PREP_VERSION, version="1")
    write(directory, description, labels=LABELS, provenance=provenance, golden=["an invoice", "no news"])
    return directory
