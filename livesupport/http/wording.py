"""The words that agents read for what a ticket can be; Jinja filters, so they are spoken in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from livesupport.i18n import gettext as _
from livesupport.model import TicketEvent


def status_word(status: str) -> str:
    """A ticket's status."""
    return {
        "unconfirmed": _("Unconfirmed"),
        "new": _("New"),
        "open": _("Open"),
        "pending": _("Pending"),
        "on_hold": _("On hold"),
        "solved": _("Solved"),
        "closed": _("Closed"),
        "merged": _("Merged"),
        "spam": _("Spam"),
    }.get(status, status)


def status_hint(status: str) -> str:
    """Whose turn it is, for whoever does not know our words."""
    return {
        "new": _("Nobody has worked on it yet."),
        "open": _("It is our turn."),
        "pending": _("It is the requester's turn."),
        "on_hold": _("We wait for somebody else."),
        "solved": _("Answered; it closes by itself after some days."),
        "closed": _("Finished; it can no longer change."),
    }.get(status, "")


def priority_word(priority: str) -> str:
    """A ticket's priority."""
    return {"low": _("Low"), "normal": _("Normal"), "high": _("High"), "urgent": _("Urgent")}.get(priority, priority)


def promise_word(kind: str) -> str:
    """What was promised to the requester."""
    return {"first_reply": _("first reply"), "next_reply": _("next reply"), "resolution": _("solution")}.get(kind, kind)


def event_sentence(event: TicketEvent) -> str:
    """What happened to a ticket, in one short sentence."""
    words = _WORDS.get(event.what, str)
    values = {"who": event.actor, "old": words(event.old), "new": words(event.new)}
    return _event_text(event).format(**values)


_WORDS: Mapping[str, Callable[[str], str]] = {
    "status": status_word,
    "priority": priority_word,
    "due_soon": promise_word,
    "overdue": promise_word,
}


def _event_text(event: TicketEvent) -> str:
    match event.what:
        case "due_soon":
            return _("Due soon: {new}")
        case "overdue":
            return _("Overdue: {new}")
        case "status" if not event.actor:
            return _("The status changed from {old} to {new}")
        case "created":
            return _("{who} opened this ticket")
        case "status":
            return _("{who} changed the status from {old} to {new}")
        case "priority":
            return _("{who} changed the priority from {old} to {new}")
        case "assignee" if not event.new:
            return _("{who} took the ticket away from {old}")
        case "assignee":
            return _("{who} assigned the ticket to {new}")
        case "topic" if not event.new:
            return _("{who} removed the topic {old}")
        case "topic":
            return _("{who} set the topic to {new}")
        case "replied":
            return _("{who} replied")
        case "noted":
            return _("{who} added an internal note")
        case _:
            return _("{who} changed this ticket")
