"""uvicorn's HTTP protocol with two limits that it lacks: how long and how large the lines before a body may be (T10)."""

from __future__ import annotations

import asyncio
from typing import Literal

HEADER_SECONDS = 10.0
HEADER_BYTES = 64 * 1024


def http_protocol(header_seconds: float = HEADER_SECONDS) -> type[asyncio.Protocol] | Literal["auto"]:
    """The class for `uvicorn.Config(http=…)`; uvicorn's own choice where httptools cannot be installed."""
    try:
        from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
    except ImportError:
        return "auto"

    class HttpProtocol(HttpToolsProtocol):
        """Closes a connection whose request line and headers take longer than `header_seconds`, or are too large.

        A connection that was answered and says nothing more is not ours to close: uvicorn's keep-alive limit sees to it.
        """

        _timer: asyncio.TimerHandle | None = None
        _header_bytes = 0

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._expect_headers()

        def data_received(self, data: bytes) -> None:
            if self._timer is None and self._is_between_requests():
                self._expect_headers()
            self._header_bytes += len(data)
            super().data_received(data)
            if self._timer is not None and self._header_bytes > HEADER_BYTES:
                self._give_up()

        def on_headers_complete(self) -> None:
            self._stop_timer()
            super().on_headers_complete()

        def connection_lost(self, exc: Exception | None) -> None:
            self._stop_timer()
            super().connection_lost(exc)

        def _is_between_requests(self) -> bool:
            return self.cycle is None or self.cycle.response_complete

        def _expect_headers(self) -> None:
            self._header_bytes = 0
            self._timer = self.loop.call_later(header_seconds, self._give_up)

        def _stop_timer(self) -> None:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

        def _give_up(self) -> None:
            self._stop_timer()
            self.transport.close()

    return HttpProtocol
