"""Files from the moment somebody adds one until it is read, or removed: how much, whose, and who may open it (T27, T52)."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from livesupport.accounts.service import Accounts
from livesupport.config import Files as Limits
from livesupport.errors import Invalid, NoRoom, NotFound, TooMuch
from livesupport.model import Agent, Draft, MessageKind, Requester, StoredFile, Ticket
from livesupport.storage import threads
from livesupport.storage.database import Database
from livesupport.storage.files import FileStore
from livesupport.storage.schema import requester as requesters
from livesupport.storage.schema import ticket as tickets_table
from livesupport.storage.schema import topic as topics
from livesupport.tickets.files import ABANDONED_AFTER, NO_FILES, Chosen, Files, owner_of, read_chosen
from livesupport.tickets.requests import NewTicket
from livesupport.tickets.service import Tickets
from tests.databases import Clock, only_sqlite

KEY = "n" * 22
NINO, BEN = owner_of(KEY), owner_of("b" * 22)
PICTURE = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + b"\0\0\1\0" * 2 + b"rest of a picture"


async def stream(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def read(files: Files, file_id: str, **who: object) -> bytes:
    """What somebody gets who opens the file."""
    _file, chunks = await files.open(file_id, **who)  # type: ignore[arg-type]
    return b"".join([chunk async for chunk in chunks])


def kept(store: FileStore) -> list[Path]:
    """All files that the store has, drafts too."""
    return [path for path in store.folder.rglob("*") if path.is_file()]


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


@pytest.fixture
def limits() -> Limits:
    return Limits(keep_free_bytes=1)


@pytest.fixture
def files(database: Database, store: FileStore, limits: Limits, clock: Clock) -> Files:
    return Files(database, store, limits, clock)


@pytest.fixture
async def ticket(tickets: Tickets) -> Ticket:
    """Nino's request."""
    new = NewTicket(
        origin="request-00000001", site="default", name="Nino", phone="", question="It leaks", actor="Nino", from_chat=False
    )
    return await tickets.open(new)


async def send(
    files: Files, database: Database, ticket: Ticket, staged: StoredFile, kind: MessageKind = "request", later: int = 0
) -> None:
    """The file goes with a message of the ticket, which shows after so many seconds."""
    now = files._clock()
    visible = now + timedelta(seconds=later) if later else None
    async with database.write() as connection:
        message = await threads.add_message(connection, ticket.id, kind, "agent", "Ana", "See", now, visible_at=visible)
        await files.take(connection, NINO, [staged.id], ticket_id=ticket.id, message_id=message)


# ── Coming in ────────────────────────────────────────────────────────────────────────────────────────────────────────


@only_sqlite
async def test_a_picture_waits_under_a_random_name_that_is_all_the_disk_knows_of_it(files: Files, store: FileStore) -> None:
    staged = await files.stage(NINO, "../../screen.png", stream(PICTURE[:10], PICTURE[10:]))
    assert (staged.name, staged.media_type, staged.size) == ("screen.png", "image/png", len(PICTURE))
    [path] = kept(store)
    assert path == store.folder / staged.id[:2] / staged.id
    assert path.read_bytes() == PICTURE
    assert store.digest(staged.id) == staged.sha256
    assert len(staged.id) * 4 == 128


class Touched:
    """Every path that this process opens, makes, renames or removes while it watches (T49). Such a hook stays for ever."""

    def __init__(self) -> None:
        self.paths: list[str] | None = None
        sys.addaudithook(self._see)

    def _see(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.paths is not None and event in ("open", "os.mkdir", "os.rename", "os.remove", "os.link", "os.symlink"):
            paths = arguments[:1] if event == "open" else arguments
            self.paths += [os.fsdecode(one) for one in paths if isinstance(one, str | bytes | os.PathLike)]


@only_sqlite
async def test_no_name_that_somebody_sends_becomes_a_path(files: Files, store: FileStore) -> None:
    touched = Touched()
    names = ("../../x", "..\\x", "/etc/x", "a\0b", "x" * 300, ".htaccess", "CON", "gpj.exe\u202e", "C:\\x:y", "x/../../y")
    touched.paths = []
    for name in names:
        await files.stage(NINO, name, stream(PICTURE))
    paths, touched.paths = touched.paths, None
    ours = {path for path in paths if not path.startswith(str(store.folder.parent / "livesupport.db"))}
    expected = re.compile(re.escape(str(store.folder)) + r"(/drafts(/[0-9a-f]{32})?|/[0-9a-f]{2}(/[0-9a-f]{32})?)?")
    assert len(ours) > 3 * len(names)
    assert [path for path in ours if not expected.fullmatch(path)] == []


@only_sqlite
async def test_only_the_owner_of_the_server_can_read_it(files: Files, store: FileStore) -> None:
    await files.stage(NINO, "a.txt", stream(b"hello"))
    assert {path.stat().st_mode & 0o777 for path in store.folder.rglob("*") if path.is_dir()} == {0o700}
    assert [path.stat().st_mode & 0o777 for path in kept(store)] == [0o600]


@only_sqlite
async def test_of_a_refused_or_broken_upload_nothing_is_left(files: Files, store: FileStore) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield PICTURE
        raise EOFError

    with pytest.raises(Invalid):
        await files.stage(NINO, "a.exe", stream(b"MZ\0\0"))
    with pytest.raises(EOFError):
        await files.stage(NINO, "a.png", broken())
    assert kept(store) == []


@pytest.mark.parametrize("field", ["short " + "0" * 32, KEY + " ../../etc/passwd", KEY + " " + "0" * 31, KEY + " " + "A" * 32,
                                   KEY + (" " + "0" * 32) * 200])  # fmt: skip
def test_what_the_field_of_a_form_cannot_say_is_refused(field: str) -> None:
    with pytest.raises(Invalid):
        read_chosen(field)


def test_the_field_names_the_page_and_its_files() -> None:
    one, two = "0" * 32, "1" * 32
    assert read_chosen(f"{KEY} {one} {two} {one}") == Chosen(NINO, (one, two))
    assert read_chosen(" ") == NO_FILES


# ── How much (T52) ───────────────────────────────────────────────────────────────────────────────────────────────────


class TestLittleRoom:
    """A server that takes little."""

    @pytest.fixture
    def limits(self) -> Limits:
        return Limits(
            keep_free_bytes=1, file_bytes=100, files_per_message=2, staged_files=3, staged_bytes=150, staged_bytes_of_all=200
        )

    @only_sqlite
    async def test_a_file_may_be_as_large_as_the_limit_and_no_larger(self, files: Files, store: FileStore) -> None:
        assert (await files.stage(NINO, "a.txt", stream(b"x" * 60, b"x" * 40))).size == 100
        with pytest.raises(TooMuch):
            await files.stage(NINO, "b.txt", stream(b"x" * 60, b"x" * 41))
        assert len(kept(store)) == 1

    @only_sqlite
    async def test_so_many_files_and_so_many_bytes_may_wait(self, files: Files, store: FileStore) -> None:
        await files.stage(NINO, "a.txt", stream(b"x" * 100))
        with pytest.raises(TooMuch):
            await files.stage(NINO, "b.txt", stream(b"x" * 51))
        for _ in range(2):
            await files.stage(NINO, "c.txt", stream(b"x"))
        with pytest.raises(TooMuch):
            await files.stage(NINO, "d.txt", stream(b"x"))
        assert len(kept(store)) == 3

    async def test_what_everybody_has_waiting_has_an_end_too(self, files: Files, store: FileStore) -> None:
        await files.stage(NINO, "a.txt", stream(b"x" * 100))
        await files.stage(BEN, "b.txt", stream(b"x" * 99))
        with pytest.raises(NoRoom):
            await files.stage(BEN, "c.txt", stream(b"xx"))
        assert len(kept(store)) == 2

    @only_sqlite
    async def test_a_message_takes_only_so_many(self, files: Files, database: Database, ticket: Ticket) -> None:
        ids = [(await files.stage(NINO, "a.txt", stream(b"x"))).id for _ in range(3)]
        with pytest.raises(TooMuch):
            async with database.write() as connection:
                await files.take(connection, NINO, ids, ticket_id=ticket.id)
        assert await files.of_ticket(ticket.id) == []


@only_sqlite
async def test_on_a_disk_that_is_nearly_full_nothing_is_taken(
    files: Files, store: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = store.free()
    assert free > 1  # must hold for this test to mean anything
    monkeypatch.setattr(files, "limits", Limits(keep_free_bytes=free * 2))
    with pytest.raises(NoRoom):
        await files.stage(NINO, "a.txt", stream(b"hello"))
    assert kept(store) == []


# ── Sending ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_message_has_the_file_and_the_page_has_it_no_more(files: Files, database: Database, ticket: Ticket) -> None:
    staged = await files.stage(NINO, "a.png", stream(PICTURE))
    assert await files.staged(Chosen(NINO, (staged.id,))) == [staged]
    await send(files, database, ticket, staged)
    [sent] = await files.of_ticket(ticket.id)
    assert msgspec.structs.replace(sent, message_id=None) == staged
    assert sent.message_id is not None
    assert await files.staged(Chosen(NINO, (staged.id,))) == []
    with pytest.raises(NotFound):
        await files.discard(NINO, staged.id)


async def test_nobody_sends_what_another_page_has_uploaded_nor_anything_twice(
    files: Files, database: Database, ticket: Ticket
) -> None:
    staged = await files.stage(BEN, "a.png", stream(PICTURE))
    mine = await files.stage(NINO, "b.png", stream(PICTURE))
    with pytest.raises(Invalid):
        async with database.write() as connection:
            await files.take(connection, NINO, [mine.id, staged.id], ticket_id=ticket.id)
    assert await files.of_ticket(ticket.id) == []  # also the own one still waits
    await send(files, database, ticket, mine)
    with pytest.raises(Invalid):
        await send(files, database, ticket, mine)


# ── Opening (T27) ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def ana(accounts: Accounts) -> Agent:
    return await accounts.create_agent(login="ana", name="Ana", password="correct horse")


def person(requester_id: int) -> Requester:
    return Requester(id=requester_id, site="default", account=None, email="n@x.test", name="Nino", phone="", language="en",
                     created_at=Clock().now)  # fmt: skip


async def own(database: Database, ticket: Ticket) -> Requester:
    """Makes the request that of a person who has proved who they are."""
    row = {"site_id": "default", "email": "n@x.test", "name": "Nino", "phone": "", "language": "en", "created_at": Clock().now}
    async with database.write() as connection:
        added = await connection.execute(requesters.insert().values(row).returning(requesters.c.id))
        requester_id = added.scalar_one()
        where = tickets_table.c.id == ticket.id
        await connection.execute(tickets_table.update().where(where).values(requester_id=requester_id))
    return person(requester_id)


async def test_who_may_read_the_message_may_open_its_file(files: Files, database: Database, ticket: Ticket, ana: Agent) -> None:
    nino = await own(database, ticket)
    staged = await files.stage(NINO, "a.png", stream(PICTURE))
    await send(files, database, ticket, staged)
    assert await read(files, staged.id, agent=ana) == PICTURE
    assert await read(files, staged.id, requester=nino) == PICTURE
    assert await read(files, staged.id, links={ticket.number}) == PICTURE


async def test_and_nobody_else(files: Files, database: Database, ticket: Ticket) -> None:
    await own(database, ticket)
    topic = await _topic(database)
    async with database.write() as connection:
        await connection.execute(tickets_table.update().values(topic_id=topic))
    staged = await files.stage(NINO, "a.png", stream(PICTURE))
    await send(files, database, ticket, staged)
    elsewhere = Agent(id=7, login="x", name="X", role="agent", topics=(topic + 1,))
    strangers: list[dict[str, object]] = [
        {}, {"requester": person(999)}, {"links": {"1002-5"}}, {"links": {""}}, {"owner": NINO}, {"owner": ""}, {"owner": BEN},
        {"agent": elsewhere},
    ]  # fmt: skip
    for who in strangers:
        with pytest.raises(NotFound):
            await files.open(staged.id, **who)  # type: ignore[arg-type]


async def _topic(database: Database) -> int:
    async with database.write() as connection:
        added = await connection.execute(topics.insert().values(site_id="default", name="Bills").returning(topics.c.id))
        return int(added.scalar_one())


@only_sqlite
async def test_the_file_of_a_note_is_for_colleagues_only(files: Files, database: Database, ticket: Ticket, ana: Agent) -> None:
    nino = await own(database, ticket)
    staged = await files.stage(NINO, "a.png", stream(PICTURE))
    await send(files, database, ticket, staged, kind="note")
    assert await read(files, staged.id, agent=ana) == PICTURE
    for who in ({"requester": nino}, {"links": {ticket.number}}):
        with pytest.raises(NotFound):
            await files.open(staged.id, **who)


@only_sqlite
async def test_the_file_of_a_reply_that_can_be_taken_back_is_not_shown_yet(
    files: Files, database: Database, ticket: Ticket, clock: Clock
) -> None:
    nino = await own(database, ticket)
    staged = await files.stage(NINO, "a.png", stream(PICTURE))
    await send(files, database, ticket, staged, kind="reply", later=10)
    with pytest.raises(NotFound):
        await files.open(staged.id, requester=nino)
    clock.forward(seconds=10)
    assert await read(files, staged.id, requester=nino) == PICTURE


@only_sqlite
async def test_until_it_is_sent_only_the_page_that_uploaded_it_has_it(files: Files, ana: Agent) -> None:
    staged = await files.stage(NINO, "a.png", stream(PICTURE))
    assert await read(files, staged.id, owner=NINO) == PICTURE
    for who in ({"agent": ana}, {"owner": BEN}, {"owner": ""}, {}):
        with pytest.raises(NotFound):
            await files.open(staged.id, **who)


@only_sqlite
async def test_the_logo_of_the_house_is_for_everybody_and_nothing_else_is(
    files: Files, database: Database, ticket: Ticket
) -> None:
    logo, sent, waiting = [await files.stage(NINO, "a.png", stream(PICTURE)) for _ in range(3)]
    async with database.write() as connection:
        await files.take(connection, NINO, [logo.id])
    await send(files, database, ticket, sent)
    assert (await files.open_of_house(logo.id))[0] == logo
    for one in (sent, waiting):
        with pytest.raises(NotFound):
            await files.open_of_house(one.id)


@only_sqlite
@pytest.mark.parametrize("file_id", ["", "x", "../../etc/passwd", "0" * 31, "A" * 32, "0" * 33])
async def test_what_is_no_id_finds_nothing(files: Files, ana: Agent, file_id: str) -> None:
    with pytest.raises(NotFound):
        await files.open(file_id, agent=ana)


# ── Removing ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@only_sqlite
async def test_what_was_added_by_mistake_is_gone_from_the_disk(files: Files, store: FileStore) -> None:
    staged = await files.stage(NINO, "a.png", stream(PICTURE))
    with pytest.raises(NotFound):
        await files.discard(BEN, staged.id)
    await files.discard(NINO, staged.id)
    assert kept(store) == []


async def test_what_nobody_sends_is_removed_after_a_day(
    files: Files, store: FileStore, database: Database, ticket: Ticket, clock: Clock
) -> None:
    sent, forgotten = [await files.stage(NINO, name, stream(PICTURE)) for name in ("a.png", "b.png")]
    await send(files, database, ticket, sent)
    clock.forward(hours=23)
    young = await files.stage(NINO, "c.png", stream(PICTURE))
    assert await files.purge() == 0
    clock.forward(hours=1, seconds=1)
    assert await files.purge() == 1
    assert sorted(path.name for path in kept(store)) == sorted((sent.id, young.id))
    with pytest.raises(NotFound):
        await files.open(forgotten.id, owner=NINO)


@only_sqlite
async def test_bytes_that_no_row_knows_of_are_swept_once_they_cannot_be_on_their_way(files: Files, store: FileStore) -> None:
    staged = await files.stage(NINO, "a.png", stream(PICTURE))
    lost = store.folder / "00" / ("0" * 32)
    half = store.folder / "drafts" / "half"
    lost.parent.mkdir(exist_ok=True)
    for path in (lost, half):
        path.write_bytes(b"x")
    assert await files.sweep() == 0  # they may be on their way
    for path in kept(store):
        os.utime(path, (0, path.stat().st_mtime - ABANDONED_AFTER - 1))
    assert await files.sweep() == 2
    assert [path.name for path in kept(store)] == [staged.id]


async def test_files_of_a_reply_that_is_taken_back_wait_with_its_draft(
    database: Database, clock: Clock, files: Files, ticket: Ticket, accounts: Accounts
) -> None:
    ana = await accounts.create_agent(login="ana", name="Ana", password="correct horse")
    tickets = Tickets(database, clock, files=files)
    added = await files.stage(NINO, "kettle.png", stream(PICTURE))
    sent = await tickets.reply(ticket.number, "See the picture", actor=ana, files=Chosen(NINO, (added.id,)))
    assert [file.message_id for file in await files.of_ticket(ticket.id)] == [sent.answered]

    await tickets.take_back(ticket.number, sent.answered, actor=ana)
    assert await files.of_ticket(ticket.id) == []
    draft = (await tickets.around(ticket, actor=ana)).drafts["reply"]
    assert [file.name for file in await files.staged(read_chosen(draft.files))] == ["kettle.png"]
    sent = await tickets.reply(ticket.number, "Here it is", actor=ana, files=read_chosen(draft.files))
    assert len(await files.of_ticket(ticket.id)) == 1

    # She has begun another reply with a picture before she takes this one back: both go with what she now has.
    more = await files.stage(owner_of("m" * 22), "lid.png", stream(PICTURE))
    begun = Draft(kind="reply", text="And the lid", files="m" * 22 + f" {more.id}")
    await tickets.keep_draft(ticket.number, begun, actor=ana)
    await tickets.take_back(ticket.number, sent.answered, actor=ana)
    draft = (await tickets.around(ticket, actor=ana)).drafts["reply"]
    assert [file.name for file in await files.staged(read_chosen(draft.files))] == ["kettle.png", "lid.png"]
