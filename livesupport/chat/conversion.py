"""Turning a chat into a ticket: armed, asked, saved, refused, exactly once (product.md 3.11).

`none → armed | asked → saving → saved`, and back to `none` when it is refused, runs out or could not be written. The storage
side makes one ticket per chat whatever happens here, so a repeated attempt can only find the first ticket.
"""

from __future__ import annotations

from livesupport.chat import evidence
from livesupport.chat.events import AppendLines, LinesAppended, OpenTicket, Snapshot, TicketFailed, TicketSaved
from livesupport.chat.floor import Floor
from livesupport.chat.protocol import Convert, RefusalCode, Refuse, Refused, Save
from livesupport.chat.state import Agent, AgentSocket, Chat, VisitorSocket
from livesupport.rules import ConvertMode

RETRY_APPEND = 5.0  # seconds


def agent_convert(floor: Floor, socket: AgentSocket, chat: Chat, command: Convert) -> None:
    """The agent's click: at once, armed for some seconds, or a question to the visitor, as the site's rule says."""
    saving = chat.saving
    if saving.state == "saved" or saving.refused:
        code: RefusalCode = "already_saved" if saving.state == "saved" else "visitor_refused"
        floor.refuse(socket.connection, code, command.ref, chat=chat.id)
    elif saving.state == "none" and _mode(floor, chat) == "ask" and chat.gone:
        floor.refuse(socket.connection, "not_allowed", command.ref, chat=chat.id)
    elif saving.state == "none":
        _begin(floor, chat, socket.agent)
    else:
        floor.touch(chat)


def _mode(floor: Floor, chat: Chat) -> ConvertMode:
    site = floor.sites.get(chat.site)
    return (site.convert if site else None) or floor.rules.convert


def _begin(floor: Floor, chat: Chat, agent: Agent) -> None:
    mode, rules = _mode(floor, chat), floor.rules
    chat.saving.by = agent
    if mode == "ask":
        _wait(floor, chat, "asked", rules.convert_ask_seconds)
    elif mode == "notify" and rules.convert_seconds > 0 and not chat.gone:
        _wait(floor, chat, "armed", rules.convert_seconds)
    else:
        commit(floor, chat)


def _wait(floor: Floor, chat: Chat, state: str, seconds: float) -> None:
    assert chat.saving.by is not None
    chat.saving.state = "asked" if state == "asked" else "armed"
    chat.saving.due_at = floor.now.mono + seconds
    floor.timers.set("saving", chat.id, chat.saving.due_at)
    floor.say(chat, "armed", name=chat.saving.by.name, agent=chat.saving.by.id)
    floor.touch(chat)


def due(floor: Floor, chat: Chat) -> None:
    """The seconds have passed: silence agrees to what was armed, and declines what was asked."""
    if chat.saving.state == "armed":
        commit(floor, chat)
    elif chat.saving.state == "asked":
        stand_down(floor, chat)


def visitor_is_gone(floor: Floor, chat: Chat) -> None:
    """Nobody is left who could object or consent: what was armed is saved at once, what was asked is not."""
    due(floor, chat)


def visitor_save(floor: Floor, socket: VisitorSocket, command: Save) -> None:
    """The visitor's own wish needs no waiting, and consents to an agent's."""
    chat = socket.chat
    if chat is None:
        floor.refuse(socket.connection, "no_such_chat", command.ref)
    elif chat.saving.state == "saved":
        floor.refuse(socket.connection, "already_saved", command.ref, chat=chat.id)
    else:
        save_for_visitor(floor, chat)


def save_for_visitor(floor: Floor, chat: Chat) -> None:
    """At once, unless it is being saved already."""
    if chat.saving.state in ("none", "armed", "asked"):
        commit(floor, chat)


def visitor_refuse(floor: Floor, socket: VisitorSocket, command: Refuse) -> None:
    """One refusal ends the agents' right to save this chat; the visitor keeps it."""
    chat = socket.chat
    if chat is None:
        floor.refuse(socket.connection, "no_such_chat", command.ref)
    elif chat.saving.state not in ("armed", "asked"):
        code: RefusalCode = "not_allowed" if chat.saving.state == "none" else "already_saved"
        floor.refuse(socket.connection, code, command.ref, chat=chat.id)
    else:
        chat.saving.refused = True
        floor.say(chat, "refused", name=chat.card.name)
        stand_down(floor, chat)


def was_refused(floor: Floor, chat: Chat) -> None:
    """A refusal from before the server's death was found: what has been armed since is off."""
    chat.saving.refused = True
    if chat.saving.state in ("armed", "asked"):
        stand_down(floor, chat)


def stand_down(floor: Floor, chat: Chat) -> None:
    """Back to where nothing was asked."""
    floor.timers.cancel("saving", chat.id)
    chat.saving.state, chat.saving.by = "none", None
    floor.touch(chat)


def commit(floor: Floor, chat: Chat) -> None:
    """Hands the chat over as it is now. Later lines follow in batches."""
    floor.timers.cancel("saving", chat.id)
    saving = chat.saving
    saving.state = "saving"
    saving.saved_upto, saving.saved_notes = len(chat.transcript.lines), len(chat.notes.lines)
    floor.effects.append(OpenTicket(snapshot=_snapshot(floor, chat)))
    floor.touch(chat)


def _snapshot(floor: Floor, chat: Chat) -> Snapshot:
    return Snapshot(
        chat=chat.id,
        site=chat.site,
        topic=chat.topic,
        visitor=chat.card,
        agent=chat.agent.id if chat.agent else None,
        saved_by=chat.saving.by.id if chat.saving.by else None,
        lines=tuple(filter(chat.transcript.counts, chat.transcript.lines)),
        notes=tuple(chat.notes.lines),
        checked=evidence.seals_hold(floor.ring, chat),
        one_sided=evidence.is_one_sided(chat),
    )


def saved(floor: Floor, chat: Chat, event: TicketSaved) -> None:
    """The ticket is there: both sides see its number."""
    saving = chat.saving
    saving.state, saving.ticket = "saved", event.number
    floor.say(chat, "converted", name=saving.by.name if saving.by else chat.card.name, other=event.number)
    floor.count("converted", "agent" if saving.by else "visitor")
    plan_append(floor, chat)
    floor.touch(chat)


def was_saved(floor: Floor, chat: Chat, number: str) -> None:
    """A chat that came back has a ticket: nothing is committed again, and what the ticket lacks follows."""
    chat.saving.state, chat.saving.ticket = "saved", number
    if not any(line.kind == "converted" for line in chat.transcript.lines):
        floor.say(chat, "converted", name=chat.card.name, other=number)
    append_all(floor, chat)


def append_all(floor: Floor, chat: Chat) -> None:
    """Hands every line to the ticket once more, because some may be missing; it takes each once."""
    chat.saving.saved_upto = chat.saving.saved_notes = 0
    plan_append(floor, chat)


def arm_again(floor: Floor, chat: Chat) -> None:
    """The agent's wish from before the crash: everybody gets the full time once more. Without waiting time it stays undone."""
    assert chat.agent is not None
    if _mode(floor, chat) != "recorded" and not chat.saving.refused:
        _begin(floor, chat, chat.agent)


def failed(floor: Floor, chat: Chat, event: TicketFailed) -> None:
    """Nothing was written: both sides are told so, and each may ask again."""
    stand_down(floor, chat)
    floor.send(floor.audience(chat), Refused(code="not_saved", chat=event.chat))


def plan_append(floor: Floor, chat: Chat) -> None:
    """Lets some lines gather before they are written."""
    if floor.timers.get("append", chat.id) is None:
        floor.timers.set("append", chat.id, floor.now.mono + floor.rules.append_every)


def flush(floor: Floor, chat: Chat) -> None:
    """Writes what was said since the chat was saved. The ticket takes each line once, so a repetition does no harm."""
    saving = chat.saving
    floor.timers.cancel("append", chat.id)
    if saving.state != "saved":
        return
    lines = tuple(filter(chat.transcript.counts, chat.transcript.lines[saving.saved_upto :]))
    notes = tuple(chat.notes.lines[saving.saved_notes :])
    saving.saved_upto, saving.saved_notes = len(chat.transcript.lines), len(chat.notes.lines)
    if lines or notes:
        earlier = floor.unwritten.get(chat.id, AppendLines(chat=chat.id, lines=(), notes=()))
        floor.unwritten[chat.id] = AppendLines(chat=chat.id, lines=(*earlier.lines, *lines), notes=(*earlier.notes, *notes))
        write(floor, chat.id)


def write(floor: Floor, chat_id: str) -> None:
    """Hands over everything that is not known to be in the ticket yet."""
    if chat_id in floor.unwritten:
        floor.effects.append(floor.unwritten[chat_id])


def appended(floor: Floor, event: LinesAppended) -> None:
    """Written, or to be tried again: the lines of a saved chat outlive the chat until they are in its ticket."""
    handed = event.handed
    waiting = floor.unwritten.get(handed.chat)
    if waiting is None:
        return
    if not event.saved:
        floor.timers.set("rewrite", handed.chat, floor.now.mono + RETRY_APPEND)
        return
    lines = tuple(line for line in waiting.lines if line not in handed.lines)
    notes = tuple(note for note in waiting.notes if note not in handed.notes)
    if lines or notes:
        floor.unwritten[handed.chat] = AppendLines(chat=handed.chat, lines=lines, notes=notes)
    else:
        del floor.unwritten[handed.chat]
        floor.timers.cancel("rewrite", handed.chat)
