"""Queries for the inbox: a page of the tickets that fit, in an order that can be gone on from, and how many there are."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Literal, get_args

import msgspec
from sqlalchemy import ColumnElement, Select, and_, case, func, literal_column, or_, select, tuple_, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.model import Priority, Ticket, TicketStatus
from livesupport.storage import search, tickets
from livesupport.storage.schema import ticket, ticket_tag, ticket_watcher

Order = Literal["updated", "created", "due", "priority"]
Place = tuple[datetime | int | None, int]
"""Where a ticket stands in an order: by what it is ordered, and its id."""

RANKS: dict[Priority, int] = {"urgent": 0, "high": 1, "normal": 2, "low": 3}

ASKED_AGAIN = and_(ticket.c.answered > literal_column("0"), ticket.c.asked > ticket.c.answered)
"""The requester wrote last, and was answered before. An index holds just these, and is used for these very words only."""

_rank = case(RANKS, value=ticket.c.priority)


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which tickets. None and empty mean: any. `visible` are the topics that the asking agent may see besides none."""

    visible: tuple[int, ...] | None
    statuses: tuple[TicketStatus, ...] = ()
    assignee: int | None = None
    unassigned: bool = False
    topics: tuple[int, ...] | None = None
    without_topic: bool = False
    priority: Priority | None = None
    tag: str = ""
    due_before: datetime | None = None
    asked_again: bool = False
    watcher: int | None = None
    numbers: tuple[str, ...] | None = None
    text: str = ""


async def page(
    connection: AsyncConnection, wanted: Wanted, order: Order, *, backwards: bool, after: Place | None, limit: int
) -> list[Ticket]:
    """The tickets that come after this place. An order begins with what matters most (the latest change, the newest ticket,
    the nearest end, the highest priority), backwards with what matters least."""
    conditions = _conditions(wanted)
    if wanted.text:
        conditions.append(await search.matches(connection, wanted.text))
    if after:
        conditions.append(_after(order, backwards, after))
    if wanted.text or (order == "updated" and len(wanted.statuses) < 2) or order in ("created", "due"):
        query = select(ticket).where(*conditions, *_of_statuses(wanted))
    else:
        kinds = _kinds(wanted.statuses, after[0] if after and order == "priority" else None, order, backwards)
        query = select(ticket).where(ticket.c.id.in_(_first_of_each(conditions, kinds, _ordered(order, backwards), limit)))
    return await tickets.of_query(connection, query.order_by(*_ordered(order, backwards)).limit(limit))


def _of_statuses(wanted: Wanted) -> list[ColumnElement[bool]]:
    return [ticket.c.status.in_(wanted.statuses)] if wanted.statuses else []


def _kinds(statuses: Collection[TicketStatus], rank: object, order: Order, backwards: bool) -> list[list[ColumnElement[bool]]]:
    """Conditions that part the tickets into kinds, within each of which an index has this order. Priorities that lie before
    the place of a cursor (`rank`) are left out."""
    if order == "updated":
        return [[ticket.c.status == status] for status in statuses]
    ranks = [one for one in RANKS.values() if not isinstance(rank, int) or (one <= rank if backwards else one >= rank)]
    names = {number: name for name, number in RANKS.items()}
    return [
        [ticket.c.status == status, ticket.c.priority == names[one]]
        for status in statuses or get_args(TicketStatus)
        for one in ranks
    ]


def _first_of_each(
    conditions: list[ColumnElement[bool]],
    kinds: list[list[ColumnElement[bool]]],
    order: list[ColumnElement[Any]],
    limit: int,
) -> Select[Any]:
    """The first tickets of each kind, among which the first of all are; of all kinds together no index has the order."""
    # Within a kind the priority is the same, so the id alone orders it, as the index does.
    each = [
        select(ticket.c.id).where(*conditions, *kind).order_by(*order[-2 if len(kind) == 1 else -1 :]).limit(limit)
        for kind in kinds
    ]
    return select(union_all(*(select(one.subquery().c.id) for one in each)).subquery().c.id)


async def counts(connection: AsyncConnection, several: Sequence[Wanted], most: int) -> list[int]:
    """How many tickets fit each of these, whatever their text; it is not counted beyond `most`."""
    if not several:
        return []
    found = []
    for one in several:
        conditions = [*_conditions(one), *_of_statuses(one)]
        found.append(select(func.count()).select_from(select(ticket.c.id).where(*conditions).limit(most).subquery()))
    return list((await connection.execute(select(*(one.scalar_subquery() for one in found)))).one())


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    """What the tickets have to be like, but for their statuses and texts, which are asked for in ways of their own."""
    found: list[ColumnElement[bool]] = []
    if wanted.visible is not None:
        found.append(or_(ticket.c.topic_id.is_(None), ticket.c.topic_id.in_(wanted.visible)))
    if wanted.assignee is not None:
        found.append(ticket.c.assignee_id == wanted.assignee)
    if wanted.unassigned:
        found.append(ticket.c.assignee_id.is_(None))
    if wanted.topics is not None:
        found.append(ticket.c.topic_id.in_(wanted.topics))
    if wanted.without_topic:
        found.append(ticket.c.topic_id.is_(None))
    if wanted.priority:
        found.append(ticket.c.priority == wanted.priority)
    if wanted.tag:
        found.append(ticket.c.id.in_(select(ticket_tag.c.ticket_id).where(ticket_tag.c.tag == wanted.tag)))
    if wanted.due_before:
        found.append(ticket.c.due_at < wanted.due_before)
    if wanted.asked_again:
        found.append(ASKED_AGAIN)
    if wanted.watcher is not None:
        watched = select(ticket_watcher.c.ticket_id).where(ticket_watcher.c.agent_id == wanted.watcher)
        found.append(ticket.c.id.in_(watched))
    if wanted.numbers is not None:
        found.append(ticket.c.number.in_(wanted.numbers))
    return found


def _ordered(order: Order, backwards: bool) -> list[ColumnElement[Any]]:
    match order, backwards:
        case "updated", False:
            return [ticket.c.updated_at.desc(), ticket.c.id.desc()]
        case "updated", True:
            return [ticket.c.updated_at, ticket.c.id]
        case "created", False:
            return [ticket.c.id.desc()]
        case "created", True:
            return [ticket.c.id]
        case "due", False:
            return [ticket.c.due_at.asc().nulls_last(), ticket.c.id.asc()]
        case "due", True:
            return [ticket.c.due_at.desc().nulls_first(), ticket.c.id.desc()]
        case "priority", False:
            return [_rank.asc(), ticket.c.id.desc()]
        case _:
            return [_rank.desc(), ticket.c.id.asc()]


def _after(order: Order, backwards: bool, after: Place) -> ColumnElement[bool]:
    """What follows this place in the order of `_ordered`."""
    value, ticket_id = after
    later = ticket.c.id > ticket_id
    earlier = ticket.c.id < ticket_id
    match order:
        case "updated":
            here = tuple_(ticket.c.updated_at, ticket.c.id)
            return here > tuple_(*after) if backwards else here < tuple_(*after)
        case "created":
            return later if backwards else earlier
        case "due" if value is None:
            return or_(ticket.c.due_at.is_not(None), earlier) if backwards else and_(ticket.c.due_at.is_(None), later)
        case "due" if backwards:
            return or_(ticket.c.due_at < value, and_(ticket.c.due_at == value, earlier))
        case "due":
            return or_(ticket.c.due_at > value, and_(ticket.c.due_at == value, later), ticket.c.due_at.is_(None))
        case _ if backwards:
            return or_(_rank < value, and_(_rank == value, later))
        case _:
            return or_(_rank > value, and_(_rank == value, earlier))
