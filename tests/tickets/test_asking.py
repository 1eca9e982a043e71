"""Nino asks. With an e-mail address nobody sees it before she has proved the address; signed in it is a ticket at once."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from livesupport.config import Files as FileLimits
from livesupport.errors import Conflict, Invalid, NotFound
from livesupport.model import Field, PendingRequest, Requester, RequestType, Ticket, TicketNews, Topic
from livesupport.signing import ConfirmLinks
from livesupport.storage import request_types, requesters
from livesupport.storage.database import Database
from livesupport.storage.files import FileStore
from livesupport.storage.schema import outbox, pending_request
from livesupport.tickets.asking import MOST_MAILS, MOST_PENDING, Asking, LinkUsed
from livesupport.tickets.files import Files
from livesupport.tickets.new_request import NewRequest
from livesupport.tickets.service import Tickets
from tests.databases import SOFIA, Clock
from tests.jobs import house
from tests.tickets.conftest import from_chat, origin

NINO = "nino@example.org"
OWNER = "0" * 64
KEY = bytes(range(32))


@pytest.fixture
def links(clock: Clock) -> ConfirmLinks:
    return ConfirmLinks(KEY, lambda: clock.now.timestamp())


@pytest.fixture
def told() -> list[TicketNews]:
    return []


@pytest.fixture
def files(database: Database, clock: Clock, tmp_path: Path) -> Files:
    return Files(database, FileStore(tmp_path / "files"), FileLimits(), clock)


@pytest.fixture
def asking(database: Database, clock: Clock, files: Files, links: ConfirmLinks, told: list[TicketNews]) -> Asking:
    return Asking(database, clock, told.append, files, links)


@pytest.fixture
async def nino(database: Database, clock: Clock) -> Requester:
    """Nino, signed in, with an address that she has proved."""
    async with database.write() as connection:
        return await requesters.of_email(connection, "default", NINO, clock.now, name="Nino")


@pytest.fixture
async def refund(database: Database, billing: Topic) -> RequestType:
    """A type that asks for an amount."""
    fields = (Field(id="amount", label="Amount", kind="amount", required=True),)
    async with database.write() as connection:
        return await request_types.add(
            connection, RequestType(id=0, site="default", name="Refund", topic=billing.id, fields=fields)
        )


def a_wish(of: object = 1, **other: Any) -> NewRequest:
    """What Nino has typed; the same `of` is the same form sent again."""
    fields = {
        "site": "default",
        "name": "Nino",
        "subject": "The kettle",
        "message": "It leaks.",
        "email": NINO,
        "language": "ka",
    }
    return NewRequest(**{**fields, "id": f"form-{of:>016}", **other})


async def problems_of(asking: Asking, new: NewRequest, requester: Requester | None = None) -> set[str]:
    with pytest.raises(Invalid) as refused:
        await asking.ask(new, requester)
    assert all(refused.value.problems.values())
    return set(refused.value.problems)


async def waits(asking: Asking, new: NewRequest) -> PendingRequest:
    waiting = await asking.ask(new)
    assert isinstance(waiting, PendingRequest)
    return waiting


def key_of(links: ConfirmLinks, waiting: PendingRequest) -> str:
    """What the link in the mail carries."""
    return links.sign(waiting.id, waiting.email, waiting.created_at.timestamp())


async def mails(database: Database) -> list[tuple[str, str]]:
    async with database.read() as connection:
        rows = await connection.execute(select(outbox.c.kind, outbox.c.recipient).order_by(outbox.c.id))
        return [tuple(row) for row in rows]


async def work(database: Database, clock: Clock, folder: Path) -> None:
    """Does what the server does within a second."""
    runner = house.runner(house.rooms(database, clock, folder))
    while await runner.turn():
        pass


async def count_waiting(database: Database) -> int:
    async with database.read() as connection:
        return len((await connection.execute(select(pending_request.c.id))).all())


# ── With an address ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_stranger_has_no_ticket_before_she_has_used_the_link(
    asking: Asking, tickets: Tickets, links: ConfirmLinks, database: Database, told: list[TicketNews]
) -> None:
    waiting = await waits(asking, a_wish())
    assert await mails(database) == [("confirm", NINO)]
    with pytest.raises(NotFound):
        await tickets.get("1001", actor=SOFIA)
    assert told == []

    ticket = await asking.confirm(key_of(links, waiting))
    assert (ticket.number, ticket.status, ticket.channel, ticket.email) == ("1001-7", "new", "email", NINO)
    assert (ticket.subject, ticket.language, ticket.priority) == ("The kettle", "ka", "normal")
    thread = await tickets.get("1001", actor=SOFIA)
    assert [(message.kind, message.author, message.name, message.text) for message in thread.messages] == [
        ("request", "requester", "Nino", "It leaks.")
    ]
    assert await mails(database) == [("received", NINO)]
    assert await count_waiting(database) == 0
    assert [(news.number, news.what, news.requester) for news in told] == [("1001-7", "created", ticket.requester)]


async def test_a_form_that_is_sent_twice_is_one_request_before_and_after_its_confirmation(
    asking: Asking, links: ConfirmLinks, database: Database
) -> None:
    first, second = await asyncio.gather(asking.ask(a_wish()), asking.ask(a_wish()))
    assert isinstance(first, PendingRequest)
    assert first == second
    assert await mails(database) == [("confirm", NINO)]
    ticket = await asking.confirm(key_of(links, first))
    assert await asking.ask(a_wish()) == ticket


async def test_a_link_works_once_and_then_tells_the_number(asking: Asking, links: ConfirmLinks, database: Database) -> None:
    key = key_of(links, await waits(asking, a_wish()))
    assert (await asking.linked(key)).email == NINO  # looking at it changes nothing
    done = await asyncio.gather(asking.confirm(key), asking.confirm(key), return_exceptions=True)
    (ticket,) = [one for one in done if isinstance(one, Ticket)]
    (used,) = [one for one in done if isinstance(one, LinkUsed)]
    assert used.number == ticket.number
    with pytest.raises(LinkUsed):
        await asking.linked(key)
    assert await mails(database) == [("received", NINO)]


async def test_a_link_is_good_for_a_day_and_not_a_second_longer(asking: Asking, links: ConfirmLinks, clock: Clock) -> None:
    key = key_of(links, await waits(asking, a_wish()))
    clock.forward(hours=24, seconds=-1)
    assert await asking.linked(key)
    clock.forward(seconds=2)
    for deed in (asking.linked, asking.confirm, asking.discard):
        with pytest.raises(NotFound):
            await deed(key)


async def test_no_other_key_opens_it(asking: Asking, links: ConfirmLinks, clock: Clock, database: Database) -> None:
    waiting = await waits(asking, a_wish())
    key = key_of(links, waiting)
    forged = [key[:place] + ("A" if key[place] != "A" else "B") + key[place + 1 :] for place in range(len(key) - 1)]
    others = [
        ConfirmLinks(b"another key of 32 random bytes..", lambda: clock.now.timestamp()).sign(waiting.id, NINO, 0),
        links.sign(waiting.id, "eve@example.org", waiting.created_at.timestamp()),
        links.sign("0" * 64, NINO, waiting.created_at.timestamp()),
        "",
        "x" * 65_536,
    ]
    for wrong in (*forged, *others):
        with pytest.raises(NotFound):
            await asking.confirm(wrong)
    assert await count_waiting(database) == 1


async def test_the_link_goes_out_again_twice_also_to_a_corrected_address(
    asking: Asking, links: ConfirmLinks, database: Database, clock: Clock
) -> None:
    waiting = await waits(asking, a_wish(email="nina@example.org"))
    corrected = await asking.resend(waiting.id, NINO)
    await asking.resend(waiting.id, NINO)
    assert await mails(database) == [("confirm", "nina@example.org"), ("confirm", NINO), ("confirm", NINO)]
    clock.forward(hours=2)
    with pytest.raises(Invalid) as refused:
        await asking.resend(waiting.id, NINO)
    assert set(refused.value.problems) == {"email"}
    with pytest.raises(NotFound):  # what went to the wrong address opens nothing
        await asking.confirm(key_of(links, waiting))
    assert (await asking.confirm(key_of(links, corrected))).email == NINO
    with pytest.raises(NotFound):
        await asking.resend(waiting.id, NINO)


async def test_a_victim_of_many_forms_gets_three_mails(asking: Asking, database: Database, clock: Clock) -> None:
    for of in range(20):
        if of < MOST_PENDING:
            await asking.ask(a_wish(of))
        else:
            assert await problems_of(asking, a_wish(of, email=NINO.upper())) == {"email"}
    assert await mails(database) == [("confirm", NINO)] * MOST_MAILS
    clock.forward(hours=2)
    assert await problems_of(asking, a_wish(30)) == {"email"}  # an hour later still: three wait
    await asking.ask(a_wish(31, email="somebody@else.example"))
    clock.forward(hours=23)
    await asking.ask(a_wish(32))


async def test_a_corrected_address_is_one_of_those_that_wait(asking: Asking, database: Database, clock: Clock) -> None:
    for of in range(MOST_PENDING):
        await asking.ask(a_wish(of))
    clock.forward(hours=2)
    other = await waits(asking, a_wish(9, email="nina@example.org"))
    with pytest.raises(Invalid, match="email"):
        await asking.resend(other.id, NINO)
    assert await mails(database) == [("confirm", NINO)] * MOST_PENDING + [("confirm", "nina@example.org")]


async def test_who_did_not_ask_can_throw_it_away(
    asking: Asking, links: ConfirmLinks, database: Database, clock: Clock, files: Files, tmp_path: Path
) -> None:
    file = await files.stage(OWNER, "photo.txt", _bytes(b"a note"))
    waiting = await waits(asking, a_wish(files=(file.id,), owner=OWNER))
    await asking.discard(key_of(links, waiting))
    assert await count_waiting(database) == 0
    assert await mails(database) == []
    await work(database, clock, tmp_path)
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []


async def test_after_a_day_what_nobody_confirmed_is_removed_with_its_files(
    asking: Asking, database: Database, files: Files, clock: Clock, tmp_path: Path
) -> None:
    file = await files.stage(OWNER, "photo.txt", _bytes(b"a note"))
    await asking.ask(a_wish(1, files=(file.id,), owner=OWNER))
    clock.forward(hours=23)
    await asking.ask(a_wish(2))
    assert await asking.purge() == 0
    clock.forward(hours=1)
    assert await asking.purge() == 1
    assert await count_waiting(database) == 1
    assert await mails(database) == [("confirm", NINO)]
    await work(database, clock, tmp_path)
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []
    assert await asking.purge() == 0


async def test_the_files_are_with_the_message_once_it_is_confirmed(asking: Asking, links: ConfirmLinks, files: Files) -> None:
    file = await files.stage(OWNER, "photo.txt", _bytes(b"a note"))
    ticket = await asking.confirm(key_of(links, await waits(asking, a_wish(files=(file.id,), owner=OWNER))))
    (taken,) = await files.of_ticket(ticket.id)
    assert (taken.id, taken.message_id is not None) == (file.id, True)


async def test_a_file_of_somebody_else_or_none_at_all_is_not_taken(asking: Asking, files: Files, database: Database) -> None:
    file = await files.stage("1" * 64, "photo.txt", _bytes(b"a note"))
    assert await problems_of(asking, a_wish(files=(file.id,), owner=OWNER)) == {"files"}
    assert await count_waiting(database) == 0


async def test_two_requests_of_one_address_belong_to_one_person(asking: Asking, links: ConfirmLinks) -> None:
    first = await asking.confirm(key_of(links, await waits(asking, a_wish(1))))
    second = await asking.confirm(key_of(links, await waits(asking, a_wish(2, email="NINO@Example.org"))))
    assert first.requester == second.requester is not None


# ── Signed in ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_who_is_signed_in_has_a_ticket_at_once(asking: Asking, nino: Requester, database: Database) -> None:
    ticket = await asking.ask(a_wish(answer_by="account", email=""), nino)
    assert isinstance(ticket, Ticket)
    assert (ticket.channel, ticket.email, ticket.requester) == ("account", "", nino.id)
    assert await mails(database) == []


async def test_her_own_address_needs_no_proof_and_another_one_does(asking: Asking, nino: Requester, database: Database) -> None:
    ticket = await asking.ask(a_wish(1, email="Nino@Example.org"), nino)
    assert isinstance(ticket, Ticket)
    assert (ticket.channel, ticket.email) == ("email", NINO)
    assert await mails(database) == [("received", NINO)]
    assert isinstance(await asking.ask(a_wish(2, email="other@example.org"), nino), PendingRequest)


async def test_who_is_signed_in_no_more_is_told_so_and_nothing_is_lost(asking: Asking) -> None:
    assert await problems_of(asking, a_wish(answer_by="account", email="")) == {"answer_by"}


# ── What can be taken ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"name": " ", "subject": "", "message": "\n"}, {"name", "subject", "message"}),
        ({"name": "N" * 81}, {"name"}),
        ({"subject": "S" * 151}, {"subject"}),
        ({"message": "M" * 20_001}, {"message"}),
        ({"email": "nino"}, {"email"}),
        ({"email": "Eve, victim@x.test"}, {"email"}),
        ({"email": ""}, {"email"}),
        ({"phone": "12"}, {"phone"}),
        ({"topic": 99}, {"topic"}),
        ({"type": 99}, {"type"}),
        ({"type": 2**63}, {"type"}),
    ],
)
async def test_what_cannot_be_taken_is_told_field_by_field(asking: Asking, wrong: dict[str, Any], fields: set[str]) -> None:
    assert await problems_of(asking, a_wish(**wrong)) == fields


async def test_where_a_site_has_topics_one_is_to_be_chosen(asking: Asking, billing: Topic) -> None:
    assert await problems_of(asking, a_wish()) == {"topic"}
    await asking.ask(a_wish(topic=billing.id))


async def test_a_type_asks_its_own_questions_and_knows_its_topic(
    asking: Asking, links: ConfirmLinks, refund: RequestType, billing: Topic
) -> None:
    assert await problems_of(asking, a_wish(type=refund.id)) == {"answer-amount"}
    waiting = await waits(asking, a_wish(type=refund.id, answers={"answer-amount": "1 200,50"}))
    ticket = await asking.confirm(key_of(links, waiting))
    assert (ticket.type, ticket.topic) == (refund.id, billing)
    assert [(answer.label, answer.value) for answer in ticket.answers] == [("Amount", "1200.50")]


async def test_a_type_that_is_retired_is_not_taken(
    asking: Asking, refund: RequestType, database: Database, clock: Clock
) -> None:
    async with database.write() as connection:
        changed = RequestType(id=refund.id, site="default", name="Refund", retired_at=clock.now)
        assert await request_types.change(connection, changed)
    assert await problems_of(asking, a_wish(type=refund.id, topic=refund.topic)) == {"type"}


async def test_poison_text_is_cleaned_before_it_is_kept(asking: Asking, links: ConfirmLinks, tickets: Tickets) -> None:
    poison = "half \ud800 a \x00 letter \ufffe " + "e" + "\u0301" * 5000 + "\u202e gpj.exe"
    waiting = await waits(asking, a_wish(name=f"Ni\r\nno{poison[:30]}", subject=poison[:60], message=poison))
    ticket = await asking.confirm(key_of(links, waiting))
    text = (await tickets.get(ticket.number, actor=SOFIA)).messages[0].text
    for bad in ("\ud800", "\x00", "\ufffe", "\u202e", "\r", "\n"):
        assert bad not in text + ticket.name + ticket.subject
    assert text.count("\u0301") < 10


async def test_of_the_browser_only_what_was_shown_is_kept(asking: Asking, nino: Requester) -> None:
    facts = {"browser": "Firefox 140", "cookies": "secret", "screen": "x" * 1000, "zone": ""}
    ticket = await asking.ask(a_wish(answer_by="account", email="", diagnostics=facts), nino)
    assert isinstance(ticket, Ticket)
    assert ticket.diagnostics == {"browser": "Firefox 140", "screen": "x" * 300}


# ── A chat that was saved ────────────────────────────────────────────────────────────────────────────────────────────


async def test_whose_chat_was_saved_may_choose_to_be_answered_by_mail_once_the_address_is_proved(
    asking: Asking, tickets: Tickets, links: ConfirmLinks, database: Database
) -> None:
    ticket = await tickets.open(from_chat())
    assert ticket.channel == "none"
    waiting = await asking.choose_email(origin("chat"), NINO, "en")
    assert await asking.choose_email(origin("chat"), NINO, "en") == waiting
    assert (await tickets.get(ticket.number, actor=SOFIA)).ticket.channel == "none"
    answered = await asking.confirm(key_of(links, waiting))
    assert (answered.number, answered.channel, answered.email) == (ticket.number, "email", NINO)
    assert answered.requester is not None
    assert await mails(database) == [("received", NINO)]
    with pytest.raises(Conflict):
        await asking.choose_email(origin("chat"), NINO, "en")
    with pytest.raises(NotFound):
        await asking.choose_email(origin("another chat"), NINO, "en")


async def _bytes(body: bytes) -> Any:
    yield body
