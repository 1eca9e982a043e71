"""How agents answer: a public reply, and apart from it a note that only colleagues see."""

from __future__ import annotations

from livesupport import markdown
from livesupport.cleaning import clean
from livesupport.errors import Conflict, Invalid, NewerMessage
from livesupport.i18n import gettext as _
from livesupport.model import Agent, MessageKind, Ticket, TicketStatus
from livesupport.storage import threads
from livesupport.tickets.base import Deed, Service
from livesupport.tickets.changing import apply
from livesupport.tickets.reading import visible
from livesupport.tickets.requests import TicketChange, message_text
from livesupport.tickets.status import AFTER_REPLY, FINISHED


class Answering(Service):
    """What agents write."""

    async def reply(
        self, number: str, text: str, *, actor: Agent, status: TicketStatus = "pending", seen_message: int | None = None
    ) -> Ticket:
        """Answers the requester in Markdown, and moves the ticket to `status` (one of `AFTER_REPLY`).

        `seen_message` is the id of the last message that the agent has seen; None skips the check. Raises `NotFound`,
        `Invalid`, `NewerMessage` when the requester has written since, `Conflict` when the ticket is finished.
        """
        text = message_text(clean(text))
        if status not in AFTER_REPLY:
            raise Invalid({"status": _("Choose the state of the request after your reply.")})
        async with self._deed() as deed:
            ticket = await visible(deed.connection, number, actor, lock=True)
            if ticket.status in FINISHED:
                raise Conflict(f"a ticket that is {ticket.status} takes no replies")
            if seen_message is not None and seen_message < await threads.newest_of_requester(deed.connection, ticket.id):
                raise NewerMessage("the requester has written meanwhile")
            message_id = await _write_down(deed, ticket, "reply", text, actor)
            await deed.record(ticket, "replied", actor.name)
            return await apply(deed, ticket, TicketChange(status=status), actor, answered=message_id)

    async def note(self, number: str, text: str, *, actor: Agent) -> Ticket:
        """Adds a note in Markdown that only agents see. Raises `NotFound`, `Invalid`."""
        text = message_text(clean(text))
        async with self._deed() as deed:
            ticket = await visible(deed.connection, number, actor, lock=True)
            await _write_down(deed, ticket, "note", text, actor)
            await deed.record(ticket, "noted", actor.name)
            return await apply(deed, ticket, TicketChange(), actor)


async def _write_down(deed: Deed, ticket: Ticket, kind: MessageKind, text: str, actor: Agent) -> int:
    return await threads.add_message(
        deed.connection, ticket.id, kind, "agent", actor.name, text, deed.now, agent_id=actor.id, html=markdown.render(text)
    )
