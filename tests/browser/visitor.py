"""What a visitor does in the shop: finds the round button, fills the form, talks; and an agent who answers by socket alone."""

from __future__ import annotations

from playwright.async_api import BrowserContext, Frame, FrameLocator, Locator, Page

from tests.browser.house import House, one_page
from tests.live.house import Page as Socket
from tests.serving import new_id

QUESTION = "Where is my order?"
NOT_SAVED = "Not saved – erased within 3 minutes of leaving, unless saved as a request."


class Visitor:
    """A person on a page of the shop."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.launcher = page.locator("live-support button")
        self.panel: FrameLocator = page.frame_locator("live-support iframe")
        self.data_line = self.panel.locator(".data")
        self.menu = self.panel.locator("summary")
        self.message = self.panel.locator(".composer textarea")

    def button(self, name: str) -> Locator:
        """A button of the panel, by its exact name."""
        return self.panel.get_by_role("button", name=name, exact=True)

    def text(self, words: str) -> Locator:
        """Words that stand in the panel."""
        return self.panel.get_by_text(words).first

    def said(self, words: str) -> Locator:
        """A bubble with exactly these words."""
        return self.panel.locator(".bubble").get_by_text(words, exact=True)

    async def open(self) -> None:
        """Opens the panel."""
        await self.launcher.click()
        await self.panel.locator("form.start, .log").first.wait_for()

    async def fill(self, *, name: str = "Nino", phone: str = "555 12 34 56", question: str = QUESTION) -> None:
        """Writes into the form."""
        await self.panel.get_by_label("Your name").fill(name)
        await self.panel.get_by_label("Phone", exact=True).fill(phone)
        await self.panel.get_by_label("Your question").fill(question)

    async def start(self, question: str = QUESTION) -> None:
        """Asks; somebody must be available."""
        await self.button("Start chat").wait_for()
        await self.fill(question=question)
        await self.button("Start chat").click()
        await self.said(question).wait_for()

    async def say(self, words: str) -> None:
        """Writes a message and sends it by Enter."""
        await self.message.fill(words)
        await self.message.press("Enter")


async def visitor(house: House, context: BrowserContext | None = None, path: str = "/") -> Visitor:
    """Somebody comes to the shop, in a fresh browser unless one is given."""
    page = await one_page(context or await house.browser(), house.shop.origin + path)
    return Visitor(page)


async def answered(ana: Socket) -> str:
    """Ana takes what rings; the chat's id."""
    chat = str((await ana.hear("offer"))["chat"])
    await ana.say("accept", chat=chat)
    await ana.hear("chat", chat=chat, status="active")
    return chat


async def answer(ana: Socket, chat: str, words: str) -> None:
    """Ana says something, and it is a line of the chat."""
    await ana.say("say", chat=chat, id=new_id(), text=words)
    await ana.hear("line", chat=chat, text=words)


async def talking(house: House, context: BrowserContext | None = None) -> tuple[Visitor, Socket, str]:
    """Nino and Ana in a chat; Nino in a fresh browser unless one is given."""
    ana = await house.agent("ana")
    nino = await visitor(house, context)
    await nino.open()
    await nino.start()
    chat = await answered(ana)
    await answer(ana, chat, "Good day, Nino.")
    await nino.said("Good day, Nino.").wait_for()
    return nino, ana, chat


def panel_of(nino: Visitor) -> Frame:
    """The panel as a frame, to look inside."""
    return next(frame for frame in nino.page.frames if "/widget/panel" in frame.url)
