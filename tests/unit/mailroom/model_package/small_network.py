"""A network small enough to compute by hand: the darker the page, the likelier an invoice."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from mailroom.features.pages import HEIGHT, WIDTH, Pixels
from mailroom.model_package import RuntimeDescription
from tests.unit.mailroom.model_package.small_model import linear

SLOPE, SHIFT = 8.0, -2.0


def graph(labels: int = 2, shape: tuple[int, ...] = (HEIGHT, WIDTH, 1)) -> bytes:
    """Scores (SLOPE * share of ink + SHIFT) for the first label, minus that for the second."""
    signs = np.array([[1.0, -1.0, 0.0][:labels]], dtype=np.float32)
    nodes = [
        helper.make_node("ReduceMean", ["pages"], ["ink"], axes=[1, 2], keepdims=0),
        helper.make_node("Gemm", ["ink", "slopes", "shifts"], ["scores"]),
    ]
    made = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("pages", TensorProto.FLOAT, ["rows", *shape])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["rows", labels])],
        [
            numpy_helper.from_array(SLOPE * signs, "slopes"),
            numpy_helper.from_array(SHIFT * signs[0], "shifts"),
        ],
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def network(content: bytes | None = None, **parameters: str | float) -> RuntimeDescription:
    """The network as a description."""
    settings: dict[str, str | float] = {"features": "pages", "pages_version": 1, **parameters}
    return RuntimeDescription("onnx", settings, graphs={"network": graph() if content is None else content})


def mixture(weight: float | str = 0.25) -> RuntimeDescription:
    """A model of texts and the network."""
    return RuntimeDescription("page", {"image_weight": weight}, members=(linear(), network()))


def pages(*ink: float) -> Pixels:
    """A page for each share of ink."""
    shades = [np.full((HEIGHT, WIDTH), round(255 * (1 - share)), dtype=np.uint8) for share in ink]
    return np.stack(shades) if shades else np.zeros((0, HEIGHT, WIDTH), dtype=np.uint8)
