"""What stands in each kind of mail, as values: the same sentences become the text and the HTML of it.

The mail that asks for a confirmation holds nothing that anybody typed: it goes to an address that a stranger may have named.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec

from livesupport import i18n
from livesupport.i18n import gettext as _
from livesupport.model import Site, Ticket, TicketMessage


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A mail before it is set: sentences, at most one button, and what a person wrote, if that is what it brings.

    `subject` and `title` may end alike; `after` stands below the button, small.
    """

    subject: str
    title: str
    lines: tuple[str, ...] = ()
    code: str = ""
    action: tuple[str, str] | None = None  # label, address
    message: TicketMessage | None = None
    after: tuple[str, ...] = ()
    ticket: Ticket | None = None  # whose thread it belongs to
    by_hand: bool = False  # a person wrote it

    def __repr__(self) -> str:
        return "<Letter>"


Address = Callable[[str], str]  # a path of ours, with our name before it


def confirm(site: Site, url: str, until: datetime) -> Letter:
    """Somebody has named this address and has to prove that it is theirs."""
    return Letter(
        subject=_("Confirm your request to {site}").format(site=site.name),
        title=_("Was it you who wrote to us?"),
        lines=(
            _("Somebody, probably you, wrote to {site} and wants to be answered at this address.").format(site=site.name),
            _("Open the page below and confirm it there; then the request gets its number, and we start to work on it."),
        ),
        action=(_("Look at it and confirm"), url),
        after=(
            _("The link holds until {when}. Without it, the request is erased.").format(when=moment(until)),
            _("It was not you? Then do nothing: you will hear no more of it."),
        ),
    )


def received(site: Site, ticket: Ticket, url: str) -> Letter:
    """The request has its number."""
    return Letter(
        subject=_("We have your request"),
        title=_("We have your request"),
        lines=(
            _("Its number is {number}, and it is about: {subject}").format(number=f"#{ticket.number}", subject=ticket.subject),
            _("A person reads it. The answer comes to this address."),
        ),
        action=(_("Open the request"), url),
        after=(_("You can add something at any time: open the request and write there."),),
        ticket=ticket,
    )


def answer(site: Site, ticket: Ticket, message: TicketMessage, url: str) -> Letter:
    """What an agent wrote."""
    return Letter(
        subject=ticket.subject,
        title=_("{name} answered your request").format(name=message.name),
        message=message,
        action=(_("Write back"), url),
        after=(_("The page shows everything that was written, with its files."),),
        ticket=ticket,
        by_hand=True,
    )


def solved(site: Site, ticket: Ticket, url: str) -> Letter:
    """The request counts as solved."""
    return Letter(
        subject=ticket.subject,
        title=_("Your request is solved"),
        lines=(_("We hope that this was what you needed. If something is missing, write back and we go on."),),
        action=(_("Open the request"), url),
        ticket=ticket,
    )


def due(site: Site, ticket: Ticket, url: str) -> Letter:
    """To whoever works on it: the time that was promised is nearly over."""
    lines = [_("Ticket {number} waits for an answer.").format(number=f"#{ticket.number}")]
    if ticket.due_at:
        lines.append(_("Promised until {when}.").format(when=moment(ticket.due_at)))
    return Letter(
        subject=ticket.subject,
        title=_("A promised time is nearly over"),
        lines=tuple(lines),
        action=(_("Open the ticket"), url),
        ticket=ticket,
    )


def sign_in(site: Site, code: str) -> Letter:
    """The code that proves the address."""
    return Letter(
        subject=_("Your code for {site}").format(site=site.name),
        title=_("Your code"),
        lines=(_("Type this code into the page that asked for it. It holds for ten minutes."),),
        code=code,
        after=(_("You did not ask for a code? Then do nothing, and give it to nobody."),),
    )


def moment(at: datetime) -> str:
    """A moment in words; a mail does not know its reader's zone, so it names its own."""
    from babel.dates import format_datetime  # a slow import, and not every start writes mail

    return format_datetime(at, "d MMMM y, HH:mm 'UTC'", locale=i18n.current())
