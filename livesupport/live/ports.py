"""What the rest of the house does for the sockets, handed in by `app.py` as functions: `live` knows nobody behind them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec

from livesupport.chat.events import AppendLines, Count, Snapshot, TicketFailed, TicketSaved
from livesupport.chat.protocol import LeaveRequest
from livesupport.signing import VisitorToken


class SignedIn(msgspec.Struct, frozen=True):
    """Who stands behind a session cookie."""

    agent_id: int
    session_id: str


class Ports(msgspec.Struct, frozen=True, kw_only=True):
    """The functions. Those that wait may fail: the desk then carries on as if nothing had been written."""

    open_ticket: Callable[[Snapshot], Awaitable[TicketSaved | TicketFailed]]
    find_ticket: Callable[[str], Awaitable[str | None]]
    """A chat's id in, the number of the ticket that it was saved as out. After a restart thousands are asked for at once."""
    append_lines: Callable[[AppendLines], Awaitable[bool]]
    """True when all lines are in the ticket, or it is no more; False: they are to be tried again."""
    save_request: Callable[[str, LeaveRequest], Awaitable[str | None]]
    """Site and request in, the request's number out; None when nothing was written."""
    authenticate: Callable[[str], Awaitable[SignedIn | None]]
    """The secret of a session cookie in, who it is out."""

    sign_token: Callable[[str, str, str, int], str]
    """Visitor, site, chat and the token's number in."""
    read_token: Callable[[str], VisitorToken | None]
    parse_phone: Callable[[str, str], str | None]
    """Text and region in, E.164 out."""
    region_of: Callable[[str], str]
    """A site's country, whose local phone numbers are understood."""
    fingerprint: Callable[[str], str]
    """A keyed one-way hash, for what must be compared and not kept."""
    count: Callable[[Count], None]
    clean: Callable[[str], str]
