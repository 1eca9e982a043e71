"""The words of `/ws/news`: a page says what it looks at, and hears that something has changed. No frame carries content;
whoever hears one asks the server again, with the rights that they have then.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from livesupport.chat import protocol
from livesupport.chat.protocol import BadFrame, Frame, Ping, Pong, Refused

Who = Literal["agent", "requester"]
Doing = Literal["viewing", "drafting", "left"]
TicketNumber = Annotated[str, Meta(pattern=r"^[1-9][0-9]{0,14}-[0-9]$(?!\n)", description="with its check digit")]


class NewsHello(Frame, frozen=True, tag="hello"):
    """First frame: as whom the page is signed in. `token`: the secret of a requester's session, from a page that has no
    cookie because it stands in another site's frame. `age`: seconds since the page asked for what it shows."""

    who: Who
    token: Annotated[str, Meta(max_length=256)] = ""
    age: Annotated[float, Meta(ge=0)] | None = None


class WatchTicket(Frame, frozen=True, tag="watch"):
    """What this page does with a ticket. It is told who else is there until it has `left`, or is closed."""

    number: TicketNumber
    doing: Doing


class NewsWelcome(Frame, frozen=True, tag="welcome"):
    """Answer to the hello. News begins here. `missed`: what the page shows may be older than the last change, so it asks for
    it again; true also for a page that did not tell its age."""

    version: str
    commands: list[str]
    missed: bool


class TicketChanged(Frame, frozen=True, tag="ticket_changed"):
    """To an agent: a ticket is new, or is not as it was. `what` is the event as the ticket's history names it."""

    number: str
    what: str


class RequestsChanged(Frame, frozen=True, tag="requests_changed"):
    """To a requester: one of their own requests is not as it was."""

    number: str
    what: str


class People(Frame, frozen=True, tag="people"):
    """To an agent who looks at a ticket: the names of the others who have it before them; replaces the one before. Whoever
    writes is only among those who draft."""

    number: str
    viewing: list[str] = []
    drafting: list[str] = []


NewsCommand = NewsHello | WatchTicket | Ping
NewsPush = NewsWelcome | TicketChanged | RequestsChanged | People | Refused | Pong

_decoder: msgspec.json.Decoder[NewsCommand] = msgspec.json.Decoder(NewsCommand)


def decode_news(raw: bytes | str) -> NewsCommand:
    """Reads one text frame of a page that follows the news; raises `BadFrame`."""
    try:
        return _decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise BadFrame("not a frame of this protocol") from None


def protocol_schema() -> dict[str, Any]:
    """A JSON Schema (2020-12) of every frame of all sockets, for `/protocol.json` and for whoever writes a client."""
    schema = protocol.protocol_schema()
    roots = {"NewsCommand": NewsCommand, "NewsPush": NewsPush}
    schemas, components = msgspec.json.schema_components(roots.values(), ref_template="#/$defs/{name}")
    schema["$defs"] |= {**components, **dict(zip(roots, schemas, strict=True))}
    return schema
