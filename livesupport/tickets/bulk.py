"""One deed for many tickets, and its undoing: for some seconds every ticket that nobody has changed since can be put back."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

import msgspec

from livesupport.errors import Conflict, Invalid, NotFound
from livesupport.model import Agent, Ticket
from livesupport.permits import may_see
from livesupport.storage import agents, tags, tickets
from livesupport.storage.database import Database
from livesupport.tickets.base import Announce, Deed, Service
from livesupport.tickets.changing import apply, is_so
from livesupport.tickets.labelling import folded_tag, lacks
from livesupport.tickets.reading import visible
from livesupport.tickets.requests import TicketChange
from livesupport.tickets.status import touched

MOST = 100  # tickets at once
UNDO_SECONDS = 10
_GRACE = timedelta(seconds=UNDO_SECONDS + 5)  # the page counts from when it hears of it


class Done(msgspec.Struct, frozen=True):
    """What a bulk action has done. `undo` names it for `Bulk.undo`; empty when nothing was changed."""

    changed: list[str]
    refused: list[str]
    undo: str


class Undone(msgspec.Struct, frozen=True):
    """Which tickets are as they were, and which stay because somebody has changed them since."""

    restored: list[str]
    kept: list[str]


class _Step(msgspec.Struct, frozen=True):
    former: Ticket
    version: int  # of the ticket after the action
    tag: str  # that was added


class _Batch(msgspec.Struct, frozen=True):
    agent: int
    until: datetime
    steps: list[_Step]


class Bulk(Service):
    """What agents do with many tickets. Every method may raise `Unavailable`, and then nothing has changed."""

    def __init__(self, database: Database, clock: Callable[[], datetime], announce: Announce = lambda news: None) -> None:
        super().__init__(database, clock, announce)
        self._batches: dict[str, _Batch] = {}

    async def change(self, numbers: Collection[str], change: TicketChange, *, actor: Agent, tag: str = "") -> Done:
        """Changes these tickets, and adds a tag, in one transaction. Those that cannot be changed so, and those that are so
        already, are left as they are.

        Raises `Invalid` for more than `MOST` tickets and for what is no tag.
        """
        if len(numbers) > MOST:
            raise Invalid({"tickets": str(MOST)})
        tag = folded_tag(tag) if tag else ""
        steps, refused = [], []
        async with self._deed() as deed:
            await tickets.lock(deed.connection, numbers)
            for number in dict.fromkeys(numbers):
                try:
                    former = await visible(deed.connection, number, actor)
                    steps += await _step(deed, former, change, tag, actor)
                except (NotFound, Conflict, Invalid):
                    refused.append(number)
        return Done([step.former.number for step in steps], refused, self._remember(actor, steps))

    async def undo(self, name: str, *, actor: Agent) -> Undone:
        """Gives the tickets of this action the values that they had, except those that were changed since. One that was new has
        been opened by the attempt, as by a reply that is taken back.

        Raises `NotFound` when it is too late, or somebody else's.
        """
        batch = self._batches.get(name)
        if batch is None or batch.agent != actor.id or batch.until < self._clock():
            raise NotFound("too late to undo")
        restored: list[str] = []
        kept: list[str] = []
        async with self._deed() as deed:
            await tickets.lock(deed.connection, [step.former.number for step in batch.steps])
            for step in batch.steps:
                now = await tickets.by_number(deed.connection, step.former.number)
                is_untouched = now is not None and now.version == step.version
                (restored if is_untouched else kept).append(step.former.number)
                if now is not None and is_untouched:
                    await _restore(deed, step, now, actor)
        self._batches.pop(name, None)  # a second click may have come as far as the first
        return Undone(restored, kept)

    def _remember(self, actor: Agent, steps: list[_Step]) -> str:
        now = self._clock()
        self._batches = {name: batch for name, batch in self._batches.items() if batch.until >= now}
        if not steps:
            return ""
        name = secrets.token_urlsafe(16)
        self._batches[name] = _Batch(actor.id, now + _GRACE, steps)
        return name


async def _step(deed: Deed, former: Ticket, change: TicketChange, tag: str, actor: Agent) -> list[_Step]:
    """One step; none when the ticket is as it would become."""
    if tag and not await lacks(deed.connection, former.id, tag):
        tag = ""
    if not tag and is_so(former, change):
        return []
    changed = await apply(deed, former, change, actor)
    if tag:
        await tags.add(deed.connection, former.id, tag)
        await deed.record(former, "tagged", actor.name, new=tag)
    return [_Step(former, changed.version, tag)]


async def _restore(deed: Deed, step: _Step, now: Ticket, actor: Agent) -> None:
    """Puts a ticket back. The history tells both: what was done, and that it was taken back."""
    former, assignee = step.former, await _former_assignee(deed, step.former)
    status = touched(former.status)
    for what, done, old in (
        ("status", now.status, status),
        ("priority", now.priority, former.priority),
        ("assignee", now.assignee.name if now.assignee else "", assignee.name if assignee else ""),
        ("topic", now.topic.name if now.topic else "", former.topic.name if former.topic else ""),
    ):
        if done != old:
            await deed.record(now, what, actor.name, done, old)
    if step.tag and await tags.remove(deed.connection, former.id, step.tag):
        await deed.record(now, "untagged", actor.name, old=step.tag)
    await tickets.change(
        deed.connection,
        former.id,
        status=status,
        priority=former.priority,
        assignee_id=assignee.id if assignee else None,
        topic_id=former.topic.id if former.topic else None,
        solved_at=former.solved_at,
        updated_at=former.updated_at,
    )


async def _former_assignee(deed: Deed, former: Ticket) -> Agent | None:
    """Whose ticket it was, if they can still have it."""
    if former.assignee is None:
        return None
    agent = await agents.enabled(deed.connection, former.assignee.id)
    return agent if agent and may_see(agent, former.topic.id if former.topic else None) else None
