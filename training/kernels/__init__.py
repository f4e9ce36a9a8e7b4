"""Kernels by name: each learns from labelled documents in its own way and returns data for a runtime."""

from pathlib import Path

from mailroom.contracts.errors import UsageError
from training.kernels.base import Kernel, SearchSpace
from training.kernels.text_linear import TextLinear

__all__ = ["KERNELS", "Kernel", "SearchSpace", "kernel_named"]

KERNELS: dict[str, type[Kernel]] = {TextLinear.name: TextLinear}


def kernel_named(name: str, *, word_lists: Path | None = None) -> Kernel:
    """The kernel of a name.

    Args:
        name: As `--kernel` calls it.
        word_lists: A company's folder of further word lists.

    Raises:
        UsageError: There is none.
    """
    if name not in KERNELS:
        raise UsageError(f"kernel {name!r} is unknown; there is {', '.join(KERNELS)}")
    return KERNELS[name](word_lists=word_lists)
