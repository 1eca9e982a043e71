"""/api/v1/my: asking. Who is signed in asks here; an address that is not known to be theirs is confirmed first, by the link in
a mail. What the keys in mails and the tokens of chats open needs nobody to be signed in."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Annotated

from msgspec import Meta

from livesupport import i18n
from livesupport.errors import Conflict, NotFound
from livesupport.http.api.call import Call, Shape, told_by
from livesupport.http.api.files import FileIds, chosen_of
from livesupport.http.api.operations import operation
from livesupport.http.api.shapes import TopicShape, of_topic
from livesupport.http.api.tickets import Id
from livesupport.http.api.types import FieldShape, of_type
from livesupport.model import PendingRequest, Priority, RequestType, Ticket
from livesupport.signing import VisitorToken, origin_of_chat
from livesupport.tickets import answers
from livesupport.tickets.asking import CONFIRM_WITHIN, MOST_MAILS
from livesupport.tickets.new_request import NewRequest
from livesupport.tickets.requests import TEXT_LIMIT

Short = Annotated[str, Meta(max_length=300)]
Email = Annotated[str, Meta(max_length=254)]
Token = Annotated[str, Meta(min_length=1, max_length=2000)]


class OfferedType(Shape, frozen=True):
    """A type of requests that is offered; `instructions` may solve it at once."""

    id: int
    name: str
    topic: int | None
    instructions: str
    fields: list[FieldShape]


class Offered(Shape, frozen=True):
    """What can be asked on one's own site. `asked`: the topics under which one has asked."""

    topics: list[TopicShape]
    types: list[OfferedType]
    asked: list[TopicShape]


class NewMyRequest(Shape, frozen=True):
    """A request. `answers` are those to the type's questions, by their ids. `email`: where to answer; "": in the account."""

    subject: Short
    text: Annotated[str, Meta(min_length=1, max_length=TEXT_LIMIT)]
    name: Short = ""
    email: Email = ""
    phone: Short = ""
    topic: Id | None = None
    type: Id | None = None
    priority: Priority = "normal"
    answers: dict[str, Annotated[str, Meta(max_length=answers.LONGEST)]] = {}
    files: FileIds = []


class Asked(Shape, frozen=True):
    """What has become of a request: its `number`; or it waits for the link in the mail, and `waiting` finds it."""

    number: str | None
    waiting: str | None = None


class WaitingRequest(Shape, frozen=True):
    """A request that waits for its confirmation until then, or its number. `mails`: how many more can be sent."""

    number: str | None
    until: datetime | None = None
    mails: int = 0


class Address(Shape, frozen=True):
    """An e-mail address."""

    email: Email


class ChatToken(Shape, frozen=True):
    """The token of a chat, which only who is in that chat holds."""

    token: Token


class Channel(Shape, frozen=True):
    """The token of a chat, and where to send the answer to the request that it became."""

    token: Token
    email: Email


@operation("GET", "/my/types", "own", "See what can be asked")
async def list_my_types(call: Call) -> Offered:
    """The topics and the types of requests of one's own site, with their questions."""
    sites, me = call.state["sites"], call.requester
    return Offered(
        topics=[of_topic(topic) for topic in (await sites.get(me.site)).topics],
        types=[_offered(kind) for kind in await sites.types(me.site)],
        asked=[TopicShape(id=topic, name=name) for topic, name in await call.state["mine"].topics(me)],
    )


@operation("POST", "/my/requests", "own", "Ask", 201, once=True)
async def ask(call: Call, body: NewMyRequest) -> Asked:
    """Opens a request; to be answered at an address that is not one's own, once that is confirmed. 429 when several came from
    one place."""
    form = f"{call.who} {call.once or secrets.token_urlsafe(16)}"
    if known := await call.state["asking"].known(form):
        return _asked(call, known)
    call.state["robots"].check_pace(form, "", call.host)
    with told_by(_place):
        done = await call.state["asking"].ask(_wish(call, body, form), call.requester)
    call.state["robots"].count(call.host)
    return _asked(call, done)


@operation("POST", "/my/claims", "own", "Claim the request of my chat", 204)
async def claim_chat(call: Call, body: ChatToken) -> None:
    """Makes the request that a chat became one's own. 204 also where it cannot: a token tells nothing about requests."""
    token = call.state["visitor_tokens"].read(body.token)
    if token is not None and token.site == call.requester.site:
        try:
            await call.state["mine"].claim(origin_of_chat(token.chat), call.requester)
        except (NotFound, Conflict):
            return


@operation("POST", "/my/channel", None, "Choose where my chat is answered", 201)
async def choose_channel(call: Call, body: Channel) -> Asked:
    """Sends a link to the address, to which the request that the chat became is answered once the link is used."""
    token: VisitorToken | None = call.state["visitor_tokens"].read(body.token)
    if token is None:
        raise NotFound("no token of ours")
    return _asked(call, await call.state["asking"].choose_email(origin_of_chat(token.chat), body.email, i18n.current()))


@operation("GET", "/my/waiting/{token}", None, "See what became of a request")
async def get_waiting(call: Call) -> WaitingRequest:
    """Whether it still waits for its confirmation, or is open."""
    return _waiting(await _found(call))


@operation("POST", "/my/waiting/{token}", None, "Send the link again")
async def send_again(call: Call, body: Address) -> WaitingRequest:
    """Sends the mail with the link once more, to this address, which may be a corrected one."""
    found = await _found(call)
    if isinstance(found, PendingRequest):
        found = await call.state["asking"].resend(found.id, body.email)
    return _waiting(found)


@operation("POST", "/my/confirmations/{key}", None, "Confirm a request")
async def confirm_request(call: Call) -> Asked:
    """Opens the request of the link in a mail. 409 when the link was used."""
    return Asked(number=(await call.state["asking"].confirm(call["key"])).number)


@operation("DELETE", "/my/confirmations/{key}", None, "Throw a request away", 204)
async def discard_request(call: Call) -> None:
    """Removes the request of the link in a mail, with its files: whoever has the address did not ask."""
    await call.state["asking"].discard(call["key"])


def _wish(call: Call, body: NewMyRequest, form: str) -> NewRequest:
    me, chosen = call.requester, chosen_of(call, body.files)
    return NewRequest(
        id=form,
        site=me.site,
        name=body.name or me.name,
        subject=body.subject,
        message=body.text,
        answer_by="email" if body.email else "account",
        email=body.email,
        phone=body.phone or me.phone,
        topic=body.topic,
        type=body.type,
        priority=body.priority,
        answers={answers.PREFIX + name: text for name, text in body.answers.items()},
        owner=chosen.owner,
        files=chosen.ids,
        language=me.language or i18n.current(),
    )


def _place(field: str) -> str:
    return "text" if field == "message" else field.replace(answers.PREFIX, "answers/", 1)


async def _found(call: Call) -> PendingRequest | Ticket:
    read = call.state["waiting"].read(call["token"], str)
    found = await call.state["asking"].waiting(read[0]) if read else None
    if found is None:
        raise NotFound("nothing waits")
    return found


def _asked(call: Call, done: PendingRequest | Ticket) -> Asked:
    if isinstance(done, Ticket):
        call.made(f"/my/requests/{done.number}")
        return Asked(number=done.number)
    waiting = call.state["waiting"].sign(done.id)
    call.made(f"/my/waiting/{waiting}")
    return Asked(number=None, waiting=waiting)


def _waiting(found: PendingRequest | Ticket) -> WaitingRequest:
    if isinstance(found, Ticket):
        return WaitingRequest(number=found.number)
    return WaitingRequest(number=None, until=found.created_at + CONFIRM_WITHIN, mails=MOST_MAILS - found.mails)


def _offered(kind: RequestType) -> OfferedType:
    whole = of_type(kind)
    return OfferedType(id=whole.id, name=whole.name, topic=whole.topic, instructions=whole.instructions, fields=whole.fields)
