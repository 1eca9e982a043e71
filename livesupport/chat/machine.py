"""The chat machine: one event in, the effects out. Pure: what it does depends on its memory, the event and the moment only.

The machine keeps its deadlines itself. After every event the desk asks `next_deadline()` and comes back with a `Tick` when it
has passed, so that the whole machine runs in a test or a simulator without waiting.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from livesupport.chat import (
    agents,
    conversion,
    endings,
    filling,
    matching,
    restoring,
    service,
    supervision,
    talk,
    tokens,
    transfers,
    views,
    visitors,
    waiting,
)
from livesupport.chat import events as ev
from livesupport.chat import protocol as p
from livesupport.chat.events import AgentIdentity, Connection, Effect, Event, Moment
from livesupport.chat.floor import Floor
from livesupport.chat.seal import KeyRing
from livesupport.chat.state import Agent, AgentSocket, Chat, VisitorSocket
from livesupport.rules import Rules

REFRESH_EVERY = 1.0  # seconds between two pushes of lists that many things change
GOLDEN = 0.618  # spreads connections evenly over the delay of a planned restart
RESUME_WITHIN = 5.0  # seconds

# What a visitor's command does, given the socket.
VISITOR_COMMANDS: dict[type, Callable[[Floor, VisitorSocket, Any], None]] = {
    p.VisitorSay: talk.visitor_say,
    p.VisitorReceipt: talk.visitor_receipt,
    p.VisitorTyping: talk.visitor_typing,
    p.Start: visitors.start,
    p.LeaveRequest: visitors.leave_request,
    p.Visibility: visitors.visibility,
    p.Save: waiting.save,
    p.Refuse: conversion.visitor_refuse,
    p.KeepWaiting: waiting.keep_waiting,
    p.VisitorUndoEnd: endings.visitor_undo_end,
    p.VisitorEnd: endings.visitor_end,
    p.Records: restoring.visitor_records,
    p.Rate: endings.rate,
    p.Ping: talk.ping,
}

# What an agent's command does, given the socket …
AGENT_COMMANDS: dict[type, Callable[[Floor, AgentSocket, Any], None]] = {
    p.SetIntent: agents.set_intent,
    p.Accept: matching.accept,
    p.Decline: matching.decline,
    p.Join: supervision.join,
    p.Leave: supervision.leave,
    p.TakeOver: supervision.take_over,
    p.Watch: supervision.watch,
    p.Records: restoring.agent_records,
    p.Ping: talk.ping,
    p.Depart: agents.depart,
}

# … and given also the chat, which must be a running one that this agent serves.
CHAT_COMMANDS: dict[type, Callable[[Floor, AgentSocket, Chat, Any], None]] = {
    p.AgentSay: talk.agent_say,
    p.AgentReceipt: talk.agent_receipt,
    p.AgentTyping: talk.agent_typing,
    p.Note: talk.note,
    p.Transfer: transfers.transfer,
    p.Withdraw: transfers.withdraw,
    p.Requeue: matching.agent_requeue,
    p.Convert: conversion.agent_convert,
    p.AgentEnd: endings.agent_end,
    p.AgentUndoEnd: endings.agent_undo_end,
    p.Pin: endings.pin,
    p.Block: agents.block,
}

CHAT_DEADLINES: dict[str, Callable[[Floor, Chat], None]] = {
    "offer": matching.offer_due,
    "show_queue": waiting.show_queue_due,
    "wait_prompt": waiting.wait_prompt_due,
    "max_wait": waiting.max_wait_due,
    "agent_lost": waiting.agent_lost_due,
    "gone_notice": visitors.gone_notice_due,
    "grace": visitors.grace_due,
    "idle": endings.idle_due,
    "age": endings.age_due,
    "ending": endings.ending_due,
    "forget": endings.forget_due,
    "saving": conversion.due,
    "append": conversion.flush,
    "lease": restoring.renew_lease,
    "confirm": filling.confirm_due,
}

AGENT_DEADLINES: dict[str, Callable[[Floor, Agent], None]] = {
    "agent_notice": agents.notice_due,
    "agent_reclaim": agents.reclaim_due,
    "agent_leave": agents.leave_due,
    "wrap_up": matching.wrap_up_due,
}


class Running(NamedTuple):
    """A chat that goes on, and who answers; None: it waits."""

    chat: str
    agent: int | None


class Serving(NamedTuple):
    """What an agent has to do with, and who could take it over now."""

    chats: int
    consoles: frozenset[Connection]
    colleagues: tuple[AgentIdentity, ...]


class Stats(NamedTuple):
    """Counts for health pages and metrics."""

    visitors: int
    agents: int
    waiting: int
    active: int
    chats: int
    bytes: int
    messages: int  # since the start


class ChatMachine:
    """All chats of one server, in memory.

    `epoch` tells the starts of the desk apart (`epochs.py`), `ring` holds the sealing keys, `new_id` makes ids of at least 128
    random bits, `fingerprint` is a keyed hash.
    """

    def __init__(
        self, rules: Rules, epoch: int, ring: KeyRing, new_id: Callable[[], str], fingerprint: Callable[[str], str]
    ) -> None:
        self._floor = Floor(rules, epoch, ring, new_id, fingerprint)
        self._handlers: dict[type, Callable[[Any], None]] = {
            ev.VisitorSaid: self._visitor_said,
            ev.AgentSaid: self._agent_said,
            ev.VisitorArrived: lambda event: visitors.arrived(self._floor, event),
            ev.VisitorLost: lambda event: visitors.lost(self._floor, event),
            ev.AgentArrived: lambda event: agents.arrived(self._floor, event),
            ev.AgentLost: lambda event: agents.lost(self._floor, event),
            ev.AgentLeaves: lambda event: agents.leaves(self._floor, event),
            ev.DirectoryChanged: lambda event: agents.directory_changed(self._floor, event),
            ev.HoursChanged: self._hours_changed,
            ev.TicketSaved: self._ticket_saved,
            ev.TicketFailed: self._ticket_failed,
            ev.TicketFound: lambda event: restoring.ticket_found(self._floor, event),
            ev.KeysChanged: self._keys_changed,
            ev.LinesAppended: lambda event: conversion.appended(self._floor, event),
            ev.RequestSaved: lambda event: visitors.request_saved(self._floor, event),
            ev.Draining: self._drain,
            ev.Tick: self._tick,
        }
        self._services: dict[str, p.Service] = {}
        self._refreshed_at = float("-inf")

    # ── the door ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def handle(self, event: Event, now: Moment) -> list[Effect]:
        """Takes one event and returns what is to be done, in this order. Times in `now` are seconds."""
        floor = self._floor
        floor.now = now
        self._handlers[type(event)](event)
        if floor.has_touched:
            self._settle()
        effects, floor.effects = floor.effects, []
        return effects

    def next_deadline(self) -> float | None:
        """The monotonic second at which the machine wants a `Tick`; None when nothing is planned."""
        return self._floor.timers.next()

    def service(self, site: str, now: Moment) -> p.Service | None:
        """Whether somebody can answer at this site; None for an unknown one."""
        self._floor.now = now
        return service.of_site(self._floor, site) if site in self._floor.sites else None

    def running(self, phone: str, ticket: str) -> Running | None:
        """The chat that goes on with whoever has this phone number, or that was saved as this ticket, without its content."""
        for chat in self._floor.chats.values():
            if chat.status != "ended" and ((phone and chat.card.phone == phone) or chat.saving.ticket == ticket):
                return Running(chat.id, chat.agent.id if chat.agent else None)
        return None

    def serving(self, agent_id: int, now: Moment) -> Serving:
        """How many chats this agent serves, in which consoles, and to whom they could be handed."""
        self._floor.now = now
        agent = self._floor.agents.get(agent_id)
        if agent is None:
            return Serving(0, frozenset(), ())
        others = (each for each in self._floor.agents.values() if each is not agent and views.may_receive(self._floor, each))
        return Serving(len(agent.chats), frozenset(agent.sockets), tuple(each.identity for each in others))

    def stats(self) -> Stats:
        """How much is going on."""
        floor = self._floor
        return Stats(
            visitors=len(floor.visitor_sockets),
            agents=sum(bool(agent.sockets) for agent in floor.agents.values()),
            waiting=len(floor.waiting),
            active=sum(chat.status == "active" for chat in floor.chats.values()),
            chats=len(floor.chats),
            bytes=floor.bytes,
            messages=floor.messages,
        )

    # ── what people say ──────────────────────────────────────────────────────────────────────────────────────────────

    def _visitor_said(self, event: ev.VisitorSaid) -> None:
        socket = self._floor.visitor_sockets.get(event.connection)
        handler = VISITOR_COMMANDS.get(type(event.command))
        if socket is not None and handler is not None:
            if socket.unanswered_token:
                tokens.answered(self._floor, socket)
            handler(self._floor, socket, event.command)

    def _agent_said(self, event: ev.AgentSaid) -> None:
        floor, command = self._floor, event.command
        socket = floor.agent_sockets.get(event.connection)
        if socket is None:
            return
        if (in_chat := CHAT_COMMANDS.get(type(command))) is not None:
            chat = socket.agent.chats.get(command.chat)  # type: ignore[union-attr]
            if chat is None:
                self._refuse_foreign(socket, command)
            else:
                in_chat(floor, socket, chat, command)
        elif (handler := AGENT_COMMANDS.get(type(command))) is not None:
            handler(floor, socket, command)

    def _refuse_foreign(self, socket: AgentSocket, command: Any) -> None:
        """A chat of somebody else and one that does not exist look the same, but to those who may know."""
        if isinstance(command, (p.AgentTyping, p.AgentReceipt)):
            return
        code: p.RefusalCode = "not_your_chat" if command.chat in socket.agent.reading else "no_such_chat"
        self._floor.refuse(socket.connection, code, command.ref, chat=command.chat)

    # ── what the house says ──────────────────────────────────────────────────────────────────────────────────────────

    def _hours_changed(self, event: ev.HoursChanged) -> None:
        if event.is_open:
            self._floor.closed.pop(event.site, None)
        else:
            self._floor.closed[event.site] = event.opens_at
        self._floor.seats_changed = True

    def _ticket_saved(self, event: ev.TicketSaved) -> None:
        if (chat := self._floor.chats.get(event.chat)) and chat.saving.state == "saving":
            conversion.saved(self._floor, chat, event)

    def _ticket_failed(self, event: ev.TicketFailed) -> None:
        if (chat := self._floor.chats.get(event.chat)) and chat.saving.state == "saving":
            conversion.failed(self._floor, chat, event)

    def _keys_changed(self, event: ev.KeysChanged) -> None:
        self._floor.ring = event.ring

    def _drain(self, _event: ev.Draining) -> None:
        """No new offers and no new chats; tickets get their last lines; everybody comes back at a moment of their own."""
        floor = self._floor
        floor.draining = True
        for chat in floor.chats.values():
            conversion.flush(floor, chat)
        for agent in floor.agents.values():
            matching.recall_offers(floor, agent)
        for connection in (*floor.visitor_sockets, *floor.agent_sockets):
            floor.send((connection,), p.GoingAway(resume_after=round(connection * GOLDEN % 1 * RESUME_WITHIN, 2)))
        floor.seats_changed = True

    # ── time ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _tick(self, _event: ev.Tick) -> None:
        floor = self._floor
        for what, of in floor.timers.due(floor.now.mono):
            self._due(what, of)
            if floor.has_touched:
                self._settle()

    def _due(self, what: str, of: str) -> None:
        floor = self._floor
        if chat_handler := CHAT_DEADLINES.get(what):
            if chat := floor.chats.get(of):
                chat_handler(floor, chat)
        elif agent_handler := AGENT_DEADLINES.get(what):
            if agent := floor.agents.get(int(of)):
                agent_handler(floor, agent)
        elif what == "dispatch":
            floor.seats_changed = True
        elif what == "restore":
            restoring.due(floor, of)
        elif what == "rewrite":
            conversion.write(floor, of)
        elif what == "refresh":
            self._refresh()

    # ── telling ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _settle(self) -> None:
        """Carries out ends that waited, matches again if somebody came or was freed, then tells each side its new states."""
        floor = self._floor
        for chat in floor.touched():
            endings.after_saving(floor, chat)
        if floor.seats_changed:
            floor.seats_changed = False
            matching.dispatch(floor)
            floor.seats_changed = False
            self._plan_refresh()
        chats, told_agents = floor.take_touched()
        for chat in chats:
            self._tell(chat)
        for agent in told_agents:
            floor.send(agent.sockets, views.me(floor, agent))
            self._plan_refresh()

    def _tell(self, chat: Chat) -> None:
        floor = self._floor
        if chat.sockets:
            floor.tell_visitor(chat, views.visitor_chat(floor, chat))
        if chat.agent and chat.agent.sockets:
            floor.send(chat.agent.sockets, views.agent_chat(floor, chat, mine=True))
        for supervisor in chat.supervisors.values():
            floor.send(supervisor.sockets, views.agent_chat(floor, chat, mine=False))

    def _plan_refresh(self) -> None:
        """Lists and places are told once a second at most, and at once after a quiet second."""
        timers = self._floor.timers
        if timers.get("refresh", "") is None:
            timers.set("refresh", "", max(self._floor.now.mono, self._refreshed_at + REFRESH_EVERY))

    def _refresh(self) -> None:
        floor = self._floor
        self._refreshed_at = floor.now.mono
        waiting.refresh_positions(floor)
        team = views.team(floor)
        for agent in floor.agents.values():
            if agent.sockets:
                floor.send(agent.sockets, team)
                floor.send(agent.sockets, views.queue_for(floor, agent))
        watchers = [each.connection for each in floor.agent_sockets.values() if each.watches and each.agent.supervises]
        if watchers:
            floor.send(watchers, views.wall(floor))
        self._tell_services()

    def _tell_services(self) -> None:
        """Panels that are not in a chat learn when the availability of their site changes."""
        floor = self._floor
        for site in floor.sites:
            now = service.of_site(floor, site)
            known = self._services.get(site)
            if known is None or (known.state, known.topics, known.opens_at) != (now.state, now.topics, now.opens_at):
                self._services[site] = now
                idle = (each.connection for each in floor.visitor_sockets.values() if each.site == site and not each.chat)
                floor.send(idle, now)
