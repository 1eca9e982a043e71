"""OpenAPI 3.1 of the API, made from the deeds' signatures: https://spec.openapis.org/oas/v3.1.1."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

import msgspec

import livesupport
from livesupport.http.api.call import PREFIX, Shape
from livesupport.http.api.operations import JSON, Operation, parameters, title

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
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "browser": {"type": "apiKey", "in": "cookie", "name": "livesupport"},
            },
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
        "security": _security(one),
    }
    if one.body is not None:
        described["requestBody"] = {"required": True, "content": {JSON: {"schema": _reference(one.body)}}}
    elif one.takes != JSON:
        described["requestBody"] = {"required": True, "content": {one.takes: {}}}
    return described


def _security(one: Operation) -> list[dict[str, list[str]]]:
    if one.in_person:
        return [{"browser": []}]
    return [{"token": [one.scope]}] if one.scope else []


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
    """Headers that the deed heeds."""
    known = (
        (one.once, "Idempotency-Key", "Sent again with the same key, it gives what the first one made."),
        (one.match, "If-Match", "The ETag that you have read: 412 if it was changed since."),
        (one.cached, "If-None-Match", "The ETag that you hold: 304 while it is current."),
    )
    return [
        {"name": name, "in": "header", "required": False, "description": sentence, "schema": {"type": "string"}}
        for heeded, name, sentence in known
        if heeded
    ]


def _responses(one: Operation) -> Mapping[str, Any]:
    good: dict[str, Any] = {"description": HTTPStatus(one.status).phrase}
    if one.answer is not None:
        good["content"] = {JSON: {"schema": _reference(one.answer)}}
    elif one.gives != JSON:
        good["content"] = {one.gives: {}}
    takes_bytes = one.takes != JSON
    statuses = [400, 404, 429, 503]
    statuses += [401, 403] if one.scope else []
    statuses += [] if one.method == "GET" else [403, 409, 422]
    statuses += [422] if one.query is not None else []
    statuses += [304] if one.cached else []
    statuses += [412] if one.match else []
    statuses += [413, 415] if one.body is not None or takes_bytes else []
    statuses += [408, 507] if takes_bytes else []
    bad = {str(status): _problem(status) for status in sorted(set(statuses))}
    return {str(one.status): good, **bad}


def _problem(status: int) -> dict[str, Any]:
    described: dict[str, Any] = {"description": HTTPStatus(status).phrase}
    if status != HTTPStatus.NOT_MODIFIED:
        described["content"] = {"application/problem+json": {"schema": _reference(Problem)}}
    return described


def _reference(kind: type) -> dict[str, str]:
    return {"$ref": REFERENCE.format(name=kind.__name__)}
