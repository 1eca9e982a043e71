"""Whether somebody can answer, and how long it may take: the one truth that widget, API and hub share (product.md 3.11)."""

from __future__ import annotations

from livesupport.chat import routing
from livesupport.chat.floor import Floor
from livesupport.chat.protocol import Service, ServiceState, TopicInfo, WaitBucket
from livesupport.chat.state import Agent, QueueKey


def state_of(floor: Floor, key: QueueKey) -> ServiceState:
    """`open` means: a chat that starts now will wait for a human who is there."""
    if key[0] in floor.closed:
        return "closed_hours"
    if floor.draining or not any(is_there(floor, agent, key) for agent in floor.agents.values()):
        return "no_agents"
    limit = routing.queue_limit(seats(floor, key), floor.rules)
    if sum(chat.queue == key for chat in floor.waiting.values()) >= limit or floor.bytes >= floor.rules.bytes_of_all_chats:
        return "busy_full"
    return "open"


def is_there(floor: Floor, agent: Agent, key: QueueKey) -> bool:
    """Available and connected; a page that reloads has not left."""
    if agent.intent != "available" or not agent.serves(key):
        return False
    if agent.sockets:
        return True
    return agent.lost_at is not None and floor.now.mono < agent.lost_at + floor.rules.agent_notice_after


def seats(floor: Floor, key: QueueKey | None) -> int:
    """All seats of the agents who can be asked for this queue now; for None, of all who can be asked."""
    return routing.seats(floor.agents.values(), key, floor.now, floor.rules)


def of_site(floor: Floor, site_id: str) -> Service:
    """The push that tells a panel what it can offer. A site with topics is open when one of them is."""
    site = floor.sites[site_id]
    topics = [TopicInfo(id=each.id, name=each.name, state=state_of(floor, (site_id, each.id))) for each in site.topics]
    states = [each.state for each in topics] or [state_of(floor, (site_id, None))]
    state: ServiceState = "open" if "open" in states else states[0]
    opens_at = floor.closed.get(site_id)
    return Service(
        state=state,
        topics=topics,
        opens_at=opens_at,
        opens_in=max(0.0, opens_at - floor.now.wall) if opens_at is not None else None,
    )


def estimate(floor: Floor, key: QueueKey, position: int) -> WaitBucket | None:
    """The estimated wait; None while there are too few samples or no seats."""
    samples, available = floor.handle_seconds, seats(floor, key)
    if len(samples) < floor.rules.estimate_needs or not available:
        return None
    return routing.wait_bucket(position, sum(samples) / len(samples), available)
