"""Who may administer, and whose business a ticket is: rules that all services share."""

from __future__ import annotations

from livesupport.errors import NotAllowed
from livesupport.model import Agent


def check_administrator(actor: Agent | None) -> None:
    """Raises `NotAllowed` unless it is an administrator who acts, or (None) whoever owns the machine, at its command line."""
    if actor is not None and actor.role != "administrator":
        raise NotAllowed("only an administrator may")


def visible_topics(agent: Agent) -> tuple[int, ...] | None:
    """The topics whose tickets the agent may see, besides those that have none; None: all topics.

    Supervisors, administrators and agents without topics see all.
    """
    return agent.topics if agent.role == "agent" and agent.topics else None


def may_see(agent: Agent, topic_id: int | None) -> bool:
    """Whether the agent may see tickets of this topic (None: of no topic)."""
    topics = visible_topics(agent)
    return topics is None or topic_id is None or topic_id in topics
