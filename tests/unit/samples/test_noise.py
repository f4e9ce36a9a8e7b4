"""Noise changes how a text looks, never what it needs to stay a document."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from samples.noise import add_noise

TEXT = (
    "Rechnung Nr. 4711\n\nSehr geehrte Frau Groß,\nbitte zahlen Sie 12,50 EUR bis Mai an Peter Müller."
    + " Und so fort." * 9
)


@given(seed=st.integers(0, 10_000))
def test_noise_keeps_a_text_that_can_be_printed(seed: int) -> None:
    """Something is left, and it is in Windows-1252."""
    noisy = add_noise(TEXT, Random(seed))
    assert len(noisy) > len(TEXT) / 3
    noisy.encode("cp1252")


def test_most_texts_keep_their_words() -> None:
    """Of 200 draws more than half change nothing but line ends."""
    words = TEXT.split()
    assert sum(add_noise(TEXT, Random(seed)).split() == words for seed in range(200)) > 100


def test_every_kind_of_noise_comes() -> None:
    """Lower case, upper case, lost accents and one line all occur."""
    noisy = [add_noise(TEXT, Random(seed)) for seed in range(400)]
    assert any(text.islower() for text in noisy)
    assert any(text.isupper() for text in noisy)
    assert any("Muller" in text for text in noisy)
    assert " ".join(TEXT.split()) in noisy
