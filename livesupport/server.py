"""Runs the application on its port: limits of the process, sockets, TLS, signals, and an end that loses nothing.

uvicorn does HTTP; WebSockets are ours from the handshake on (`live.SocketProtocol`).
"""

from __future__ import annotations

import asyncio
import errno
import os
import resource
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from pathlib import Path
from typing import cast

import structlog
import uvicorn

from livesupport import __version__
from livesupport.app import build_app
from livesupport.config import Config, ConfigError
from livesupport.errors import ServiceError
from livesupport.http import State
from livesupport.http.protocol import http_protocol
from livesupport.i18n import gettext as _
from livesupport.live import SocketProtocol

log = structlog.get_logger()

STOP_SECONDS = 5  # for answers that are under way when the server is asked to stop
DRAIN_SECONDS = 5.0  # for tickets that are being written then

WhenReady = Callable[[State], Awaitable[None]]


class CannotListen(ServiceError):
    """The port cannot be had; `str()` says why, and what to change."""


def run(config: Config, when_ready: WhenReady) -> None:
    """Serves until SIGTERM or SIGINT. Raises `CannotListen`, `ConfigError`, and what opening raises (see `build_app`)."""
    limit_process()
    server = Server(config, when_ready)
    with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
        runner.run(server.serve(bind(config.server.host, config.server.port)))


class Server(uvicorn.Server):
    """uvicorn's server with our application, opened before the first connection and closed after the last."""

    def __init__(self, config: Config, when_ready: WhenReady, *, has_signals: bool = True, is_demo: bool = False) -> None:
        """`when_ready` is awaited once the port is open; `has_signals`: SIGTERM and SIGINT end this server; `is_demo`:
        see `build_app`."""
        self._app = build_app(config, is_demo=is_demo)
        self._settings = config
        self._when_ready = when_ready
        self._has_signals = has_signals
        self._open = AsyncExitStack()
        super().__init__(
            uvicorn.Config(
                self._app,
                http=http_protocol(),
                ws=SocketProtocol,
                ws_per_message_deflate=False,
                lifespan="off",  # `startup` opens: its errors then reach the person who started the server
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,  # `http.proxies` decides whom to believe
                timeout_graceful_shutdown=STOP_SECONDS,
                ssl_certfile=config.tls.cert or None,
                ssl_keyfile=config.tls.key or None,
            )
        )
        try:
            self.config.load()
        except OSError as error:  # ssl.SSLError is one
            raise ConfigError(
                "", "tls.cert", f"cannot be used ({error.strerror})", "Name a certificate and its own key"
            ) from None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Opens everything, then the port."""
        try:
            state = cast("State", await self._open.enter_async_context(self._app.router.lifespan_context(self._app)))
            self.lifespan.state = dict(state)
            await super().startup(sockets)
            log.info("server_started", version=__version__, public_url=self._settings.server.public_url, pid=os.getpid())
            await self._when_ready(state)
            notify("READY=1")
        except BaseException:
            await self._open.aclose()
            raise

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Tells the browsers when to come back, lets tickets that are being written be written, closes everything."""
        log.info("server_stopping")
        notify("STOPPING=1")
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                await self.lifespan.state["desk"].drain()
        await super().shutdown(sockets)
        await self._open.aclose()
        log.info("server_stopped")

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Unlike uvicorn's, does not kill the process by the same signal at the end: a wanted end is a success."""
        wanted = (signal.SIGINT, signal.SIGTERM) if self._has_signals else ()
        loop = asyncio.get_running_loop()
        for number in wanted:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in wanted:
                loop.remove_signal_handler(number)


def bind(host: str, port: int, flag: str = "--port") -> list[socket.socket]:
    """Takes the port on every address that `host` means. Raises `CannotListen`, which names the `flag` to change it by."""
    try:
        places = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except socket.gaierror:
        raise _no_address(host) from None
    sockets = []
    for family, kind, protocol, _canonical, address in places:
        with suppress(_NotHere):  # "localhost" may mean IPv6 too, where there is none
            sockets.append(_bound(socket.socket(family, kind, protocol), address, host, port, flag))
    if not sockets:
        raise _no_address(host)
    return sockets


def _no_address(host: str) -> CannotListen:
    return CannotListen(_("{host} is no address of this machine: change server.host or --host").format(host=host))


class _NotHere(Exception):
    pass


def _bound(place: socket.socket, address: tuple[object, ...], host: str, port: int, flag: str) -> socket.socket:
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if place.family == socket.AF_INET6:
        place.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    try:
        place.bind(address)
    except OSError as error:
        place.close()
        match error.errno:
            case errno.EADDRINUSE:
                why = _("port {port} on {host} is used by another program: stop that one, or choose another port with {flag}")
            case errno.EACCES:
                why = _(
                    "port {port} on {host} needs more rights: choose one from 1024 up with {flag}, and put a proxy before it"
                )
            case _other:
                raise _NotHere from None
        raise CannotListen(why.format(port=port, host=host, flag=flag)) from None
    return place


def limit_process() -> None:
    """As many sockets as the system allows, and no core dump, which would write chats to disk.

    A limit of 0 forbids the file. Where the system hands cores to a program, which the limit does not bind (core(5)), the
    filter leaves all memory out of them.
    """
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):  # macOS names a hard limit that it does not grant
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError):  # Linux
        Path("/proc/self/coredump_filter").write_text("0")
    log.info("files_limit", limit=resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def notify(state: str) -> None:
    """Tells systemd how far we are, if it asked: see sd_notify(3)."""
    address = os.environ.get("NOTIFY_SOCKET")
    if address:
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
            systemd.sendto(state.encode(), address.replace("@", "\0", 1))
