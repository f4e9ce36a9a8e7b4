"""How the records of a topic become documents: data, checked before anything is read."""

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Discriminator, Field, Tag, ValidationError, model_validator

from mailroom.contracts.errors import UsageError
from mailroom.sections import Section
from mailroom.settings import KafkaSettings


class FromHeader(Section):
    """The last value of a header, as UTF-8."""

    header: str = Field(min_length=1)


class FromKey(Section):
    """The record's key, as UTF-8."""

    key: Literal[True]


class FromJson(Section):
    """A field of the record's value, which is JSON: names with dots between them."""

    json_field: str = Field(alias="json", min_length=1)


class FromConstant(Section):
    """The same for all."""

    constant: str = Field(min_length=1)


def _kind(given: Any) -> str | None:
    names = {"header", "key", "json", "constant"}
    return next((name for name in names if isinstance(given, dict) and name in given), None)


Text = Annotated[
    Annotated[FromHeader, Tag("header")]
    | Annotated[FromKey, Tag("key")]
    | Annotated[FromJson, Tag("json")]
    | Annotated[FromConstant, Tag("constant")],
    Discriminator(
        _kind,
        custom_error_type="unknown_place",
        custom_error_message="say one of header, key, json and constant",
    ),
]
"""Where a word about a document is found."""


class Content(Section):
    """Where a document's bytes are: in the record, always. Nothing that a record names is ever fetched.

    Attributes:
        json_field: Absent: the record's value is the document.
        encoding: How the field holds it: `base64`, or as `text`.
    """

    json_field: str | None = Field(None, alias="json", min_length=1)
    encoding: Literal["base64", "text"] | None = None

    @model_validator(mode="after")
    def _encoding_is_of_a_field(self) -> "Content":
        if (self.json_field is None) is not (self.encoding is None):
            raise ValueError("a json field needs its encoding, base64 or text; the raw value has neither")
        return self


class Mapping(Section):
    """One door from topics.

    Attributes:
        topics: Which are read.
        group: The consumer group that keeps the position.
        kafka: The cluster they are in; absent: the one that Mailroom's own topics are in.
        id: Absent: topic, partition and offset make it.
        file_name: Absent: none.
        media_type: Absent: the bytes tell.
        content: Absent: the record's value.
    """

    topics: tuple[str, ...] = Field(min_length=1)
    group: str = Field("mailroom-receive", min_length=1)
    kafka: KafkaSettings | None = None
    id: Text | None = None
    file_name: Text | None = None
    media_type: Text | None = None
    content: Content = Content()

    @model_validator(mode="after")
    def _topics_of_others(self) -> "Mapping":
        own = [topic for topic in self.topics if topic.startswith("documents.")]
        if own and self.kafka is None:
            raise ValueError(f"{', '.join(own)} is Mailroom's own: its documents would go round for ever")
        return self


def read_mapping(file: Path) -> Mapping:
    """A mapping from its YAML file.

    Raises:
        UsageError: It cannot be read, or cannot be right; the message names the field and what is allowed.
    """
    try:
        given = yaml.safe_load(file.read_text(encoding="utf-8"))
        return Mapping.model_validate(given)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"the mapping {file} cannot be read: {type(error).__name__}") from error
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, item['loc'])) or 'mapping'}: {item['msg']}" for item in error.errors()
        )
        raise UsageError(f"the mapping {file}: {problems}") from error
