"""A server on a loopback port inside the test's own event loop, and the people who call at it."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket
from uvicorn.server import ServerState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode
from websockets.typing import Origin, Subprotocol

from livesupport.chat.events import AgentIdentity, AppendLines, Count, Moment, Site, Snapshot, Tick, TicketFailed, TicketSaved
from livesupport.chat.machine import ChatMachine
from livesupport.chat.protocol import SUBPROTOCOL, LeaveRequest
from livesupport.cleaning import clean
from livesupport.config import Config, Limits, Server
from livesupport.live import (
    Desk,
    Hub,
    News,
    NewsPorts,
    Ports,
    Reader,
    SignedIn,
    SocketProtocol,
    Who,
    agent_socket,
    news_socket,
    visitor_socket,
)
from livesupport.live.desk import new_id
from livesupport.phones import parse_phone
from livesupport.rules import Rules
from livesupport.signing import VisitorTokens
from tests.keys import RING

PATIENCE = 10.0  # seconds until a test gives up; never a measurement

Endpoint = Callable[[WebSocket], Awaitable[None]]


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.mono = 1000.0

    def __call__(self) -> Moment:
        return Moment(self.mono, self.mono + 1_700_000_000)

    def advance(self, seconds: float) -> None:
        self.mono += seconds


class BackOffice:
    """What would stand behind the ports: tickets in a list, sessions in a dict. Each answer can be replaced."""

    def __init__(self) -> None:
        self.sessions = {"secret-of-ana": SignedIn(1, "session-of-ana"), "secret-of-ben": SignedIn(2, "session-of-ben")}
        self.tickets: list[Snapshot] = []
        self.appended: list[AppendLines] = []
        self.requests: list[LeaveRequest] = []
        self.counts: list[str] = []
        self.requesters = {"secret-of-nino": Reader("requester", 1, "session-of-nino")}
        self.hidden: set[tuple[int, str]] = set()  # tickets that an agent may not see
        self.strange: set[tuple[int, int]] = set()  # topics that an agent does not serve
        self.broken = False
        self.gate = asyncio.Event()
        self.gate.set()

    async def open_ticket(self, snapshot: Snapshot) -> TicketSaved | TicketFailed:
        await self._work()
        self.tickets.append(snapshot)
        return TicketSaved(chat=snapshot.chat, number=f"{1000 + len(self.tickets)}-0")

    async def find_ticket(self, chat: str) -> str | None:
        await self._work()
        numbers = (f"{1000 + number}-0" for number, snapshot in enumerate(self.tickets, 1) if snapshot.chat == chat)
        return next(numbers, None)

    async def append_lines(self, effect: AppendLines) -> bool:
        await self._work()
        self.appended.append(effect)
        return True

    async def save_request(self, site: str, request: LeaveRequest) -> str | None:
        await self._work()
        self.requests.append(request)
        return "1001-7"

    async def authenticate(self, secret: str) -> SignedIn | None:
        return self.sessions.get(secret)

    async def identify(self, who: Who, secret: str) -> Reader | None:
        """Requesters show `secret-of-nino` and the like; agents are those of `authenticate`."""
        await self._work()
        if who == "agent":
            session = await self.authenticate(secret)
            return Reader(who, session.agent_id, session.session_id) if session else None
        return self.requesters.get(secret)

    async def may_see(self, agent: int, number: str) -> bool:
        await self._work()
        return (agent, number) not in self.hidden

    def news_ports(self) -> NewsPorts:
        names = {1: "Ana", 2: "Ben"}
        return NewsPorts(
            identify=self.identify,
            may_see=self.may_see,
            serves=lambda agent, topic: topic is None or (agent, topic) not in self.strange,
            name_of=lambda agent: names.get(agent, ""),
        )

    async def _work(self) -> None:
        await self.gate.wait()
        if self.broken:
            raise OSError("the disk is full of secret-words")

    def count(self, count: Count) -> None:
        self.counts.append(count.name)

    def ports(self, clock: Clock) -> Ports:
        tokens = VisitorTokens(b"0123456789abcdef" * 2, 8 * 3600, lambda: clock().wall)
        return Ports(
            open_ticket=self.open_ticket,
            find_ticket=self.find_ticket,
            append_lines=self.append_lines,
            save_request=self.save_request,
            authenticate=self.authenticate,
            sign_token=tokens.sign,
            read_token=tokens.read,
            parse_phone=parse_phone,
            region_of=lambda site: "GE",
            fingerprint=lambda text: f"hash-of-{len(text)}",
            count=self.count,
            clean=clean,
        )


class Page:
    """A browser's page: says frames, and hears what it is told in order."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def say(self, t: str, **fields: object) -> None:
        await self.send(msgspec.json.encode({"t": t, **fields}).decode())

    async def send(self, frame: str) -> None:
        await self.connection.send(frame)

    async def hear(self, t: str, **fields: object) -> dict[str, Any]:
        """The next push of this kind with these fields; what comes before it is let pass."""
        async with asyncio.timeout(PATIENCE):
            while True:
                push: dict[str, Any] = msgspec.json.decode(await self.connection.recv())
                if push["t"] == t and all(push.get(key) == value for key, value in fields.items()):
                    return push

    async def next(self) -> dict[str, Any]:
        """The very next push."""
        async with asyncio.timeout(PATIENCE):
            push: dict[str, Any] = msgspec.json.decode(await self.connection.recv())
            return push

    async def closed(self) -> int:
        """Waits for the end, and returns the close code."""
        async with asyncio.timeout(PATIENCE):
            with contextlib.suppress(ConnectionClosed):
                while True:
                    await self.connection.recv()
            await self.connection.wait_closed()
        assert self.connection.close_code is not None
        return self.connection.close_code

    async def leave(self, code: int = 1001) -> None:
        await self.connection.close(code)


class House:
    """A running server."""

    def __init__(self, desk: Desk, news: News, office: BackOffice, clock: Clock, config: Config, state: ServerState) -> None:
        self.desk = desk
        self.news = news
        self.office = office
        self.clock = clock
        self.config = config
        self.state = state
        self.host = "127.0.0.1"
        self.port = config.server.port

    @property
    def origin(self) -> str:
        return self.config.server.public_url

    @contextlib.asynccontextmanager
    async def knock(self, path: str, origin: str | None = "", **options: Any) -> AsyncIterator[Page]:
        """Opens a socket; `origin` "" is the right one, None sends none."""
        options.setdefault("subprotocols", [Subprotocol(SUBPROTOCOL)])
        async with connect(
            f"ws://{self.host}:{self.port}{path}",
            origin=Origin(self.origin) if origin == "" else Origin(origin) if origin else None,
            compression=None,
            close_timeout=PATIENCE,
            proxy=None,
            **options,
        ) as connection:
            yield Page(connection)

    @contextlib.asynccontextmanager
    async def visitor(self, token: str | None = None, hello: bool = True, **options: Any) -> AsyncIterator[Page]:
        """A visitor's panel after its hello."""
        async with self.knock("/ws/visitor", **options) as page:
            if hello:
                await page.say("hello", site="default", **({"token": token} if token else {}))
                await page.hear("service")
            yield page

    @contextlib.asynccontextmanager
    async def reader(
        self, name: str = "ana", who: Who = "agent", *, hello: bool = True, welcome: bool = True
    ) -> AsyncIterator[Page]:
        """A page that follows the news, after its hello and the answer to it."""
        cookie = self.config.session_cookie if who == "agent" else self.config.requester_cookie
        async with self.knock("/ws/news", additional_headers={"cookie": f"{cookie}=secret-of-{name}"}) as page:
            if hello:
                await page.say("hello", who=who)
            if hello and welcome:
                await page.hear("welcome")
            yield page

    @contextlib.asynccontextmanager
    async def agent(self, name: str = "ana", hello: bool = True) -> AsyncIterator[Page]:
        """A console after its hello, ready for chats."""
        cookie = {"cookie": f"livesupport=secret-of-{name}"}
        async with self.knock("/ws/agent", additional_headers=cookie) as page:
            if hello:
                await page.say("hello", intent="available")
                await page.hear("queue")
            yield page

    def pass_time(self, seconds: float) -> None:
        """Lets this much time pass for the machine."""
        self.clock.advance(seconds)
        self.desk.handle(Tick())


@contextlib.asynccontextmanager
async def open_house(
    limits: Limits | None = None,
    rules: Rules | None = None,
    endpoint: Endpoint | None = None,
    trusted_proxies: tuple[str, ...] = (),
    **ports: Any,
) -> AsyncIterator[House]:
    """Serves all sockets, or one `endpoint` at /ws, on a free loopback port. `ports` replaces some of the back office's."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    clock, office = Clock(), BackOffice()
    config = Config(server=Server(port=port), limits=limits or Limits(), chat=rules or Rules())
    hub = Hub(config.limits)
    all_ports = msgspec.structs.replace(office.ports(clock), **ports)
    desk = Desk(ChatMachine(config.chat, 1, RING, new_id, all_ports.fingerprint), hub, all_ports, clock)
    news = News(desk, office.news_ports())
    desk.set_directory([Site(id="default", name="Shop")], [AgentIdentity(id=1, name="Ana"), AgentIdentity(id=2, name="Ben")])
    routes = [WebSocketRoute("/ws/visitor", visitor_socket), WebSocketRoute("/ws/agent", agent_socket)]
    routes.append(WebSocketRoute("/ws/news", news_socket))
    app = Starlette(routes=[WebSocketRoute("/ws", endpoint)] if endpoint else list(routes))
    uvicorn_config = uvicorn.Config(
        app, ws=SocketProtocol, http="httptools", lifespan="off", log_config=None, forwarded_allow_ips=list(trusted_proxies)
    )
    uvicorn_config.load()
    state = ServerState()
    server = await asyncio.get_running_loop().create_server(
        lambda: uvicorn_config.http_protocol_class(
            config=uvicorn_config,  # type: ignore[call-arg]
            server_state=state,
            app_state={"config": config, "desk": desk, "news": news},
        ),
        sock=listener,
    )
    house = House(desk, news, office, clock, config, state)
    try:
        yield house
    finally:
        news.close()
        desk.close()
        for connection in list(state.connections):
            connection.shutdown()
        server.close()
        while state.connections or state.tasks:  # uvicorn, too, can only look again
            await asyncio.sleep(0.001)
        await server.wait_closed()


class Wire:
    """A peer that speaks in bytes, and need not keep to the protocol."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def frame(self) -> tuple[int, bytes]:
        """The next frame: opcode and payload."""
        async with asyncio.timeout(PATIENCE):
            first, second = await self.reader.readexactly(2)
            length = second & 0x7F
            if length == 126:
                length = int.from_bytes(await self.reader.readexactly(2), "big")
            elif length == 127:
                length = int.from_bytes(await self.reader.readexactly(8), "big")
            return first & 0x0F, await self.reader.readexactly(length)

    async def close_code(self) -> int:
        """The code of the close frame, whatever comes before it; 1006 when there is none."""
        try:
            while True:
                opcode, payload = await self.frame()
                if opcode == Opcode.CLOSE:
                    return int.from_bytes(payload[:2], "big") if payload else 1005
        except (asyncio.IncompleteReadError, ConnectionError):
            return 1006


@contextlib.asynccontextmanager
async def wire(house: House, path: str = "/ws", receive_buffer: int | None = None) -> AsyncIterator[Wire]:
    """Opens a WebSocket by hand."""
    raw = socket.socket()
    if receive_buffer:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    raw.setblocking(False)
    await asyncio.get_running_loop().sock_connect(raw, (house.host, house.port))
    reader, writer = await asyncio.open_connection(sock=raw, limit=receive_buffer or 2**16)
    key = base64.b64encode(os.urandom(16)).decode()
    writer.write(
        f"GET {path} HTTP/1.1\r\nHost: {house.host}:{house.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Origin: {house.origin}\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Protocol: {SUBPROTOCOL}\r\n\r\n".encode()
    )
    answer = await reader.readuntil(b"\r\n\r\n")
    assert b" 101 " in answer.splitlines()[0]
    try:
        yield Wire(reader, writer)
    finally:
        writer.transport.abort()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


def masked(payload: bytes, opcode: Opcode = Opcode.TEXT, fin: bool = True) -> bytes:
    """A frame as a browser sends it."""
    return Frame(opcode, payload, fin).serialize(mask=True)
