"""`onnx`: a network over named features, run by ONNX Runtime; Keras and others export to it.

`features` names what the graph takes. `pages` gives it every page (pages, HEIGHT, WIDTH, 1), and the document's answer
is pooled from them. Views of the text (`mailroom.features.views`, such as `words@1 described@1`) are one input each,
of the view's name. The graph gives scores; softmax and temperature are ours.
"""

from collections.abc import Sequence

import numpy as np

from mailroom.features.batch import TextBatch
from mailroom.features.lexicon import Lexicon
from mailroom.features.matcher import Matcher
from mailroom.features.pages import HEIGHT, WIDTH
from mailroom.features.views import View, ViewUnknown, dense, views_named
from mailroom.model_package.description import RuntimeDescription
from mailroom.model_package.errors import PackageUnsupported
from mailroom.model_package.runtimes.base import Floats, Runtime, log_softmax, temperature_of
from mailroom.model_package.runtimes.graphs import Network, network_of
from mailroom.model_package.runtimes.lexicon import matcher_of
from mailroom.model_package.runtimes.pooling import PAGES, PooledPages, require_pages_version

NAME = "onnx"
GRAPH = "network"
FEATURES = "features"
AT_ONCE = 256
"""Documents in one call: bounds the memory of wide features."""


class TextNetwork:
    """A network over views of the text."""

    def __init__(self, network: Network, views: Sequence[View], matcher: Matcher, temperature: float) -> None:
        self._network = network
        self._views = tuple(views)
        self._matcher = matcher
        self._temperature = temperature

    def log_probabilities(self, batch: TextBatch) -> Floats:
        """(documents, labels)."""
        values = [view.values(batch, self._matcher) for view in self._views]
        starts = range(0, len(batch), AT_ONCE)
        parts = [self._network([dense(item[start : start + AT_ONCE]) for item in values]) for start in starts]
        return log_softmax(np.vstack(parts), self._temperature)


def build(description: RuntimeDescription, labels: Sequence[str]) -> Runtime:
    """The runtime of the features that the description names.

    Raises:
        PackageIncomplete: The graph is not one that takes the features and scores the labels.
        PackageUnsupported: The features, or their version, are unknown here.
    """
    features = description.parameters.get(FEATURES)
    if features == PAGES:
        return _pages(description, labels)
    try:
        views = views_named(str(features or ""))
    except ViewUnknown as error:
        raise PackageUnsupported(f"{NAME}: {error}: upgrade Mailroom, or train again") from error
    return _texts(description, views, labels)


def _texts(description: RuntimeDescription, views: Sequence[View], labels: Sequence[str]) -> TextNetwork:
    listed = any(view.lists for view in views)
    matcher = matcher_of(description) if listed else Matcher(Lexicon(()))
    shapes = {view.name: (view.width(matcher),) for view in views}
    network = network_of(description, GRAPH, shapes, len(labels))
    return TextNetwork(network, views, matcher, temperature_of(description))


def _pages(description: RuntimeDescription, labels: Sequence[str]) -> PooledPages:
    require_pages_version(description)
    network = network_of(description, GRAPH, {PAGES: (HEIGHT, WIDTH, 1)}, len(labels))
    return PooledPages(lambda pages: network([pages]), len(labels), temperature_of(description))
