"""/api/v1/tickets/{number}/drafts and /api/v1/preview: what an agent has begun to write."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from livesupport import markdown
from livesupport.errors import NotFound
from livesupport.http.api.call import Call, Shape
from livesupport.http.api.operations import operation
from livesupport.model import Draft, DraftKind
from livesupport.tickets.requests import TEXT_LIMIT, message_text

Text = Annotated[str, Meta(max_length=TEXT_LIMIT)]


class DraftShape(Shape, frozen=True):
    """A draft, of which there is one of each kind for each agent and ticket."""

    kind: DraftKind
    text: Text


class DraftList(Shape, frozen=True):
    """The agent's own drafts."""

    items: list[DraftShape]


class DraftText(Shape, frozen=True):
    """What is written so far; an empty text removes the draft."""

    text: Text


class Markdown(Shape, frozen=True):
    """A text in Markdown."""

    text: Text


class Html(Shape, frozen=True):
    """How it is shown."""

    html: str


@operation("GET", "/tickets/{number}/drafts", "tickets:read", "Read my drafts")
async def list_drafts(call: Call) -> DraftList:
    """What the agent has begun to write on this ticket; nobody else sees it."""
    tickets = call.state["tickets"]
    around = await tickets.around((await tickets.get(call["number"], actor=call.agent)).ticket, actor=call.agent)
    return DraftList(items=[DraftShape(kind=kind, text=draft.text) for kind, draft in around.drafts.items()])


@operation("PUT", "/tickets/{number}/drafts/{kind}", "tickets:write", "Keep a draft", 204)
async def keep_draft(call: Call, body: DraftText) -> None:
    """Keeps a text in the place of the earlier draft of its kind, `reply` or `note`; files that go with that stay."""
    kinds: dict[str, DraftKind] = {"reply": "reply", "note": "note"}
    if (kind := kinds.get(call["kind"])) is None:
        raise NotFound("no such kind of draft")
    tickets, number, me = call.state["tickets"], call["number"], call.agent
    former = (await tickets.around((await tickets.get(number, actor=me)).ticket, actor=me)).drafts.get(kind)
    files = former.files if former and body.text.strip() else ""
    await tickets.keep_draft(number, Draft(kind=kind, text=body.text, files=files), actor=me)


@operation("POST", "/preview", "tickets:read", "Preview a text")
async def preview(call: Call, body: Markdown) -> Html:
    """A text in Markdown as it will be shown."""
    return Html(html=markdown.render(message_text(body.text)))
