"""A whole server without its sockets: real services on a fresh SQLite file, and browsers that behave like browsers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TypeVar

import httpx2
import msgspec
import pytest
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from livesupport.assets import Assets, locate
from livesupport.config import Config
from livesupport.http import EXCEPTION_HANDLERS, State, middleware, new_state, routes
from livesupport.http.colours import ink_on
from livesupport.http.known_devices import LASTS
from livesupport.http.robots import Robots
from livesupport.live import AgentIdentity, News, NewsPorts, Ports, Site, open_desk
from livesupport.mail.room import MailRoom
from livesupport.metrics import Metrics
from livesupport.model import Agent, Author, Role, Ticket
from livesupport.model import Scope as ApiScope
from livesupport.rules import Rules
from livesupport.services import open_services
from livesupport.signing import ConfirmLinks, Signed
from livesupport.storage.database import Database
from livesupport.tickets.requests import NewLine, NewTicket
from tests.databases import Clock
from tests.keys import RING

P = TypeVar("P", Ports, NewsPorts)

PASSWORD = "a good long password"
KEY = bytes(range(32))  # signs links and codes


class House:
    """One server of a test. `ready` is what /readyz will say."""

    def __init__(
        self, config: Config, database: Database, clock: Clock, assets: Assets, folder: Path, *, is_demo: bool = False
    ) -> None:
        if config.data_dir == Config().data_dir:
            config = msgspec.structs.replace(config, data_dir=str(folder))
        self.config = config
        self.clock = clock
        self.ready = True
        self.database = database
        self.desk = open_desk(Rules(), config.limits, 1, RING, _no_ports(Ports))
        self.news = News(self.desk, _no_ports(NewsPorts))
        services = open_services(database, config, clock, self.news.publish, KEY)
        self.accounts, self.tokens, self.sites = services["accounts"], services["tokens"], services["sites"]
        self.tickets, self.files, self.asking = services["tickets"], services["files"], services["asking"]
        self.requesters, self.mine, self.notices = services["requesters"], services["mine"], services["notices"]
        self.visitor_tokens, self.links = services["visitor_tokens"], services["links"]
        self.state: State = new_state(
            config=config,
            services=services,
            robots=Robots(self.desk, KEY, lambda: clock().timestamp()),
            waiting=Signed(KEY, "waiting-request", ConfirmLinks.MAX_AGE, lambda: clock().timestamp()),
            devices=Signed(KEY, "known-device", LASTS, lambda: clock().timestamp()),
            mail=MailRoom(database, config.server.public_url, KEY, self.requesters.code_to_mail, ink_on),
            is_demo=is_demo,
            desk=self.desk,
            news=self.news,
            assets=assets,
            metrics=Metrics(),
            is_ready=self._is_ready,
        )
        self.starlette = Starlette(routes=routes(), middleware=middleware(config), exception_handlers=dict(EXCEPTION_HANDLERS))
        self.starlette.router.redirect_slashes = False
        self.app = _with_state(self.starlette, self.state)
        self._browsers = AsyncExitStack()
        self._requests = 0

    async def _is_ready(self) -> bool:
        return self.ready

    async def browser(self, *, address: str = "192.0.2.1", url: str | None = None, **headers: str) -> httpx2.AsyncClient:
        """A browser that has just opened one of our pages: it says so with everything it sends."""
        url = url or self.config.server.public_url
        transport = httpx2.ASGITransport(app=self.app, client=(address, 50000), raise_app_exceptions=False)
        client = httpx2.AsyncClient(
            transport=transport, base_url=url, headers={"Origin": url, "Sec-Fetch-Site": "same-origin", **headers}
        )
        return await self._browsers.enter_async_context(client)

    async def stranger(self) -> httpx2.AsyncClient:
        """A program that sends none of the headers by which a browser tells where a request comes from."""
        client = await self.browser()
        for name in ("Origin", "Sec-Fetch-Site"):
            del client.headers[name]
        return client

    async def agent(self, login: str, name: str, role: Role = "agent") -> Agent:
        """Somebody who may sign in with PASSWORD."""
        return await self.accounts.create_agent(login=login, name=name, password=PASSWORD, role=role)

    async def signed_in(self, login: str = "ana", name: str = "Ana Beridze", role: Role = "agent") -> httpx2.AsyncClient:
        """The browser of somebody who has just signed in."""
        if login not in {agent.login for agent in await self.accounts.agents()}:
            await self.agent(login, name, role)
        browser = await self.browser()
        answer = await browser.post("/login", data={"login": login, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return browser

    async def program(self, scopes: Collection[ApiScope]) -> httpx2.AsyncClient:
        """A program with a token of Dato, an administrator, that may do only this."""
        known = {agent.login: agent for agent in await self.accounts.agents()}
        dato = known.get("dato") or await self.agent("dato", "Dato", "administrator")
        secret, _token = await self.tokens.create(dato, "Program", scopes)
        client = await self.stranger()
        client.headers["Authorization"] = f"Bearer {secret}"
        return client

    async def ticket(
        self,
        question: str = "The blue kettle leaks",
        name: str = "Nino",
        *,
        phone: str = "+995555123456",
        page: str = "",
        lines: tuple[NewLine, ...] = (),
    ) -> Ticket:
        """A request that Nino has left; with lines it is made of a chat."""
        self._requests += 1
        return await self.tickets.open(
            NewTicket(
                origin=f"request-{self._requests:08}",
                site="default",
                name=name,
                phone=phone,
                question=question,
                actor=name,
                page=page,
                from_chat=bool(lines),
                lines=lines,
            )
        )

    async def saved_chat(self) -> Ticket:
        """A chat of Nino and Ana that was turned into a ticket."""
        said: list[tuple[Author, str, str]] = [
            ("requester", "Nino", "The blue kettle leaks"),
            ("agent", "Ana", "Since when?"),
            ("requester", "Nino", "Today"),
        ]
        lines = tuple(
            NewLine(chain="chat", epoch=1, seq=seq, at=self.clock.now, author=author, name=name, text=text)
            for seq, (author, name, text) in enumerate(said)
        )
        return await self.ticket(lines=lines)

    async def close(self) -> None:
        await self._browsers.aclose()
        self.desk.close()


def _with_state(app: ASGIApp, state: State) -> ASGIApp:
    """What a server does with the state that the lifespan yields."""

    async def with_state(scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"] = dict(state)
        await app(scope, receive, send)

    return with_state


def _no_ports(kind: type[P]) -> P:
    """Nothing behind the sockets: no test of the pages gets that far."""

    def unused(*_arguments: object) -> None:
        raise AssertionError("no chat happens here")

    fields: Any = dict.fromkeys(kind.__struct_fields__, unused)
    return kind(**fields)


@pytest.fixture
def kind() -> str:
    """The pages do not know which database they stand on; one is enough."""
    return "sqlite"


@pytest.fixture
def config() -> Config:
    return Config()


@pytest.fixture(scope="session")
def assets() -> Assets:
    """The files of web/, compressed once for all tests."""
    return Assets.read(locate("web"))


@pytest.fixture
async def house(config: Config, database: Database, clock: Clock, assets: Assets, tmp_path: Path) -> AsyncIterator[House]:
    """A server that answers as http://127.0.0.1:8000, with the site `default` and nobody signed in."""
    opened = House(config, database, clock, assets, tmp_path / "data")
    opened.desk.set_directory([Site(id="default", name="Default")], [AgentIdentity(id=1, name="Ana")])
    yield opened
    await opened.close()
