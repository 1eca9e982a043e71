"""Bringing back a chat that was lost with the server's memory, from the sealed records that the pages hold.

Only the visitor brings a chat back, with a token that is fresh (a lease, renewed while the chat lives). The pages send their
records; what verifies is united by (epoch, seq); the agent's page fills gaps and never resurrects. Then the desk looks for a
ticket of this chat, and the chat goes on: same numbers, same agent, no reload (guarantees.md, section 4).
"""

from __future__ import annotations

import msgspec

from livesupport.chat import conversion, endings, matching, opening, views
from livesupport.chat.events import FindTicket, IssueToken, TicketFound, VisitorArrived
from livesupport.chat.floor import Floor
from livesupport.chat.protocol import Line, NoteLine, Records, RefusalCode, Tip, VisitorCard, Wanted
from livesupport.chat.seal import LINES, NOTES, ChatName, Verifier, take_apart
from livesupport.chat.state import Agent, AgentSocket, Chat, Pages, Restoring, VisitorSocket
from livesupport.chat.transcript import place

MOST_AT_ONCE = 32
SETTLE_SECONDS = 5.0  # from the first that comes back: else whoever is quickest gets the seats and the places of the others
WAIT_FOR_GAPS = 2.0  # seconds: for a console that is here and may hold what the visitor lacks
REARM_WITHIN = 180.0  # seconds
BYTES_PER_LINE = 400  # what a frame adds to its text

_line_decoder = msgspec.json.Decoder(Line)
_note_decoder = msgspec.json.Decoder(NoteLine)


# ── asking ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def may_begin(floor: Floor, event: VisitorArrived) -> bool:
    """A fresh token of a chat that nobody has seen ending."""
    return bool(event.chat and event.recent and event.chat not in floor.ended and not floor.draining)


def is_full(floor: Floor, event: VisitorArrived) -> bool:
    """So many are being brought back that this one has to come again in a moment."""
    if event.chat in floor.restoring:
        return False
    sending = sum(not restoring.visitor_has_sent for restoring in floor.restoring.values())
    return sending >= MOST_AT_ONCE or floor.bytes >= floor.rules.bytes_of_all_chats


def begin(floor: Floor, socket: VisitorSocket, event: VisitorArrived) -> None:
    """Asks the visitor's page for what it holds. Another page of the same visitor takes the place of the first."""
    assert event.chat is not None
    if floor.settled_at < 0:
        floor.settled_at = floor.now.mono + SETTLE_SECONDS
    floor.restoring[event.chat] = Restoring(
        name=ChatName(socket.site, event.chat, socket.visitor),
        connection=socket.connection,
        tip=event.hello.tip,
        remembered=event.hello.remembered or event.hello.tip,
    )
    floor.timers.set("restore", event.chat, floor.now.mono + floor.rules.restore_wait)
    floor.send((socket.connection,), Wanted(chat=event.chat))


def visitor_records(floor: Floor, socket: VisitorSocket, command: Records) -> None:
    """One page of the visitor's records; with the last one the consoles are asked, or the chat comes back at once."""
    restoring = floor.restoring.get(command.chat)
    if restoring is None or restoring.connection != socket.connection or restoring.visitor_has_sent:
        return
    if not _collect(floor, restoring.pages, command, socket.connection):
        _give_up(floor, restoring)
    elif command.last:
        restoring.visitor_has_sent = True
        _believe(floor, restoring, restoring.pages)
        restoring.pages = Pages()
        _ask_consoles(floor, restoring)


def _collect(floor: Floor, pages: Pages, command: Records, connection: int) -> bool:
    """Keeps one page and asks for the next. False when there is more than a chat can have."""
    pages.lines += command.lines
    pages.notes += command.notes
    pages.size += sum(map(len, command.lines)) + sum(map(len, command.notes))
    most = floor.rules.bytes_per_chat + floor.rules.messages_per_chat * BYTES_PER_LINE
    if pages.size > 2 * most:
        return False
    if not command.last:
        floor.send((connection,), Wanted(chat=command.chat, after=len(pages.lines) + len(pages.notes)))
    return True


def _ask_consoles(floor: Floor, restoring: Restoring) -> None:
    """The console of the last agent may hold what the visitor lacks; after a reload it holds everything that is left."""
    holders = [socket for socket in floor.agent_sockets.values() if _may_fill(restoring, socket)]
    for socket in holders:
        ask_console(floor, restoring, socket)
    if restoring.lines and not holders:
        _look_for_ticket(floor, restoring)
    elif restoring.lines:
        floor.timers.set("restore", restoring.name.chat, floor.now.mono + WAIT_FOR_GAPS)


def ask_console(floor: Floor, restoring: Restoring, socket: AgentSocket) -> None:
    """Asks one console for its copy."""
    restoring.asked.add(socket.connection)
    socket.pages[restoring.name.chat] = Pages()
    floor.send((socket.connection,), Wanted(chat=restoring.name.chat))


def console_arrived(floor: Floor, socket: AgentSocket) -> None:
    """A console comes back and names what it holds: it may be just what somebody waits for."""
    for chat_id in socket.holds:
        restoring = floor.restoring.get(chat_id)
        if restoring is not None and restoring.visitor_has_sent and not restoring.looking and _may_fill(restoring, socket):
            ask_console(floor, restoring, socket)


def _may_fill(restoring: Restoring, socket: AgentSocket) -> bool:
    """Only the last sealed agent, or a supervisor; with no lines yet, whoever holds some: the lines will tell."""
    if restoring.name.chat not in socket.holds:
        return False
    return not restoring.lines or socket.agent.supervises or last_agent(restoring.lines) == socket.agent.id


def agent_records(floor: Floor, socket: AgentSocket, command: Records) -> None:
    """One page of a console's records, for a chat that is coming back or that came back without them."""
    pages = socket.pages.get(command.chat)
    if pages is None:
        return
    if not _collect(floor, pages, command, socket.connection):
        socket.pages.pop(command.chat)
    elif command.last:
        socket.pages.pop(command.chat)
        if restoring := floor.restoring.get(command.chat):
            _fill(floor, restoring, socket, pages)
        elif chat := socket.agent.chats.get(command.chat):
            _fill_later(floor, chat, pages)


def _fill(floor: Floor, restoring: Restoring, socket: AgentSocket, pages: Pages) -> None:
    restoring.asked.discard(socket.connection)
    before = restoring.lines, restoring.notes, restoring.opened
    _believe(floor, restoring, pages)
    if restoring.lines and not (socket.agent.supervises or last_agent(restoring.lines) == socket.agent.id):
        restoring.lines, restoring.notes, restoring.opened = before
    if restoring.lines and not restoring.asked and not restoring.looking:
        _look_for_ticket(floor, restoring)


def _fill_later(floor: Floor, chat: Chat, pages: Pages) -> None:
    """The console came after the visitor had gone on: its lines go to their places, and to the visitor."""
    copy = Restoring(name=ChatName(chat.site, chat.id, chat.visitor), connection=0)
    _believe(floor, copy, pages)
    before = chat.transcript.size
    missing = chat.transcript.add(copy.lines)
    notes = chat.notes.add(copy.notes)
    floor.bytes += chat.transcript.size - before
    chat.missing = max(0, chat.missing - len(missing))
    for line in missing:
        floor.send(floor.audience(chat), line)
    for note in notes:
        floor.tell_agents(chat, note)
    if (missing or notes) and chat.saving.ticket:
        conversion.append_all(floor, chat)
    floor.touch(chat)


# ── believing ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _believe(floor: Floor, restoring: Restoring, pages: Pages) -> None:
    """Adds what verifies. A record that does not is dropped by itself; those behind it are tied to the tag it claims."""
    verifier = Verifier(floor.ring, restoring.name, LINES)
    known = {place(line) for line in restoring.lines}
    previous = b""
    for raw in pages.lines:
        record = take_apart(raw)
        if record is None:
            continue
        starts = (previous, restoring.opened) if restoring.opened else (b"",)
        if any(verifier.follows(record, tag) for tag in starts):
            line = _decode_line(raw)
            if line is not None and place(line) not in known and (line.kind == "opened") == (not restoring.opened):
                restoring.opened = restoring.opened or record.tag
                known.add(place(line))
                restoring.lines.append(line)
        previous = record.tag
    restoring.lines.sort(key=place)
    _believe_notes(floor, restoring, pages)


def _believe_notes(floor: Floor, restoring: Restoring, pages: Pages) -> None:
    verifier = Verifier(floor.ring, restoring.name, NOTES)
    previous = b""
    for raw in pages.notes:
        record = take_apart(raw)
        if record is not None and (verifier.follows(record, previous) or verifier.follows(record, b"")):
            restoring.notes.append(_note_decoder.decode(raw))
        previous = record.tag if record else previous


def _decode_line(raw: str) -> Line | None:
    """Decoded only now that it is known to be ours; a frame of an older program may lack what is needed."""
    try:
        return _line_decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeError):
        return None


def last_agent(lines: list[Line]) -> int | None:
    """Who served the chat at its last line; None when it waited."""
    agent: int | None = None
    for line in lines:
        if line.kind in ("assigned", "took_over") or (line.kind == "transferred" and line.agent is not None):
            agent = line.agent
        elif line.kind in ("requeued", "transferred"):
            agent = None
    return agent


# ── going on ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def due(floor: Floor, chat_id: str) -> None:
    """Waited long enough for the consoles: on with what is here, or the honest word that it is not enough."""
    restoring = floor.restoring.get(chat_id)
    if restoring is None:
        return
    if restoring.lines and not restoring.looking:
        _look_for_ticket(floor, restoring)
    elif not restoring.lines:
        _give_up(floor, restoring)


def _look_for_ticket(floor: Floor, restoring: Restoring) -> None:
    """Before anything is drawn: a chat that was saved must never be called unsaved."""
    ended = any(line.kind == "ended" for line in restoring.lines)
    age = floor.now.wall - restoring.lines[0].at
    if ended or age > floor.rules.max_chat_age or restoring.name.chat in floor.ended:
        _give_up(floor, restoring)
        return
    restoring.looking = True
    floor.effects.append(FindTicket(chat=restoring.name.chat))


def _give_up(floor: Floor, restoring: Restoring) -> None:
    """Never half a chat: the page keeps its own copy to read, and offers a new chat or a request."""
    _drop(floor, restoring)
    code: RefusalCode = "not_restored"
    for socket in _tabs(floor, restoring.name):
        floor.refuse(socket.connection, code, chat=restoring.name.chat)


def abandon(floor: Floor, socket: VisitorSocket) -> None:
    """The visitor's page is gone, or the visitor has begun a new chat instead."""
    for restoring in [each for each in floor.restoring.values() if each.connection == socket.connection]:
        _drop(floor, restoring)


def _drop(floor: Floor, restoring: Restoring) -> None:
    floor.restoring.pop(restoring.name.chat, None)
    floor.timers.cancel("restore", restoring.name.chat)


def _tabs(floor: Floor, name: ChatName) -> list[VisitorSocket]:
    return [
        socket
        for socket in floor.visitor_sockets.values()
        if socket.visitor == name.visitor and socket.site == name.site and socket.chat is None
    ]


def ticket_found(floor: Floor, event: TicketFound) -> None:
    """Everything is known: the chat lives again."""
    restoring = floor.restoring.get(event.chat)
    if restoring is None or not restoring.looking:
        return
    _drop(floor, restoring)
    tabs = _tabs(floor, restoring.name)
    if not tabs or floor.draining:
        return
    chat = _revive(floor, restoring, tabs[0])
    for socket in tabs:
        _show(floor, chat, socket, restoring.tip if socket.connection == restoring.connection else None)
    if event.number is not None:
        conversion.was_saved(floor, chat, event.number)
    _give_back_agent(floor, chat, last_agent(restoring.lines))
    _rearm(floor, chat)
    floor.touch(chat)


def _revive(floor: Floor, restoring: Restoring, socket: VisitorSocket) -> Chat:
    first, last = restoring.lines[0], restoring.lines[-1]
    card = first.card or VisitorCard(name=first.name, phone="", question=first.text)
    age = max(0.0, floor.now.wall - first.at)
    chat = opening.open_chat(
        floor, restoring.name, _topic(restoring.lines), card, first.id or "", age=age, opened_tag=restoring.opened
    )
    chat.fingerprints = opening.fingerprints(floor, socket.address, card.phone)
    chat.transcript.add(restoring.lines)
    chat.notes.add(restoring.notes)
    floor.bytes += chat.transcript.size
    chat.saving.refused = any(line.kind == "refused" for line in restoring.lines)
    chat.hops = sum(line.kind == "requeued" for line in restoring.lines)
    tip = restoring.remembered
    if tip is not None and (tip.epoch, tip.seq) > place(last):
        chat.missing = tip.seq - (last.seq if tip.epoch == last.epoch else 0)
    endings.watch_age(floor, chat)
    return chat


def _topic(lines: list[Line]) -> int | None:
    named = [line for line in lines if line.kind == "opened" or (line.kind == "transferred" and line.topic is not None)]
    return named[-1].topic


def _show(floor: Floor, chat: Chat, socket: VisitorSocket, tip: Tip | None) -> None:
    """The visitor's page hears what it lacks, and gets a fresh token."""
    socket.chat, socket.rating = chat, chat.rating
    chat.sockets.add(socket.connection)
    chat.audience = None
    floor.effects.append(IssueToken(connection=socket.connection, visitor=chat.visitor, site=chat.site, chat=chat.id))
    floor.send((socket.connection,), views.visitor_chat(floor, chat))
    floor.show_lines((socket.connection,), chat, tip)


def _give_back_agent(floor: Floor, chat: Chat, agent_id: int | None) -> None:
    """The same agent goes on; one who is not back yet has the usual time to return; nobody means the old place in the queue."""
    agent = floor.agents.get(agent_id) if agent_id is not None else None
    if agent is None:
        matching.enter_queue(floor, chat, returning=agent_id is not None or chat.hops > 0)
        return
    chat.move("active")
    chat.agent, chat.unconfirmed = agent, True
    agent.chats[chat.id] = chat
    chat.assigned_at = floor.now.mono
    endings.watch_idle(floor, chat)
    if agent.sockets:
        confirm(floor, chat, agent)
    elif agent.lost_at is None:
        agent.lost_at = floor.now.mono
        floor.timers.set("agent_notice", str(agent.id), floor.now.mono + floor.rules.agent_notice_after)
        floor.timers.set("agent_reclaim", str(agent.id), floor.now.mono + floor.rules.agent_reclaim)


def confirm(floor: Floor, chat: Chat, agent: Agent) -> None:
    """An agent's page that held the chat vouches for it. Without such a page the visitor waits again, at the head."""
    consoles = [floor.agent_sockets[connection] for connection in agent.sockets]
    holders = [console for console in consoles if chat.id in console.holds]
    chat.unconfirmed = False
    chat.audience = None
    if not holders:
        matching.requeue(floor, chat)
        return
    for console in consoles:
        matching.show(floor, chat, agent, {console.connection}, tip=console.holds.pop(chat.id, None))
    floor.touch(chat)
    floor.touch_agent(agent)


def _rearm(floor: Floor, chat: Chat) -> None:
    """A wish to save that was sealed just before the end, and not answered, counts anew."""
    lines = [line for line in chat.transcript.lines if line.kind in ("armed", "refused", "converted")]
    if not lines or lines[-1].kind != "armed" or floor.now.wall - lines[-1].at > REARM_WITHIN:
        return
    if chat.saving.state == "none" and chat.agent:
        conversion.arm_again(floor, chat)


def renew_lease(floor: Floor, chat: Chat) -> None:
    """A fresh token for every page, as long as the chat lives: an old one brings nothing back."""
    if chat.status == "ended":
        return
    for connection in chat.sockets:
        floor.effects.append(IssueToken(connection=connection, visitor=chat.visitor, site=chat.site, chat=chat.id))
    floor.timers.set("lease", chat.id, floor.now.mono + opening.LEASE_EVERY)


def note_ended(floor: Floor, ended: list[str]) -> None:
    """Chats that a console saw ending: nobody brings them back. Ids only, the newest few thousand."""
    floor.ended.update(dict.fromkeys(ended))
    while len(floor.ended) > 5000:
        del floor.ended[next(iter(floor.ended))]
