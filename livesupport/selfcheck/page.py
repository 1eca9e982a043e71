"""One page of a browser, as far as the wire goes: it says frames, hears frames, and keeps its records (docs/protocol.md)."""

from __future__ import annotations

import asyncio
import http.client
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Origin, Subprotocol

from livesupport.errors import NotAllowed, Unavailable
from livesupport.i18n import gettext as _

SUBPROTOCOL = Subprotocol("livesupport.v1")
PATIENCE = 20.0  # seconds for any answer

Frame = dict[str, Any]


class Page:
    """A panel or a console. What it does fails with `Unavailable` when the server does not answer as it should."""

    def __init__(self, url: str, path: str, cookie: str = "") -> None:
        """`url`: the server's address, also the page's `Origin`. `path`: of the socket."""
        self.url = url
        self._path = path
        self._cookie = cookie
        self._connection: ClientConnection | None = None
        self.lines: dict[str, list[str]] = {}
        """The exact texts of the lines of each chat, as they came."""
        self.notes: dict[str, list[str]] = {}
        self.tips: dict[str, Frame] = {}
        """The last line that it holds of each chat."""

    async def open(self, **hello: object) -> Frame:
        """Connects and says hello; returns the `welcome`."""
        try:
            self._connection = await connect(
                self.url.replace("http", "ws", 1) + self._path,
                origin=Origin(self.url),
                subprotocols=[SUBPROTOCOL],
                additional_headers={"Cookie": self._cookie} if self._cookie else {},
                compression=None,
                open_timeout=PATIENCE,
            )
        except (OSError, TimeoutError, InvalidHandshake) as error:
            raise _unreachable(self.url, error) from None
        await self.say("hello", **hello)
        return await self.hear("welcome")

    async def say(self, t: str, **fields: object) -> None:
        """Sends one command."""
        await self.send(msgspec.json.encode({"t": t, **fields}).decode())

    async def send(self, frame: str) -> None:
        """Sends a text as it is."""
        assert self._connection is not None
        try:
            await self._connection.send(frame)
        except ConnectionClosed as error:
            raise _unreachable(self.url, error) from None

    async def hear(self, *kinds: str, **fields: object) -> Frame:
        """The next push of one of these kinds that has these fields. What comes before it is kept as a page keeps it; a server
        that has lost the chat gets it back."""
        assert self._connection is not None
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    raw = await self._connection.recv(decode=True)
                    push: Frame = msgspec.json.decode(raw)
                    await self._keep(raw, push)
                    if push["t"] in kinds and all(push.get(key) == value for key, value in fields.items()):
                        return push
        except (ConnectionClosed, TimeoutError) as error:
            raise _unreachable(self.url, error) from None

    async def _keep(self, raw: str, push: Frame) -> None:
        match push["t"]:
            case "line":
                self.lines.setdefault(push["chat"], []).append(raw)
                self.tips[push["chat"]] = {key: push[key] for key in ("epoch", "seq", "seal") if key in push}
            case "note":
                self.notes.setdefault(push["chat"], []).append(raw)
            case "lines" if push.get("reset"):
                self.lines.pop(push["chat"], None)
            case "wanted":
                chat = push["chat"]
                notes = {"notes": self.notes[chat]} if chat in self.notes else {}
                await self.say("records", chat=chat, lines=self.lines.get(chat, []), **notes)
            case _:
                pass

    def vanish(self) -> None:
        """The connection breaks without a word."""
        if self._connection is not None:
            self._connection.transport.abort()

    async def close(self) -> None:
        """Closes the page."""
        if self._connection is not None:
            await self._connection.close()


async def sign_in(url: str, login: str, password: str) -> str:
    """The cookies of an agent who has signed in, as a browser sends them. Raises `NotAllowed`, `Unavailable`."""
    status, cookies = await asyncio.to_thread(_post, url, "/login", {"login": login, "password": password})
    if status != 303:
        raise NotAllowed(_("The server does not know the agent of this check: name its data directory with --data."))
    return "; ".join(cookie.partition(";")[0] for cookie in cookies)


async def status_of(url: str, path: str) -> int:
    """What the server answers to a GET; 0 when it does not."""
    try:
        return (await asyncio.to_thread(_request, url, "GET", path, None))[0]
    except Unavailable:
        return 0


def _post(url: str, path: str, form: Mapping[str, str]) -> tuple[int, list[str]]:
    return _request(url, "POST", path, urlencode(form))


def _request(url: str, method: str, path: str, body: str | None) -> tuple[int, list[str]]:
    """The status of the answer, and the cookies that it sets."""
    place = urlsplit(url)
    kind = http.client.HTTPSConnection if place.scheme == "https" else http.client.HTTPConnection
    connection = kind(place.hostname or "", place.port, timeout=PATIENCE)
    headers = {"Origin": url, "Content-Type": "application/x-www-form-urlencoded"} if body else {}
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.headers.get_all("Set-Cookie", [])
    except (OSError, http.client.HTTPException) as error:
        raise _unreachable(url, error) from None
    finally:
        connection.close()


def _unreachable(url: str, error: Exception) -> Unavailable:
    sentence = _("{url} does not answer as it should ({reason})")
    return Unavailable(sentence.format(url=url, reason=type(error).__name__))
