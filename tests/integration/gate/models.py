"""Packages of a bad will or a bad day, made of a good one."""

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from mailroom.features.hashing import COLUMNS
from mailroom.model_package import Provenance, RuntimeDescription, load, write
from mailroom.model_package.manifest import MANIFEST, digest_of
from mailroom.model_package.storage import to_npy, unpack
from training.documents import LabelledDocument
from training.kernels import kernel_named
from training.run import Recipe

WEIGHTS = "member-0/coefficients.npy"
Change = Callable[[RuntimeDescription], RuntimeDescription]


def description_of(package: Path) -> RuntimeDescription:
    """The model of a package."""
    return unpack({name: (package / name).read_bytes() for name in load(package).manifest.files})[0]


def rewritten(
    package: Path,
    folder: Path,
    change: Change = lambda model: model,
    *,
    labels: Sequence[str] = (),
    trained_on: Sequence[str] = ("a letter of nobody",),
    golden: Sequence[str] | None = None,
) -> Path:
    """The same package with another model, as whoever trains would write it."""
    known = load(package)
    manifest = known.manifest
    provenance = Provenance(
        manifest.name, "by-hand", manifest.prep_version, version="candidate", thresholds=manifest.thresholds
    )
    texts = [item.text for item in known.golden()][:20] if golden is None else golden
    write(
        folder,
        change(description_of(package)),
        labels=labels or manifest.labels,
        provenance=provenance,
        golden=texts,
        trained_on=trained_on,
    )
    return folder


def trained(documents: Sequence[LabelledDocument], champion: Path, folder: Path) -> Path:
    """A package that learnt from documents, as sure of itself as the champion."""
    temperature = float(description_of(champion).parameters["temperature"])
    taught = {item.label: None for item in documents}
    labels = tuple(sorted(taught, key=_order(load(champion).manifest.labels)))
    kernel = kernel_named("text-linear")
    model = (
        Recipe(kernel, kernel.defaults(), 1).train(documents, labels).with_parameters(temperature=temperature)
    )
    texts = [item.text for item in documents]
    return rewritten(champion, folder, lambda _: model, labels=labels, trained_on=texts)


def _order(known: Sequence[str]) -> Callable[[str], tuple[bool, int]]:
    return lambda label: (label not in known, known.index(label) if label in known else 0)


def poisoned(documents: Sequence[LabelledDocument], label: str, instead: str) -> list[LabelledDocument]:
    """Half of a label's documents under another label."""
    hit = {item.id for item in [item for item in documents if item.label == label][::2]}
    return [replace(item, label=instead) if item.id in hit else item for item in documents]


def slowed(model: RuntimeDescription) -> RuntimeDescription:
    """The same answers after much arithmetic: a second member that knows nothing, and halved temperature for it."""
    temperature = float(model.parameters["temperature"])
    labels = len(model.members[0].arrays["intercept"])
    idle = RuntimeDescription("onnx", {"features": "words@1"}, graphs={"network": arithmetic(labels)})
    plain = model.with_parameters(temperature=1.0)
    return RuntimeDescription("blend", {"temperature": temperature / 2}, members=(plain, idle))


def arithmetic(labels: int, size: int = 400, times: int = 6) -> bytes:
    """A network that multiplies matrices and scores nothing."""
    ones = numpy_helper.from_array(np.full((size, size), 1 / size, dtype=np.float32), "m")
    nothing = numpy_helper.from_array(np.zeros((1, labels), dtype=np.float32), "nothing")
    nodes = [
        helper.make_node("ReduceMean", ["words@1"], ["all"], axes=[0, 1], keepdims=1),
        helper.make_node("ReduceMean", ["words@1"], ["each"], axes=[1], keepdims=1),
        helper.make_node("Add", ["m", "all"], ["m0"]),
        *(helper.make_node("MatMul", [f"m{turn}", "m"], [f"m{turn + 1}"]) for turn in range(times)),
        helper.make_node("ReduceMean", [f"m{times}"], ["mean"], axes=[0, 1], keepdims=1),
        helper.make_node("Add", ["each", "mean"], ["sum"]),
        helper.make_node("Mul", ["sum", "nothing"], ["scores"]),
    ]
    takes = helper.make_tensor_value_info("words@1", TensorProto.FLOAT, ["rows", COLUMNS])
    gives = helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["rows", labels])
    graph = helper.make_graph(nodes, "arithmetic", [takes], [gives], [ones, nothing])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def copied(package: Path, folder: Path) -> Path:
    """The package, file by file."""
    shutil.copytree(package, folder)
    return folder


def bent(package: Path, folder: Path, *, vouched: bool) -> Path:
    """A package whose weights somebody changed afterwards.

    Args:
        package: The original.
        folder: Where to.
        vouched: Whether the manifest was made to fit.
    """
    copied(package, folder)
    weights = np.load(folder / WEIGHTS)
    (folder / WEIGHTS).write_bytes(to_npy(np.roll(weights, 1, axis=1)))
    if vouched:
        with edited(folder) as manifest:
            content = (folder / WEIGHTS).read_bytes()
            manifest["files"][WEIGHTS] = hashlib.sha256(content).hexdigest()
            manifest["digest"] = digest_of(manifest["files"])
    return folder


class edited:  # noqa: N801 - read as a word: `with edited(folder) as manifest`
    """A manifest as a mapping, written back at the end."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / MANIFEST

    def __enter__(self) -> dict[str, Any]:
        tree: dict[str, Any] = json.loads(self._file.read_text(encoding="utf-8"))
        self._tree = tree
        return tree

    def __exit__(self, *_: object) -> None:
        self._file.write_text(json.dumps(self._tree), encoding="utf-8")
