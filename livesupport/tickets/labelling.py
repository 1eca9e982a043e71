"""What agents hang on a ticket for themselves: tags, and that they want to hear of it."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.cleaning import clean_line
from livesupport.errors import Invalid
from livesupport.i18n import gettext as _
from livesupport.model import Agent, Ticket
from livesupport.storage import tags, tickets
from livesupport.tickets.base import Service
from livesupport.tickets.reading import visible

TAG_LENGTH = 40
MOST_TAGS = 20


class Labelling(Service):
    """Tags and watchers. They leave the ticket's state alone, so even a closed ticket can have them."""

    async def tag(self, number: str, tag: str, *, actor: Agent) -> None:
        """Adds a tag; one that is there already is left. Raises `NotFound`, and `Invalid` for the field "tag"."""
        tag = folded_tag(tag)
        async with self._deed() as deed:
            ticket = await visible(deed.connection, number, actor, lock=True)
            if not await lacks(deed.connection, ticket.id, tag):
                return
            await tags.add(deed.connection, ticket.id, tag)
            await deed.record(ticket, "tagged", actor.name, new=tag)
            await tickets.change(deed.connection, ticket.id, updated_at=deed.now)

    async def untag(self, number: str, tag: str, *, actor: Agent) -> None:
        """Takes a tag away, if the ticket has it. Raises `NotFound`, `Invalid`."""
        tag = folded_tag(tag)
        async with self._deed() as deed:
            ticket = await visible(deed.connection, number, actor, lock=True)
            if await tags.remove(deed.connection, ticket.id, tag):
                await deed.record(ticket, "untagged", actor.name, old=tag)
                await tickets.change(deed.connection, ticket.id, updated_at=deed.now)

    async def watch(self, number: str, *, actor: Agent) -> None:
        """Makes the actor a watcher. Raises `NotFound`."""
        async with self._deed() as deed:
            ticket = await visible(deed.connection, number, actor, lock=True)
            if actor.id not in [agent.id for agent in await tags.watchers(deed.connection, ticket.id)]:
                await tags.watch(deed.connection, ticket.id, actor.id, ticket.version)
                deed.tell(ticket, "watched")

    async def unwatch(self, number: str, *, actor: Agent) -> None:
        """Makes the actor a watcher no longer. Raises `NotFound`."""
        async with self._deed() as deed:
            ticket = await visible(deed.connection, number, actor, lock=True)
            if await tags.unwatch(deed.connection, ticket.id, actor.id):
                deed.tell(ticket, "watched")

    async def see(self, ticket: Ticket, *, actor: Agent) -> None:
        """Notes that the actor, who watches it, has this ticket before them as it is."""
        async with self._database.write() as connection:
            await tags.see(connection, ticket.id, actor.id, ticket.version)


async def lacks(connection: AsyncConnection, ticket_id: int, tag: str) -> bool:
    """Whether the ticket has yet to get this tag. Raises `Invalid` when it has as many as it may."""
    there = await tags.of_ticket(connection, ticket_id)
    if tag not in there and len(there) >= MOST_TAGS:
        raise Invalid({"tag": _("A ticket has at most {count} tags.").format(count=MOST_TAGS)})
    return tag not in there


def folded_tag(tag: str) -> str:
    """A tag as it is kept: on one line, in small letters, without the `#` that some write before it. Raises `Invalid`."""
    folded = clean_line(tag).lstrip("#").strip().casefold()
    if not folded or len(folded) > TAG_LENGTH:
        raise Invalid({"tag": _("A tag has 1 to {count} letters.").format(count=TAG_LENGTH)})
    return folded
