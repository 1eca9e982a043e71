"""Whose business a ticket is. An agent with topics has the tickets of these and those without a topic; an agent without
topics, supervisors and administrators have all."""

from __future__ import annotations

from livesupport.model import Agent


def visible_topics(agent: Agent) -> tuple[int, ...] | None:
    """The topics whose tickets the agent may see, besides those that have none; None: all topics."""
    return agent.topics if agent.role == "agent" and agent.topics else None


def may_see(agent: Agent, topic_id: int | None) -> bool:
    """Whether the agent may see tickets of this topic (None: of no topic)."""
    topics = visible_topics(agent)
    return topics is None or topic_id is None or topic_id in topics
