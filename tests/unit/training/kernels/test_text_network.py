"""The network of `text-neural`: what is served is what Keras trained."""

import numpy as np

from mailroom.features.batch import TextBatch
from mailroom.features.lexicon import load_lexicon
from mailroom.features.views import DESCRIBED, WORDS, dense
from mailroom.model_package import RuntimeDescription
from mailroom.model_package.runtimes import build_runtime
from mailroom.model_package.runtimes.lexicon import matcher_of
from tests.unit.training.easy import easy_documents
from training.kernels.tensorflow import keras_session, to_onnx
from training.kernels.text_network import Fit, Lesson, fit_network

LABELS = ("invoice", "complaint", "other")


def test_onnx_runtime_answers_as_keras_does() -> None:
    """Exported and served, the network gives Keras's own probabilities within 1e-5, for texts it has not seen too."""
    documents = easy_documents()
    words = {"lexicon": load_lexicon().for_labels(LABELS).to_json()}
    matcher = matcher_of(RuntimeDescription("lexicon", texts=words))
    seen = TextBatch([item.text for item in documents])
    targets = np.array([[item.label == label for label in LABELS] for item in documents], dtype=np.float32)
    lesson = Lesson(
        WORDS.values(seen, matcher),
        dense(DESCRIBED.values(seen, matcher)),
        targets,
        np.ones(len(documents), np.float32),
    )
    asked = TextBatch([*seen.texts, "", "Sehr geehrte Damen und Herren, 12.50 EUR bis 1.2.2026?"])
    with keras_session(1) as keras:
        network = fit_network(keras, lesson, Fit(2, 8, 0.5, 2e-3, seed=1))
        graph = to_onnx(network, ["words", "described"])
        views = [dense(view.values(asked, matcher)) for view in (WORDS, DESCRIBED)]
        scores = np.asarray(network.predict_on_batch(views), dtype=np.float64)
    expected = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    served = RuntimeDescription(
        "onnx", {"features": "words@1 described@1"}, texts=words, graphs={"network": graph}
    )
    answers = np.exp(build_runtime(served, LABELS).log_probabilities(asked))
    np.testing.assert_allclose(answers, expected, atol=1e-5)
    assert (answers[:90].argmax(axis=1) == targets.argmax(axis=1)).mean() > 0.9
