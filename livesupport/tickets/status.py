"""The states of a ticket and the moves between them (product.md 3.11)."""

from __future__ import annotations

from livesupport.errors import Conflict
from livesupport.model import TicketStatus

# What an agent may make of a ticket. `new` is never entered again; what is `closed` or `merged` stays so, and what is
# `unconfirmed` is not shown to agents.
MOVES: dict[TicketStatus, frozenset[TicketStatus]] = {
    "new": frozenset({"open", "pending", "on_hold", "solved", "spam"}),
    "open": frozenset({"pending", "on_hold", "solved", "spam"}),
    "pending": frozenset({"open", "on_hold", "solved", "spam"}),
    "on_hold": frozenset({"open", "pending", "solved", "spam"}),
    "solved": frozenset({"open", "pending", "on_hold", "spam"}),
    "spam": frozenset({"open"}),
}

# Where a public reply may take a ticket; the first one unless the agent chooses.
AFTER_REPLY: tuple[TicketStatus, ...] = ("pending", "open", "solved")

# Where nobody has work to do any more, or the ticket cannot be changed.
FINISHED: frozenset[TicketStatus] = frozenset({"closed", "merged", "spam"})


def moved(old: TicketStatus, new: TicketStatus) -> TicketStatus:
    """`new`, if an agent may move a ticket there; staying is always legal. Raises `Conflict` for every other move."""
    if new != old and new not in MOVES.get(old, ()):
        raise Conflict(f"a ticket that is {old} cannot become {new}")
    return new


def touched(old: TicketStatus) -> TicketStatus:
    """The state after an agent has done anything to the ticket: the first deed opens it."""
    return "open" if old == "new" else old


def answered_by_requester(old: TicketStatus) -> TicketStatus:
    """The state after the requester has written: it is our turn again. Raises `Conflict` where they cannot write any more;
    what goes on from a closed ticket is a new one."""
    if old in FINISHED:
        raise Conflict(f"a ticket that is {old} takes no more messages")
    return "open"
