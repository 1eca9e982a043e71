"""What ties tickets together: one becomes part of another, two belong together, one goes on from another."""

from __future__ import annotations

import hashlib

from livesupport.errors import Conflict, Invalid, NotFound
from livesupport.i18n import gettext as _
from livesupport.model import Agent, Ticket
from livesupport.storage import links, settings, tags, tickets
from livesupport.tickets import numbering
from livesupport.tickets.base import Deed, Service
from livesupport.tickets.changing import apply
from livesupport.tickets.labelling import MOST_TAGS
from livesupport.tickets.reading import visible
from livesupport.tickets.requests import TicketChange
from livesupport.tickets.status import FINISHED


class OtherRequester(Conflict):
    """The two tickets are not of the same person; merging them must be meant."""


class Relating(Service):
    """Merging, linking, following."""

    async def merge(self, number: str, into: str, *, actor: Agent, other_requester: bool = False) -> Ticket:
        """Makes a ticket part of another one, where it is answered from now on, and returns that. Both numbers go on finding
        what they stand for, and every message stays where it was written; its tags, its watchers and the reply that is owed
        are now the other's too.

        `other_requester`: although somebody else asked. Raises `NotFound`, `Invalid` for the field "into", `OtherRequester`,
        and `Conflict` when one of them is finished.
        """
        async with self._deed() as deed:
            source, target = await _both(deed, number, into, "into", actor)
            if source.site != target.site:
                raise Invalid({"into": _("That ticket belongs to another site.")})
            if source.status in FINISHED or target.status in FINISHED:
                raise Conflict("a finished ticket cannot be merged")
            if not other_requester and not same_person(source, target):
                raise OtherRequester("two different people asked")
            await links.move_merged(deed.connection, source.id, target.id)
            await _carry_over(deed, source, target, actor)
            await tickets.change(
                deed.connection, source.id, status="merged", merged_into_id=target.id, solved_at=None, updated_at=deed.now
            )
            await deed.record(source, "status", actor.name, source.status, "merged")
            await deed.record(source, "merged", actor.name, new=target.number)
            await deed.record(target, "took_in", actor.name, new=source.number)
            # What waited for us still does.
            waits = source.status in ("new", "open") and target.status != "open"
            return await apply(deed, target, TicketChange(status="open") if waits else TicketChange(), actor)

    async def link(self, number: str, other: str, *, actor: Agent) -> None:
        """Notes that two tickets belong together. Raises `NotFound`, and `Invalid` for the field "other"."""
        async with self._deed() as deed:
            one, two = await _both(deed, number, other, "other", actor)
            if await links.add(deed.connection, one.id, two.id):
                await _note_both(deed, one, two, "linked", actor)

    async def unlink(self, number: str, other: str, *, actor: Agent) -> None:
        """Forgets that they belong together. Raises as `link`."""
        async with self._deed() as deed:
            one, two = await _both(deed, number, other, "other", actor)
            if await links.remove(deed.connection, one.id, two.id):
                await _note_both(deed, one, two, "unlinked", actor)

    async def follow_up(self, number: str, key: str, *, actor: Agent) -> Ticket:
        """Opens a ticket that goes on from this one, of the same requester, for the actor to work on.

        `key` makes the click one: the same key finds the ticket that it opened. Raises `NotFound`.
        """
        async with self._deed() as deed:
            await settings.lock(deed.connection, "ticket")
            former = await visible(deed.connection, number, actor, lock=True)
            origin = hashlib.sha256(f"follow-up {former.id} {key}".encode("utf-8", "surrogatepass")).hexdigest()
            if there := await tickets.by_origin(deed.connection, origin):
                return there
            await _add_follow_up(deed, former, origin, actor)
            opened = await tickets.by_origin(deed.connection, origin)
            assert opened is not None
            await deed.record(opened, "created", actor.name)
            await deed.record(opened, "follows", actor.name, new=former.number)
            await deed.record(former, "followed", actor.name, new=opened.number)
            return opened


def same_person(one: Ticket, other: Ticket) -> bool:
    """Whether the same person asked, as far as we can know: by account, address or phone number."""
    pairs = ((one.requester, other.requester), (one.email, other.email), (one.phone, other.phone))
    return any(mine and mine == theirs for mine, theirs in pairs)


async def _both(deed: Deed, number: str, other: str, field: str, actor: Agent) -> tuple[Ticket, Ticket]:
    """Two tickets that the actor may see, locked. Raises `NotFound` for the first, `Invalid` for the second."""
    here, there = numbering.read(number), _read_other(other, field)
    if here == there:
        raise Invalid({field: _("That is this ticket itself.")})
    await tickets.lock(deed.connection, (here, there))
    one = await visible(deed.connection, here, actor)
    try:
        return one, await visible(deed.connection, there, actor)
    except NotFound:
        raise Invalid({field: _no_such_ticket()}) from None


def _read_other(number: str, field: str) -> str:
    try:
        return numbering.read(number.strip().lstrip("#"))
    except NotFound:
        raise Invalid({field: _no_such_ticket()}) from None


def _no_such_ticket() -> str:
    return _("There is no ticket with this number.")


async def _carry_over(deed: Deed, source: Ticket, target: Ticket, actor: Agent) -> None:
    """Who watches the one hears of the other; its tags are found there, as many as it may have."""
    watching = await tags.watchers(deed.connection, target.id)
    for agent in await tags.watchers(deed.connection, source.id):
        if agent not in watching:
            await tags.watch(deed.connection, target.id, agent.id, target.version)
    there = await tags.of_ticket(deed.connection, target.id)
    new = [tag for tag in await tags.of_ticket(deed.connection, source.id) if tag not in there]
    for tag in new[: max(0, MOST_TAGS - len(there))]:
        await tags.add(deed.connection, target.id, tag)
        await deed.record(target, "tagged", actor.name, new=tag)


async def _note_both(deed: Deed, one: Ticket, other: Ticket, what: str, actor: Agent) -> None:
    for here, there in ((one, other), (other, one)):
        await tickets.change(deed.connection, here.id, updated_at=deed.now)
        await deed.record(here, what, actor.name, new=there.number)


async def _add_follow_up(deed: Deed, former: Ticket, origin: str, actor: Agent) -> None:
    number = numbering.written(await settings.advance(deed.connection, "ticket"))
    await tickets.add(
        deed.connection,
        number=number,
        origin=origin,
        site_id=former.site,
        topic_id=former.topic.id if former.topic else None,
        assignee_id=actor.id,
        status="open",
        priority=former.priority,
        channel=former.channel,
        subject=former.subject,
        name=former.name,
        phone=former.phone,
        email=former.email,
        page="",
        language=former.language,
        from_chat=False,
        requester_id=former.requester,
        type_id=former.type,
        follows_id=former.id,
        created_at=deed.now,
        updated_at=deed.now,
    )
