"""What every request passes through, from the outside in: log line, security headers, language, errors, Host, origin, size.

Plain ASGI classes. WebSockets pass through untouched: their handshake has checks of its own in `live`.
"""

from __future__ import annotations

import asyncio
import math
import secrets
import time
from collections.abc import Iterable
from urllib.parse import parse_qs, urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from livesupport import i18n
from livesupport.config import Config
from livesupport.http.errors import problem
from livesupport.i18n import gettext as _

log = structlog.get_logger()

# Methods that are counted apart. Others are counted together: anybody can invent one.
METHODS = frozenset({"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
QUIET = ("/assets/", "/healthz", "/readyz", "/metrics", "/widget.js")  # asked for all day long: logged at debug level
ANY_HOST = ("/assets/", "/healthz", "/readyz", "/metrics")  # probes know an address, not our name; nothing here links on
BODY_SECONDS = 30.0
OF_BROWSERS = frozenset({"cookie", "origin", "sec-fetch-site"})  # headers of which they send at least one with a change


def middleware(config: Config) -> list[Middleware]:
    """The list for Starlette, the outermost first."""
    return [
        Middleware(RequestLog),
        Middleware(SecurityHeaders, config=config),
        Middleware(Speak),
        Middleware(CatchErrors),
        Middleware(OneHost, config=config),
        Middleware(OneOrigin, config=config),
        Middleware(BodyLimit, size=config.limits.body_bytes),
    ]


class RequestLog:
    """Gives each request an id and writes one line about it: route, status, duration; no address, no query, no content."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = scope["livesupport.request_id"] = secrets.token_hex(8)
        began = time.perf_counter()
        status = 0

        async def note_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self.app(scope, receive, note_status)
            finally:
                self._write(scope, status, time.perf_counter() - began)

    @staticmethod
    def _write(scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "none")
        write = log.debug if scope["path"].startswith(QUIET) else log.info
        method = scope["method"] if scope["method"] in METHODS else "other"
        write("http_request", method=method, route=route, status=status, ms=round(seconds * 1000, 1))
        scope["state"]["metrics"].request(method, route, status, seconds)


class SecurityHeaders:
    """Adds what every response carries. A page that needs another `Content-Security-Policy` or cache sets its own."""

    def __init__(self, app: ASGIApp, config: Config) -> None:
        self.app = app
        self.defaults = {
            "Content-Security-Policy": content_security_policy(config.server.public_url),
            "Cache-Control": "no-store",
            "Cross-Origin-Resource-Policy": "same-origin",
        }
        self.always = {
            "X-Content-Type-Options": "nosniff",
            # Not "no-referrer": with it browsers send `Origin: null` with our own forms.
            "Referrer-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
        }
        if config.secure:
            self.always["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def add_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self.always)
                for name, value in self.defaults.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, add_headers)


def content_security_policy(public_url: str, frame_ancestors: Iterable[str] = ()) -> str:
    """Everything from ourselves, nothing inline, framed by nobody but the given origins."""
    socket = public_url.replace("http", "ws", 1)
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "media-src 'self'",
            f"connect-src 'self' {socket}",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors " + (" ".join(frame_ancestors) or "'none'"),
        )
    )


class Speak:
    """Chooses the language: `?lang=`, else what the browser prefers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        asked = parse_qs(scope["query_string"].decode("latin-1")[:2000]).get("lang", [""])[0]
        with i18n.use(i18n.negotiate(asked, Headers(scope=scope).get("accept-language", ""))):
            await self.app(scope, receive, send)


class CatchErrors:
    """The last net: whatever nobody expected becomes a friendly 500 and a log line (of which logs.py takes the text)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def note_start(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, note_start)
        except ClientDisconnect:
            return
        except Exception as error:
            log.error("http_failed", exc_info=error)
            if not started:
                await problem(Request(scope), 500)(scope, receive, send)


class OneHost:
    """Answers only under the name in `server.public_url`: a forged Host can then reach no link, cookie or cache."""

    def __init__(self, app: ASGIApp, config: Config) -> None:
        self.app = app
        self.public_url = config.server.public_url
        self.host = urlsplit(self.public_url).netloc
        self.usual_port = ":443" if config.secure else ":80"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(ANY_HOST) or self._is_ours(scope):
            await self.app(scope, receive, send)
            return
        log.warning("http_refused", reason="host")
        message = _("Open {url} instead. If you run this server: set server.public_url to the address that people use.")
        await problem(Request(scope), 421, message=message.format(url=self.public_url))(scope, receive, send)

    def _is_ours(self, scope: Scope) -> bool:
        hosts = Headers(scope=scope).getlist("host")
        return len(hosts) == 1 and hosts[0].lower().removesuffix(self.usual_port) == self.host


class OneOrigin:
    """Refuses state changes that another site started: by `Sec-Fetch-Site`, or by `Origin` where a browser lacks that.

    All browsers that we support send one of them with every POST, so a request with neither is refused too. The API also
    hears who shows a bearer token, which no browser adds by itself and beside which no cookie counts, and programs, which have
    no cookies at all.
    """

    def __init__(self, app: ASGIApp, config: Config) -> None:
        self.app = app
        self.public_url = config.server.public_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS or self._is_ours(scope):
            await self.app(scope, receive, send)
            return
        log.warning("http_refused", reason="cross_site")
        await problem(Request(scope), 403)(scope, receive, send)

    def _is_ours(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        if scope["path"].startswith("/api/") and ("authorization" in headers or not OF_BROWSERS & set(headers.keys())):
            return True
        site = headers.get("sec-fetch-site")
        if site is not None and site not in ("same-origin", "none"):  # none: typed or reloaded by the person
            return False
        origin = headers.get("origin")
        return origin == self.public_url if origin is not None else site is not None


class Allowance:
    """How much more of a body may come, and until when (on the clock of the loop)."""

    def __init__(self, size: int, deadline: float) -> None:
        self.left = size
        self.deadline = deadline
        self._rate = math.inf

    def widen(self, size: int, bytes_per_second: float) -> None:
        """Allows so many bytes more, and as long as they take when so many come in a second."""
        self.left += size
        self._rate = bytes_per_second

    def take(self, count: int) -> None:
        """So many bytes have come. Raises `HTTPException` 413 when they are too many."""
        self.left -= count
        self.deadline += count / self._rate
        if self.left < 0:
            raise HTTPException(413, headers={"Connection": "close"})


class BodyLimit:
    """Reads no more than `size` bytes of a body and waits no longer than `seconds` for it.

    A handler that takes files widens its own `Allowance`, `scope["livesupport.body"]`, before it reads.
    """

    def __init__(self, app: ASGIApp, size: int, seconds: float = BODY_SECONDS) -> None:
        self.app = app
        self.size = size
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        allowance = Allowance(self.size, asyncio.get_running_loop().time() + self.seconds)
        scope["livesupport.body"] = allowance
        announced = _declared_length(scope)
        complete = False

        async def receive_within_limits() -> Message:
            nonlocal announced, complete
            if complete:
                return await receive()
            if announced > allowance.left:
                raise HTTPException(413, headers={"Connection": "close"})
            announced = 0
            try:
                async with asyncio.timeout_at(allowance.deadline):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408, headers={"Connection": "close"}) from None
            allowance.take(len(message.get("body", b"")))
            complete = not message.get("more_body", False)
            return message

        await self.app(scope, receive_within_limits, send)


def _declared_length(scope: Scope) -> int:
    length = Headers(scope=scope).get("content-length", "0")
    return int(length) if length.isdecimal() and len(length) < 16 else 0
