"""Every registered kernel of texts that runs in a task keeps the contract."""

from typing import ClassVar

import pytest

from mailroom.contracts.errors import UsageError
from mailroom.model_package import RuntimeDescription
from tests.unit.training.kernels.contract import KernelContract
from training.kernels import KERNELS, Kernel, kernel_named

IN_TASKS = sorted(
    name for name, kernel in KERNELS.items() if kernel.input_kind == "text" and kernel.engine == "task"
)


class TestKernelsOfTexts(KernelContract):
    """Kernels that need the driver are tested where there is a Spark session."""

    _models: ClassVar[dict[str, RuntimeDescription]] = {}

    @pytest.fixture(params=IN_TASKS)
    def kernel(self, request: pytest.FixtureRequest) -> Kernel:
        """Each kernel by its name."""
        return kernel_named(request.param)


def test_an_unknown_kernel_is_refused_with_those_there_are() -> None:
    """A misspelt kernel is told what exists."""
    with pytest.raises(UsageError, match=r"text-liner.*text-linear"):
        kernel_named("text-liner")
