"""What an agent does in the console, and what visitors do who come by socket alone."""

from __future__ import annotations

import re
from typing import Any

from playwright.async_api import BrowserContext, Locator, Page, expect

from tests.browser.house import House, one_page
from tests.live.house import Page as Socket
from tests.serving import new_id

QUESTION = "Where is my order?"


class Console:
    """The console of one agent, in one tab."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.offers = page.locator(".offer")
        self.chats = page.locator(".person")
        self.waiting = page.locator(".waiting-entry")
        self.banner = page.locator(".banner:visible")
        self.top_banner = page.locator(".top-banner")
        self.notices = page.locator(".toast")
        self.card = page.get_by_role("complementary", name="Visitor")
        self.dialog = page.locator("dialog[open]")
        self.box = page.locator(".chat.selected textarea:visible")

    def button(self, name: str) -> Locator:
        """A button by its exact name, outside of dialogs."""
        return self.page.locator("body > :not(dialog)").get_by_role("button", name=name, exact=True)

    def chat(self, name: str) -> Locator:
        """The conversation with this visitor."""
        return self.page.get_by_role("region", name=f"Chat with {name}", exact=True)

    def said(self, words: str) -> Locator:
        """A bubble with exactly these words."""
        return self.page.locator(".bubble").get_by_text(words, exact=True)

    def row(self, name: str) -> Locator:
        """A chat in the first column."""
        return self.chats.filter(has_text=name)

    def intent(self, name: str) -> Locator:
        """One side of the availability switch."""
        return self.page.locator(".intents").get_by_role("button", name=name, exact=True)

    async def become_available(self) -> None:
        """Switches to "Available" and waits until the server knows."""
        await self.intent("Available").click()
        await expect(self.intent("Available")).to_have_attribute("aria-pressed", "true")

    async def accept(self) -> None:
        """Takes the chat that rings."""
        await self.offers.first.get_by_role("button", name=re.compile("^Accept")).click()
        await self.box.wait_for()

    async def say(self, words: str) -> None:
        """Writes an answer in the selected chat and sends it by Enter."""
        await self.box.fill(words)
        await self.box.press("Enter")

    async def is_connected(self) -> None:
        """Waits for the server's welcome."""
        await self.page.locator("body[data-link=up]").wait_for()


async def console(
    house: House, login: str = "ana", context: BrowserContext | None = None, language: str = "en", **options: Any
) -> Console:
    """An agent opens the console, in a fresh browser unless one is given."""
    page = await one_page(context or await house.signed_in(login, **options), f"{house.url}/console?lang={language}")
    opened = Console(page)
    await opened.is_connected()
    return opened


class Guest:
    """A visitor whose panel is a socket: quick, and able to look at every frame."""

    def __init__(self, socket: Socket, name: str) -> None:
        self.socket = socket
        self.name = name
        self.chat = ""

    async def says(self, words: str) -> int:
        """Sends a message; the number of its line."""
        await self.socket.say("say", id=new_id(), text=words)
        return int((await self.socket.hear("line", by="visitor", text=words))["seq"])

    async def hears(self, words: str) -> int:
        """Waits for an agent's message; the number of its line."""
        return int((await self.socket.hear("line", by="agent", text=words))["seq"])

    async def ask(self, question: str, **more: Any) -> None:
        """Starts a chat."""
        fields = {"name": self.name, "phone": "555 12 34 56", "question": question, **more}
        await self.socket.say("start", id=new_id(), **fields)
        self.chat = str((await self.socket.hear("token"))["chat"])


async def guest(house: House, name: str = "Nino", question: str = QUESTION, **more: Any) -> Guest:
    """Somebody asks; `more` are further fields of the start."""
    person = Guest(await house.visitor(), name)
    await person.ask(question, **more)
    return person


async def talking(house: House, name: str = "Nino", *, login: str = "ana", **more: Any) -> tuple[Console, Guest]:
    """An agent is available, and has taken the chat of a visitor; `more` are further fields of the start."""
    agent = await console(house, login)
    await agent.become_available()
    visitor = await guest(house, name, **more)
    await agent.accept()
    return agent, visitor
