"""The OpenAPI description, made from the table of operations and the types that answers are encoded from."""

import re
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

import msgspec

from mailroom.web.operations import Description, Operation
from mailroom.web.problems import Problem

JSON, PROBLEM = "application/json", "application/problem+json"
REF = "#/components/schemas/{name}"
_PARAMETER = re.compile(r"{(\w+)}")
_ATTRIBUTE = re.compile(r"^ {4,8}(\w+): (.*(?:\n {10,}.*)*)", re.MULTILINE)
_HEADERS = {
    "x-request-id": {
        "description": "The request's own, where it is 1 to 128 plain characters; else a new one.",
        "schema": {"type": "string"},
    }
}
_RETRY = {"retry-after": {"description": "Seconds after which to ask again.", "schema": {"type": "integer"}}}
RETRIED = (429, 503)
_KEYS = {
    "key": {"type": "apiKey", "in": "header", "name": "x-api-key"},
    "bearer": {"type": "http", "scheme": "bearer"},
}
KEYED = (401, 403, 429)
"""What may be answered wherever a key is asked for."""


def openapi(operations: Iterable[Operation], *, title: str, version: str) -> dict[str, Any]:
    """The description as one JSON document."""
    operations = [item for item in operations if item.described is not None]
    schemas = _Schemas(operations)
    paths: dict[str, dict[str, Any]] = {}
    for item in operations:
        paths.setdefault(item.path, {})[item.method.lower()] = _operation(item, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": title,
            "version": version,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {"schemas": schemas.components, "securitySchemes": _KEYS},
    }


class _Schemas:
    """Schemas of our types, and where they are referred to."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        types = [kind for item in operations for kind in _types(item.described)]
        schemas, self.components = msgspec.json.schema_components(types, ref_template=REF)
        self._of = dict(zip(map(repr, types), schemas, strict=True))
        for schema in self.components.values():
            _describe_properties(schema)

    def of(self, kind: Any) -> Any:
        """A type's schema, or that of any of several; what is a schema already stays as it is."""
        if isinstance(kind, tuple):
            return {"anyOf": [self._of[repr(one)] for one in kind]}
        return dict(kind) if isinstance(kind, Mapping) else self._of[repr(kind)]


def _types(described: Description | None) -> Iterator[Any]:
    if described is None:
        return
    yield from described.mentions
    for kind in (described.answer, described.problem, *described.request.values()):
        if isinstance(kind, tuple):
            yield from kind
        elif kind is not None and not isinstance(kind, Mapping):
            yield kind


def _operation(item: Operation, schemas: _Schemas) -> dict[str, Any]:
    described = item.described
    if described is None:
        raise ValueError(item.path)
    result: dict[str, Any] = {
        "summary": described.summary,
        "operationId": f"{item.method.lower()}{re.sub(r'[^a-z0-9]+', '-', item.path)}".rstrip("-"),
        "parameters": [
            *map(_parameter, _PARAMETER.findall(item.path)),
            *_parameters("query", described.query),
            *_parameters("header", {**described.headers, **_TRACING}),
        ],
        "responses": _responses(described, schemas, () if item.scope is None else KEYED),
    }
    if item.scope is not None:  # an empty requirement: where no keys are asked for, none is needed
        result["security"] = [{"key": []}, {"bearer": []}, {}]
        result["description"] = f"Where keys are asked for: one with the scope `{item.scope}`."
    if described.request:
        result["requestBody"] = {"required": True, "content": _contents(described, schemas)}
    return result


def _parameter(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


_TRACING = {
    "x-request-id": "Comes back with the answer, and is in the logs.",
    "traceparent": "W3C Trace Context: the trace that this request belongs to.",
}


def _parameters(place: str, described: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for name, text in described.items():
        yield {
            "name": name,
            "in": place,
            "required": False,
            "schema": {"type": "string"},
            "description": text,
        }


def _contents(described: Description, schemas: _Schemas) -> dict[str, Any]:
    contents = {media: {"schema": schemas.of(kind)} for media, kind in described.request.items()}
    if described.examples:
        contents[JSON] |= _examples(described.examples)
    return contents


def _examples(given: Mapping[str, Any]) -> dict[str, Any]:
    return {"examples": {name: {"value": value} for name, value in given.items()}} if given else {}


def _responses(described: Description, schemas: _Schemas, keyed: tuple[int, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if described.answer is not None or described.also:
        content = {media: {"schema": {"type": "string"}} for media in described.also}
        if described.answer is not None:
            content[JSON] = {"schema": schemas.of(described.answer)} | _examples(described.answers)
        found[str(described.status)] = _response(described.status, content)
    if described.not_ready:
        found["503"] = _response(503, {JSON: {"schema": schemas.of(described.answer)}})
    media = PROBLEM if described.problem is Problem else JSON
    for status in sorted({*described.errors, *keyed}):
        found[str(status)] = _response(status, {media: {"schema": schemas.of(described.problem)}})
    return found


def _response(status: int, content: Mapping[str, Any]) -> dict[str, Any]:
    headers = _HEADERS | _RETRY if status in RETRIED else _HEADERS
    return {"description": HTTPStatus(status).phrase, "headers": headers, "content": content}


def _describe_properties(schema: dict[str, Any]) -> None:
    """Move what a class says of its attributes to them."""
    text = schema.get("description", "")
    schema["description"] = text.partition("\n\n")[0]
    for name, words in _ATTRIBUTE.findall(text):
        if name in schema.get("properties", {}):
            schema["properties"][name]["description"] = " ".join(words.split())
