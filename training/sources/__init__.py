"""Where labelled documents come from: one class for each kind of place, chosen by `type`.

for source in sources:
    source.prepare()
spark = session(settings, packages=jars(sources))
check(spark, sources, labels)
dataset = materialise(spark, sources, folder)
"""

from collections.abc import Sequence

from training.sources.base import Columns, Source
from training.sources.checking import check
from training.sources.materialising import materialise
from training.sources.registry import TYPES, AnySource

__all__ = ["TYPES", "AnySource", "Columns", "Source", "check", "jars", "materialise"]


def jars(sources: Sequence[Source]) -> tuple[str, ...]:
    """The sets of jars that Spark needs for these sources."""
    return tuple(sorted({name for source in sources for name in source.jars}))
