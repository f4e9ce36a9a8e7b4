"""The closed set of runtimes: what a package may name."""

from collections.abc import Sequence

from mailroom.model_package.description import RuntimeDescription
from mailroom.model_package.errors import PackageIncomplete, PackageUnsupported
from mailroom.model_package.runtimes import blend, lexicon, linear_text
from mailroom.model_package.runtimes.base import Build, Runtime, temperature_of

_BUILDERS: dict[str, Build] = {
    linear_text.NAME: linear_text.LinearText,
    lexicon.NAME: lexicon.build,
}
RUNTIMES = (blend.NAME, *_BUILDERS)


def build_runtime(description: RuntimeDescription, labels: Sequence[str]) -> Runtime:
    """Make a description answer.

    Args:
        description: The model as data.
        labels: The order of the columns.

    Raises:
        PackageUnsupported: The runtime's name is not in the closed set.
        PackageIncomplete: Its data is missing or has the wrong shape.
    """
    if description.runtime == blend.NAME:
        if not description.members:
            raise PackageIncomplete("blend: no members: train it again")
        members = [build_runtime(member, labels) for member in description.members]
        return blend.Blend(members, temperature_of(description))
    if description.runtime not in _BUILDERS:
        known = ", ".join(RUNTIMES)
        raise PackageUnsupported(
            f"runtime {description.runtime!r} is unknown (known: {known}): upgrade Mailroom"
        )
    return _BUILDERS[description.runtime](description, labels)
