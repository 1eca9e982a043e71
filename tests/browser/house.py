"""A server with its people and pages: what the browser tests are made of."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from uvicorn import Config, Server

from livesupport.model import Role
from tests.live.house import Page as Socket
from tests.serving import Reachable, Running, free_port, running

PASSWORD = "a good long password"
PEOPLE: dict[str, tuple[str, Role]] = {"ana": ("Ana", "agent"), "ben": ("Ben", "agent"), "sofia": ("Sofia", "supervisor")}
PATIENCE = 10_000  # ms until a test gives up; never a measurement

EMBED = '<script src="{server}/widget.js" data-site="default" async></script>'
PAGE = """<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>Shop</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">{head}</head>
<body><h1>Shop</h1><a href="/other">Other page</a>{body}</body></html>"""


class Unattended(Server):
    """uvicorn, without its hands on the signals of the test run."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.is_up = asyncio.Event()

    async def startup(self, sockets: list[Any] | None = None) -> None:
        await super().startup(sockets)
        self.is_up.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Shop:
    """A small web server on `localhost`; for a browser that is another site than 127.0.0.1. Every path is the same page."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.server = ""
        self.lang = "en"
        self.head = ""
        self.body = EMBED
        self.headers: dict[str, str] = {}
        self.paths: list[str] = []

    @classmethod
    @asynccontextmanager
    async def open(cls) -> AsyncIterator[Shop]:
        """Serves while the block runs."""
        port = free_port()
        shop = cls(f"http://localhost:{port}")
        app = Starlette(routes=[Route("/{path:path}", shop.page)])
        server = Unattended(Config(app, host="localhost", port=port, lifespan="off", log_config=None, access_log=False))
        task = asyncio.create_task(server.serve())
        await server.is_up.wait()
        try:
            yield shop
        finally:
            server.should_exit = True
            await task

    async def page(self, request: Request) -> Response:
        """The page, with the embed line of the server."""
        self.paths.append(request.url.path)
        body = self.body.format(server=self.server)
        return HTMLResponse(PAGE.format(lang=self.lang, head=self.head, body=body), headers=self.headers)


class House:
    """A server, the shop that embeds it, and the browsers of those who look at both.

    `problems` gathers what no page may do: throw, or break its Content-Security-Policy.
    """

    def __init__(self, server: Reachable, shop: Shop, chromium: Browser, stack: AsyncExitStack) -> None:
        self.server = server
        self.shop = shop
        self.url = server.url
        self.problems: list[str] = []
        self._chromium = chromium
        self._stack = stack

    async def browser(self, **options: Any) -> BrowserContext:
        """A fresh profile, closed with the test; `options` as Playwright's `new_context`."""
        context = await self._chromium.new_context(**options)
        self._stack.push_async_callback(context.close)
        context.set_default_timeout(PATIENCE)
        context.on("weberror", lambda error: self.problems.append(f"{error.page and error.page.url}: {error.error}"))
        context.on("console", self._hear)
        return context

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "Content Security Policy" in message.text:
            self.problems.append(message.text)

    async def signed_in(self, login: str, **options: Any) -> BrowserContext:
        """The profile of an agent who has signed in."""
        cookies = [one.partition("=") for one in (await self.server.sign_in(login, PASSWORD)).split("; ")]
        context = await self.browser(**options)
        await context.add_cookies(
            [{"name": name, "value": value, "url": self.url, "httpOnly": True, "sameSite": "Lax"} for name, _, value in cookies]
        )
        return context

    async def agent(self, login: str) -> Socket:
        """An agent who is available, by socket alone: for tests of the visitor's side."""
        cookie = await self.server.sign_in(login, PASSWORD)
        return await self._stack.enter_async_context(self.server.agent(cookie))

    async def visitor(self) -> Socket:
        """A visitor whose panel is open, by socket alone: for tests of the agents' side."""
        return await self._stack.enter_async_context(self.server.visitor())


class BrowserHouse(House):
    """A house whose server runs inside the test, which may look into it."""

    server: Running

    async def change_site(self, **fields: Any) -> None:
        """Changes the site that the shop embeds."""
        await self.server.state["sites"].change("default", **fields)


async def open_house(
    stack: AsyncExitStack, chromium: Browser, shop: Shop, directory: Path, settings: dict[str, Any]
) -> BrowserHouse:
    """Starts a server with everybody in it; `stack` ends it. Its problems are looked at last."""
    house: list[BrowserHouse] = []

    def no_problems() -> None:
        assert not house[0].problems, house[0].problems

    server = await stack.enter_async_context(running(directory / "data", **settings))
    house.append(BrowserHouse(server, shop, chromium, stack))
    stack.callback(no_problems)
    shop.server = server.url
    await house[0].change_site(name="Kiln & Leaf", origins=(shop.origin,))
    for login, (name, role) in PEOPLE.items():
        await server.state["accounts"].create_agent(login=login, name=name, password=PASSWORD, role=role)
    return house[0]


async def one_page(context: BrowserContext, url: str) -> Page:
    """A new page that shows `url`."""
    page = await context.new_page()
    await page.goto(url)
    return page
