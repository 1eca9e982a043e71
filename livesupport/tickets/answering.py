"""How agents answer: a public reply, which can be taken back for some seconds, and apart from it a note for colleagues."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport import markdown
from livesupport.cleaning import clean
from livesupport.errors import Conflict, Invalid, NewerMessage, NotFound
from livesupport.i18n import gettext as _
from livesupport.model import Agent, Draft, DraftKind, Ticket, TicketEvent, TicketMessage, TicketStatus
from livesupport.storage import drafts, outbox, sites, threads, tickets
from livesupport.storage.database import Database
from livesupport.storage.schema import is_row_id
from livesupport.tickets import notices
from livesupport.tickets.base import Announce, Deed, Service
from livesupport.tickets.changing import apply
from livesupport.tickets.files import NO_FILES, Chosen, Files
from livesupport.tickets.reading import visible
from livesupport.tickets.requests import TicketChange, message_text
from livesupport.tickets.status import AFTER_REPLY, FINISHED, touched

UNDO = timedelta(seconds=10)  # from the agent's click until the requester can see the reply


class Answering(Service):
    """What agents write. Without `files`, none can go with it."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        announce: Announce = lambda news: None,
        files: Files | None = None,
    ) -> None:
        super().__init__(database, clock, announce)
        self._files = files

    async def reply(
        self,
        number: str,
        text: str,
        *,
        actor: Agent,
        status: TicketStatus = "pending",
        seen_message: int | None = None,
        files: Chosen = NO_FILES,
        once: str | None = None,
    ) -> Ticket:
        """Answers the requester in Markdown, and moves the ticket to `status` (one of `AFTER_REPLY`).

        Until `UNDO` has passed the requester sees nothing of the reply, and its author may take it back. The author's draft is
        used up. `seen_message` is the id of the last message that the agent has seen; None skips the check. `once` names the
        act: done again under the same name by the same agent, it changes nothing. Raises `NotFound`, `Invalid`,
        `NewerMessage` when the requester has written since, `Conflict` when the ticket is finished.
        """
        text = message_text(clean(text))
        if status not in AFTER_REPLY:
            raise Invalid({"status": _("Choose the state of the request after your reply.")})
        async with self._deed() as deed:
            ticket = await visible(deed.connection, number, actor, lock=True)
            if await _is_done(deed.connection, ticket, actor, once):
                return ticket
            await _check_answerable(deed.connection, ticket, seen_message)
            deed.requester_in = UNDO.total_seconds()
            visible_at = deed.now + UNDO
            message_id = await self._write_down(deed, ticket, "reply", text, actor, files, once, visible_at)
            await _announce_answer(deed, ticket, message_id, visible_at)
            await deed.record(ticket, "replied", actor.name, new=str(message_id))
            return await apply(deed, ticket, TicketChange(status=status), actor, answered=message_id)

    async def take_back(self, number: str, message_id: int, *, actor: Agent) -> Ticket:
        """Undoes the actor's own reply before the requester can see it: the ticket is as it was, the text a draft again, before
        what the actor has begun to write since.

        Raises `NotFound` when there is no such reply of the actor, `Conflict` when it is too late.
        """
        async with self._deed() as deed:
            ticket = await visible(deed.connection, number, actor, lock=True)
            message = await threads.message(deed.connection, ticket.id, message_id) if is_row_id(message_id) else None
            if message is None or message.kind != "reply" or message.agent != actor.id:
                raise NotFound("no such reply")
            if message.visible_at is None or message.visible_at <= deed.now:
                raise Conflict("the requester can see it already")
            begun = (await drafts.of_agent(deed.connection, ticket.id, actor.id)).get("reply", Draft(kind="reply", text=""))
            files = await self._files.give_back(deed.connection, message_id, begun.files) if self._files else begun.files
            await _remove(deed, ticket, message)
            text = f"{message.text}\n\n{begun.text}" if begun.text.strip() else message.text
            await drafts.keep(deed.connection, ticket.id, actor.id, Draft(kind="reply", text=text, files=files), deed.now)
            return await _as_before(deed, ticket, message, actor)

    async def note(self, number: str, text: str, *, actor: Agent, files: Chosen = NO_FILES, once: str | None = None) -> Ticket:
        """Adds a note in Markdown that only agents see; uses the author's draft up. `once` as in `reply`. Raises `NotFound`,
        `Invalid`."""
        text = message_text(clean(text))
        async with self._deed() as deed:
            ticket = await visible(deed.connection, number, actor, lock=True)
            if await _is_done(deed.connection, ticket, actor, once):
                return ticket
            await self._write_down(deed, ticket, "note", text, actor, files, once)
            await deed.record(ticket, "noted", actor.name)
            return await apply(deed, ticket, TicketChange(), actor)

    async def written(self, number: str, once: str, *, actor: Agent) -> TicketMessage:
        """What the actor has written into this ticket under this name of the act. Raises `NotFound`."""
        async with self._database.read() as connection:
            ticket = await visible(connection, number, actor)
            message = await threads.said(connection, ticket.id, _name(actor, once))
        if message is None:
            raise NotFound("nothing was written under this name")
        return message

    async def _write_down(
        self,
        deed: Deed,
        ticket: Ticket,
        kind: DraftKind,
        text: str,
        actor: Agent,
        files: Chosen,
        once: str | None,
        visible_at: datetime | None = None,
    ) -> int:
        await drafts.remove(deed.connection, ticket.id, actor.id, kind)
        said_as = _name(actor, once) if once is not None else None
        more = {"agent_id": actor.id, "html": markdown.render(text), "visible_at": visible_at, "said_as": said_as}
        message_id = await threads.add_message(deed.connection, ticket.id, kind, "agent", actor.name, text, deed.now, **more)
        if self._files:
            await self._files.take(deed.connection, files.owner, files.ids, ticket_id=ticket.id, message_id=message_id)
        return message_id


def _name(actor: Agent, once: str) -> str:
    """An agent's name for an act, apart from those of others and from the names that lines of chats have."""
    return f"once {actor.id} {once}"


async def _is_done(connection: AsyncConnection, ticket: Ticket, actor: Agent, once: str | None) -> bool:
    return once is not None and await threads.said(connection, ticket.id, _name(actor, once)) is not None


async def _check_answerable(connection: AsyncConnection, ticket: Ticket, seen_message: int | None) -> None:
    if ticket.status in FINISHED:
        raise Conflict(f"a ticket that is {ticket.status} takes no replies")
    if seen_message is not None and seen_message < await threads.newest_of_requester(connection, ticket.id):
        raise NewerMessage("the requester has written meanwhile")


async def _announce_answer(deed: Deed, ticket: Ticket, message_id: int, at: datetime) -> None:
    """The notice in the panel and on the site, and the mail if that is how the requester wants to be answered."""
    await notices.answered(deed.connection, ticket, message_id, at)
    if ticket.channel == "email":
        site = await sites.by_id(deed.connection, ticket.site)
        assert site is not None
        language = ticket.language or site.language
        await outbox.add(
            deed.connection, "answer", ticket.email, language, site.id, at, ticket_id=ticket.id, message_id=message_id
        )


async def _remove(deed: Deed, ticket: Ticket, message: TicketMessage) -> None:
    await notices.taken_back(deed.connection, message.id)
    await outbox.remove_of_message(deed.connection, message.id)
    await threads.remove_message(deed.connection, message.id)
    deed.tell(ticket, "taken_back")


async def _as_before(deed: Deed, ticket: Ticket, message: TicketMessage, actor: Agent) -> Ticket:
    """Takes the reply's lines out of the history, and the state back if it is still the one that the reply left. A ticket
    that was new has been opened by the attempt."""
    events = await threads.events(deed.connection, ticket.id)
    [place] = [i for i, event in enumerate(events) if event.what == "replied" and event.new == str(message.id)]
    moves = [event for event in events[place + 1 :] if event.what == "status"]
    undone, status, solved_at = [events[place].id], ticket.status, ticket.solved_at
    if len(moves) == 1 and moves[0].at == message.at:
        undone.append(moves[0].id)
        before: TicketStatus = moves[0].old  # type: ignore[assignment]
        status, solved_at = touched(before), _last_solved(events[:place]) if before == "solved" else None
        if status != before:
            await deed.record(ticket, "status", actor.name, before, status)
    await threads.remove_events(deed.connection, undone)
    answered = await threads.newest_reply(deed.connection, ticket.id)
    columns = {"status": status, "solved_at": solved_at, "answered": answered, "updated_at": deed.now}
    await tickets.change(deed.connection, ticket.id, **columns)
    return await visible(deed.connection, ticket.number, actor)


def _last_solved(events: list[TicketEvent]) -> datetime | None:
    return next((event.at for event in reversed(events) if (event.what, event.new) == ("status", "solved")), None)
