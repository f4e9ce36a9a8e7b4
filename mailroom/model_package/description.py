"""What training hands over: a runtime's name and its data, no code."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.generic]
Parameter = str | int | float | bool


@dataclass(frozen=True, slots=True)
class RuntimeDescription:
    """A model as data.

    Attributes:
        runtime: One name of the closed set in `mailroom.model_package.runtimes`.
        parameters: Small settings: numbers, words.
        arrays: Numeric arrays by name; no objects.
        texts: Vocabularies and word lists by name: lines, or a JSON document.
        graphs: Networks by name, as ONNX.
        members: The models a `blend` is made of.
    """

    runtime: str
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    arrays: Mapping[str, Array] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    graphs: Mapping[str, bytes] = field(default_factory=dict)
    members: tuple["RuntimeDescription", ...] = ()

    def with_parameters(self, **changes: Parameter) -> "RuntimeDescription":
        """The same model with some settings changed (calibration sets `temperature` so)."""
        return replace(self, parameters={**self.parameters, **changes})

    @property
    def levels(self) -> int:
        """Of models below this one: 0 for one without members."""
        return 1 + max(member.levels for member in self.members) if self.members else 0

    def outline(self) -> dict[str, Any]:
        """Everything but the data: what `runtime.json` holds."""
        return {
            "runtime": self.runtime,
            "parameters": dict(self.parameters),
            "arrays": sorted(self.arrays),
            "texts": sorted(self.texts),
            "graphs": sorted(self.graphs),
            "members": [member.outline() for member in self.members],
        }
