"""Bringing those who wait to those who answer: offers, acceptance, requeueing. Driven by events, never by polling."""

from __future__ import annotations

from collections.abc import Iterable

from livesupport.chat import endings, routing, service, views
from livesupport.chat.events import Connection
from livesupport.chat.floor import Floor
from livesupport.chat.protocol import (
    Accept,
    Decline,
    OfferClosed,
    OfferCloseReason,
    RefusalCode,
    Released,
    Requeue,
    Tip,
)
from livesupport.chat.state import Agent, AgentSocket, Chat, Offer
from livesupport.chat.transcript import Place

# ── offering ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def dispatch(floor: Floor) -> None:
    """Offers every waiting chat to its best agent, in the order of the queue."""
    if floor.draining:
        return
    if floor.now.mono < floor.settled_at:
        _dispatch_at(floor, floor.settled_at)
        return
    free = _free(floor)
    for chat in sorted(floor.waiting.values(), key=lambda chat: chat.order) if free else tuple(floor.waiting.values()):
        if chat.wants_agent and chat.sockets:
            _find_agent(floor, chat, free)
            if chat.offer is not None:
                free = _free(floor)


def _free(floor: Floor) -> list[Agent]:
    """Who has a seat for at least one of those who wait. While nobody has, a long queue costs no more than a look at each."""
    returning = any(chat.returning for chat in floor.waiting.values())
    return [
        agent
        for agent in floor.agents.values()
        if routing.reachable(agent, floor.now) and routing.has_seat(agent, floor.rules, returning=returning)
    ]


def _find_agent(floor: Floor, chat: Chat, free: list[Agent]) -> None:
    """Rings at the best agent, or plans to, once one has rested. With nobody left to be asked everybody may take the chat."""
    candidates = free if _rings(floor, chat) else []
    able = [agent for agent in candidates if routing.may_be_offered(agent, chat, floor.now, floor.rules)]
    rested = [agent for agent in able if routing.rested(agent, floor.now, floor.rules)]
    if agent := routing.best_agent(rested, chat):
        offer(floor, chat, agent)
    elif able:
        first = min(agent.last_assigned for agent in able) + floor.rules.between_assignments
        _dispatch_at(floor, first)
    elif not chat.escalated and _nobody_is_left(floor, chat):
        _escalate(floor, chat)


def _rings(floor: Floor, chat: Chat) -> bool:
    """In pull mode agents pick by themselves, and a chat that went through too many hands rings no more."""
    site = floor.sites.get(chat.site)
    return (site is None or site.mode == "match") and chat.hops <= floor.rules.max_hops


def _dispatch_at(floor: Floor, at: float) -> None:
    armed = floor.timers.get("dispatch", "")
    if armed is None or armed > at:
        floor.timers.set("dispatch", "", at)


def _nobody_is_left(floor: Floor, chat: Chat) -> bool:
    """Somebody let it pass or was lost, and nobody is there who could still be asked, not even when a seat gets free."""
    if chat.hops > floor.rules.max_hops:
        return True
    if not (chat.missed or chat.hops):
        return False
    there = [agent for agent in floor.agents.values() if service.is_there(floor, agent, chat.queue)]
    return all(agent.id in chat.missed for agent in there)


def _escalate(floor: Floor, chat: Chat) -> None:
    """Every connected agent may take the chat; a visitor who has lost an agent is offered other ways."""
    chat.escalated = True
    if chat.hops:
        chat.lost_agent = True
        floor.timers.set("agent_lost", chat.id, floor.now.mono + floor.rules.agent_lost_after)
        floor.touch(chat)


def offer(floor: Floor, chat: Chat, agent: Agent, sender: Agent | None = None, note: str = "") -> None:
    """Rings at an agent, in all consoles. Without a `sender` the chat comes from the queue."""
    chat.offer = Offer(agent=agent, expires_at=floor.now.mono + floor.rules.offer_seconds, sender=sender, note=note)
    agent.offers[chat.id] = chat
    if sender is None:
        chat.move("offered")
        chat.escalated = chat.lost_agent = False
        floor.timers.cancel("agent_lost", chat.id)
        agent.last_assigned = floor.now.mono
    floor.timers.set("offer", chat.id, chat.offer.expires_at)
    floor.send(agent.sockets, views.offer(floor, chat))
    floor.touch_agent(agent)
    floor.touch(chat)


def offer_due(floor: Floor, chat: Chat) -> None:
    """Nobody answered the ringing."""
    assert chat.offer is not None
    agent, transfer = chat.offer.agent, chat.offer.sender is not None
    pass_on(floor, chat, "expired")
    agent.missed += 1
    floor.count("missed", "transfer" if transfer else "queue")
    if agent.missed >= floor.rules.missed_offers_until_away and agent.intent == "available":
        agent.intent, agent.away_by_misses = "away", True
        recall_offers(floor, agent)


def decline(floor: Floor, socket: AgentSocket, command: Decline) -> None:
    """The agent lets the offer pass."""
    chat = socket.agent.offers.get(command.chat)
    if chat is None:
        floor.refuse(socket.connection, "no_such_chat", command.ref, chat=command.chat)
        return
    socket.agent.missed = 0
    pass_on(floor, chat, "declined")


def pass_on(floor: Floor, chat: Chat, reason: OfferCloseReason, by: str | None = None) -> None:
    """Ends the ringing: back to the sender of a transfer, or on to the next agent. `by`: who has taken it instead."""
    offer = chat.offer
    assert offer is not None
    chat.offer = None
    offer.agent.offers.pop(chat.id, None)
    floor.timers.cancel("offer", chat.id)
    floor.send(offer.agent.sockets, OfferClosed(chat=chat.id, reason=reason, by=by))
    if offer.sender is not None:
        floor.send(offer.sender.sockets, OfferClosed(chat=chat.id, reason=reason, by=by or offer.agent.name))
    else:
        chat.move("waiting")
        if reason in ("expired", "declined"):
            chat.missed.add(offer.agent.id)
    floor.touch_agent(offer.agent)
    floor.touch(chat)


def recall_offers(floor: Floor, agent: Agent) -> None:
    """The agent cannot answer any more: what rings there goes on to others, and is not held against anybody."""
    for chat in list(agent.offers.values()):
        pass_on(floor, chat, "withdrawn")


# ── accepting ────────────────────────────────────────────────────────────────────────────────────────────────────────


def accept(floor: Floor, socket: AgentSocket, command: Accept) -> None:
    """Takes a chat, if it is still to be had; whoever comes second hears who has it."""
    agent, chat = socket.agent, floor.chats.get(command.chat)
    if chat is None or chat.status == "ended":
        floor.refuse(socket.connection, "no_such_chat", command.ref, chat=command.chat)
    elif chat.offer is not None and chat.offer.agent is agent:
        _accept_offer(floor, chat, agent)
    elif chat.agent is agent:
        floor.touch(chat)
    elif views.may_pull(floor, agent, chat):
        assign(floor, chat, agent)
    else:
        code, by = _who_has(floor, chat)
        floor.refuse(socket.connection, code, command.ref, chat=chat.id, by=by)


def _accept_offer(floor: Floor, chat: Chat, agent: Agent) -> None:
    offer = chat.offer
    assert offer is not None
    chat.offer = None
    agent.offers.pop(chat.id, None)
    floor.timers.cancel("offer", chat.id)
    floor.send(agent.sockets, OfferClosed(chat=chat.id, reason="accepted"))
    if offer.sender is None:
        assign(floor, chat, agent)
    else:
        floor.send(offer.sender.sockets, OfferClosed(chat=chat.id, reason="accepted", by=agent.name))
        hand_over(floor, chat, agent)


def _who_has(floor: Floor, chat: Chat) -> tuple[RefusalCode, str | None]:
    holder = chat.agent or (chat.offer.agent if chat.offer else None)
    return ("already_taken", holder.name) if holder else ("not_allowed", None)


def assign(floor: Floor, chat: Chat, agent: Agent) -> None:
    """From the queue to an agent."""
    waited = floor.now.mono - chat.enqueued_at
    chat.move("active")
    floor.waiting.pop(chat.id, None)
    floor.timers.cancel_all(chat.id, ("show_queue", "wait_prompt", "max_wait", "agent_lost"))
    chat.ask_wait = chat.lost_agent = chat.escalated = chat.overtaken = False
    chat.shown_position = None
    seat(floor, chat, agent)
    floor.say(chat, "assigned", name=agent.name, agent=agent.id)
    floor.count("matched", floor.topic_name(chat), seconds=waited)


def hand_over(floor: Floor, chat: Chat, agent: Agent) -> None:
    """From one agent to another who has agreed; there is no moment without an owner."""
    sender = chat.agent
    assert sender is not None
    release(floor, chat, sender)
    seat(floor, chat, agent)
    floor.say(chat, "transferred", name=sender.name, other=agent.name, agent=agent.id)


def seat(floor: Floor, chat: Chat, agent: Agent) -> None:
    """The agent serves the chat from now on and receives everything that was said. An ending that a former one began is off."""
    endings.undo(floor, chat)
    floor.timers.cancel_all(str(agent.id), ("agent_leave",))  # whoever takes a chat is not leaving
    chat.agent, chat.audience = agent, None
    chat.assigned_at = chat.last_said_at = floor.now.mono
    agent.chats[chat.id] = chat
    agent.missed = 0
    agent.last_assigned = floor.now.mono
    chat.supervisors.pop(agent.id, None)
    agent.reading.pop(chat.id, None)
    endings.watch_idle(floor, chat)
    show(floor, chat, agent, agent.sockets)
    floor.touch(chat)
    floor.touch_agent(agent)


def show(
    floor: Floor,
    chat: Chat,
    agent: Agent,
    connections: Iterable[Connection],
    tip: Tip | None = None,
    held: frozenset[Place] | None = None,
) -> None:
    """Everything a console needs to draw a chat: its state, the lines that it lacks, the notes, the receipts."""
    floor.send(connections, views.agent_chat(floor, chat, mine=chat.agent is agent))
    floor.show_lines(connections, chat, tip, held)
    for note in chat.notes.lines:
        floor.send(connections, note)
    for receipt in views.receipts(chat):
        floor.send(connections, receipt)


def release(floor: Floor, chat: Chat, agent: Agent) -> None:
    """Takes the chat out of the agent's pages."""
    floor.send(agent.sockets, Released(chat=chat.id))
    endings.release_seat(floor, chat, agent)


# ── back to the queue ────────────────────────────────────────────────────────────────────────────────────────────────


def agent_requeue(floor: Floor, socket: AgentSocket, chat: Chat, _command: Requeue) -> None:
    """The agent gives the chat back, and is not asked again."""
    requeue(floor, chat)
    chat.missed.add(socket.agent.id)


def requeue(floor: Floor, chat: Chat) -> None:
    """To the head of its queue, with its old place in time; cannot fail. A lost agent who returns may be asked again."""
    agent = chat.agent
    assert agent is not None
    endings.undo(floor, chat)
    endings.withdraw_offer(floor, chat)
    floor.say(chat, "requeued", name=agent.name)
    chat.missed = set()
    release(floor, chat, agent)
    chat.hops += 1
    chat.move("waiting")
    enter_queue(floor, chat, returning=True)


def enter_queue(floor: Floor, chat: Chat, *, returning: bool) -> None:
    """The chat waits from now on."""
    rules, now = floor.rules, floor.now.mono
    chat.returning, chat.escalated = returning, False
    if chat.unconfirmed:
        chat.unconfirmed = False
        floor.count_start(chat)
    floor.waiting[chat.id] = chat
    floor.timers.set("show_queue", chat.id, max(now + rules.show_queue_after, floor.settled_at))
    floor.timers.set("wait_prompt", chat.id, now + rules.wait_prompt_after)
    floor.timers.set("max_wait", chat.id, now + rules.max_wait)
    floor.seats_changed = True
    floor.touch(chat)


def wrap_up_due(floor: Floor, agent: Agent) -> None:
    """The agent has finished writing up."""
    floor.touch_agent(agent)
