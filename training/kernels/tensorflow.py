"""Keras on TensorFlow, quietly and repeatably, and its networks as ONNX."""

import os
import sys
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

THREADS = 2
_QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1", "KERAS_BACKEND": "tensorflow"}


@contextmanager
def keras_session(seed: int) -> Iterator[Any]:
    """Keras for one fit: the same seed draws the same numbers, and nothing is left behind afterwards.

    TensorFlow reads its settings once, when it is first imported; TF's deterministic mode makes sums come in one
    order, so that the same documents give the same weights to the last bit.

    Args:
        seed: Of weights, dropout and order.

    Yields:
        The module `keras`.
    """
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    with warnings.catch_warnings():
        # What their imports and converters warn of is theirs to mend; a warning must not end a training run.
        warnings.simplefilter("ignore")
        import keras  # noqa: PLC0415 - heavy, and only training pays
        import tensorflow as tf  # noqa: PLC0415

        keras.utils.set_random_seed(seed)
        tf.config.experimental.enable_op_determinism()
        try:
            yield keras
        finally:
            keras.backend.clear_session()


def to_onnx(network: Any, inputs: Sequence[str] = ()) -> bytes:
    """A built Keras model as ONNX; the same weights give the same bytes.

    Args:
        network: One output. Layers that hold constants beside their weights (`Normalization`) export as further inputs:
            fold them into a weight.
        inputs: What the graph is to call its inputs, in their order; numbers where nothing is given.
    """
    import onnx  # noqa: PLC0415

    network.predict(
        [_blank(item) for item in network.inputs], verbose=0
    )  # Keras exports only what has been called
    with tempfile.TemporaryDirectory() as folder, _native_lines_aside():
        path = Path(folder) / "network.onnx"
        network.export(str(path), format="onnx", verbose=False)
        model = onnx.load(path)
    model.graph.doc_string = ""
    _rename(model.graph, inputs)
    return bytes(model.SerializeToString(deterministic=True))


@contextmanager
def _native_lines_aside() -> Iterator[None]:
    """Keep what TensorFlow's converter writes to standard error past Python, and show it only if it fails.

    Its lines of information heed no setting of ours, and whoever trains can do nothing about them.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as lines:
        os.dup2(lines.fileno(), 2)
        try:
            yield
        except BaseException:
            os.dup2(kept, 2)
            lines.seek(0)
            os.write(2, lines.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def _blank(taken: Any) -> Any:
    import numpy as np  # noqa: PLC0415

    return np.zeros((1, *taken.shape[1:]), dtype=np.float32)


def _rename(graph: Any, inputs: Sequence[str]) -> None:
    """Number all values in the order of their use: the exporter's names count what the process did before."""
    names = {"": "", **{value.name: name for value, name in zip(graph.input, inputs, strict=False)}}

    def number(name: str) -> str:
        return names.setdefault(name, f"v{len(names)}")

    for value in graph.input:
        value.name = number(value.name)
    for node in graph.node:
        node.name = ""
        node.input[:] = [number(name) for name in node.input]
        node.output[:] = [number(name) for name in node.output]
    for value in (*graph.output, *graph.initializer):
        value.name = number(value.name)
    for value in (*graph.input, *graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = "rows"
    kept = sorted(graph.initializer, key=lambda item: (len(item.name), item.name))
    del graph.initializer[:], graph.value_info[:]
    graph.initializer.extend(kept)
