"""A small model package, and the classifier as a process of its own."""

from pathlib import Path

import numpy as np
import pytest

from mailroom.model_package import Provenance, RuntimeDescription, write
from mailroom.textprep import PREP_VERSION

LABELS = ("invoice", "offer", "purchase_order", "job_application", "complaint", "service_request", "other")
WORDS = ("invoice", "offer", "order", "application", "complaint", "repair", "news")


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real package that knows one word for every label."""
    directory = tmp_path_factory.mktemp("package") / "words"
    description = RuntimeDescription(
        "linear-text",
        parameters={"temperature": 1.0},
        arrays={"idf": np.ones(7), "coefficients": np.eye(7) * 9, "intercept": np.zeros(7)},
        texts={"vocabulary": "\n".join(WORDS)},
    )
    provenance = Provenance(name="words", kernel="by-hand", prep_version=PREP_VERSION, version="1")
    write(directory, description, labels=LABELS, provenance=provenance, golden=["an invoice", "no news"])
    return directory
