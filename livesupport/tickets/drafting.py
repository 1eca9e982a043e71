"""What an agent has begun to write: kept on the server, so that it survives a reload, a crash and a change of the desk."""

from __future__ import annotations

from livesupport.model import Agent, Draft
from livesupport.storage import drafts
from livesupport.tickets.base import Service
from livesupport.tickets.reading import visible
from livesupport.tickets.requests import TEXT_LIMIT, refuse, too_long

FILES_LIMIT = 4_000  # characters of what a form says of its files


class Drafting(Service):
    """Drafts, one of each kind for each agent and ticket. Nobody else sees them, and no version of the ticket counts them."""

    async def keep_draft(self, number: str, draft: Draft, *, actor: Agent) -> None:
        """Keeps this in the place of the earlier draft of its kind; an empty one is none. Raises `NotFound`, `Invalid`."""
        refuse(too_long({"text": draft.text}, TEXT_LIMIT) | too_long({"files": draft.files}, FILES_LIMIT))
        async with self._database.write() as connection:
            ticket = await visible(connection, number, actor)
            if draft.text.strip() or draft.files:
                await drafts.keep(connection, ticket.id, actor.id, draft, self._clock())
            else:
                await drafts.remove(connection, ticket.id, actor.id, draft.kind)
