"""`onnx`: a network over named features, run by ONNX Runtime; Keras and others export to it.

`features` names what the graph takes: `pages` gives it every page (pages, HEIGHT, WIDTH, 1), and the document's answer
is pooled from them. The graph gives scores; softmax and temperature are ours.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mailroom.features.pages import HEIGHT, WIDTH
from mailroom.model_package.description import RuntimeDescription
from mailroom.model_package.errors import PackageIncomplete
from mailroom.model_package.runtimes.base import Floats, Runtime, temperature_of
from mailroom.model_package.runtimes.pooling import PAGES, PooledPages, require_pages_version

NAME = "onnx"
GRAPH = "network"
_ERRORS_ONLY = 3

Network = Callable[[npt.NDArray[np.float32]], Floats]
"""Features (rows, …) to scores (rows, labels)."""


def build(description: RuntimeDescription, labels: Sequence[str]) -> Runtime:
    """The runtime of the features that the description names.

    Raises:
        PackageIncomplete: There is no such feature, or the graph is not one that takes it and scores the labels.
        PackageUnsupported: The features are made by rules that this version does not know.
    """
    features = description.parameters.get("features")
    if features not in _BUILDERS:
        known = ", ".join(map(str, _BUILDERS))
        raise PackageIncomplete(f"{NAME}: features {features!r} are unknown (known: {known}): train it again")
    return _BUILDERS[features](description, labels)


def network_of(description: RuntimeDescription, shape: tuple[int, ...], labels: int) -> Network:
    """The graph of a description, ready to run on one thread.

    Args:
        description: Holds it as `network`.
        shape: Of one row of features.
        labels: How many scores a row must get.

    Raises:
        PackageIncomplete: It is missing, broken, or takes or gives something else.
    """
    import onnxruntime  # noqa: PLC0415 - packages without networks need none

    content = description.graphs.get(GRAPH)
    if content is None:
        raise PackageIncomplete(f"{NAME}: the graph {GRAPH} is missing: train it again")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = _ERRORS_ONLY
    options.intra_op_num_threads = 1  # replicas are how the service scales; the same sums in the same order
    try:
        session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the library's errors have no common root but Exception
        reason = str(error).splitlines()[0]
        raise PackageIncomplete(f"{NAME}: {GRAPH} is no graph ({reason}): fetch the package again") from error
    _require_signature(session, shape, labels)
    name = session.get_inputs()[0].name
    return lambda rows: np.asarray(session.run(None, {name: rows})[0], dtype=np.float64)


def _require_signature(session: Any, shape: tuple[int, ...], labels: int) -> None:
    takes = [(item.type, tuple(item.shape[1:])) for item in session.get_inputs()]
    gives = [(item.type, tuple(item.shape[1:])) for item in session.get_outputs()]
    if takes != [("tensor(float)", shape)] or gives != [("tensor(float)", (labels,))]:
        raise PackageIncomplete(
            f"{NAME}: {GRAPH} takes {takes} and gives {gives}, needed {shape} and {labels} scores: train it again"
        )


def _pages(description: RuntimeDescription, labels: Sequence[str]) -> Runtime:
    require_pages_version(description)
    network = network_of(description, (HEIGHT, WIDTH, 1), len(labels))
    return PooledPages(network, len(labels), temperature_of(description))


_BUILDERS: dict[object, Callable[[RuntimeDescription, Sequence[str]], Runtime]] = {PAGES: _pages}
