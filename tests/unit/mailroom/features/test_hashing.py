"""Words and pairs in a fixed number of columns."""

import subprocess
import sys

import numpy as np
import pytest

from mailroom.features.hashing import COLUMNS, hashed_words

COLUMNS_OF = (
    "from mailroom.features.hashing import hashed_words; print(*hashed_words(['invoice number']).indices)"
)


def test_a_word_has_the_same_column_in_every_process() -> None:
    """Training and serving are different processes; a salted hash would send words elsewhere in each."""
    answers = {
        subprocess.run(
            [sys.executable, "-c", COLUMNS_OF], capture_output=True, text=True, check=True
        ).stdout.split()[0]
        for _ in range(2)
    }
    here = hashed_words(["invoice number"]).indices
    assert answers == {str(here[0])}
    assert sorted(here.tolist()) == [5046, 7170, 11265]


def test_rows_have_length_one_and_counts_are_damped() -> None:
    """A word said three times counts 1 + ln(3) of one said once; no words, no values."""
    rows = hashed_words(["vat vat vat", "vat total", ""])
    assert rows.shape == (3, COLUMNS)
    np.testing.assert_allclose(np.sqrt(rows.multiply(rows).sum(axis=1)).A1, [1, 1, 0], rtol=1e-6)
    # three times `vat` and twice the pair `vat vat`: 1 + ln 3 and 1 + ln 2
    assert rows[0].data.max() / rows[0].data.min() == pytest.approx(2.0986123 / 1.6931472, rel=1e-6)


def test_the_order_of_two_words_tells() -> None:
    """`not paid` and `paid not` share their words and differ in the pair."""
    one, other = hashed_words(["not paid", "paid not"]).toarray()
    assert (one > 0).sum() == (other > 0).sum() == 3
    assert ((one > 0) & (other > 0)).sum() == 2


def test_a_batch_is_the_sum_of_its_documents() -> None:
    """No pair reaches from one document into the next."""
    together = hashed_words(["invoice number", "total amount"]).toarray()
    alone = [hashed_words([text]).toarray()[0] for text in ("invoice number", "total amount")]
    np.testing.assert_array_equal(together, alone)
