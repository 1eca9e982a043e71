"""Lines that come late: a page that held more than the others has found its chat restored without them.

Such a page is asked before it is shown anything, for what it shows is what it holds. What verifies takes its place in the
chat and is told to everybody; then the page is shown the chat, or drops its copy when the chat is not its own any more.
"""

from __future__ import annotations

from livesupport.chat import conversion, endings, matching, views
from livesupport.chat.believing import Copy, Restoring, Union, last_agent, missing_lines, reach
from livesupport.chat.epochs import are_of_one_start
from livesupport.chat.events import Connection
from livesupport.chat.floor import Floor
from livesupport.chat.protocol import Line, Records, Released, Tip, Wanted
from livesupport.chat.state import Agent, AgentSocket, Chat, VisitorSocket
from livesupport.chat.transcript import Place

WAIT_FOR_GAPS = 2.0  # seconds: for a page that is here and may hold what the others lack
BYTES_PER_LINE = 400  # what a frame adds to its text

# ── asking ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def ask_console(floor: Floor, socket: AgentSocket, chat_id: str, opened: bytes) -> None:
    """Asks a console for its copy of a chat. `opened`: the tag of the first line, if it is known."""
    socket.copies[chat_id] = Copy("agent", Union(opened=opened))
    if chat := floor.chats.get(chat_id):
        chat.audience = None
    floor.send((socket.connection,), Wanted(chat=chat_id))


def ask_tab(floor: Floor, chat: Chat, socket: VisitorSocket, copy: Copy | None = None) -> None:
    """Asks a page of the visitor for its copy. `copy`: what it has sent already, having been asked before."""
    socket.copy, chat.audience = copy or Copy("visitor", Union(opened=chat.transcript.opened)), None
    floor.timers.set("confirm", chat.id, floor.now.mono + WAIT_FOR_GAPS)
    if copy is None:
        floor.send((socket.connection,), Wanted(chat=chat.id))


def may_hold_more(chat: Chat, tip: Tip | None) -> bool:
    """Whether a page with this tip may hold lines of another start that the chat came back without."""
    return tip is not None and not are_of_one_start(tip.epoch, chat.transcript.epoch) and not chat.transcript.holds(tip)


def collect(floor: Floor, of: Restoring | Chat, copy: Copy, command: Records, connection: Connection) -> bool:
    """Takes in one page of records, and asks for the next; true when there is none. A page whose first records are not ours
    is asked for no more, and one that sends more than a chat can have is not believed at all."""
    before = copy.kept
    copy.take(floor.ring, of.name, command)
    if isinstance(of, Restoring):
        of.kept += copy.kept - before
        floor.bytes += copy.kept - before
    if copy.size > 2 * (floor.rules.bytes_per_chat + floor.rules.messages_per_chat * BYTES_PER_LINE):
        copy.drop()
        return True
    if command.last or not copy.is_ours:
        return True
    floor.send((connection,), Wanted(chat=command.chat, after=copy.count))
    return False


# ── filling ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def from_tab(floor: Floor, chat: Chat, socket: VisitorSocket, command: Records) -> None:
    """One page of records of a visitor's tab."""
    copy = socket.copy
    if copy is not None and collect(floor, chat, copy, command, socket.connection):
        _merge(floor, chat, copy.union)
        _show_tab(floor, chat, socket, copy.lines_held)
    elif copy is None and socket.late is not None:
        _merge(floor, chat, _last_of(floor, chat, socket.late, command))
        socket.late = None


def _last_of(floor: Floor, chat: Chat, copy: Copy, command: Records) -> Union:
    """The page's line is slow, but it may still be the only one that held a line. It was shown the chat meanwhile and its copy
    is another one since, so what comes in this frame is all that can come."""
    copy.take(floor.ring, chat.name, command)
    return copy.union


def _show_tab(floor: Floor, chat: Chat, socket: VisitorSocket, held: frozenset[Place] | None = None) -> None:
    socket.copy, chat.audience = None, None
    floor.send((socket.connection,), views.visitor_chat(floor, chat))
    floor.show_lines((socket.connection,), chat, None, held)


def served_last(agent: Agent, lines: list[Line]) -> bool:
    """Only the last sealed agent, or a supervisor, may fill gaps; the lines, those of the copy among them, tell who it is."""
    return agent.supervises or last_agent(lines) == agent.id


def from_console(floor: Floor, chat: Chat, socket: AgentSocket, copy: Copy) -> None:
    """Everything that a console holds, which came after the visitor had gone on."""
    chat.audience = None
    if _may_fill(floor, chat, socket, copy.union):
        socket.gave[chat.id] = copy.lines_held
        _merge(floor, chat, copy.union)
        _give_to_rightful_agent(floor, chat, socket.agent)
    answered(floor, chat, socket)


def from_late_console(floor: Floor, chat: Chat, socket: AgentSocket, command: Records) -> None:
    """What a console still sends after the chat was shown to it, or taken from it."""
    union = _last_of(floor, chat, socket.late.pop(chat.id), command)
    if _may_fill(floor, chat, socket, union):
        _merge(floor, chat, union)
        _give_to_rightful_agent(floor, chat, socket.agent)


def _may_fill(floor: Floor, chat: Chat, socket: AgentSocket, union: Union) -> bool:
    lines = (Union.of(chat.transcript.lines) | union).lines()
    return served_last(socket.agent, [line for line in lines if not are_of_one_start(line.epoch, floor.epoch)])


def _merge(floor: Floor, chat: Chat, union: Union) -> None:
    before = chat.transcript.size
    chat.held |= union.held
    known = Union.of(chat.transcript.lines) | union
    missing, notes = chat.transcript.add(known.lines()), chat.notes.add(union.notes.values())
    floor.bytes += chat.transcript.size - before
    floor.go_on_behind(chat)
    chat.missing = missing_lines(chat.transcript.of_earlier_starts(), chat.remembered, floor.rules.messages_per_chat)
    for line in missing:
        floor.send(floor.audience(chat), line)
    for note in notes:
        floor.tell_agents(chat, note)
    if any(line.kind == "refused" for line in missing):
        conversion.was_refused(floor, chat)
    if (missing or notes) and chat.saving.state in ("saving", "saved"):
        conversion.append_all(floor, chat)
    floor.touch(chat)


def _give_to_rightful_agent(floor: Floor, chat: Chat, agent: Agent) -> None:
    """The lines that this agent's page has brought tell that they were the one who served the chat, which came back to whoever
    had it before, or to nobody. What was decided since stays decided."""
    earlier = chat.transcript.of_earlier_starts()
    since = [line for line in chat.transcript.lines if are_of_one_start(line.epoch, floor.epoch)]
    if chat.agent is agent or last_agent([*earlier, *since]) != agent.id:
        return
    if chat.agent is not None:
        chat.unconfirmed = False
        matching.release(floor, chat, chat.agent)
        matching.seat(floor, chat, agent)
    elif chat.id in floor.waiting and reach(earlier, chat.remembered):
        endings.withdraw_offer(floor, chat)
        matching.assign(floor, chat, agent)


def answered(floor: Floor, chat: Chat, socket: AgentSocket) -> None:
    """The console was asked for its copy and is now shown the chat, if it is this agent's; else it drops the copy."""
    if chat.agent is socket.agent and chat.unconfirmed:
        confirm(floor, chat)
    elif chat.agent is socket.agent or chat.id in socket.agent.reading:
        _show_console(floor, chat, socket)
    else:
        socket.holds.pop(chat.id, None)
        floor.send((socket.connection,), Released(chat=chat.id))


def _show_console(floor: Floor, chat: Chat, socket: AgentSocket) -> None:
    tip, held = socket.holds.pop(chat.id, None), socket.gave.pop(chat.id, None)
    matching.show(floor, chat, socket.agent, {socket.connection}, tip, held)


def confirm(floor: Floor, chat: Chat) -> None:
    """An agent's page that held the chat vouches for it. Without such a page the visitor waits again, at the head."""
    agent = chat.agent
    assert agent is not None
    consoles = [floor.agent_sockets[connection] for connection in agent.sockets]
    chat.audience = None
    if not any(chat.id in console.holds for console in consoles):
        matching.requeue(floor, chat)
        return
    chat.unconfirmed = False
    for console in [console for console in consoles if chat.id not in console.copies]:
        _show_console(floor, chat, console)
    floor.touch(chat)
    floor.touch_agent(agent)


def confirm_due(floor: Floor, chat: Chat) -> None:
    """A page that was asked for its copy has not answered: it is shown the chat as it is, and may still answer."""
    for socket in [floor.visitor_sockets[connection] for connection in chat.sockets]:
        if socket.copy is not None:
            socket.late = socket.copy
            _show_tab(floor, chat, socket)
    for console in [console for console in floor.agent_sockets.values() if chat.id in console.copies]:
        console.late[chat.id] = console.copies.pop(chat.id)
        chat.audience = None
        answered(floor, chat, console)
