"""Connections that say nothing, or never finish saying it, are not kept (T10)."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from livesupport.http.protocol import HEADER_BYTES, http_protocol

Connect = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]
PATIENCE = 20.0


@asynccontextmanager
async def serving(header_seconds: float) -> AsyncIterator[Connect]:
    """A server that answers "hello", and a way to connect to it."""

    async def hello(scope: Scope, receive: Receive, send: Send) -> None:
        await Request(scope, receive).body()
        await PlainTextResponse("hello")(scope, receive, send)

    listener = socket.create_server(("127.0.0.1", 0))
    address = listener.getsockname()
    server = uvicorn.Server(uvicorn.Config(hello, http=http_protocol(header_seconds), lifespan="off", log_config=None))
    task = asyncio.create_task(server.serve([listener]))
    try:
        yield lambda: asyncio.open_connection(*address)
    finally:
        server.should_exit = True
        await task


@pytest.mark.parametrize("said", [b"", b"G", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "])
async def test_who_does_not_finish_the_headers_is_cut(said: bytes) -> None:
    async with serving(0.1) as connect:
        reader, writer = await connect()
        writer.write(said)
        assert await asyncio.wait_for(reader.read(), PATIENCE) == b""
        writer.close()


async def test_also_before_a_second_request() -> None:
    async with serving(0.1) as connect:
        reader, writer = await connect()
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert (await asyncio.wait_for(reader.readuntil(b"hello"), PATIENCE)).startswith(b"HTTP/1.1 200")
        writer.write(b"GET / HTTP/1.1\r\n")
        assert await asyncio.wait_for(reader.read(), PATIENCE) == b""
        writer.close()


async def test_headers_without_end_are_cut_by_their_size() -> None:
    async with serving(PATIENCE) as connect:
        reader, writer = await connect()
        writer.write(b"GET / HTTP/1.1\r\n" + b"X-Long: %s\r\n" % (b"x" * HEADER_BYTES))
        with suppress(ConnectionResetError):  # what the server did not read makes its close a reset
            assert await asyncio.wait_for(reader.read(), PATIENCE) == b""
        writer.close()


async def test_a_slow_body_is_not_mistaken_for_slow_headers() -> None:
    async with serving(0.1) as connect:
        reader, writer = await connect()
        writer.write(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n")
        silent, other = await connect()
        assert await asyncio.wait_for(silent.read(), PATIENCE) == b""  # by now the limit has passed for both
        writer.write(b"ok")
        assert (await asyncio.wait_for(reader.readuntil(b"hello"), PATIENCE)).startswith(b"HTTP/1.1 200")
        writer.close()
        other.close()
