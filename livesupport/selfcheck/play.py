"""The chat of the check: a visitor and an agent say canaries wherever a person can say something, and nobody saves it."""

from __future__ import annotations

import secrets

import msgspec

from livesupport.errors import Unavailable
from livesupport.i18n import gettext as _
from livesupport.selfcheck.canaries import Canaries
from livesupport.selfcheck.page import Page

FLOOD = 15  # messages at once: more than the usual limit lets through
TOO_LONG = 2100  # characters, and more than a message may have

SAVED = frozenset(
    {
        *("the name", "the phone number", "the question", "the page", "the private note"),
        *("the visitor's message", "the visitor's message in Georgian", "the agent's message"),
    }
)
"""What a ticket holds of the chat, when it is saved after `talk`."""


class Played(msgspec.Struct):
    """What happened, for the report. `refused`: the codes of what was refused."""

    messages: int = 0
    refused: list[str] = msgspec.field(default_factory=list)
    resumed: int = 0


class Play:
    """One visitor, one agent, one chat. `site` works in pull mode, so that no other agent is rung up for it."""

    def __init__(self, url: str, site: str, cookie: str, canaries: Canaries) -> None:
        self.visitor = Page(url, "/ws/visitor")
        self.agent = Page(url, "/ws/agent", cookie)
        self.played = Played()
        self._site = site
        self._canaries = canaries
        self.token = ""
        self.chat = ""

    async def begin(self) -> None:
        """Both arrive; what is wrong is refused; the chat starts, and the agent takes it."""
        await self.agent.open(intent="available")
        await self.visitor.open(site=self._site, language="ka")
        await self._slip_of_the_pen()
        await self.visitor.say(
            "start",
            id=_new_id(),
            name=self._canaries.latin("the name"),
            phone=self._canaries.phone("the phone number"),
            question=self._canaries.georgian("the question"),
            page="https://shop.example/" + self._canaries.latin("the page"),
        )
        pushed = await self.visitor.hear("token", "refused")
        if pushed["t"] == "refused":
            raise Unavailable(
                _("The server refuses the chat of the check ({code}): try again later.").format(code=pushed["code"])
            )
        self.chat, self.token = pushed["chat"], pushed["token"]
        await self.agent.say("accept", chat=self.chat)
        await self.agent.hear("chat", chat=self.chat, status="active")

    async def _slip_of_the_pen(self) -> None:
        """Two frames that are refused: one with a bad number, one that is no command."""
        said = {"name": self._canaries.latin("a refused name"), "question": self._canaries.georgian("a refused question")}
        await self.visitor.say("start", id=_new_id(), phone="12", **said)
        await self._hear_refusal()
        await self.visitor.say("say", id=_new_id(), text=self._canaries.latin("a frame that is no command"), mood="good")
        await self._hear_refusal()

    async def talk(self) -> None:
        """Messages both ways, a private note, typing, receipts, a message that is too long, a wish to save that is declined."""
        await self.visitor_says(self._canaries.latin("the visitor's message"))
        await self.visitor_says(self._canaries.georgian("the visitor's message in Georgian"))
        await self.agent_says(self._canaries.latin("the agent's message"))
        await self.agent.say("note", chat=self.chat, id=_new_id(), text=self._canaries.georgian("the private note"))
        await self.agent.hear("note", chat=self.chat)
        await self.visitor.say("typing")
        await self.agent.hear("typing", chat=self.chat)
        await self.visitor.say("receipt", received=3, seen=3)
        await self.agent.hear("receipt", chat=self.chat, by="visitor")
        too_long = self._canaries.latin("a message that is too long")
        await self.visitor.say("say", id=_new_id(), text=too_long.ljust(TOO_LONG, "."))
        await self._hear_refusal()
        await self.agent.say("convert", chat=self.chat)
        await self.visitor.hear("line", chat=self.chat, kind="armed")
        await self.visitor.say("refuse")
        await self.agent.hear("line", chat=self.chat, kind="refused")

    async def come_back(self, agent_too: bool = False) -> None:
        """The visitor's line broke, or both lines with the server: the pages come back to the same chat. Before that somebody
        tries a forged token."""
        stranger = Page(self.visitor.url, "/ws/visitor")
        await stranger.open(site=self._site, token=self._canaries.latin("a forged token"))
        await stranger.close()
        if agent_too:
            await self.agent.open(intent="available", tips=self.agent.tips)
        self.visitor.vanish()
        await self.visitor.open(site=self._site, token=self.token, tip=self.visitor.tips[self.chat])
        self.token = (await self.visitor.hear("token", chat=self.chat))["token"]
        await self.visitor.hear("chat", chat=self.chat, status="active")
        if agent_too:
            await self.agent.hear("chat", chat=self.chat, status="active")
        self.played.resumed += 1
        await self.visitor_says(self._canaries.latin("a message after the return"))

    async def flood(self) -> None:
        """More at once than is allowed: some is relayed, the rest refused."""
        for number in range(FLOOD):
            text = self._canaries.latin(f"message {number + 1} of too many")
            await self.visitor.say("say", id=_new_id(), text=text, ref=number + 1)
        for _number in range(FLOOD):
            answer = await self.visitor.hear("line", "refused")
            self._count(answer)

    async def end(self) -> None:
        """The visitor ends and erases; both pages are told, and close."""
        await self.visitor.say("end")
        for page in (self.visitor, self.agent):
            await page.hear("erased", chat=self.chat)
            await page.close()

    async def save(self) -> None:
        """Instead: the visitor saves the chat, which is then written, and ends it."""
        await self.visitor.say("save")
        await self.visitor.hear("line", chat=self.chat, kind="converted")
        await self.end()

    async def visitor_says(self, text: str) -> None:
        """One message, which both hear."""
        await self.visitor.say("say", id=_new_id(), text=text)
        await self.visitor.hear("line", chat=self.chat, text=text)
        self._count(await self.agent.hear("line", chat=self.chat, text=text))

    async def agent_says(self, text: str) -> None:
        """One message, which the visitor hears."""
        await self.agent.say("say", chat=self.chat, id=_new_id(), text=text)
        self._count(await self.visitor.hear("line", chat=self.chat, text=text))

    async def _hear_refusal(self) -> None:
        self._count(await self.visitor.hear("refused"))

    def _count(self, push: dict[str, object]) -> None:
        if push["t"] == "refused":
            self.played.refused.append(str(push["code"]))
        else:
            self.played.messages += 1


def _new_id() -> str:
    return secrets.token_urlsafe(16)
