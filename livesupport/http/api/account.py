"""/api/v1/me/sessions and /api/v1/me/password: what is the agent's own, for the page of whoever is signed in themselves."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from livesupport.http.api.call import Call, Shape
from livesupport.http.api.operations import operation
from livesupport.http.auth import counted, session_of
from livesupport.model import Session

Secret = Annotated[str, Meta(max_length=1000)]


class SessionShape(Shape, frozen=True):
    """A browser in which the agent is signed in. `current`: the one that asks; `locked`: it waits for the password."""

    id: str
    device: str
    created_at: datetime
    expires_at: datetime
    current: bool
    locked: bool


class SessionList(Shape, frozen=True):
    """Sessions, the newest first."""

    items: list[SessionShape]


class PasswordChange(Shape, frozen=True):
    """The former password, and the new one."""

    former: Secret
    password: Secret


@operation("GET", "/me/sessions", "tickets:read", "List my sessions", in_person=True)
async def list_sessions(call: Call) -> SessionList:
    """The browsers in which the agent is signed in."""
    here = await session_of(call.request)
    return SessionList(items=[_session(one, here) for one in await call.state["accounts"].sessions_of(call.agent)])


@operation("DELETE", "/me/sessions/{id}", "tickets:write", "End a session", 204, in_person=True)
async def end_session(call: Call) -> None:
    """Signs one of these browsers out."""
    await call.state["accounts"].end_session(call.agent, call["id"])


@operation("PUT", "/me/password", "tickets:write", "Change my password", 204, in_person=True)
async def change_password(call: Call, body: PasswordChange) -> None:
    """Replaces the agent's own password and ends all their sessions; 403 for a wrong former one."""
    here = await session_of(call.request)
    assert here is not None
    async with counted(call.request, here):
        await call.state["accounts"].change_password(call.agent, body.former, body.password)


def _session(session: Session, here: Session | None) -> SessionShape:
    return SessionShape(
        id=session.id,
        device=session.device,
        created_at=session.created_at,
        expires_at=session.expires_at,
        current=here is not None and session.id == here.id,
        locked=session.locked_at is not None,
    )
