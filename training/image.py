"""The end of `mailroom train … --image TAG`: the package that was trained as a container."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

from mailroom.contracts.errors import MailroomError
from mailroom.model_image.building import build_image
from mailroom.model_image.errors import BuildFailed


def in_image(result: Mapping[str, Any], tag: str | None) -> dict[str, Any]:
    """What a training came to, and the image of its package where one was asked for.

    Raises:
        BuildFailed: There is no image; the package is there all the same, and the message says how to try again.
    """
    if tag is None:
        return dict(result)
    package = result["package"]
    try:
        image = build_image(Path(package), tag).told()
    except MailroomError as error:
        again = f"mailroom package --package {package} --tag {tag}"
        raise BuildFailed(f"{error}; the package itself is done, try again with: {again}") from error
    return {**result, "image": image}


def draw_image(console: Console, result: Mapping[str, Any]) -> None:
    """The image, where there is one."""
    if image := result.get("image"):
        console.print(
            f"image {image['image']} ({image['size_bytes'] / 1e6:.0f} MB)", highlight=False, markup=False
        )
