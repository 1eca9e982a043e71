"""Bringing back a chat that was lost with the server's memory, from the sealed records that the pages hold.

Only the visitor brings a chat back, with a token that is fresh (a lease, renewed while the chat lives). The pages send their
records; what verifies is united (`believing.py`); the agent's page fills gaps and never resurrects. Then the desk looks for a
ticket of this chat, and the chat goes on: same numbers, same agent, no reload (guarantees.md, section 4).
"""

from __future__ import annotations

from livesupport.chat import conversion, endings, filling, matching, opening, tokens, views
from livesupport.chat.believing import Copy, Restoring, Union, last_agent, missing_lines
from livesupport.chat.events import Close, FindTicket, TicketFound, VisitorArrived
from livesupport.chat.floor import Floor
from livesupport.chat.protocol import CloseCode, Line, Records, RefusalCode, VisitorCard, Wanted
from livesupport.chat.seal import ChatName
from livesupport.chat.state import AgentSocket, Chat, VisitorSocket

MOST_AT_ONCE = 32
WAIT_FOR_RECORDS = 30.0  # seconds: for all that the visitor's pages send; then others get their turn
SETTLE_SECONDS = 5.0  # from the first that comes back: else whoever is quickest gets the seats and the places of the others
REARM_WITHIN = 180.0  # seconds


# ── asking the visitor ───────────────────────────────────────────────────────────────────────────────────────────────


def may_begin(floor: Floor, event: VisitorArrived) -> bool:
    """A fresh token of a chat that nobody has seen ending."""
    return bool(event.chat and event.recent and event.chat not in floor.ended)


def why_later(floor: Floor) -> CloseCode | None:
    """Why a chat that may begin has to come again: to the server after this one, or once there is memory. None: it need not."""
    if floor.draining:
        return CloseCode.RESTART
    return CloseCode.TRY_LATER if floor.bytes >= floor.rules.bytes_of_all_chats else None


def begin(floor: Floor, event: VisitorArrived) -> None:
    """Asks a page of the visitor for what it holds, at once or when it is its turn: sent away, it would come back much later
    than that, and by then the whole crowd would come again."""
    if floor.settled_at < 0:
        floor.settled_at = floor.now.mono + SETTLE_SECONDS
    floor.arrivals[event.connection] = event
    _next_turns(floor)


def _next_turns(floor: Floor) -> None:
    """Asks those who came first, as many as may send at once."""
    if not floor.arrivals:
        return
    sending = sum(len(restoring.sending) for restoring in floor.restoring.values())
    while floor.arrivals and sending < MOST_AT_ONCE:
        connection, event = next(iter(floor.arrivals.items()))
        del floor.arrivals[connection]
        socket = floor.visitor_sockets[connection]
        if socket.chat is None:  # another tab may have been quicker
            _ask_visitor(floor, socket, event)
            sending += 1


def _ask_visitor(floor: Floor, socket: VisitorSocket, event: VisitorArrived) -> None:
    """Every tab is asked, and what they hold is united."""
    assert event.chat is not None
    restoring = floor.restoring.get(event.chat)
    if restoring is None:
        restoring = floor.restoring[event.chat] = Restoring(ChatName(socket.site, event.chat, socket.visitor))
        floor.timers.set("restore", event.chat, floor.now.mono + WAIT_FOR_RECORDS)
    claims = [tip for tip in (restoring.remembered, event.hello.remembered, event.hello.tip) if tip is not None]
    restoring.remembered = max(claims, key=lambda tip: (tip.epoch, tip.seq), default=None)
    restoring.sending[socket.connection] = Copy("visitor", Union(opened=restoring.union.opened))
    floor.send((socket.connection,), Wanted(chat=event.chat))


def visitor_records(floor: Floor, socket: VisitorSocket, command: Records) -> None:
    """One page of the visitor's records."""
    restoring = floor.restoring.get(command.chat)
    copy = restoring.sending.get(socket.connection) if restoring else None
    if restoring is None or copy is None:
        if socket.chat is not None and socket.chat.id == command.chat:
            filling.from_tab(floor, socket.chat, socket, command)
    elif filling.collect(floor, restoring, copy, command, socket.connection):
        del restoring.sending[socket.connection]
        restoring.union |= copy.union
        restoring.gave[socket.connection] = copy.lines_held
        _when_sent(floor, restoring)
        _next_turns(floor)


def _when_sent(floor: Floor, restoring: Restoring) -> None:
    """As soon as no page of the visitor is sending any more, the consoles are asked, or the chat comes back at once."""
    if restoring.sending or restoring.looking:
        return
    if not restoring.gave:
        _drop(floor, restoring)
        return
    for socket in [socket for socket in floor.agent_sockets.values() if restoring.name.chat in socket.holds]:
        restoring.asked.add(socket.connection)
        filling.ask_console(floor, socket, restoring.name.chat, restoring.union.opened)
    if restoring.is_whole and not restoring.asked:
        _look_for_ticket(floor, restoring)
    else:
        wait = filling.WAIT_FOR_GAPS if restoring.union.lines() else floor.rules.restore_wait
        floor.timers.set("restore", restoring.name.chat, floor.now.mono + wait)


def left(floor: Floor, socket: VisitorSocket) -> None:
    """A page of the visitor is gone; with the last one goes the chat."""
    floor.arrivals.pop(socket.connection, None)
    for restoring in [each for each in floor.restoring.values() if _is_page_of(socket, each.name)]:
        was_sending = restoring.sending.pop(socket.connection, None)
        restoring.gave.pop(socket.connection, None)
        if not restoring.sending and not restoring.gave:
            _drop(floor, restoring)
        elif was_sending:
            _when_sent(floor, restoring)
    _next_turns(floor)


def abandon(floor: Floor, socket: VisitorSocket) -> None:
    """The visitor has begun a new chat instead."""
    for connection in [each for each in floor.arrivals if floor.visitor_sockets[each].visitor == socket.visitor]:
        del floor.arrivals[connection]
    for restoring in [each for each in floor.restoring.values() if _is_page_of(socket, each.name)]:
        _drop(floor, restoring)


def _is_page_of(socket: VisitorSocket, name: ChatName) -> bool:
    return socket.visitor == name.visitor and socket.site == name.site


def _drop(floor: Floor, restoring: Restoring) -> None:
    """It does not come back, and nobody waits for what consoles still send."""
    _finish(floor, restoring)
    floor.drop_copies(restoring.name.chat)


def _finish(floor: Floor, restoring: Restoring) -> None:
    if floor.restoring.pop(restoring.name.chat, None) is not None:
        floor.bytes -= restoring.kept
    floor.timers.cancel("restore", restoring.name.chat)


def _tabs(floor: Floor, name: ChatName) -> list[VisitorSocket]:
    return [socket for socket in floor.tabs_of(name.visitor) if _is_page_of(socket, name) and socket.chat is None]


# ── asking the consoles ──────────────────────────────────────────────────────────────────────────────────────────────


def console_arrived(floor: Floor, socket: AgentSocket) -> None:
    """A console comes back and names what it holds. It is asked before it is shown anything: what it shows is what it holds."""
    for chat_id in socket.holds:
        restoring, chat = floor.restoring.get(chat_id), floor.chats.get(chat_id)
        if chat is not None:
            filling.ask_console(floor, socket, chat_id, chat.transcript.opened)
            floor.timers.set("confirm", chat_id, floor.now.mono + filling.WAIT_FOR_GAPS)
        elif restoring and not restoring.sending:
            restoring.asked.add(socket.connection)
            filling.ask_console(floor, socket, chat_id, restoring.union.opened)
    for chat in [chat for chat in socket.agent.chats.values() if chat.unconfirmed and chat.id not in socket.copies]:
        filling.confirm(floor, chat)


def agent_records(floor: Floor, socket: AgentSocket, command: Records) -> None:
    """One page of a console's records, for a chat that is coming back or that came back without them."""
    copy, chat = socket.copies.get(command.chat), floor.chats.get(command.chat)
    if copy is None and chat is not None and chat.id in socket.late:
        filling.from_late_console(floor, chat, socket, command)
    of = floor.restoring.get(command.chat) or chat
    if copy is None or of is None or not filling.collect(floor, of, copy, command, socket.connection):
        return
    socket.copies.pop(command.chat)
    if chat is not None:
        filling.from_console(floor, chat, socket, copy)
    elif isinstance(of, Restoring):
        _fill(floor, of, socket, copy)


def _fill(floor: Floor, restoring: Restoring, socket: AgentSocket, copy: Copy) -> None:
    """A former owner may have cut the handing on from the copy. So as long as the visitor has read further, others have time
    to come."""
    restoring.asked.discard(socket.connection)
    both = restoring.union | copy.union
    if filling.served_last(socket.agent, both.lines()):
        restoring.union, socket.gave[restoring.name.chat] = both, copy.lines_held
    if not (restoring.asked or restoring.looking or restoring.sending) and restoring.is_whole:
        _look_for_ticket(floor, restoring)


# ── going on ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def due(floor: Floor, chat_id: str) -> None:
    """Waited long enough. A page that has not sent its records comes again in a moment, so that others get their turn; else on
    with what is here, or the honest word that it is not enough."""
    restoring = floor.restoring.get(chat_id)
    if restoring is None or restoring.looking:
        return
    if restoring.sending:
        floor.effects.append(Close(connections=tuple(restoring.sending), code=CloseCode.TRY_LATER))
        restoring.sending.clear()
        _when_sent(floor, restoring)
        _next_turns(floor)
    elif restoring.union.lines():
        _look_for_ticket(floor, restoring)
    else:
        _give_up(floor, restoring)


def _look_for_ticket(floor: Floor, restoring: Restoring) -> None:
    """Before anything is drawn: a chat that was saved must never be called unsaved."""
    lines = restoring.union.lines()
    ended = any(line.kind == "ended" for line in lines)
    age = floor.now.wall - lines[0].at
    if ended or age > floor.rules.max_chat_age or restoring.name.chat in floor.ended or _is_blocked(floor, restoring):
        _give_up(floor, restoring)
        return
    restoring.looking = True
    floor.effects.append(FindTicket(chat=restoring.name.chat))


def _is_blocked(floor: Floor, restoring: Restoring) -> bool:
    """Whether the visitor was blocked meanwhile, in another chat."""
    card = restoring.union.lines()[0].card
    return any(
        floor.is_blocked(each)
        for tab in _tabs(floor, restoring.name)
        for each in opening.fingerprints(floor, tab.address, card.phone if card else "")
    )


def _give_up(floor: Floor, restoring: Restoring) -> None:
    """Never half a chat: the page keeps its own copy to read, and offers a new chat or a request."""
    _drop(floor, restoring)
    code: RefusalCode = "not_restored"
    for socket in _tabs(floor, restoring.name):
        floor.refuse(socket.connection, code, chat=restoring.name.chat)


def ticket_found(floor: Floor, event: TicketFound) -> None:
    """Everything is known: the chat lives again."""
    restoring = floor.restoring.get(event.chat)
    if restoring is None or not restoring.looking:
        return
    tabs, lines = _tabs(floor, restoring.name), restoring.union.lines()
    if not tabs or floor.draining:
        _drop(floor, restoring)
        return
    _finish(floor, restoring)
    chat = _revive(floor, restoring, lines, tabs[0])
    for socket in tabs:
        _attach(chat, socket)
    tokens.rotate(floor, chat, *tabs)
    for socket in tabs:
        if socket.connection in restoring.sending:
            filling.ask_tab(floor, chat, socket, restoring.sending[socket.connection])
        else:
            floor.send((socket.connection,), views.visitor_chat(floor, chat))
            floor.show_lines((socket.connection,), chat, None, restoring.gave.get(socket.connection))
    if number := event.number if event.asked else _sealed_number(lines):
        conversion.was_saved(floor, chat, number)
    _give_back_agent(floor, chat, last_agent(lines), is_sure=restoring.is_whole)
    _rearm(floor, chat)
    floor.touch(chat)


def _revive(floor: Floor, restoring: Restoring, lines: list[Line], socket: VisitorSocket) -> Chat:
    first = lines[0]
    card = first.card or VisitorCard(name=first.name, phone="", question=first.text)
    chat = opening.open_chat(
        floor, restoring.name, _topic(lines), card, first.id or "", began=first.at, opened_tag=restoring.union.opened
    )
    chat.enqueued_at = min(chat.enqueued_at, floor.settled_at - SETTLE_SECONDS)  # it waited before anybody who is new
    chat.unconfirmed = True
    chat.fingerprints = opening.fingerprints(floor, socket.address, card.phone)
    chat.transcript.add(lines)
    chat.held = restoring.union.held
    chat.notes.add(restoring.union.notes.values())
    floor.bytes += chat.transcript.size
    floor.go_on_behind(chat)
    chat.saving.refused = any(line.kind == "refused" for line in lines)
    chat.hops = sum(line.kind == "requeued" for line in lines)
    chat.remembered = restoring.remembered
    chat.missing = missing_lines(lines, chat.remembered, floor.rules.messages_per_chat)
    endings.watch_age(floor, chat)
    return chat


def _sealed_number(lines: list[Line]) -> str | None:
    """The ticket that the chat itself tells of. The storage, where it can be asked, knows better: a ticket may be erased."""
    return next((line.other for line in reversed(lines) if line.kind == "converted"), None)


def _topic(lines: list[Line]) -> int | None:
    named = [line for line in lines if line.kind == "opened" or (line.kind == "transferred" and line.topic is not None)]
    return named[-1].topic


def _attach(chat: Chat, socket: VisitorSocket) -> None:
    """The visitor's page is in the chat again."""
    socket.chat, socket.rating = chat, chat.rating
    chat.sockets.add(socket.connection)
    chat.audience = None


def _give_back_agent(floor: Floor, chat: Chat, agent_id: int | None, *, is_sure: bool) -> None:
    """The same agent goes on; one who is not back yet has the usual time to return; nobody means the old place in the queue.
    Where it is not sure who served the chat last, whoever is free may take it."""
    agent = floor.agents.get(agent_id) if agent_id is not None and is_sure else None
    if agent is None:
        matching.enter_queue(floor, chat, returning=agent_id is not None or chat.hops > 0)
    else:
        chat.move("active")
        chat.agent = agent
        agent.chats[chat.id] = chat
        chat.assigned_at = floor.now.mono
        endings.watch_idle(floor, chat)
        if agent.sockets:
            filling.confirm(floor, chat)
        elif agent.lost_at is None:
            agent.lost_at = floor.now.mono
            floor.timers.set("agent_notice", str(agent.id), floor.now.mono + floor.rules.agent_notice_after)
            floor.timers.set("agent_reclaim", str(agent.id), floor.now.mono + floor.rules.agent_reclaim)
    for console in [each for each in floor.agent_sockets.values() if chat.id in each.holds and chat.id not in each.copies]:
        filling.answered(floor, chat, console)
    floor.timers.set("confirm", chat.id, floor.now.mono + filling.WAIT_FOR_GAPS)


def _rearm(floor: Floor, chat: Chat) -> None:
    """A wish to save that was sealed just before the end, and not answered, counts anew if the same agent is still there. Among
    lines that are missing may be the answer."""
    lines = [line for line in chat.transcript.lines if line.kind in ("armed", "refused", "converted")]
    if chat.missing or not lines or lines[-1].kind != "armed" or floor.now.wall - lines[-1].at > REARM_WITHIN:
        return
    if chat.saving.state == "none" and chat.agent and chat.agent.id == lines[-1].agent:
        conversion.arm_again(floor, chat)


def renew_lease(floor: Floor, chat: Chat) -> None:
    """A fresh token for every page, as long as the chat lives: an old one brings nothing back."""
    if chat.status == "ended":
        return
    tokens.renew(floor, chat)
    floor.timers.set("lease", chat.id, floor.now.mono + opening.LEASE_EVERY)
