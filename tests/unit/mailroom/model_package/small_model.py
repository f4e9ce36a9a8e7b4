"""A model small enough to compute by hand."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from mailroom.model_package import RuntimeDescription
from mailroom.model_package.runtimes.linear_text import describe

LABELS = ("invoice", "complaint")
TEXTS = ("invoice number 17, amount due 3.00", "I am writing to complain, this is unacceptable", "")


def linear() -> RuntimeDescription:
    """Three terms, two labels; `number` is only known as part of a pair."""
    return describe(
        ["invoice", "complain", "invoice number"],
        np.array([1.0, 2.0, 1.5]),
        np.array([[2.0, -2.0], [-1.0, 1.0], [3.0, -3.0]]),
        np.array([0.1, -0.1]),
    )


def vote() -> RuntimeDescription:
    """A vote of two phrases."""
    words = '{"invoice": {"names": [" invoice "]}, "complaint": {"strong": [" unacceptable "]}}'
    return RuntimeDescription("lexicon", {"layer": "vote"}, texts={"lexicon": words})


def blend() -> RuntimeDescription:
    """Both, with a temperature."""
    return RuntimeDescription("blend", {"temperature": 1.5}, members=(linear(), vote()))


PackageMaker = Callable[..., Path]
"""The fixture `make_package`."""
