"""Random requests against the API, made by schemathesis from its own description: no answer that is not described, no 5xx."""

from __future__ import annotations

import asyncio
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from livesupport.accounts.tokens import SCOPES
from livesupport.http.api import OPERATIONS
from livesupport.http.api.openapi import document
from tests.serving import running

PASSWORD = "a good long password"
TRIES = 3  # requests of each deed

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of what it imports
    import schemathesis
    from schemathesis.checks import not_a_server_error
    from schemathesis.core.failures import FailureGroup
    from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)


async def test_whatever_is_sent_is_answered_as_described(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        accounts = server.state["accounts"]
        dato = await accounts.create_agent(login="dato", name="Dato", password=PASSWORD, role="administrator")
        secret, _token = await server.state["tokens"].create(dato, "Fuzz", list(SCOPES))
        # schemathesis waits for each answer, so it needs a thread beside the server's loop.
        counted = await asyncio.to_thread(_try_everything, server.url, secret, document(OPERATIONS, server.url))
    assert set(counted) == {one.deed.__name__ for one in OPERATIONS}
    assert min(counted.values()) > 0


async def test_the_check_can_fail(tmp_path: Path) -> None:
    described = document([one for one in OPERATIONS if one.deed.__name__ == "get_service"], "")
    del described["paths"]["/api/v1/service"]["get"]["responses"]["404"]
    async with running(tmp_path) as server:
        with pytest.raises(FailureGroup, match="Undocumented status code"):
            await asyncio.to_thread(_try_everything, server.url, "", described)


def _try_everything(url: str, secret: str, described: dict[str, Any]) -> Counter[str]:
    schema = schemathesis.openapi.from_dict(described)
    counted: Counter[str] = Counter()
    for found in schema.get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr]
        _try(operation, operation.definition.raw["operationId"], url, secret, counted)
    return counted


def _try(operation: Any, name: str, url: str, secret: str, counted: Counter[str]) -> None:
    @settings(
        max_examples=TRIES,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        counted[name] += 1
        case.call_and_validate(base_url=url, headers={"Authorization": f"Bearer {secret}"}, checks=CHECKS)

    ask()
