"""Files that people add to what they write: taken in before the form is sent, given to a message with it, opened by those
who may read that message.

A file that is uploaded belongs to its `owner`, a name that only the uploading page can make; whoever sends the form shows the
same owner, and from then on the ticket's rights decide. What nobody sends within a day is removed.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Literal, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.config import Files as Limits
from livesupport.errors import Invalid, NoRoom, NotFound, TooMuch
from livesupport.i18n import gettext as _
from livesupport.i18n import ngettext
from livesupport.model import Agent, Requester, StoredFile
from livesupport.permits import check_administrator, may_see
from livesupport.storage import file_rows
from livesupport.storage.database import Database
from livesupport.storage.files import FileStore, new_file_id
from livesupport.tickets.examining import examine
from livesupport.tickets.file_names import clean_name

ABANDONED_AFTER = 3600.0  # seconds after which bytes that no row knows of are nobody's: no upload takes that long

Room = Literal["ample", "low", "none"]
"""How much is left on the disk: below "ample" administrators are warned, with "none" no file is taken."""

PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})

_KEY = re.compile(r"[A-Za-z0-9_-]{22,64}")
_ID = re.compile(r"[0-9a-f]{32}")


class Chosen(NamedTuple):
    """What the hidden field `files` of a form says: who uploaded, and which files."""

    owner: str
    ids: tuple[str, ...]


NO_FILES = Chosen("", ())


def read_chosen(field: str) -> Chosen:
    """The field's value: the page's upload key, then the ids, separated by spaces; empty: no files.

    Raises `Invalid` for anything else.
    """
    if not field.strip():
        return NO_FILES
    key, *ids = field.split()
    if len(field) > 4000 or not all(map(_ID.fullmatch, ids)):
        raise Invalid({"files": _gone()})
    return Chosen(owner_of(key), tuple(dict.fromkeys(ids)))


def owner_of(key: str) -> str:
    """The owner that an upload key stands for: at least 128 random bits, base64url. Raises `Invalid` for what is no key."""
    if not _KEY.fullmatch(key):
        raise Invalid({"files": _gone()})
    return hashlib.sha256(b"livesupport/upload/v1 " + key.encode()).hexdigest()


class Files:
    """What can be done with files. Every method may raise `Unavailable`, and then nothing has changed."""

    def __init__(self, database: Database, store: FileStore, limits: Limits, clock: Callable[[], datetime]) -> None:
        self._database = database
        self.store = store
        self._clock = clock
        self.limits = limits

    # ── Before the form is sent ──────────────────────────────────────────────────────────────────────────────────────

    async def stage(self, owner: str, name: str, stream: AsyncIterator[bytes]) -> StoredFile:
        """Takes in a file for whoever `owner` names; it waits until a form takes it, for a day at most.

        What it is, is read from its bytes; its name is cleaned and gets the ending that belongs to them; what a photograph
        tells about its place is taken out. Raises `Invalid` for a kind that is not taken, `TooMuch` for what is larger or
        more than what is, `NoRoom` when the disk is nearly full. The sentences stand under "files".
        """
        if self.room() == "none":
            raise NoRoom("the disk is nearly full")
        await self._check_staged(owner)
        file_id = new_file_id()
        found = await self.store.put(file_id, self._limited(stream), partial(examine, name=name))
        new = StoredFile(
            id=file_id,
            name=clean_name(name, found.kind),
            media_type=found.kind.media_type,
            size=found.size,
            sha256=found.sha256,
            created_at=self._clock(),
        )
        try:
            await self._add(owner, new)
        except BaseException:
            await self.store.delete(file_id)
            raise
        return new

    async def discard(self, owner: str, file_id: str) -> None:
        """Removes a file that this owner has uploaded and not yet sent. Raises `NotFound`."""
        async with self._database.write() as connection:
            if not await file_rows.forget_staged(connection, owner, file_id):
                raise NotFound("no such file of this owner")
        await self.store.delete(file_id)

    async def staged(self, chosen: Chosen) -> list[StoredFile]:
        """Those of the chosen files that still wait, in the order of the choice, for a form that is shown again."""
        async with self._database.read() as connection:
            found = await file_rows.staged(connection, chosen.owner, chosen.ids)
        return sorted(found, key=lambda one: chosen.ids.index(one.id))

    async def _add(self, owner: str, new: StoredFile) -> None:
        async with self._database.write() as connection:
            await self._count(connection, owner, new.size)
            await file_rows.add(connection, owner, new)

    async def _check_staged(self, owner: str) -> None:
        async with self._database.read() as connection:
            await self._count(connection, owner, 1)

    async def _count(self, connection: AsyncConnection, owner: str, size: int) -> None:
        """Refuses what would be too much together with what already waits."""
        count, staged = await file_rows.staged_by(connection, owner)
        if count >= self.limits.staged_files or staged + size > self.limits.staged_bytes:
            raise TooMuch({"files": _("Too many files wait to be sent. Send or remove some of them first.")})
        _everybody, staged = await file_rows.staged_by_all(connection)
        if staged + size > self.limits.staged_bytes_of_all:
            raise NoRoom("too many files wait to be sent")

    async def _limited(self, stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        left = self.limits.file_bytes
        async for chunk in stream:
            left -= len(chunk)
            if left < 0:
                raise TooMuch({"files": self.too_large()})
            yield chunk

    def too_large(self) -> str:
        """What whoever sends too large a file is told."""
        megabytes = max(1, self.limits.file_bytes // (1024 * 1024))
        return _("This file is larger than {size} MB. Send a smaller one, or write where it can be found.").format(
            size=megabytes
        )

    # ── With the form ────────────────────────────────────────────────────────────────────────────────────────────────

    async def take(
        self,
        connection: AsyncConnection,
        owner: str,
        ids: Sequence[str],
        *,
        ticket_id: int | None = None,
        message_id: int | None = None,
        pending_id: str | None = None,
    ) -> None:
        """Gives uploaded files to a message of a ticket, or to a pending request, in the transaction that writes it.

        With neither, they belong to the house (a logo). Raises `TooMuch` for more than a message may have, `Invalid` when
        one is not there any more.
        """
        if not ids:
            return
        if len(ids) > self.limits.files_per_message:
            raise TooMuch({"files": self.too_many()})
        taken = await file_rows.take(connection, owner, ids, ticket_id=ticket_id, message_id=message_id, pending_id=pending_id)
        if taken != len(ids):
            raise Invalid({"files": _gone()})

    async def give_back(self, connection: AsyncConnection, message_id: int, beside: str = "") -> str:
        """Makes the files of a message that is taken back wait again, beside those of which the form's field says `beside`;
        returns what the field then says of all of them."""
        key, *others = beside.split() or [secrets.token_urlsafe(24)]
        ids = await file_rows.give_back(connection, message_id, owner_of(key))
        return " ".join((key, *ids, *others)) if ids else beside

    def too_many(self) -> str:
        """What whoever adds too many files to one message is told."""
        most = self.limits.files_per_message
        return ngettext(
            "At most {count} file goes with one message.", "At most {count} files go with one message.", most
        ).format(count=most)

    # ── Reading ──────────────────────────────────────────────────────────────────────────────────────────────────────

    async def of_ticket(self, ticket_id: int) -> list[StoredFile]:
        """All files of a ticket; each names its message. Who may see which is for the caller to know."""
        async with self._database.read() as connection:
            return await file_rows.of_ticket(connection, ticket_id)

    async def open(
        self,
        file_id: str,
        *,
        agent: Agent | None = None,
        requester: Requester | None = None,
        links: Collection[str] = (),
        owner: str = "",
    ) -> tuple[StoredFile, AsyncIterator[bytes]]:
        """A file and its bytes, for whoever may read it: an agent who may see its ticket; the requester of the ticket, or who
        holds a signed link to it (`links`: the numbers that such links open), unless it belongs to a note or to a reply that
        can still be taken back; the owner who has uploaded it and not yet sent it.

        Raises `NotFound`, also for those who may not.
        """
        async with self._database.read() as connection:
            found = await file_rows.placed(connection, file_id) if _ID.fullmatch(file_id) else None
        if found is None or not self._may_open(found, agent, requester, links, owner):
            raise NotFound("no such file for this person")
        return found.file, self.store.open(file_id)

    async def give_to_house(self, chosen: Chosen, *, actor: Agent) -> StoredFile | None:
        """Makes the first of these uploaded files one of the house, which anybody may open; None when none was chosen.

        While no site has it as its logo it is removed like a file that nobody sent (`purge`). Raises `NotAllowed`, and
        `Invalid` for what is no picture that every browser shows, and when it is not there any more.
        """
        check_administrator(actor)
        found = await self.staged(chosen)
        if not chosen.ids:
            return None
        if not found or found[0].media_type not in PICTURES:
            raise Invalid({"files": _("Choose a picture: PNG, JPEG, GIF or WebP.")})
        async with self._database.write() as connection:
            await self.take(connection, chosen.owner, [found[0].id])
        return found[0]

    async def open_of_house(self, file_id: str) -> tuple[StoredFile, AsyncIterator[bytes]]:
        """A file that belongs to the house, for anybody. Raises `NotFound`."""
        async with self._database.read() as connection:
            found = await file_rows.placed(connection, file_id) if _ID.fullmatch(file_id) else None
        if found is None or found.owner or found.ticket_id or found.pending_id:
            raise NotFound("no such file of the house")
        return found.file, self.store.open(file_id)

    def _may_open(
        self,
        found: file_rows.Placed,
        agent: Agent | None,
        requester: Requester | None,
        links: Collection[str],
        owner: str,
    ) -> bool:
        if found.owner:
            return found.owner == owner
        if found.ticket_id is None:
            return False
        if agent is not None and may_see(agent, found.topic_id):
            return True
        is_theirs = found.number in links or (requester is not None and requester.id == found.requester_id)
        return is_theirs and found.kind != "note" and (found.visible_at is None or found.visible_at <= self._clock())

    def room(self) -> Room:
        """How much room is left for files, and for everything else on their disk."""
        free = self.store.free()
        if free < self.limits.keep_free_bytes:
            return "none"
        return "low" if free < self.limits.warn_free_bytes else "ample"

    # ── Cleaning up ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def erase(self, ids: Sequence[str]) -> None:
        """Removes the bytes of files whose rows are gone; call it after that commit. What it misses, `sweep` finds."""
        for file_id in ids:
            await self.store.delete(file_id)

    async def purge(self) -> int:
        """Removes the files that nobody sent in time, and logos that no site has any more; returns how many."""
        before = self._clock() - timedelta(seconds=self.limits.staged_seconds)
        async with self._database.write() as connection:
            ids = await file_rows.forget_stale(connection, before)
        await self.erase(ids)
        return len(ids)

    async def sweep(self) -> int:
        """Removes bytes that no row knows of, and what a crash left half written; returns how many."""
        stored = list(self.store.ids(ABANDONED_AFTER))  # listed first: a file's row follows its bytes
        async with self._database.read() as connection:
            known = await file_rows.all_ids(connection)
        abandoned = [file_id for file_id in stored if file_id not in known]
        await self.erase(abandoned)
        return len(abandoned) + self.store.clear_drafts(ABANDONED_AFTER)


def _gone() -> str:
    return _("A file is no longer here: it waits for a day at most. Please add it again.")
