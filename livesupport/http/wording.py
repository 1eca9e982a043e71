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
    values = {"who": event.actor or _("The system"), "old": words(event.old), "new": words(event.new)}
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
        case "type" if not event.new:
            return _("{who} removed the type {old}")
        case "type":
            return _("{who} set the type to {new}")
        case "tagged":
            return _("{who} added the tag {new}")
        case "untagged":
            return _("{who} removed the tag {old}")
        case "merged":
            return _("{who} merged this ticket into #{new}")
        case "took_in":
            return _("{who} merged #{new} into this ticket")
        case "linked":
            return _("{who} linked #{new}")
        case "unlinked":
            return _("{who} unlinked #{new}")
        case "follows":
            return _("{who} went on from #{new}")
        case "followed":
            return _("{who} opened the follow-up #{new}")
        case "thanked":
            return _("{who} said thanks: it is solved")
        case "replied":
            return _("{who} replied")
        case "noted":
            return _("{who} added an internal note")
        case _:
            return _("{who} changed this ticket")


def step_word(step: str) -> str:
    """How far a request has come, to its requester."""
    return {
        "received": _("Received"),
        "working": _("Being worked on"),
        "answered": _("Answered"),
        "solved": _("Solved"),
        "closed": _("Closed"),
    }[step]


def step_hint(step: str) -> str:
    """What that means for the requester."""
    return {
        "received": _("We have your request. Nobody has started on it yet."),
        "working": _("Somebody is working on it."),
        "answered": _("We have answered. Write back if that is not all."),
        "solved": _("We believe that this is solved. Write back if it is not."),
        "closed": _("This request is over. Writing again opens a new one that goes on from it."),
    }[step]


def told_sentence(event: TicketEvent, name: str) -> str:
    """What happened to a request, in one short sentence to its requester, whose name is `name`."""
    match event.what, event.new:
        case "created", _new:
            words = _("Request received")
        case "thanked", _new:
            words = _("{who} said that it is solved")
        case "followed", _new:
            words = _("Goes on in request #{new}")
        case "merged", _new:
            words = _("Joined with request #{new}")
        case "status", "solved":
            words = _("{who} marked it as solved")
        case "status", "closed":
            words = _("Closed")
        case _:
            words = _("Open again")
    return words.format(who=event.actor or name, new=event.new)


def diagnostic_word(name: str) -> str:
    """What a requester agreed to tell about their browser."""
    return {
        "browser": _("Browser"),
        "system": _("System"),
        "screen": _("Screen"),
        "page": _("Page"),
        "language": _("Language"),
        "zone": _("Time zone"),
    }.get(name, name)


def column_word(column: str) -> str:
    """What stands above a column of the inbox."""
    return {
        "number": _("Number"),
        "from": _("From"),
        "status": _("Status"),
        "priority": _("Priority"),
        "topic": _("Topic"),
        "assignee": _("Assignee"),
        "due": _("Due"),
        "created": _("Created"),
        "updated": _("Last change"),
    }[column]
