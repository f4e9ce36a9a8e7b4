"""`text-neural`: a small network on words and on what word lists and structure say, by Keras; served as ONNX."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np

from mailroom.features.batch import TextBatch
from mailroom.features.lexicon import load_lexicon
from mailroom.features.views import DESCRIBED, WORDS, dense, references
from mailroom.model_package import RuntimeDescription
from mailroom.model_package.description import Parameter
from mailroom.model_package.runtimes import blend, lexicon, onnx
from training.documents import LabelledDocument
from training.kernels.base import Kernel, SearchSpace
from training.kernels.refusing import require_every_label
from training.kernels.tensorflow import keras_session, to_onnx
from training.kernels.text_network import Fit, Lesson, fit_network
from training.weights import balanced_weights

VIEWS = (WORDS, DESCRIBED)


class TextNeural(Kernel):
    """Keras on this machine's processor; three thousand documents take about a minute."""

    name: ClassVar[str] = "text-neural"

    def get_parameters(self) -> SearchSpace:
        """How long and how fast to learn, and how much a network may remember."""
        return {
            "epochs": [12, 6, 24],
            "units": [48, 24, 96],
            "dropout": [0.5, 0.3],
            "learning_rate": [2e-3, 1e-3],
        }

    def train(
        self,
        documents: Sequence[LabelledDocument],
        labels: Sequence[str],
        *,
        parameters: Mapping[str, Parameter],
        seed: int,
    ) -> RuntimeDescription:
        """Fit the network; the word lists' vote, which learns nothing, is its equal in a blend.

        Raises:
            UsageError: A label has no document.
        """
        require_every_label(documents, labels)
        words = {"lexicon": load_lexicon(extra=self.word_lists).for_labels(labels).to_json()}
        vote = RuntimeDescription(lexicon.NAME, {"layer": "vote"}, texts=words)
        fit = Fit(
            epochs=int(parameters["epochs"]),
            units=int(parameters["units"]),
            dropout=float(parameters["dropout"]),
            learning_rate=float(parameters["learning_rate"]),
            seed=seed,
        )
        lesson = _lesson(documents, labels, vote)
        with keras_session(seed) as keras:
            graph = to_onnx(fit_network(keras, lesson, fit), [view.name for view in VIEWS])
        network = RuntimeDescription(
            onnx.NAME, {onnx.FEATURES: references(VIEWS)}, texts=words, graphs={onnx.GRAPH: graph}
        )
        return RuntimeDescription(blend.NAME, members=(network, vote))


def _lesson(documents: Sequence[LabelledDocument], labels: Sequence[str], vote: RuntimeDescription) -> Lesson:
    batch, matcher = TextBatch([item.text for item in documents]), lexicon.matcher_of(vote)
    targets = np.array([[item.label == label for label in labels] for item in documents], dtype=np.float32)
    return Lesson(
        WORDS.values(batch, matcher),
        dense(DESCRIBED.values(batch, matcher)),
        targets,
        balanced_weights(documents).astype(np.float32),
    )
