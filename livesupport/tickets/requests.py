"""What may be asked of the tickets, as values that check themselves: the same for socket, form and JSON.

Both ways of making one end in `__post_init__`, a call of the class and a decoding by msgspec; it raises `Invalid` with a
sentence for each field that is wrong. Texts come in cleaned (`livesupport.cleaning`); the limits here only guard the store,
what people may type is said by the configuration.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from livesupport.emails import is_email
from livesupport.errors import Invalid, NotFound
from livesupport.i18n import gettext as _
from livesupport.model import Author, Priority, TicketStatus
from livesupport.storage.schema import is_row_id

Chain = Literal["chat", "note"]

TEXT_LIMIT = 20_000  # characters of one message
SHORT_LIMIT = 2_000  # of a name, a phone number, an address
LARGEST_PLACE = 2**53 - 1  # of an epoch or a sequence number

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # PostgreSQL refuses NUL, and no database takes half a character


class Request(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something asked; its `repr` keeps silent about what people wrote."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class NewLine(Request, frozen=True):
    """A line of a chat on its way into a ticket. (chain, epoch, seq) is its place there: public lines and private notes
    are two chains, each with numbers of its own. `said_as` is its author's own id for it, which it keeps when it is said
    again; None for what the server said."""

    chain: Chain
    epoch: int
    seq: int
    at: datetime
    author: Author
    name: str
    text: str
    said_as: str | None = None

    def __post_init__(self) -> None:
        short = {"name": self.name, "said_as": self.said_as or ""}
        problems = too_long(short, SHORT_LIMIT) | too_long({"text": self.text}, TEXT_LIMIT)
        if not (0 <= self.epoch <= LARGEST_PLACE and 0 <= self.seq <= LARGEST_PLACE):
            problems["seq"] = _("This line has no place in the chat.")
        refuse(problems)


class NewTicket(Request, frozen=True):
    """A ticket to be opened. `origin` is a one-way hash of the chat's or the request's id and opens one ticket only.

    From a chat, `lines` are the transcript and `question` becomes the subject; without a chat, `question` is the first
    message. `actor` is the name of whoever had it opened. `checked`: the seals of all lines were found to hold just now;
    `one_sided`: only one of the chat's two pages held all of them.
    """

    origin: str
    site: str
    name: str
    phone: str
    question: str
    actor: str
    email: str = ""
    topic: int | None = None
    page: str = ""
    language: str = ""
    from_chat: bool = False
    assignee: int | None = None
    lines: tuple[NewLine, ...] = ()
    checked: bool = False
    one_sided: bool = False

    def __post_init__(self) -> None:
        short = {"name": self.name, "phone": self.phone, "page": self.page, "actor": self.actor, "language": self.language}
        problems = too_long(short, SHORT_LIMIT) | too_long({"question": self.question}, TEXT_LIMIT)
        if self.email and not is_email(self.email):
            problems["email"] = _("Enter an e-mail address such as ana@example.com.")
        if not self.question.strip():
            problems["question"] = _("Write your question.")
        if not 16 <= len(self.origin) <= 128:
            problems["origin"] = _("The request cannot be told from others.")
        refuse(problems)


class TicketChange(Request, frozen=True):
    """What to change of a ticket; what is left out stays. None takes the assignee, the topic or the type away."""

    status: TicketStatus | UnsetType = UNSET
    priority: Priority | UnsetType = UNSET
    assignee: int | UnsetType | None = UNSET
    topic: int | UnsetType | None = UNSET
    type: int | UnsetType | None = UNSET


class Wish(TicketChange, frozen=True):
    """What an agent who opens a ticket knows of it. `answers` are those to the type's questions, by their ids; who takes a
    call down may leave some open."""

    answers: dict[str, str] = {}


class TicketFilter(Request, frozen=True):
    """Which tickets to list. No statuses means all; `assignee` is an agent's id, or "none" for those nobody has; `topic` a
    topic's id, "none", or "mine" for those of the asking agent. `asked_again`: the requester wrote last, after an answer.
    `watched`: by the asking agent."""

    statuses: tuple[TicketStatus, ...] = ()
    assignee: int | Literal["any", "none"] = "any"
    topic: int | Literal["any", "none", "mine"] = "any"
    priority: Priority | None = None
    tag: str = ""
    overdue: bool = False
    asked_again: bool = False
    watched: bool = False
    text: str = ""

    def __post_init__(self) -> None:
        if isinstance(self.assignee, int) and not is_row_id(self.assignee):
            raise NotFound("no such agent")
        if isinstance(self.topic, int) and not is_row_id(self.topic):
            raise NotFound("no such topic")


def message_text(text: str) -> str:
    """`text`, if a reply or a note can be made of it; raises `Invalid` for the field "text"."""
    problems = too_long({"text": text}, TEXT_LIMIT)
    if not text.strip():
        problems["text"] = _("Write a text first.")
    refuse(problems)
    return text


def too_long(fields: dict[str, str], limit: int) -> dict[str, str]:
    """A sentence for every field that cannot be stored because of its length or its characters."""
    problems = {}
    for field, text in fields.items():
        if len(text) > limit:
            problems[field] = _("This is too long: at most {limit} characters.").format(limit=limit)
        elif _UNSTORABLE.search(text):
            problems[field] = _("This contains a character that cannot be stored.")
    return problems


def refuse(problems: dict[str, str]) -> None:
    """Raises `Invalid` if there are problems."""
    if problems:
        raise Invalid(problems)
