"""Networks over named views, and graphs that must not be run."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from mailroom.features.batch import TextBatch
from mailroom.features.hashing import COLUMNS, hashed_words
from mailroom.model_package import (
    PackageError,
    PackageIncomplete,
    PackageTampered,
    PackageUnsupported,
    Provenance,
    RuntimeDescription,
    load,
    write,
)
from mailroom.model_package.runtimes import build_runtime

LABELS = ("a", "b")
TEXTS = ["invoice number 7", "", "größe 你好", "word " * 3000]


def weights() -> npt.NDArray[np.float32]:
    """(COLUMNS, 2), always the same."""
    return np.random.default_rng(1).normal(size=(COLUMNS, 2)).astype(np.float32)


def graph(
    nodes: Sequence[onnx.NodeProto] = (),
    *,
    columns: int = COLUMNS,
    kept: Sequence[onnx.TensorProto] = (),
) -> bytes:
    """A linear layer over words, unless other nodes are given."""
    chosen = nodes or [helper.make_node("MatMul", ["words", "layer"], ["scores"])]
    inputs = [helper.make_tensor_value_info("words", TensorProto.FLOAT, ["rows", columns])]
    outputs = [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["rows", 2])]
    known = list(kept) or [numpy_helper.from_array(weights(), "layer")]
    made = helper.make_graph(chosen, "network", inputs, outputs, known)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ours", 1)]
    return bytes(helper.make_model(made, opset_imports=opsets, ir_version=9).SerializeToString())


def described(content: bytes, features: str = "words@1") -> RuntimeDescription:
    """A description with this graph."""
    return RuntimeDescription("onnx", {"features": features}, graphs={"network": content})


def test_a_network_gets_the_views_that_it_names() -> None:
    """Its answer is the softmax of the layer over hashed words, whatever the texts are."""
    answers = build_runtime(described(graph()), LABELS).log_probabilities(TextBatch(TEXTS))
    scores = hashed_words(TextBatch(TEXTS).typed).toarray().astype(np.float64) @ weights()
    expected = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(np.exp(answers), expected, atol=1e-6)


def test_many_documents_are_looked_at_in_parts() -> None:
    """A batch of more documents than go into one call gives each its own answer."""
    texts = [f"word{'abcdefghij'[number % 10]} invoice" for number in range(600)]
    runtime = build_runtime(described(graph()), LABELS)
    together = runtime.log_probabilities(TextBatch(texts))
    np.testing.assert_allclose(together[:10], together[590:], atol=1e-6)
    np.testing.assert_allclose(
        together[300], runtime.log_probabilities(TextBatch([texts[300]]))[0], atol=1e-6
    )


def test_a_network_survives_its_package(tmp_path: Path) -> None:
    """The graph is a file of its own with a digest, and predicts what it did."""
    folder = tmp_path / "package"
    manifest = write(
        folder, described(graph()), labels=LABELS, provenance=Provenance("n", "by-hand", 1), golden=TEXTS
    )
    assert "network.onnx" in manifest.files
    assert load(folder).check_golden() == 0.0
    (folder / "network.onnx").write_bytes(graph()[:-1] + b"\0")
    with pytest.raises(PackageTampered, match=r"network\.onnx is not the file that was packed"):
        load(folder)


def elsewhere() -> bytes:
    """A graph whose layer is in a file beside it."""
    layer = numpy_helper.from_array(weights(), "layer")
    layer.ClearField("raw_data")
    layer.data_location = TensorProto.EXTERNAL
    layer.external_data.add(key="location", value="/etc/passwd")
    return graph(kept=[layer])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "cannot be run"),
        (b"no graph at all", "cannot be run .*: fetch the package again"),
        (graph()[: COLUMNS * 4], "cannot be run"),
        (elsewhere(), "keeps weights in files of its own"),
        (
            graph([helper.make_node("Surprise", ["words"], ["scores"], domain="ours")]),
            "cannot be run .*Surprise.*operators of ONNX alone",
        ),
        (graph(columns=7, kept=[numpy_helper.from_array(weights()[:7], "layer")]), r"takes .*\(7,\)"),
        (graph(kept=[numpy_helper.from_array(weights() * np.nan, "layer")]), "gives no scores"),
        (
            graph(
                [helper.make_node("Reshape", ["words", "layer"], ["scores"])],
                kept=[numpy_helper.from_array(np.array([5, 2], dtype=np.int64), "layer")],
            ),
            "network",
        ),
    ],
)
def test_a_graph_that_must_not_be_run_is_refused(content: bytes, message: str) -> None:
    """Each with its reason and mend in one line, before any document is seen."""
    with pytest.raises(PackageIncomplete, match=message) as raised:
        build_runtime(described(content), LABELS)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("features", ["words@2", "smell@1", "words", "", "words@1 smell@1"])
def test_features_unknown_here_are_refused(features: str) -> None:
    """A network that learnt on another version of a view would be wrong without anybody noticing."""
    with pytest.raises(PackageUnsupported, match=r"features .* unknown here \(known: words@1, described@1\)"):
        build_runtime(described(graph(), features), LABELS)


def test_a_graph_that_is_missing_is_said_to_be() -> None:
    """A package whose outline names no graph is told to be trained again."""
    with pytest.raises(PackageError, match="the graph network is missing"):
        build_runtime(RuntimeDescription("onnx", {"features": "words@1"}), LABELS)


def test_inputs_are_told_apart_by_name() -> None:
    """A network that lacks a view which its description names is refused, not fed with the wrong one."""
    words = '{"a": {"names": [" invoice "]}, "greetings": {"cues": [" hello "]}}'
    one_of_two = RuntimeDescription(
        "onnx",
        {"features": "words@1 described@1"},
        texts={"lexicon": words},
        graphs={"network": graph()},
    )
    with pytest.raises(PackageIncomplete, match=r"takes .*words.* needed .*words.*described"):
        build_runtime(one_of_two, LABELS)
