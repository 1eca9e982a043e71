"""Who gets whom: pure questions over agents and waiting chats. Whoever wants another order changes it here."""

from __future__ import annotations

from collections.abc import Iterable

from livesupport.chat.events import Moment
from livesupport.chat.protocol import AgentStatus, WaitBucket
from livesupport.chat.state import Agent, Chat, QueueKey
from livesupport.rules import Rules

BUCKETS: tuple[tuple[float, WaitBucket], ...] = ((1, "under_1"), (3, "1_to_3"), (5, "3_to_5"), (10, "5_to_10"))


def capacity(agent: Agent, rules: Rules) -> int:
    """Seats of an agent: a person's own number goes before the general one."""
    return agent.identity.capacity or rules.default_capacity


def reachable(agent: Agent, now: Moment) -> bool:
    """Wants to be asked, is connected and has finished writing up the last chat."""
    return agent.intent == "available" and bool(agent.sockets) and now.mono >= agent.wrap_up_until


def has_seat(agent: Agent, rules: Rules, *, returning: bool) -> bool:
    """A new chat never exceeds the capacity; one that was already served may, by one."""
    return agent.load < capacity(agent, rules) + returning


def status(agent: Agent, now: Moment, rules: Rules) -> AgentStatus:
    """What colleagues see."""
    if not agent.sockets:
        recently_lost = agent.lost_at is not None and now.mono < agent.lost_at + rules.agent_reclaim
        return "reconnecting" if recently_lost else "offline"
    if agent.intent != "available":
        return agent.intent or "away"
    if now.mono < agent.wrap_up_until:
        return "wrap_up"
    return "available" if has_seat(agent, rules, returning=False) else "busy"


def may_be_offered(agent: Agent, chat: Chat, now: Moment, rules: Rules) -> bool:
    """Routable for this chat, apart from the short rest between two assignments."""
    return (
        reachable(agent, now)
        and agent.serves(chat.queue)
        and agent.id not in chat.missed
        and has_seat(agent, rules, returning=chat.returning)
    )


def rested(agent: Agent, now: Moment, rules: Rules) -> bool:
    """True when the last assignment is long enough ago for the next one."""
    return now.mono >= agent.last_assigned + rules.between_assignments


def speaks(agent: Agent, language: str) -> bool:
    """An agent without named languages is taken to manage any."""
    primary = language.partition("-")[0].lower()
    return not agent.identity.languages or not primary or primary in agent.identity.languages


def best_agent(agents: Iterable[Agent], chat: Chat) -> Agent | None:
    """Speaks the visitor's language, then fewest chats, then longest without an assignment, then lowest id."""
    return min(
        agents,
        key=lambda agent: (not speaks(agent, chat.card.language), agent.load, agent.last_assigned, agent.id),
        default=None,
    )


def seats(agents: Iterable[Agent], queue: QueueKey | None, now: Moment, rules: Rules) -> int:
    """All the seats of the agents who can be asked for this queue, or for any."""
    asked = (agent for agent in agents if reachable(agent, now) and (queue is None or agent.serves(queue)))
    return sum(capacity(agent, rules) for agent in asked)


def queue_limit(seats: int, rules: Rules) -> int:
    """How many may wait in one queue."""
    return max(rules.queue_limit, rules.queue_limit_per_seat * seats)


def wait_bucket(position: int, handle_seconds: float, seats: int) -> WaitBucket:
    """Position × mean handle time ÷ seats, in minutes, as a bucket: an exact figure would be a lie."""
    minutes = position * handle_seconds / seats / 60
    return next((name for limit, name in BUCKETS if minutes < limit), "over_10")
