"""ONNX graphs, ready to run: on one thread of the processor, checked before they are trusted."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mailroom.model_package.description import RuntimeDescription
from mailroom.model_package.errors import PackageIncomplete
from mailroom.model_package.runtimes.base import Floats

_ERRORS_ONLY = 3
_ELSEWHERE = b"location"
"""The key under which ONNX names a file of weights; however it is encoded, these bytes stand in the graph."""

Network = Callable[[Sequence[npt.NDArray[np.float32]]], Floats]
"""Features (rows, …), in the order of the shapes, to scores (rows, labels)."""


def network_of(
    description: RuntimeDescription, name: str, shapes: Mapping[str, tuple[int, ...]], labels: int
) -> Network:
    """A graph of a description, tried on a blank row.

    Args:
        description: Holds the graph.
        name: Of the graph.
        shapes: Of one row of each of its inputs, by the input's name; a single input may have any name.
        labels: How many scores a row must get.

    Raises:
        PackageIncomplete: It is missing, broken, reaches for other files, needs operators that ONNX Runtime lacks, or
            takes or gives something else.
    """
    content = description.graphs.get(name)
    if content is None:
        raise PackageIncomplete(f"{description.runtime}: the graph {name} is missing: train it again")
    where = f"{description.runtime}: {name}"
    if _ELSEWHERE in content:
        raise PackageIncomplete(
            f"{where} keeps weights in files of its own, which no package may hold: export it with its weights inside"
        )
    session = _session(content, where)
    order = _inputs(session, shapes, labels, where)

    def run(rows: Sequence[npt.NDArray[np.float32]]) -> Floats:
        scores = session.run(None, dict(zip(order, rows, strict=True)))[0]
        return np.asarray(scores, dtype=np.float64)

    _try(run, shapes, labels, where)
    return run


def _session(content: bytes, where: str) -> Any:
    import onnxruntime  # noqa: PLC0415 - packages without networks need none

    options = onnxruntime.SessionOptions()
    options.log_severity_level = _ERRORS_ONLY
    options.intra_op_num_threads = 1  # replicas are how the service scales; the same sums in the same order
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.load_model_format", "ONNX")
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the library's errors have no common root but Exception
        raise PackageIncomplete(
            f"{where} cannot be run ({_line(error)}): fetch the package again, or train it with operators of ONNX alone"
        ) from error


def _inputs(session: Any, shapes: Mapping[str, tuple[int, ...]], labels: int, where: str) -> list[str]:
    """The names of the inputs, in the order of the shapes."""
    takes = {item.name: (item.type, tuple(item.shape[1:])) for item in session.get_inputs()}
    gives = [(item.type, tuple(item.shape[1:])) for item in session.get_outputs()]
    order = list(takes) if len(takes) == len(shapes) == 1 else list(shapes)
    needed = {name: ("tensor(float)", shape) for name, shape in zip(order, shapes.values(), strict=True)}
    if takes != needed or gives != [("tensor(float)", (labels,))]:
        raise PackageIncomplete(
            f"{where} takes {takes} and gives {gives}, needed {needed} and {labels} scores: train it again"
        )
    return order


def _try(run: Network, shapes: Mapping[str, tuple[int, ...]], labels: int, where: str) -> None:
    """Shapes inside a graph are known to be wrong only when it runs."""
    try:
        scores = run([np.zeros((2, *shape), dtype=np.float32) for shape in shapes.values()])
    except Exception as error:  # as above
        raise PackageIncomplete(f"{where} breaks when it runs ({_line(error)}): train it again") from error
    if scores.shape != (2, labels) or not np.isfinite(scores).all():
        raise PackageIncomplete(f"{where} gives no scores for two blank rows: train it again")


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
