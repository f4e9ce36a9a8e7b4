"""The settings as they are in force, secrets left out."""

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response

from console.web.context import Wired
from console.web.visitors import MayOperate

router = APIRouter()


@router.get("/settings")
def settings(request: Request, wired: Wired, visitor: MayOperate) -> Response:
    """The page."""
    found = list(sections(wired.settings))
    return wired.renderer.page(request, "settings.html", visitor, sections=found)


def sections(model: BaseModel) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """Each section: its name, and the name, value and meaning of every setting in it."""
    # In JSON pydantic writes stars for every secret, wherever it lies.
    values = model.model_dump(mode="json")
    for name, field in type(model).model_fields.items():
        inner = getattr(model, name)
        if isinstance(inner, BaseModel):
            yield name, list(_rows("", values[name], inner))
        else:
            yield name, [(name, _shown(values[name]), field.description or "")]


def _rows(prefix: str, values: Mapping[str, Any], model: BaseModel) -> Iterator[tuple[str, str, str]]:
    for name, field in type(model).model_fields.items():
        inner = getattr(model, name)
        if isinstance(inner, BaseModel):
            yield from _rows(f"{prefix}{name}.", values[name], inner)
        else:
            yield f"{prefix}{name}", _shown(values[name]), field.description or ""


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_shown(inner)}" for name, inner in value.items()) or "-"
    if isinstance(value, list):
        return ", ".join(map(_shown, value)) or "-"
    return str(value)
