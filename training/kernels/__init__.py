"""Kernels by name: each learns from labelled documents in its own way and returns data for a runtime."""

from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path

from mailroom.contracts.errors import UsageError
from training.kernels.base import Kernel, SearchSpace
from training.kernels.image_neural import ImageNeural
from training.kernels.page_blend import PageBlend
from training.kernels.text_ensemble import TextEnsemble
from training.kernels.text_linear import TextLinear
from training.kernels.text_mllib import TextMllib
from training.kernels.text_neural import TextNeural

__all__ = ["ENTRY_POINTS", "KERNELS", "Kernel", "SearchSpace", "kernel_class", "kernel_named"]

KERNELS: dict[str, type[Kernel]] = {
    kernel.name: kernel
    for kernel in (TextLinear, TextNeural, TextMllib, TextEnsemble, ImageNeural, PageBlend)
}
ENTRY_POINTS = "mailroom.kernels"
"""The group in which an installed distribution names its kernels."""


def kernel_named(name: str, *, word_lists: Path | None = None) -> Kernel:
    """The kernel of a name.

    Args:
        name: As for `kernel_class`.
        word_lists: A company's folder of further word lists.

    Raises:
        UsageError: There is none, or its class does not import.
    """
    return kernel_class(name)(word_lists=word_lists)


def kernel_class(name: str) -> type[Kernel]:
    """The class of a kernel.

    Args:
        name: One of `KERNELS`, of an entry point in the group `mailroom.kernels`, or the dotted path of a class.

    Raises:
        UsageError: There is none, or it does not import.
    """
    if name in KERNELS:
        return KERNELS[name]
    installed = entry_points(group=ENTRY_POINTS, name=name)
    path = next((entry.value.replace(":", ".") for entry in installed), name)
    if "." not in path:
        raise UsageError(
            f"kernel {name!r} is unknown; there is {', '.join(_names())}, or the dotted path of a class"
        )
    return _imported(path)


def _names() -> list[str]:
    return [*KERNELS, *sorted({entry.name for entry in entry_points(group=ENTRY_POINTS)} - set(KERNELS))]


def _imported(path: str) -> type[Kernel]:
    module, _, name = path.rpartition(".")
    try:
        found = getattr(import_module(module), name)
    except Exception as error:  # what a user's module raises on import is anybody's guess
        raise UsageError(f"kernel {path} does not import: {type(error).__name__}: {error}") from error
    if not (isinstance(found, type) and issubclass(found, Kernel)):
        raise UsageError(f"kernel {path} is no kernel: derive its class from training.kernels.Kernel")
    if found.__abstractmethods__:
        raise UsageError(f"kernel {path} lacks {', '.join(sorted(found.__abstractmethods__))}")
    return found
