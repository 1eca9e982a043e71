"""Which tickets an agent may know of. Whatever somebody may not know of does not exist for them (`NotFound`)."""

from __future__ import annotations

from livesupport.model import Agent


def may_see(agent: Agent, topic_id: int | None) -> bool:
    """Whether the agent may see tickets of this topic (None: of no topic).

    Agents who belong to topics see those, and what has no topic yet; an agent without topics, supervisors and administrators
    see all.
    """
    return agent.role != "agent" or not agent.topics or topic_id is None or topic_id in agent.topics
