"""What each side is shown of a chat: the small states that replace one another, built from memory at the moment of telling."""

from __future__ import annotations

import msgspec

from livesupport.chat import names, routing, service
from livesupport.chat.events import Topic
from livesupport.chat.floor import Floor
from livesupport.chat.protocol import (
    AgentChat,
    Limits,
    Me,
    Offer,
    Queue,
    QueueEntry,
    Receipt,
    Team,
    Teammate,
    TeamTopic,
    VisitorCard,
    VisitorChat,
    Wall,
    WallAgent,
    WallChat,
    WallTopic,
)
from livesupport.chat.state import Agent, Chat, QueueKey


def limits(floor: Floor) -> Limits:
    """The sizes that a page should respect before it sends."""
    rules = floor.rules
    return Limits(text=rules.text_limit, name=rules.name_limit, phone=rules.phone_limit, question=rules.question_limit)


def visitor_chat(floor: Floor, chat: Chat) -> VisitorChat:
    """The state of a chat as its visitor sees it."""
    saving, ending = chat.saving, chat.ending
    waits = chat.status in ("waiting", "offered")
    return VisitorChat(
        chat=chat.id,
        status=chat.status,
        agent=chat.agent.name if chat.agent else None,
        agent_gone=_agent_is_gone(floor, chat),
        agent_lost=chat.lost_agent,
        position=chat.shown_position if waits else None,
        wait=service.estimate(floor, chat.queue, chat.shown_position) if waits and chat.shown_position else None,
        overtaken=waits and chat.overtaken,
        ask_wait=waits and chat.ask_wait,
        armed_by=saving.by.name if saving.by and saving.state in ("armed", "asked") else None,
        armed_in=_left(floor, saving.due_at) if saving.state == "armed" else None,
        asked_in=_left(floor, saving.due_at) if saving.state == "asked" else None,
        ending_by=ending.by if ending else None,
        ending_in=_left(floor, ending.at) if ending else None,
        idle_in=_idle_in(floor, chat),
        too_old_in=_too_old_in(floor, chat),
        supervisors=[supervisor.name for supervisor in chat.supervisors.values()],
        ticket=saving.ticket,
        reason=chat.reason,
        missing=chat.missing,
        save_in=_left(floor, floor.timers.get("forget", chat.id)),
    )


def agent_chat(floor: Floor, chat: Chat, *, mine: bool) -> AgentChat:
    """The state of a chat as its agent (`mine`) or a supervisor who reads along sees it."""
    saving, ending = chat.saving, chat.ending
    return AgentChat(
        chat=chat.id,
        status=chat.status,
        visitor=chat.card,
        site=_site_name(floor, chat.site),
        topic=floor.topic_name(chat),
        agent=chat.agent.name if chat.agent else None,
        mine=mine,
        started_at=chat.started_wall,
        inactive=chat.inactive,
        pinned=chat.pinned,
        visitor_gone=chat.gone,
        erases_in=_left(floor, floor.timers.get("grace", chat.id)) if chat.gone else None,
        transfer_to=chat.offer.agent.name if chat.offer else None,
        armed_in=_left(floor, saving.due_at) if saving.state == "armed" else None,
        asked_in=_left(floor, saving.due_at) if saving.state == "asked" else None,
        refused=saving.refused,
        saving=saving.state == "saving",
        ending_in=_left(floor, ending.at) if ending else None,
        idle_in=_idle_in(floor, chat),
        too_old_in=_too_old_in(floor, chat),
        supervisors=[supervisor.name for supervisor in chat.supervisors.values()],
        ticket=saving.ticket,
        reason=chat.reason,
        missing=chat.missing,
    )


def marked_card(floor: Floor, card: VisitorCard) -> VisitorCard:
    """The card with a mark when the visitor's name passes for an agent's, the site's or the house's own (T33)."""
    ours = [*names.RESERVED, *(agent.name for agent in floor.agents.values()), *(site.name for site in floor.sites.values())]
    if not names.passes_for(card.name, ours):
        return card
    return msgspec.structs.replace(card, name_is_agents=True)


def receipts(chat: Chat) -> list[Receipt]:
    """How far both sides have read."""
    return [
        Receipt(chat=chat.id, by="visitor", received=chat.visitor_receipt.received, seen=chat.visitor_receipt.seen),
        Receipt(chat=chat.id, by="agent", received=chat.agent_receipt.received, seen=chat.agent_receipt.seen),
    ]


def me(floor: Floor, agent: Agent) -> Me:
    """An agent's own availability."""
    resting = agent.wrap_up_until > floor.now.mono
    return Me(
        intent=agent.intent or "away",
        status=routing.status(agent, floor.now, floor.rules),
        load=agent.load,
        capacity=routing.capacity(agent, floor.rules),
        missed=agent.away_by_misses,
        wrap_up_in=_left(floor, agent.wrap_up_until) if resting else None,
    )


def team(floor: Floor) -> Team:
    """Everybody who may be handed a chat."""
    return Team(
        agents=[_teammate(floor, agent) for agent in floor.agents.values()],
        topics=[
            TeamTopic(id=topic.id, name=topic.name, site=site.name, state=service.state_of(floor, (site.id, topic.id)))
            for site in floor.sites.values()
            for topic in site.topics
        ],
    )


def _teammate(floor: Floor, agent: Agent) -> Teammate:
    return Teammate(
        id=agent.id,
        name=agent.name,
        status=routing.status(agent, floor.now, floor.rules),
        load=agent.load,
        capacity=routing.capacity(agent, floor.rules),
        routable=may_receive(floor, agent),
    )


def may_receive(floor: Floor, agent: Agent) -> bool:
    """Whether a chat can be handed to this agent now."""
    if floor.draining:
        return False
    return routing.reachable(agent, floor.now) and routing.has_seat(agent, floor.rules, returning=True)


def offer(floor: Floor, chat: Chat) -> Offer:
    """What rings: the question, not the name or the phone."""
    assert chat.offer is not None
    return Offer(
        chat=chat.id,
        question=chat.card.question,
        waited=floor.now.mono - chat.enqueued_at,
        expires_in=_left(floor, chat.offer.expires_at) or 0.0,
        topic=floor.topic_name(chat),
        language=chat.card.language,
        returning=chat.returning,
        from_agent=chat.offer.sender.name if chat.offer.sender else None,
        note=chat.offer.note,
    )


def queue_for(floor: Floor, agent: Agent) -> Queue:
    """All who wait and whom this agent may serve, in the order of serving."""
    waiting = sorted((chat for chat in floor.waiting.values() if agent.serves(chat.queue)), key=lambda chat: chat.order)
    return Queue(
        waiting=[
            QueueEntry(
                chat=chat.id,
                waited=floor.now.mono - chat.enqueued_at,
                question=chat.card.question,
                topic=floor.topic_name(chat),
                language=chat.card.language,
                returning=chat.returning,
                may_pull=may_pull(floor, agent, chat),
                escalated=chat.escalated,
            )
            for chat in waiting
        ]
    )


def may_pull(floor: Floor, agent: Agent, chat: Chat) -> bool:
    """In pull mode whoever is routable may take a waiting chat; once all have missed it, whoever is connected may."""
    if not chat.wants_agent or chat.gone or not agent.serves(chat.queue):
        return False
    if not routing.has_seat(agent, floor.rules, returning=chat.returning):
        return False
    if chat.escalated:
        return bool(agent.sockets)
    site = floor.sites.get(chat.site)
    return site is not None and site.mode == "pull" and routing.reachable(agent, floor.now)


def wall(floor: Floor) -> Wall:
    """The live wall: counts and agents' names, no content."""
    keys: list[tuple[QueueKey, Topic | None]] = [
        ((site.id, topic.id if topic else None), topic) for site in floor.sites.values() for topic in (*site.topics, None)
    ]
    topics = [_wall_topic(floor, key, topic) for key, topic in keys if topic or not floor.sites[key[0]].topics]
    active = [chat for chat in floor.chats.values() if chat.status == "active"]
    return Wall(
        waiting=len(floor.waiting),
        longest_wait=max((floor.now.mono - chat.enqueued_at for chat in floor.waiting.values()), default=0.0),
        seats=service.seats(floor, None),
        active=len(active),
        agents=[
            WallAgent(
                name=agent.name,
                status=routing.status(agent, floor.now, floor.rules),
                load=agent.load,
                capacity=routing.capacity(agent, floor.rules),
            )
            for agent in floor.agents.values()
        ],
        topics=topics,
        chats=[
            WallChat(
                chat=chat.id,
                status=chat.status,
                agent=chat.agent.name if chat.agent else None,
                topic=floor.topic_name(chat),
                age=floor.now.mono - chat.started_at,
            )
            for chat in (*floor.waiting.values(), *active)
        ],
    )


def _wall_topic(floor: Floor, key: QueueKey, topic: Topic | None) -> WallTopic:
    waiting = floor.queue(key)
    return WallTopic(
        name=topic.name if topic else "",
        site=_site_name(floor, key[0]),
        state=service.state_of(floor, key),
        waiting=len(waiting),
        longest_wait=max((floor.now.mono - chat.enqueued_at for chat in waiting), default=0.0),
        active=sum(chat.queue == key and chat.status == "active" for chat in floor.chats.values()),
    )


def _site_name(floor: Floor, site_id: str) -> str:
    site = floor.sites.get(site_id)
    return site.name if site else site_id


def _left(floor: Floor, at: float | None) -> float | None:
    """Seconds until a deadline, never negative."""
    return None if at is None else max(0.0, at - floor.now.mono)


def _agent_is_gone(floor: Floor, chat: Chat) -> bool:
    agent = chat.agent
    if agent is None or agent.sockets or agent.lost_at is None:
        return False
    return floor.now.mono >= agent.lost_at + floor.rules.agent_notice_after


def _idle_in(floor: Floor, chat: Chat) -> float | None:
    return _left(floor, idle_end_at(floor, chat)) if chat.idle_warned else None


def idle_end_at(floor: Floor, chat: Chat) -> float:
    """When this chat ends, if both sides stay silent."""
    return chat.last_said_at + (floor.rules.pinned_idle_end_after if chat.pinned else floor.rules.idle_end_after)


def _too_old_in(floor: Floor, chat: Chat) -> float | None:
    return _left(floor, chat.started_at + floor.rules.max_chat_age) if chat.age_warned else None
