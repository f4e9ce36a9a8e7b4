"""The candidates of a search."""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from mailroom.contracts.errors import UsageError
from mailroom.model_package.description import Parameter
from training.kernels import kernel_named
from training.kernels.sharing import SharingKernel
from training.search.results import Candidate
from training.search.settings import KernelChoice, SearchSettings

MOST_IN_A_GRID = 10_000

Space = Mapping[str, Sequence[Parameter]]


def candidates_of(settings: SearchSettings, *, seed: int) -> list[Candidate]:
    """What is to be tried, kernel after kernel, each kernel's first values first.

    Args:
        settings: Its strategy `grid` takes every combination, the others draw some, each at most once.
        seed: The same seed draws the same.

    Raises:
        UsageError: A kernel does not import, a parameter is not its own, or a grid is too large to be meant.
    """
    spaces = [(choice.kernel, space_of(choice, settings)) for choice in settings.kernels]
    found = [
        Candidate(kernel, parameters)
        for kernel, space in spaces
        for parameters in _combinations(kernel, space, settings, seed)
    ]
    return list({candidate.key: candidate for candidate in found}.values())


def space_of(choice: KernelChoice, settings: SearchSettings) -> Space:
    """A kernel's search space with the values that the configuration gives instead.

    Raises:
        UsageError: The kernel does not import, or has no such parameter.
    """
    kernel = kernel_named(choice.kernel, word_lists=settings.word_lists)
    space = kernel.get_parameters()
    unknown = [name for name in choice.parameters if name not in space]
    if unknown:
        raise UsageError(
            f"search.kernels: {choice.kernel} has no parameter {', '.join(map(repr, unknown))}; "
            f"it has {', '.join(space) or 'none'}"
        )
    if isinstance(kernel, SharingKernel) and not set(kernel.feature_parameters) <= set(space):
        raise UsageError(
            f"{choice.kernel}: feature_parameters names a parameter that get_parameters does not"
        )
    return {**space, **choice.parameters}


def _combinations(
    kernel: str, space: Space, settings: SearchSettings, seed: int
) -> Iterator[dict[str, Parameter]]:
    size = math.prod(len(values) for values in space.values())
    if settings.strategy != "grid" and settings.candidates < size:
        return _drawn(space, size, settings.candidates, seed)
    if size > MOST_IN_A_GRID:
        raise UsageError(f"search: {kernel} has {size} combinations; use the strategy random or halving")
    return _grid(space)


def _grid(space: Space) -> Iterator[dict[str, Parameter]]:
    for values in itertools.product(*space.values()):
        yield dict(zip(space, values, strict=True))


def _drawn(space: Space, size: int, count: int, seed: int) -> Iterator[dict[str, Parameter]]:
    """The defaults, then others without repetition; a space of billions is never listed."""
    source, places = np.random.default_rng(seed), {0: None}
    while len(places) < count:
        places[int(source.integers(size))] = None
    for place in places:
        yield dict(_at(space, place))


def _at(space: Space, place: int) -> Iterator[tuple[str, Parameter]]:
    for name, values in space.items():
        place, digit = divmod(place, len(values))
        yield name, values[digit]
