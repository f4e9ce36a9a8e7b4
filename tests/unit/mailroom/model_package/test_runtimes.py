"""Serving without the trainer: the runtimes equal scikit-learn, and load what is large."""

import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from mailroom.features.batch import TextBatch
from mailroom.model_package import PackageIncomplete, Provenance, RuntimeDescription, load, write
from mailroom.model_package.runtimes import build_runtime
from mailroom.model_package.runtimes.linear_text import describe

WORDS = [f"w{letter}{other}" for letter in "abcdefghij" for other in "abcdefghij"]


def sentences(count: int, seed: int) -> list[str]:
    """Texts of common and rare words, some empty, some repeating themselves."""
    source = random.Random(seed)
    return [" ".join(source.choices(WORDS, range(1, 101), k=source.randint(0, 60))) for _ in range(count)]


@pytest.mark.parametrize(("terms", "frequency"), [(None, "log"), (500, "log"), (None, "once")])
def test_linear_text_equals_scikit_learn(terms: int | None, frequency: str) -> None:
    """Probabilities of texts not trained on agree within 1e-5, with unknown words, empty texts and a cut vocabulary."""
    train, test = sentences(300, 1), [*sentences(200, 2), "", "unheard wab unheard", "wab"]
    targets = np.arange(300) % 3
    vectoriser = TfidfVectorizer(
        tokenizer=str.split,
        token_pattern=None,
        lowercase=False,
        ngram_range=(1, 2),
        sublinear_tf=frequency == "log",
        binary=frequency == "once",
        max_features=terms,
    )
    model = LogisticRegression(C=10, max_iter=300).fit(vectoriser.fit_transform(train), targets)
    description = describe(
        vectoriser.get_feature_names_out(), vectoriser.idf_, model.coef_.T, model.intercept_
    ).with_parameters(frequency=frequency)
    served = np.exp(build_runtime(description, ["a", "b", "c"]).log_probabilities(TextBatch(test)))
    np.testing.assert_allclose(served, model.predict_proba(vectoriser.transform(test)), atol=1e-5)


def test_a_frequency_unknown_here_is_refused() -> None:
    """Counting otherwise than training did would be wrong without anybody noticing."""
    model = describe(["word"], np.ones(1), np.zeros((1, 2)), np.zeros(2)).with_parameters(frequency="twice")
    with pytest.raises(PackageIncomplete, match="'twice' is neither log nor once"):
        build_runtime(model, ["a", "b"])


def test_serving_imports_no_trainer() -> None:
    """A process that loads packages needs neither scikit-learn nor YAML."""
    code = "import sys, mailroom.model_package; print(sorted({'sklearn', 'yaml'} & set(sys.modules)))"
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert finished.stdout == "[]\n"


def test_a_blend_is_the_geometric_mean_of_its_members() -> None:
    """Two opinions of 0.9 and 0.5 make odds of 3 to 1."""

    def constant(odds: float) -> RuntimeDescription:
        return describe(["word"], np.ones(1), np.zeros((1, 2)), np.array([np.log(odds), 0.0]))

    blend = RuntimeDescription("blend", members=(constant(9.0), constant(1.0)))
    assert np.exp(build_runtime(blend, ["a", "b"]).log_probabilities(TextBatch(["x"]))) == pytest.approx(
        np.array([[0.75, 0.25]])
    )


def test_a_label_without_word_list_gets_no_vote() -> None:
    """Labels are data: one that no list speaks of is neither lost nor favoured."""
    words = '{"invoice": {"names": [" invoice "]}}'
    vote = build_runtime(
        RuntimeDescription("lexicon", {"layer": "vote"}, texts={"lexicon": words}), ["parcel", "invoice"]
    )
    probabilities = np.exp(vote.log_probabilities(TextBatch(["hello", "an invoice"])))
    assert probabilities[0].tolist() == [0.5, 0.5]
    assert probabilities[1, 1] > 0.9


def test_a_vocabulary_of_200_000_terms_loads_and_predicts(tmp_path: Path) -> None:
    """A large vocabulary comes back whole, first and last term included."""
    terms = [f"{first}{number}" for number in range(50_000) for first in "ab"]
    letters = [term.translate(str.maketrans("0123456789", "cdefghijkl")) for term in terms]
    pairs = [f"{first} {second}" for first, second in zip(letters, letters[1:] + letters[:1], strict=True)]
    coefficients = np.zeros((200_000, 2))
    coefficients[[0, -1], 0] = 5.0
    description = describe(letters + pairs, np.ones(200_000), coefficients, np.zeros(2))
    write(tmp_path / "package", description, labels=["a", "b"], provenance=Provenance("large", "by-hand", 1))
    rows = load(tmp_path / "package").predict([letters[0], pairs[-1], letters[1]])
    assert (rows[:, 0] > 0.9).tolist() == [True, True, False]
