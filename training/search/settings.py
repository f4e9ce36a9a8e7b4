"""What is searched, how, and what a fit may cost."""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from mailroom.model_package.description import Parameter
from mailroom.settings import Section

Strategy = Literal["grid", "random", "halving"]


class KernelChoice(Section):
    """A kernel, and what of its search space is searched."""

    kernel: str = Field(description="a registered name, an entry point, or the dotted path of a class")
    parameters: dict[str, tuple[Parameter, ...]] = Field(
        default_factory=dict, description="values to try instead of the kernel's own; one value fixes it"
    )

    @model_validator(mode="before")
    @classmethod
    def _name_alone(cls, value: Any) -> Any:
        return {"kernel": value} if isinstance(value, str) else value

    @field_validator("parameters", mode="before")
    @classmethod
    def _single_values(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {name: item if isinstance(item, list | tuple) else (item,) for name, item in value.items()}

    @field_validator("parameters")
    @classmethod
    def _values(cls, value: dict[str, tuple[Parameter, ...]]) -> dict[str, tuple[Parameter, ...]]:
        empty = [name for name, values in value.items() if not values]
        if empty:
            raise ValueError(f"{', '.join(empty)}: give at least one value")
        return value


class SearchSettings(Section):
    """A search."""

    strategy: Strategy = Field(
        "grid",
        description="`grid`: all; `random`: some; `halving`: some, most of them on a share of the documents",
    )
    kernels: tuple[KernelChoice, ...] = Field((KernelChoice(kernel="text-linear"),), min_length=1)
    candidates: int = Field(20, gt=0, description="how many of each kernel, unless `grid` takes them all")
    halving_factor: int = Field(3, ge=2, description="one of so many candidates stays in each rung")
    smallest_share: float = Field(0.1, gt=0, le=1, description="of the documents, in the first rung")
    time_limit_seconds: float = Field(1800.0, gt=0, description="for each step of one fit")
    memory_limit_mb: int = Field(4096, gt=0, description="of one task; its process ends above that")
    broadcast_limit_mb: int = Field(
        256, ge=0, description="a larger data set is read from the run's folder by each task"
    )
    checkpoint_seconds: float = Field(
        30.0, gt=0, description="a task hands in what it has after so long: what a crash can lose"
    )
    driver_fits: int = Field(2, gt=0, description="fits of kernels that are Spark jobs, side by side")
    word_lists: Path | None = Field(None, description="folder of your own word lists, added to ours")
