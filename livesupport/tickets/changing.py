"""What becomes of a ticket: its status, priority, assignee, topic and type, each change with a line in the history."""

from __future__ import annotations

from datetime import datetime

from msgspec import UNSET
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.errors import Invalid, OutOfDate
from livesupport.i18n import gettext as _
from livesupport.model import Agent, RequestType, Ticket, TicketStatus, Topic
from livesupport.permits import may_see
from livesupport.storage import agents, request_types, sites, tickets
from livesupport.tickets.base import Deed, Service
from livesupport.tickets.reading import visible
from livesupport.tickets.requests import TicketChange
from livesupport.tickets.status import moved, touched


class Changing(Service):
    """What agents make of a ticket."""

    async def change(self, number: str, change: TicketChange, *, actor: Agent, version: int | None = None) -> Ticket:
        """Changes what `change` names; what stays the same has no line in the history.

        `version` is that of the ticket that the agent saw; None skips the check. Raises `NotFound`, `Invalid` for an agent, a
        topic or a type that cannot be chosen, `Conflict` for an illegal move, `OutOfDate` when the ticket was changed since.
        """
        async with self._deed() as deed:
            ticket = await visible(deed.connection, number, actor, lock=True)
            if version is not None and version != ticket.version:
                raise OutOfDate("the ticket was changed meanwhile")
            return await apply(deed, ticket, change, actor)


def is_so(ticket: Ticket, change: TicketChange) -> bool:
    """Whether the ticket is already as this would make it."""
    now = TicketChange(
        status=ticket.status,
        priority=ticket.priority,
        assignee=ticket.assignee.id if ticket.assignee else None,
        topic=ticket.topic.id if ticket.topic else None,
        type=ticket.type,
    )
    return all(getattr(change, field) in (UNSET, getattr(now, field)) for field in TicketChange.__struct_fields__)


async def apply(deed: Deed, ticket: Ticket, change: TicketChange, actor: Agent, **more: object) -> Ticket:
    """Carries a change out, together with `more` columns. Any deed of an agent opens a new ticket, also one that names the
    state as it was. Raises what `Changing.change` raises."""
    wish = ticket.status if change.status is UNSET else change.status
    status = touched(ticket.status) if wish == ticket.status else moved(ticket.status, wish)
    priority = ticket.priority if change.priority is UNSET else change.priority
    topic = ticket.topic if change.topic is UNSET else await _topic(deed.connection, ticket.site, change.topic)
    assignee = await _assignee(deed.connection, ticket, topic, change)
    former, kind = await _types(deed.connection, ticket, change)
    for what, old, new in (
        ("status", ticket.status, status),
        ("priority", ticket.priority, priority),
        ("assignee", ticket.assignee.name if ticket.assignee else "", assignee.name if assignee else ""),
        ("topic", ticket.topic.name if ticket.topic else "", topic.name if topic else ""),
        ("type", former.name if former else "", kind.name if kind else ""),
    ):
        if old != new:
            await deed.record(ticket, what, actor.name, old, new)
    await tickets.change(
        deed.connection,
        ticket.id,
        status=status,
        priority=priority,
        assignee_id=assignee.id if assignee else None,
        topic_id=topic.id if topic else None,
        type_id=kind.id if kind else None,
        solved_at=_solved_at(ticket, status, deed.now),
        updated_at=deed.now,
        **more,
    )
    changed = await tickets.by_number(deed.connection, ticket.number)
    assert changed is not None
    return changed


async def _topic(connection: AsyncConnection, site_id: str, topic_id: int | None) -> Topic | None:
    if topic_id is None:
        return None
    topic = (await sites.topics_by_ids(connection, [topic_id])).get(topic_id)
    if topic is None or topic.site != site_id:
        raise Invalid({"topic": _("Choose a topic of this site.")})
    return topic


async def _types(
    connection: AsyncConnection, ticket: Ticket, change: TicketChange
) -> tuple[RequestType | None, RequestType | None]:
    """The ticket's type, and the one that it gets. The answers to the former one's questions stay with the ticket."""
    former = await request_types.by_id(connection, ticket.type) if ticket.type else None
    if change.type is UNSET or change.type == ticket.type:
        return former, former
    chosen = await request_types.by_id(connection, change.type) if change.type else None
    if change.type and (chosen is None or chosen.site != ticket.site or chosen.retired_at):
        raise Invalid({"type": _("Choose a type of this site.")})
    return former, chosen


async def _assignee(connection: AsyncConnection, ticket: Ticket, topic: Topic | None, change: TicketChange) -> Agent | None:
    """Whom the ticket belongs to under this topic; nobody keeps or gets what they may not see."""
    topic_id = topic.id if topic else None
    if change.assignee is UNSET or (ticket.assignee and change.assignee == ticket.assignee.id):
        return ticket.assignee if ticket.assignee and may_see(ticket.assignee, topic_id) else None
    if change.assignee is None:
        return None
    agent = await agents.enabled(connection, change.assignee)
    if agent is None:
        raise Invalid({"assignee": _("Choose somebody who can still sign in.")})
    if not may_see(agent, topic_id):
        raise Invalid({"assignee": _("{name} does not work on this topic.").format(name=agent.name)})
    return agent


def _solved_at(ticket: Ticket, status: TicketStatus, now: datetime) -> datetime | None:
    if status not in ("solved", "closed"):
        return None
    return ticket.solved_at if ticket.status == status else now
