"""Whom the server believes about an address."""

from __future__ import annotations

from typing import Any

import pytest
import structlog
from starlette.types import Receive, Scope, Send

from livesupport.http.proxies import TrustedProxies


class Seen:
    """An application that notes who it thinks is calling."""

    def __init__(self) -> None:
        self.client: object = None
        self.scheme = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.client, self.scheme = scope["client"], scope["scheme"]


async def call(trusted: tuple[str, ...], peer: Any, *forwarded: str, kind: str = "http") -> Seen:
    """One request from `peer`, forwarded for somebody."""
    seen = Seen()
    await _call(TrustedProxies(seen, trusted), peer, *forwarded, kind=kind)
    return seen


async def _call(app: TrustedProxies, peer: Any, *forwarded: str, kind: str = "http") -> None:
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded] + [(b"x-forwarded-proto", b"https")]
    scope = {"type": kind, "client": peer, "scheme": "ws" if kind == "websocket" else "http", "headers": headers}
    await app(scope, None, None)  # type: ignore[arg-type]


@pytest.mark.parametrize("trusted", [("127.0.0.1",), ("10.0.0.0/8", "127.0.0.0/8")])
async def test_a_trusted_proxy_names_the_visitor(trusted: tuple[str, ...]) -> None:
    seen = await call(trusted, ("127.0.0.1", 5000), "203.0.113.7")

    assert seen.client == ("203.0.113.7", 0)
    assert seen.scheme == "https"


async def test_the_sockets_learn_it_too() -> None:
    seen = await call(("127.0.0.1",), ("127.0.0.1", 5000), "203.0.113.7", kind="websocket")

    assert seen.client == ("203.0.113.7", 0)


async def test_what_a_visitor_writes_before_the_proxy_does_is_not_believed() -> None:
    seen = await call(("127.0.0.1",), ("127.0.0.1", 5000), "1.2.3.4, 203.0.113.7")

    assert seen.client == ("203.0.113.7", 0)


@pytest.mark.parametrize("peer", [("198.51.100.1", 5000), None, ("unix", 0)])
async def test_a_stranger_is_who_he_is_whatever_he_claims(peer: Any) -> None:
    seen = await call(("127.0.0.1",), peer, "203.0.113.7")

    assert seen.client == peer
    assert seen.scheme == "http"


async def test_the_administrator_is_warned_once() -> None:
    app = TrustedProxies(Seen(), ())
    with structlog.testing.capture_logs() as logs:
        for _ in range(3):
            await _call(app, ("198.51.100.1", 5000), "203.0.113.7")

    assert [entry["event"] for entry in logs] == ["untrusted_forwarded_for"]
    assert "203.0.113.7" not in str(logs)


async def test_without_the_header_nobody_is_warned() -> None:
    with structlog.testing.capture_logs() as logs:
        await call((), ("198.51.100.1", 5000))

    assert logs == []
