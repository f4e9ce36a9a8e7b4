"""Which kinds of source there are; `type` chooses, by a name or by the dotted path of a class."""

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import BeforeValidator, SerializeAsAny

from training.sources.base import Source
from training.sources.feedback import ConfirmedLabels
from training.sources.files import Folders, JsonLines, Parquet
from training.sources.generated import Samples
from training.sources.mongodb import MongoDB
from training.sources.sql import Sql

TYPES: Mapping[str, type[Source]] = MappingProxyType(
    {
        "samples": Samples,
        "folders": Folders,
        "jsonl": JsonLines,
        "parquet": Parquet,
        "mongodb": MongoDB,
        "sql": Sql,
        "feedback": ConfirmedLabels,
    }
)


def parse(value: Any) -> Any:
    """A source from its settings.

    Raises:
        ValueError: There is no such type, or its settings are wrong (pydantic names them).
    """
    if isinstance(value, Source):
        return value
    if not isinstance(value, Mapping) or not isinstance(value.get("type"), str):
        raise ValueError(f"write a mapping with `type`: one of {', '.join(TYPES)}, or the path of a class")  # noqa: TRY004 - pydantic reports it
    return source_class(value["type"]).model_validate(value)


def source_class(name: str) -> type[Source]:
    """The class of a type.

    Raises:
        ValueError: There is none.
    """
    if name in TYPES:
        return TYPES[name]
    module, _, attribute = name.rpartition(".")
    if not module:
        raise ValueError(f"unknown type {name}: use one of {', '.join(TYPES)}, or the path of a class")
    try:
        found = getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise ValueError(f"type {name} cannot be imported ({error}); is its folder on the path?") from error
    if not (isinstance(found, type) and issubclass(found, Source)):
        raise ValueError(f"{name} is no class of training.sources.Source")  # noqa: TRY004 - as above
    return found


AnySource = Annotated[SerializeAsAny[Source], BeforeValidator(parse)]
"""A field of this type holds a source of any kind."""
