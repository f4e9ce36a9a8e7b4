"""Kernels by name: each learns from labelled documents in its own way and returns data for a runtime."""

from mailroom.contracts.errors import UsageError
from training.kernels.base import Kernel, SearchSpace
from training.kernels.text_linear import TextLinear

__all__ = ["KERNELS", "Kernel", "SearchSpace", "kernel_named"]

KERNELS: dict[str, type[Kernel]] = {TextLinear.name: TextLinear}


def kernel_named(name: str) -> Kernel:
    """The kernel of a name.

    Raises:
        UsageError: There is none.
    """
    if name not in KERNELS:
        raise UsageError(f"kernel {name!r} is unknown; there is {', '.join(KERNELS)}")
    return KERNELS[name]()
