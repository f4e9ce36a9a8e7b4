"""The weight of images beside text."""

import numpy as np
import pytest

from mailroom.features.batch import PageBatch
from mailroom.features.pages import HEIGHT, WIDTH, no_pages
from mailroom.model_package.runtimes.base import Floats, log_softmax
from training.kernels.pooling import NO_EVIDENCE, LeftOut

COUNT = 200
TARGETS = np.arange(COUNT) % 2
PAGE = np.zeros((1, HEIGHT, WIDTH), dtype=np.uint8)


def opinions(seed: int, evidence: float) -> Floats:
    """Noisy opinions of two labels, with so much evidence for the right one."""
    noise = np.random.default_rng(seed).normal(0.0, 1.0, (COUNT, 2))
    noise[np.arange(COUNT), TARGETS] += evidence
    return log_softmax(noise)


def left_out(text: Floats, image: Floats, *, letters: bool = True) -> LeftOut:
    """Documents with a page each."""
    batch = PageBatch(["letter" if letters else ""] * COUNT, [PAGE] * COUNT)
    return LeftOut(text, image, batch, TARGETS, np.ones(COUNT))


def test_who_knows_nothing_counts_nothing() -> None:
    """The weight goes to the member that helps."""
    knows, guesses = opinions(1, 4.0), opinions(2, 0.0)
    assert left_out(knows, guesses).best_weight() < 0.15
    assert left_out(guesses, knows).best_weight() > 0.85


def test_who_know_different_things_share_the_weight() -> None:
    """Two members of the same skill with errors of their own count alike."""
    assert left_out(opinions(1, 1.5), opinions(2, 1.5)).best_weight() == pytest.approx(0.5, abs=0.15)


def test_without_a_document_that_both_can_read_there_is_no_evidence() -> None:
    """The weight is then never used: each document has one reader."""
    assert left_out(opinions(1, 1.0), opinions(2, 1.0), letters=False).best_weight() == NO_EVIDENCE
    blind = PageBatch(["letter"] * COUNT, [no_pages()] * COUNT)
    nothing = LeftOut(opinions(1, 1.0), opinions(2, 1.0), blind, TARGETS, np.ones(COUNT))
    assert nothing.best_weight() == NO_EVIDENCE


def test_each_member_is_calibrated_by_itself() -> None:
    """A member that boasts gets the higher temperature."""
    honest = opinions(1, 1.5)
    first, second = left_out(honest, log_softmax(5 * honest)).temperatures
    assert second == pytest.approx(5 * first, rel=0.05)
