"""The contract of a kernel: how a data scientist teaches Mailroom another way to learn.

Write one class with `get_parameters` and `train`, and name it by its dotted path or by an entry point in the group
`mailroom.kernels`; `tests/unit/training/kernels/test_contract.py` holds every shipped kernel to this.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar, Literal

from mailroom.contracts.errors import UsageError
from mailroom.model_package import RuntimeDescription
from mailroom.model_package.description import Parameter
from training.documents import LabelledDocument

SearchSpace = Mapping[str, Sequence[Parameter]]


class Kernel(ABC):
    """Learns from labelled documents. Holds nothing learnt: that is in what `train` returns.

    Attributes:
        name: What `--kernel` calls it; the dotted path of its class unless it says otherwise.
        input_kind: What it reads.
        engine: Who runs a fit in a search: `task`, a Spark task; `driver`, a thread of the driver, for a kernel that
            starts Spark jobs of its own.
        word_lists: A company's folder of further word lists, for kernels that use them.
    """

    name: ClassVar[str]
    input_kind: ClassVar[Literal["text", "image"]] = "text"
    engine: ClassVar[Literal["task", "driver"]] = "task"

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if not hasattr(cls, "name"):
            cls.name = f"{cls.__module__}.{cls.__qualname__}"

    def __init__(self, *, word_lists: Path | None = None) -> None:
        self.word_lists = word_lists

    @abstractmethod
    def get_parameters(self) -> SearchSpace:
        """The search space: for each parameter the values worth trying, the default first."""

    @abstractmethod
    def train(
        self,
        documents: Sequence[LabelledDocument],
        labels: Sequence[str],
        *,
        parameters: Mapping[str, Parameter],
        seed: int,
    ) -> RuntimeDescription:
        """Learn.

        Args:
            documents: Cleansed; each of `labels` occurs.
            labels: The order of the model's columns.
            parameters: One value for each parameter of the search space.
            seed: The same seed and documents SHALL give the same model.

        Returns:
            The model as data for a runtime of the closed set. Calibration follows later and may set the parameter
            `temperature`.
        """

    def defaults(self, **changes: Parameter) -> dict[str, Parameter]:
        """The default parameters, some changed.

        Raises:
            UsageError: A change names no parameter of this kernel.
        """
        space = self.get_parameters()
        for name in changes:
            if name not in space:
                raise UsageError(f"kernel {self.name} has no parameter {name!r}; it has {', '.join(space)}")
        return {name: values[0] for name, values in space.items()} | changes
