"""The closed set of runtimes: what a package may name."""

from collections.abc import Sequence

from mailroom.model_package.description import RuntimeDescription
from mailroom.model_package.errors import PackageIncomplete, PackageUnsupported
from mailroom.model_package.runtimes import blend, lexicon, linear_text, onnx, page
from mailroom.model_package.runtimes.base import Build, Runtime, temperature_of
from mailroom.model_package.runtimes.pooling import PAGES, PageReader

_BUILDERS: dict[str, Build] = {
    linear_text.NAME: linear_text.LinearText,
    lexicon.NAME: lexicon.build,
    onnx.NAME: onnx.build,
}
RUNTIMES = (blend.NAME, page.NAME, *_BUILDERS)
TEXT = "text"
"""What `reads` calls the text of a document."""


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
    if description.runtime == page.NAME:
        return page.Page(
            *_text_and_image(description, labels), page.weight_of(description), temperature_of(description)
        )
    if description.runtime not in _BUILDERS:
        known = ", ".join(RUNTIMES)
        raise PackageUnsupported(
            f"runtime {description.runtime!r} is unknown (known: {known}): upgrade Mailroom"
        )
    return _BUILDERS[description.runtime](description, labels)


def reads(description: RuntimeDescription) -> frozenset[str]:
    """What a model's answer depends on: `text`, `pages` or both."""
    if description.members:
        return frozenset().union(*map(reads, description.members))
    return frozenset({PAGES if description.parameters.get("features") == PAGES else TEXT})


def _text_and_image(description: RuntimeDescription, labels: Sequence[str]) -> tuple[Runtime, PageReader]:
    kinds = [reads(member) for member in description.members]
    if kinds != [{TEXT}, {PAGES}]:
        raise PackageIncomplete(
            f"{page.NAME}: a member for the text, then one for the images: train it again"
        )
    text, image = (build_runtime(member, labels) for member in description.members)
    if not isinstance(image, PageReader):
        raise PackageIncomplete(
            f"{page.NAME}: the second member is no single model of images: train it again"
        )
    return text, image
