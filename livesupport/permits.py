"""Who may administer: one rule for all services."""

from __future__ import annotations

from livesupport.errors import NotAllowed
from livesupport.model import Agent


def check_administrator(actor: Agent | None) -> None:
    """Raises `NotAllowed` unless it is an administrator who acts, or (None) whoever owns the machine, at its command line."""
    if actor is not None and actor.role != "administrator":
        raise NotAllowed("only an administrator may")
