"""The audit log as administrators read it."""

from __future__ import annotations

import msgspec

from livesupport.accounts.base import Service
from livesupport.model import Act, Agent
from livesupport.permits import check_administrator
from livesupport.storage import audit
from livesupport.storage.schema import is_row_id

PAGE_SIZE = 100


class ActPage(msgspec.Struct, frozen=True):
    """Some acts, and the one before which the next page begins, if there is one."""

    items: list[Act]
    next: int | None


class Auditing(Service):
    """What administrators read of each other's deeds."""

    async def audit_log(self, *, before: int | None = None, actor: Agent) -> ActPage:
        """A page of acts, the newest first. Raises `NotAllowed` for an actor who is no administrator."""
        check_administrator(actor)
        if before is not None and not is_row_id(before):
            before = None
        async with self._database.read() as connection:
            found = await audit.page(connection, before, PAGE_SIZE + 1)
        items = found[:PAGE_SIZE]
        return ActPage(items, items[-1].id if len(found) > len(items) else None)
