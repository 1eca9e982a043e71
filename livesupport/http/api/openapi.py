"""OpenAPI 3.1 of the API, made from the deeds' signatures: https://spec.openapis.org/oas/v3.1.1."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

import msgspec

import livesupport
from livesupport.http.api.operations import PREFIX, Operation, Shape, parameters, title

REFERENCE = "#/components/schemas/{name}"


class FieldProblem(Shape, frozen=True):
    """What is wrong with one field; `pointer` is a JSON pointer (RFC 6901) into the body."""

    pointer: str
    detail: str


class Problem(Shape, frozen=True):
    """Why nothing was done (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] = []


def document(operations: Iterable[Operation], server: str) -> dict[str, Any]:
    """The whole description. `server` is the address under which this server is reached."""
    operations = list(operations)
    kinds = {kind for one in operations for kind in (one.body, one.answer) if kind is not None}
    _schemas, components = msgspec.json.schema_components([*sorted(kinds, key=_name), Problem], ref_template=REFERENCE)
    paths: dict[str, dict[str, Any]] = {}
    for one in operations:
        paths.setdefault(PREFIX + one.path, {})[one.method.lower()] = _operation(one)
    described = {
        "openapi": "3.1.0",
        "info": {"title": "livesupport", "version": livesupport.__version__, "license": {"name": "MIT", "identifier": "MIT"}},
        "servers": [{"url": server}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(described))  # defaults that are tuples become lists
    return plain


def _name(kind: type) -> str:
    return kind.__name__


def _operation(one: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": one.deed.__name__,
        "summary": one.summary,
        "description": title(one.deed),
        "tags": [one.path.split("/")[1]],
        "parameters": [*map(_path_parameter, parameters(one.path)), *_query_parameters(one.query), *_headers(one)],
        "responses": _responses(one),
        "security": [{"token": [one.scope]}] if one.scope else [],
    }
    if one.body is not None:
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": _reference(one.body)}}}
    return described


def _path_parameter(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}


def _query_parameters(query: type[Shape] | None) -> list[dict[str, Any]]:
    if query is None:
        return []
    _references, components = msgspec.json.schema_components([query], ref_template=REFERENCE)
    schema = components[query.__name__]
    required = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": described}
        for name, described in schema["properties"].items()
    ]


def _headers(one: Operation) -> list[dict[str, Any]]:
    """Headers that a deed heeds: whatever makes something can be made once, whatever changes a ticket can be conditional."""
    known = []
    if one.method == "POST" and one.status == 201:
        known.append(("Idempotency-Key", "Sent again with the same key, it gives what the first one made."))
    if one.method == "PATCH":
        known.append(("If-Match", "The ETag that you have read: 412 if it was changed since."))
    return [
        {"name": name, "in": "header", "required": False, "description": sentence, "schema": {"type": "string"}}
        for name, sentence in known
    ]


def _responses(one: Operation) -> Mapping[str, Any]:
    good: dict[str, Any] = {"description": HTTPStatus(one.status).phrase}
    if one.answer is not None:
        good["content"] = {"application/json": {"schema": _reference(one.answer)}}
    statuses = [400, 404, 429, 503]
    statuses += [401, 403] if one.scope else []
    statuses += [304] if one.method == "GET" else [409, 422]
    statuses += [412, 413, 415] if one.body is not None else []
    bad = {str(status): _problem(status) for status in sorted(statuses)}
    return {str(one.status): good, **bad}


def _problem(status: int) -> dict[str, Any]:
    described: dict[str, Any] = {"description": HTTPStatus(status).phrase}
    if status != HTTPStatus.NOT_MODIFIED:
        described["content"] = {"application/problem+json": {"schema": _reference(Problem)}}
    return described


def _reference(kind: type) -> dict[str, str]:
    return {"$ref": REFERENCE.format(name=kind.__name__)}
