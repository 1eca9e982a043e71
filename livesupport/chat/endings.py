"""How chats end: the agent's ending that can be undone, silence, age, absence, and the forgetting after all of them."""

from __future__ import annotations

from livesupport.chat import conversion, service, views
from livesupport.chat.floor import RUNNING_TIMERS, Floor
from livesupport.chat.protocol import (
    AgentEnd,
    AgentUndoEnd,
    EndReason,
    Erased,
    OfferClosed,
    Pin,
    Rate,
    Typing,
    VisitorEnd,
    VisitorUndoEnd,
)
from livesupport.chat.state import Agent, AgentSocket, Chat, Ending, VisitorSocket

AGE_WARNING = 600.0  # seconds before a chat gets too old

# After these the visitor, who is still there, may save the chat for a little while; after all others it is erased at once.
KEPT_FOR_A_WHILE: frozenset[EndReason] = frozenset(
    {"agent_ended", "converted_and_ended", "queue_to_ticket", "idle_timeout", "too_old", "agent_lost", "waited_too_long"}
)


# ── the agent ends ───────────────────────────────────────────────────────────────────────────────────────────────────


def agent_end(floor: Floor, socket: AgentSocket, chat: Chat, _command: AgentEnd) -> None:
    """Begins the ending: the visitor sees it and may object. Said again, it is answered with the ending that goes on."""
    begin(floor, chat, socket.agent)


def begin(floor: Floor, chat: Chat, agent: Agent) -> None:
    """The chat ends in some seconds, if nobody objects."""
    if chat.ending is None:
        chat.ending = Ending(by=agent.name, at=floor.now.mono + floor.rules.ending_seconds)
        floor.timers.set("ending", chat.id, chat.ending.at)
    floor.touch(chat)


def agent_undo_end(floor: Floor, _socket: AgentSocket, chat: Chat, _command: AgentUndoEnd) -> None:
    """The agent is not finished after all."""
    undo(floor, chat)
    floor.touch(chat)


def visitor_undo_end(floor: Floor, socket: VisitorSocket, _command: VisitorUndoEnd) -> None:
    """The visitor is not finished."""
    if socket.chat:
        undo(floor, socket.chat)


def undo(floor: Floor, chat: Chat) -> None:
    """Stops an ending that has begun; without one it does nothing."""
    if chat.ending is not None and chat.status == "active":
        chat.ending = None
        if chat.saving.then_end == "agent_ended":
            chat.saving.then_end = None
        floor.timers.cancel("ending", chat.id)
        floor.touch(chat)


def ending_due(floor: Floor, chat: Chat) -> None:
    """Nobody objected."""
    end(floor, chat, "agent_ended")


# ── the visitor ends ─────────────────────────────────────────────────────────────────────────────────────────────────


def visitor_end(floor: Floor, socket: VisitorSocket, _command: VisitorEnd) -> None:
    """End and erase: at once, and an armed saving with it. Only a saving that is being written is waited for."""
    chat = socket.chat
    if chat is None:
        return
    if chat.saving.state in ("armed", "asked"):
        conversion.stand_down(floor, chat)
    end(floor, chat, "visitor_erased")


def rate(floor: Floor, socket: VisitorSocket, command: Rate) -> None:
    """Counts how it was, once per chat, for nobody in particular."""
    if socket.rating is not None and socket.rating.is_open:
        socket.rating.is_open = False
        floor.count("rated", "good" if command.good else "bad")


# ── silence and age ──────────────────────────────────────────────────────────────────────────────────────────────────


def watch_idle(floor: Floor, chat: Chat) -> None:
    """Arms the next of three steps: warned, asleep (the seat is free), ended."""
    warn_at, sleep_at, end_at = _idle_steps(floor, chat)
    steps = ([] if chat.idle_warned else [warn_at]) + ([] if chat.inactive else [sleep_at])
    floor.timers.set("idle", chat.id, min([*steps, end_at]))


def _idle_steps(floor: Floor, chat: Chat) -> tuple[float, float, float]:
    """When a silent chat is warned, falls asleep and ends."""
    rules, end_at = floor.rules, views.idle_end_at(floor, chat)
    return end_at - (rules.idle_end_after - rules.idle_warning_after), chat.last_said_at + rules.inactive_after, end_at


def idle_due(floor: Floor, chat: Chat) -> None:
    """A step has come, unless somebody has spoken since it was armed."""
    now = floor.now.mono
    warn_at, sleep_at, end_at = _idle_steps(floor, chat)
    if now >= end_at:
        end(floor, chat, "idle_timeout")
        return
    if now >= warn_at and not chat.idle_warned:
        chat.idle_warned = True
        floor.touch(chat)
    if now >= sleep_at and not chat.inactive:
        chat.inactive = True
        _seat_changed(floor, chat)
    watch_idle(floor, chat)


def wake(floor: Floor, chat: Chat) -> None:
    """Somebody spoke in a chat that had been warned or asleep. Its seat is taken again, even beyond the capacity."""
    was_inactive = chat.inactive
    chat.idle_warned = chat.inactive = False
    watch_idle(floor, chat)
    floor.touch(chat)
    if was_inactive:
        _seat_changed(floor, chat)


def _seat_changed(floor: Floor, chat: Chat) -> None:
    floor.touch(chat)
    if chat.agent:
        floor.touch_agent(chat.agent)


def pin(floor: Floor, _socket: AgentSocket, chat: Chat, command: Pin) -> None:
    """A pinned chat may be silent for longer. Without the pin its silence counts anew: no chat ends without a warning."""
    if not command.on:
        chat.last_said_at = floor.now.mono
    chat.pinned = command.on
    chat.idle_warned = False
    watch_idle(floor, chat)
    floor.touch(chat)


def age_due(floor: Floor, chat: Chat) -> None:
    """Warns, then ends a chat that has reached the greatest age."""
    end_at = chat.started_at + floor.rules.max_chat_age
    if floor.now.mono >= end_at:
        end(floor, chat, "too_old")
    else:
        chat.age_warned = True
        floor.timers.set("age", chat.id, end_at)
        floor.touch(chat)


def watch_age(floor: Floor, chat: Chat) -> None:
    """Arms the warning of a new chat."""
    floor.timers.set("age", chat.id, chat.started_at + max(0.0, floor.rules.max_chat_age - AGE_WARNING))


# ── the end itself ───────────────────────────────────────────────────────────────────────────────────────────────────


def end(floor: Floor, chat: Chat, reason: EndReason) -> None:
    """Ends a chat for this reason: at once, or, while a saving is on its way, after its outcome."""
    if chat.status == "ended":
        if reason == "visitor_erased":
            forget(floor, chat, reason)
        return
    if chat.saving.state == "asked" and reason != "agent_ended":
        conversion.stand_down(floor, chat)
    if chat.saving.state in ("armed", "asked", "saving"):
        end_later(chat, reason)
        return
    if reason == "agent_ended" and chat.saving.ticket:
        reason = "converted_and_ended"
    _finish(floor, chat, reason)


def end_later(chat: Chat, reason: EndReason) -> None:
    """Ends the chat after the outcome of its saving. The last reason counts, but a visitor's wish to erase stays."""
    if chat.saving.then_end != "visitor_erased":
        chat.saving.then_end = reason


def _finish(floor: Floor, chat: Chat, reason: EndReason) -> None:
    chat.move("ended")
    chat.reason, chat.ending = reason, None
    floor.count("ended", reason)
    if chat.agent:
        floor.handle_seconds.append(floor.now.mono - chat.assigned_at)
        chat.rating.is_open = True
    floor.waiting.pop(chat.id, None)
    floor.seats_changed = True
    floor.timers.cancel_all(chat.id, RUNNING_TIMERS)
    withdraw_offer(floor, chat)
    keep = reason in KEPT_FOR_A_WHILE and not chat.gone
    if keep:
        floor.say(chat, "ended", other=reason)
    _dismiss_agents(floor, chat, reason)
    if keep:
        floor.timers.set("forget", chat.id, floor.now.mono + floor.rules.ended_keep)
        floor.touch(chat)
    else:
        forget(floor, chat, reason)


def _dismiss_agents(floor: Floor, chat: Chat, reason: EndReason) -> None:
    """The agents' copies end with the chat; only the visitor may still look at it."""
    floor.tell_agents(chat, Erased(chat=chat.id, reason=reason))
    if chat.agent:
        release_seat(floor, chat, chat.agent)
    for supervisor in chat.supervisors.values():
        supervisor.reading.pop(chat.id, None)
    chat.supervisors.clear()
    chat.audience = None


def release_seat(floor: Floor, chat: Chat, agent: Agent) -> None:
    """The agent no longer serves this chat: its silence counts no more, and time to write up begins if the rules grant it."""
    agent.chats.pop(chat.id, None)
    floor.timers.cancel("idle", chat.id)
    chat.inactive = chat.idle_warned = False
    chat.agent = None
    chat.audience = None
    floor.tell_visitor(chat, Typing(chat=chat.id, by="agent", on=False))
    if floor.rules.wrap_up_seconds > 0:
        agent.wrap_up_until = floor.now.mono + floor.rules.wrap_up_seconds
        floor.timers.set("wrap_up", str(agent.id), agent.wrap_up_until)
    floor.touch_agent(agent)


def withdraw_offer(floor: Floor, chat: Chat) -> None:
    """Stops the ringing, when there is any. The status is the caller's business."""
    offer = chat.offer
    if offer is None:
        return
    chat.offer = None
    offer.agent.offers.pop(chat.id, None)
    floor.timers.cancel("offer", chat.id)
    floor.send(offer.agent.sockets, OfferClosed(chat=chat.id, reason="withdrawn"))
    floor.touch_agent(offer.agent)


def forget(floor: Floor, chat: Chat, reason: EndReason) -> None:
    """Erases the chat. What was said since it was saved goes into the ticket first; a saving on its way is waited for."""
    if chat.saving.state == "saving":
        end_later(chat, reason)
        return
    conversion.flush(floor, chat)
    floor.tell_visitor(chat, Erased(chat=chat.id, reason=reason))
    if chat.site in floor.sites:  # a page in a chat was not told of changes
        floor.tell_visitor(chat, service.of_site(floor, chat.site))
    floor.forget(chat)
    floor.seats_changed = True


def forget_due(floor: Floor, chat: Chat) -> None:
    """The offer to save an ended chat has run out."""
    forget(floor, chat, chat.reason or "agent_ended")


def after_saving(floor: Floor, chat: Chat) -> None:
    """Carries out the end that has waited for the outcome of a saving, once there is one."""
    if chat.saving.then_end is None or chat.saving.state in ("armed", "asked", "saving"):
        return
    reason, chat.saving.then_end = chat.saving.then_end, None
    if reason == "queue_to_ticket" and not chat.saving.ticket:
        floor.seats_changed = True  # it waits for an agent again
        return
    if chat.status == "ended":
        forget(floor, chat, reason)
    else:
        end(floor, chat, reason)
