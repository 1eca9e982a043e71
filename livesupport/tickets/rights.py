"""Whose business a ticket is. An agent with topics has the tickets of these and those without a topic; an agent without
topics, supervisors and administrators have all."""

from __future__ import annotations

from livesupport.model import Agent


def may_see(agent: Agent, topic_id: int | None) -> bool:
    """Whether the agent may see tickets of this topic (None: of no topic).

    Agents who belong to topics see those, and what has no topic yet; an agent without topics, supervisors and administrators
    see all.
    """
    return agent.role != "agent" or not agent.topics or topic_id is None or topic_id in agent.topics
