"""Lines that come late: a page that held more than the others has found its chat restored without them.

Such a page is asked before it is shown anything, for what it shows is what it holds. What verifies takes its place in the
chat and is told to everybody; then the page is shown the chat, or drops its copy when the chat is not its own any more.
"""

from __future__ import annotations

from livesupport.chat import conversion, matching, views
from livesupport.chat.believing import Side, Union, last_agent
from livesupport.chat.events import Connection
from livesupport.chat.floor import Floor
from livesupport.chat.protocol import Line, Records, Released, Tip, Wanted
from livesupport.chat.seal import ChatName
from livesupport.chat.state import Agent, AgentSocket, Chat, Pages, VisitorSocket
from livesupport.chat.transcript import Place

WAIT_FOR_GAPS = 2.0  # seconds: for a page that is here and may hold what the others lack
BYTES_PER_LINE = 400  # what a frame adds to its text
BYTES_PER_RECORD = 64  # what the shortest record costs in memory

# ── asking ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def ask_console(floor: Floor, socket: AgentSocket, chat_id: str) -> None:
    """Asks a console for its copy of a chat."""
    socket.pages[chat_id] = Pages()
    if chat := floor.chats.get(chat_id):
        chat.audience = None
    floor.send((socket.connection,), Wanted(chat=chat_id))


def ask_tab(floor: Floor, chat: Chat, socket: VisitorSocket, pages: Pages | None = None) -> None:
    """Asks a page of the visitor for its copy. `pages`: what it has sent already, having been asked before."""
    socket.pages, chat.audience = pages or Pages(), None
    floor.timers.set("confirm", chat.id, floor.now.mono + WAIT_FOR_GAPS)
    if pages is None:
        floor.send((socket.connection,), Wanted(chat=chat.id))


def may_hold_more(chat: Chat, tip: Tip | None) -> bool:
    """Whether a page with this tip has read further than the chat reaches that came back without it."""
    return tip is not None and tip.epoch < chat.transcript.epoch and not chat.transcript.holds(tip)


def collect(floor: Floor, pages: Pages, command: Records, connection: Connection) -> bool:
    """Keeps one page and asks for the next. False when there is more than a chat can have."""
    pages.lines += command.lines
    pages.notes += command.notes
    pages.size += sum(len(record) + BYTES_PER_RECORD for record in (*command.lines, *command.notes))
    most = floor.rules.bytes_per_chat + floor.rules.messages_per_chat * BYTES_PER_LINE
    if pages.size > 2 * most:
        return False
    if not command.last:
        floor.send((connection,), Wanted(chat=command.chat, after=len(pages.lines) + len(pages.notes)))
    return True


# ── filling ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def from_tab(floor: Floor, chat: Chat, socket: VisitorSocket, command: Records) -> None:
    """One page of records of a visitor's tab."""
    if socket.pages is None:
        if socket.is_late:
            socket.is_late = False
            _merge(floor, chat, _with_copy(floor, chat, Pages(lines=command.lines), "visitor")[0])
        return
    fits = collect(floor, socket.pages, command, socket.connection)
    if fits and not command.last:
        return
    pages = Pages(lines=socket.pages.lines) if fits else Pages()
    union, held = _with_copy(floor, chat, pages, "visitor")
    _merge(floor, chat, union)
    _show_tab(floor, chat, socket, held)


def _show_tab(floor: Floor, chat: Chat, socket: VisitorSocket, held: frozenset[Place] | None = None) -> None:
    socket.pages, chat.audience = None, None
    floor.send((socket.connection,), views.visitor_chat(floor, chat))
    floor.show_lines((socket.connection,), chat, None, held)


def _with_copy(floor: Floor, chat: Chat, pages: Pages, by: Side) -> tuple[Union, frozenset[Place] | None]:
    union = Union.of(chat.transcript.lines)
    return union, union.add(floor.ring, ChatName(chat.site, chat.id, chat.visitor), pages, by)


def served_last(agent: Agent, lines: list[Line]) -> bool:
    """Only the last sealed agent, or a supervisor, may fill gaps; the lines, those of the copy among them, tell who it is."""
    return agent.supervises or last_agent(lines) == agent.id


def from_console(floor: Floor, chat: Chat, socket: AgentSocket, pages: Pages) -> None:
    """Everything that a console holds, which came after the visitor had gone on."""
    chat.audience = None
    union, held = _with_copy(floor, chat, pages, "agent")
    if _may_fill(chat, socket, union):
        socket.gave[chat.id] = held
        _merge(floor, chat, union)
    answered(floor, chat, socket)


def from_late_console(floor: Floor, chat: Chat, socket: AgentSocket, command: Records) -> None:
    """Its line is slow, but it may still be the only one that held a line. Its copy is another one since, so what comes in this
    frame is all that can come."""
    socket.late.discard(chat.id)
    union, _ = _with_copy(floor, chat, Pages(lines=command.lines, notes=command.notes), "agent")
    if _may_fill(chat, socket, union):
        _merge(floor, chat, union)


def _may_fill(chat: Chat, socket: AgentSocket, union: Union) -> bool:
    return served_last(socket.agent, [line for line in union.lines() if line.epoch < chat.transcript.epoch])


def _merge(floor: Floor, chat: Chat, union: Union) -> None:
    before = chat.transcript.size
    chat.held |= union.held
    missing, notes = chat.transcript.add(union.lines()), chat.notes.add(union.notes.values())
    floor.bytes += chat.transcript.size - before
    chat.missing = max(0, chat.missing - len(missing))
    for line in missing:
        floor.send(floor.audience(chat), line)
    for note in notes:
        floor.tell_agents(chat, note)
    if (missing or notes) and chat.saving.state in ("saving", "saved"):
        conversion.append_all(floor, chat)
    floor.touch(chat)


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
    chat.unconfirmed, chat.audience = False, None
    if not any(chat.id in console.holds for console in consoles):
        matching.requeue(floor, chat)
        return
    for console in [console for console in consoles if chat.id not in console.pages]:
        _show_console(floor, chat, console)
    floor.touch(chat)
    floor.touch_agent(agent)


def confirm_due(floor: Floor, chat: Chat) -> None:
    """A page that was asked for its copy has not answered: it is shown the chat as it is, and may still answer."""
    for socket in [floor.visitor_sockets[connection] for connection in chat.sockets]:
        if socket.pages is not None:
            socket.is_late = True
            _show_tab(floor, chat, socket)
    for console in [console for console in floor.agent_sockets.values() if chat.id in console.pages]:
        del console.pages[chat.id]
        console.late.add(chat.id)
        chat.audience = None
        answered(floor, chat, console)
