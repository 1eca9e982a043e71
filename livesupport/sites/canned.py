"""Ready answers, which agents fetch by their shortcuts."""

from __future__ import annotations

from livesupport.cleaning import clean, clean_line
from livesupport.errors import NotFound
from livesupport.i18n import gettext as _
from livesupport.model import Agent, CannedReply
from livesupport.sites.base import Service, unless_taken
from livesupport.sites.requests import check_canned
from livesupport.storage import canned


class Canned(Service):
    """What can be done with ready answers."""

    async def canned(self) -> list[CannedReply]:
        """Every canned reply, by shortcut."""
        async with self._database.read() as connection:
            return await canned.all_canned(connection)

    async def add_canned(self, shortcut: str, text: str, *, actor: Agent | None = None) -> CannedReply:
        """Adds a canned reply; the shortcut is without its `/`. Raises `Invalid`, and `Conflict` when it is taken."""
        shortcut, text = _tidied(shortcut, text)
        with unless_taken(_("this shortcut is taken")):
            async with self._deed(actor, "canned.created", shortcut) as deed:
                return await canned.add(deed.connection, shortcut, text)

    async def change_canned(self, reply_id: int, shortcut: str, text: str, *, actor: Agent | None = None) -> None:
        """Replaces a canned reply. Raises `NotFound`, `Invalid`, and `Conflict` when the shortcut is taken."""
        shortcut, text = _tidied(shortcut, text)
        with unless_taken(_("this shortcut is taken")):
            async with self._deed(actor, "canned.changed", shortcut) as deed:
                if not await canned.change(deed.connection, reply_id, shortcut, text):
                    raise NotFound("no such ready answer")

    async def remove_canned(self, reply_id: int, *, actor: Agent | None = None) -> None:
        """Removes a canned reply. Raises `NotFound`."""
        async with self._deed(actor, "canned.removed") as deed:
            shortcut = await canned.remove(deed.connection, reply_id)
            if shortcut is None:
                raise NotFound("no such ready answer")
            deed.subject = shortcut


def _tidied(shortcut: str, text: str) -> tuple[str, str]:
    shortcut, text = clean_line(shortcut).removeprefix("/").casefold(), clean(text)
    check_canned(shortcut, text)
    return shortcut, text
