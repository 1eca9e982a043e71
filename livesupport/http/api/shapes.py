"""What the API gives: nouns as programs see them. Times are RFC 3339 in UTC; ids of people, sites and topics are theirs."""

from __future__ import annotations

from datetime import datetime

import msgspec

from livesupport.http.api.call import Shape
from livesupport.model import (
    Agent,
    ApiToken,
    Author,
    FieldKind,
    MessageKind,
    Priority,
    ReplyChannel,
    Role,
    Scope,
    StoredFile,
    Ticket,
    TicketEvent,
    TicketMessage,
    TicketStatus,
    Topic,
)


class AgentShape(Shape, frozen=True):
    """Somebody who answers."""

    id: int
    name: str
    role: Role


class TopicShape(Shape, frozen=True):
    """A heading of requests."""

    id: int
    name: str


class AnswerShape(Shape, frozen=True):
    """An answer to a question that the request's type asks."""

    field: str
    label: str
    kind: FieldKind
    value: str


class TicketShape(Shape, frozen=True):
    """A ticket without its thread."""

    number: str
    site: str
    status: TicketStatus
    priority: Priority
    subject: str
    name: str
    phone: str
    email: str
    channel: ReplyChannel
    topic: TopicShape | None
    type: int | None
    assignee: AgentShape | None
    answers: list[AnswerShape]
    from_chat: bool
    created_at: datetime
    updated_at: datetime
    due_at: datetime | None
    version: int


class MessageShape(Shape, frozen=True):
    """One entry of a thread. `kind`: a line of the converted chat, the request, a public reply or an internal note."""

    id: int
    kind: MessageKind
    author: Author
    name: str
    text: str
    at: datetime
    visible_at: datetime | None  # a reply: from when on the requester sees it; until then it can be taken back


class FileShape(Shape, frozen=True):
    """A file that came with a message."""

    id: str
    name: str
    media_type: str
    size: int
    sha256: str
    message_id: int | None


class EventShape(Shape, frozen=True):
    """Something that was done to a ticket."""

    id: int
    what: str
    actor: str
    at: datetime
    old: str
    new: str


class TokenShape(Shape, frozen=True):
    """A token, without its secret."""

    id: int
    name: str
    scopes: list[Scope]
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None


def of_agent(agent: Agent) -> AgentShape:
    """An agent as programs see them: no login, nothing about how they sign in."""
    return AgentShape(id=agent.id, name=agent.name, role=agent.role)


def of_topic(topic: Topic) -> TopicShape:
    """A topic as programs see it."""
    return TopicShape(id=topic.id, name=topic.name)


def of_ticket(ticket: Ticket) -> TicketShape:
    """A ticket as programs see it."""
    return TicketShape(
        number=ticket.number,
        site=ticket.site,
        status=ticket.status,
        priority=ticket.priority,
        subject=ticket.subject,
        name=ticket.name,
        phone=ticket.phone,
        email=ticket.email,
        channel=ticket.channel,
        topic=of_topic(ticket.topic) if ticket.topic else None,
        type=ticket.type,
        assignee=of_agent(ticket.assignee) if ticket.assignee else None,
        answers=[msgspec.convert(answer, AnswerShape, from_attributes=True) for answer in ticket.answers],
        from_chat=ticket.from_chat,
        created_at=ticket.created_at,
        updated_at=ticket.updated_at,
        due_at=ticket.due_at,
        version=ticket.version,
    )


def of_message(message: TicketMessage) -> MessageShape:
    """A message as programs see it."""
    return msgspec.convert(message, MessageShape, from_attributes=True)


def of_file(file: StoredFile) -> FileShape:
    """A file as programs see it."""
    return msgspec.convert(file, FileShape, from_attributes=True)


def of_event(event: TicketEvent) -> EventShape:
    """An event as programs see it."""
    return msgspec.convert(event, EventShape, from_attributes=True)


def of_token(token: ApiToken) -> TokenShape:
    """A token as its owner sees it later on."""
    return msgspec.convert(token, TokenShape, from_attributes=True)
