"""A runtime description as files and back: `.npy` without objects, text, ONNX, one outline. Nothing is unpickled."""

import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from mailroom.model_package.description import Array, RuntimeDescription
from mailroom.model_package.errors import PackageIncomplete
from mailroom.model_package.manifest import OUTLINE

MAX_DEPTH = 3
"""Blends of blends; deeper than this is a mistake or an attack."""


def pack(description: RuntimeDescription, labels: tuple[str, ...]) -> dict[str, bytes]:
    """The files of a description, by name."""
    outline = {"labels": list(labels), **description.outline()}
    files = {OUTLINE: (json.dumps(outline, ensure_ascii=False, indent=2) + "\n").encode()}
    files.update(_files(description, ""))
    return files


def unpack(files: Mapping[str, bytes]) -> tuple[RuntimeDescription, tuple[str, ...]]:
    """Read what `pack` wrote: the description, and the labels it was packed with.

    Raises:
        PackageIncomplete: A file is missing, truncated or not what its name says.
    """
    try:
        outline = json.loads(_file(files, OUTLINE))
        return _described(outline, files, "", 0), tuple(outline["labels"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise PackageIncomplete(f"{OUTLINE} cannot be read ({error}): write the package again") from error


def to_npy(array: Array) -> bytes:
    """An array as a `.npy` file."""
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def from_npy(name: str, content: bytes) -> Array:
    """A `.npy` file as an array.

    Raises:
        PackageIncomplete: It is truncated, or holds objects, which would have to be unpickled.
    """
    try:
        array: Array = np.load(io.BytesIO(content), allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        raise PackageIncomplete(f"{name} holds no plain array ({error}): write the package again") from error
    if not isinstance(array, np.ndarray):
        raise PackageIncomplete(f"{name} holds no single array: write the package again")
    return array


def _files(description: RuntimeDescription, prefix: str) -> Iterator[tuple[str, bytes]]:
    for name, array in description.arrays.items():
        yield f"{prefix}{name}.npy", to_npy(array)
    for name, text in description.texts.items():
        yield f"{prefix}{name}.txt", text.encode()
    for name, graph in description.graphs.items():
        yield f"{prefix}{name}.onnx", graph
    for number, member in enumerate(description.members):
        yield from _files(member, f"{prefix}member-{number}/")


def _described(outline: Any, files: Mapping[str, bytes], prefix: str, depth: int) -> RuntimeDescription:
    if depth > MAX_DEPTH:
        raise PackageIncomplete(f"{OUTLINE}: blends are nested too deep: write the package again")
    arrays = {name: f"{prefix}{name}.npy" for name in outline["arrays"]}
    texts = {name: f"{prefix}{name}.txt" for name in outline["texts"]}
    graphs = {name: f"{prefix}{name}.onnx" for name in outline.get("graphs", ())}
    return RuntimeDescription(
        runtime=outline["runtime"],
        parameters=dict(outline["parameters"]),
        arrays={name: from_npy(path, _file(files, path)) for name, path in arrays.items()},
        texts={name: _file(files, path).decode() for name, path in texts.items()},
        graphs={name: _file(files, path) for name, path in graphs.items()},
        members=tuple(
            _described(member, files, f"{prefix}member-{number}/", depth + 1)
            for number, member in enumerate(outline["members"])
        ),
    )


def _file(files: Mapping[str, bytes], name: str) -> bytes:
    if name not in files:
        raise PackageIncomplete(f"{name} is missing: write or fetch the package again")
    return files[name]
