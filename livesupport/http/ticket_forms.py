"""What the forms of a ticket's page may send: one tag for each deed, and for each deed no field that its form does not have."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from livesupport.http.forms import Form, RowId
from livesupport.model import Priority
from livesupport.tickets.requests import TicketChange


class Reply(Form, frozen=True, tag_field="action", tag="reply"):
    """A public answer. `seen` is the newest message of the requester that the page showed; 0: none."""

    text: str
    status: Literal["pending", "open", "solved"]
    seen: RowId
    files: str = ""


class Note(Form, frozen=True, tag_field="action", tag="note"):
    """A note that only agents see."""

    text: str
    files: str = ""


class TakeBack(Form, frozen=True, tag_field="action", tag="take_back"):
    """A reply is not to go out after all."""

    message: RowId


class Change(Form, frozen=True, tag_field="action", tag="change"):
    """The controls beside the thread, some or all of them. `version` is that of the ticket that the page showed."""

    version: RowId
    status: Literal["new", "open", "pending", "on_hold", "solved", "closed", "merged", "spam"] | UnsetType = UNSET
    priority: Priority | UnsetType = UNSET
    assignee: RowId | UnsetType = UNSET
    topic: RowId | UnsetType = UNSET
    type: RowId | UnsetType = UNSET

    @property
    def wish(self) -> TicketChange:
        """What is to be changed."""
        return TicketChange(
            status=self.status,
            priority=self.priority,
            assignee=_row(self.assignee),
            topic=_row(self.topic),
            type=_row(self.type),
        )


class Tag(Form, frozen=True, tag_field="action", tag="tag"):
    """One more tag."""

    tag: str


class Untag(Form, frozen=True, tag_field="action", tag="untag"):
    """One tag less."""

    tag: str


class Watch(Form, frozen=True, tag_field="action", tag="watch"):
    """I want to hear of this ticket, or no longer."""

    on: Literal["yes", "no"]


class Merge(Form, frozen=True, tag_field="action", tag="merge"):
    """This ticket becomes part of another one. `sure`: although another person asked."""

    into: str
    sure: Literal["", "yes"] = ""


class Link(Form, frozen=True, tag_field="action", tag="link"):
    """Another ticket belongs to this one."""

    other: str


class Unlink(Form, frozen=True, tag_field="action", tag="unlink"):
    """Another ticket does not belong to this one."""

    other: str


class FollowUp(Form, frozen=True, tag_field="action", tag="follow_up"):
    """A new ticket that goes on from this one; `key` makes two clicks one."""

    key: Annotated[str, Meta(min_length=16, max_length=64)]


TicketForm = Reply | Note | TakeBack | Change | Tag | Untag | Watch | Merge | Link | Unlink | FollowUp


class DraftForm(Form, frozen=True):
    """What is being written, as far as it has come."""

    kind: Literal["reply", "note"]
    text: str
    files: str = ""


def _row(value: str | UnsetType) -> int | UnsetType | None:
    return UNSET if value is UNSET else int(value) or None
