"""Whom to believe about a visitor's address: only proxies that `server.trusted_proxies` names."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

log = structlog.get_logger()


class TrustedProxies:
    """Takes client address and scheme from `X-Forwarded-For` and `-Proto` of trusted peers, and ignores those of others.

    An ignored header is logged once: behind a proxy that is not named every visitor has the proxy's address and they all
    share one limit, which an administrator should hear about.
    """

    def __init__(self, app: ASGIApp, trusted: Iterable[str]) -> None:
        self._app = app
        self._networks = [ipaddress.ip_network(network, strict=False) for network in trusted]
        self._behind_proxy = ProxyHeadersMiddleware(app, trusted_hosts=list(trusted))  # type: ignore[arg-type]  # uvicorn's scopes
        self._has_warned = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or not any(name == b"x-forwarded-for" for name, _value in scope["headers"]):
            await self._app(scope, receive, send)
        elif self._is_trusted(scope):
            await self._behind_proxy(scope, receive, send)  # type: ignore[arg-type]
        else:
            self._warn_once()
            await self._app(scope, receive, send)

    def _is_trusted(self, scope: Scope) -> bool:
        try:
            peer = ipaddress.ip_address(scope["client"][0])
        except (TypeError, ValueError):  # a Unix socket has no address
            return False
        return any(peer in network for network in self._networks)

    def _warn_once(self) -> None:
        if not self._has_warned:
            self._has_warned = True
            log.warning("untrusted_forwarded_for", remedy="name the proxy in server.trusted_proxies")
