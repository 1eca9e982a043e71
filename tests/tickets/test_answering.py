"""A reply can be taken back for ten seconds; drafts wait on the server; the requester is told when it is certain."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from livesupport.errors import Conflict, NotFound
from livesupport.model import Agent, Draft, TicketNews
from livesupport.storage.database import Database
from livesupport.storage.schema import outbox
from livesupport.tickets.requests import TicketChange
from livesupport.tickets.service import Tickets
from tests.databases import Clock
from tests.tickets.conftest import a_request, from_chat, history, texts


async def draft_of(tickets: Tickets, actor: Agent) -> str:
    """What Ana or Ben has begun to reply."""
    ticket = (await tickets.get("1001", actor=actor)).ticket
    drafts = (await tickets.around(ticket, actor=actor)).drafts
    return drafts["reply"].text if "reply" in drafts else ""


async def mails(database: Database) -> list[tuple[str, str]]:
    """What waits to be sent: kind and recipient."""
    async with database.read() as connection:
        return [(row.kind, row.recipient) for row in await connection.execute(select(outbox))]


# ── Taking back ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_ana_takes_her_reply_back_and_everything_is_as_it_was(tickets: Tickets, ana: Agent, clock: Clock) -> None:
    before = await tickets.open(from_chat())
    past = await history(tickets, "1001")
    ticket = await tickets.reply("1001", "Dear **Nino**", actor=ana, status="solved")
    clock.forward(seconds=9)
    after = await tickets.take_back("1001", ticket.answered, actor=ana)
    assert (after.status, after.answered, after.solved_at) == (before.status, 0, None)
    assert await texts(tickets, "1001") == ["My invoice is wrong", "How can I help?"]
    assert await history(tickets, "1001") == past
    assert await draft_of(tickets, ana) == "Dear **Nino**"


async def test_what_is_taken_back_stands_before_what_was_begun_since(tickets: Tickets, ana: Agent) -> None:
    await tickets.open(from_chat())
    ticket = await tickets.reply("1001", "Dear Nino", actor=ana)
    await tickets.keep_draft("1001", Draft(kind="reply", text="One more thing"), actor=ana)
    await tickets.take_back("1001", ticket.answered, actor=ana)
    assert await draft_of(tickets, ana) == "Dear Nino\n\nOne more thing"


async def test_after_ten_seconds_it_is_too_late(tickets: Tickets, ana: Agent, clock: Clock) -> None:
    await tickets.open(from_chat())
    ticket = await tickets.reply("1001", "Dear Nino", actor=ana)
    clock.forward(seconds=10)
    with pytest.raises(Conflict):
        await tickets.take_back("1001", ticket.answered, actor=ana)
    assert "Dear Nino" in await texts(tickets, "1001")


async def test_nobody_takes_back_what_is_not_their_own_reply(tickets: Tickets, ana: Agent, ben: Agent) -> None:
    await tickets.open(a_request())
    ticket = await tickets.reply("1001", "Dear Nino", actor=ana)
    await tickets.note("1001", "A note", actor=ben)
    for message in (ticket.answered, ticket.answered - 1, ticket.answered + 1, 0, -1, 2**63):
        with pytest.raises(NotFound):
            await tickets.take_back("1001", message, actor=ben)
    assert len(await texts(tickets, "1001")) == 3


async def test_a_new_ticket_stays_opened_by_the_attempt(tickets: Tickets, ana: Agent) -> None:
    await tickets.open(a_request())
    ticket = await tickets.reply("1001", "Dear Nino", actor=ana)
    assert (await tickets.take_back("1001", ticket.answered, actor=ana)).status == "open"
    assert await history(tickets, "1001") == [("created", "Nino", "", ""), ("status", "Ana", "new", "open")]


async def test_what_a_colleague_decided_meanwhile_stays(tickets: Tickets, ana: Agent, ben: Agent) -> None:
    await tickets.open(from_chat())
    ticket = await tickets.reply("1001", "Dear Nino", actor=ana)
    await tickets.change("1001", TicketChange(status="on_hold"), actor=ben)
    assert (await tickets.take_back("1001", ticket.answered, actor=ana)).status == "on_hold"


async def test_a_state_to_which_it_came_again_by_another_way_stays(tickets: Tickets, ana: Agent, ben: Agent) -> None:
    await tickets.open(from_chat())
    ticket = await tickets.reply("1001", "Dear Nino", actor=ana)
    for status in ("open", "pending"):
        await tickets.change("1001", TicketChange(status=status), actor=ben)
    assert (await tickets.take_back("1001", ticket.answered, actor=ana)).status == "pending"
    moves = [(old, new) for what, _who, old, new in await history(tickets, "1001") if what == "status"]
    assert moves == [("open", "pending"), ("pending", "open"), ("open", "pending")]


async def test_a_solved_ticket_is_solved_again_since_then(tickets: Tickets, ana: Agent, clock: Clock) -> None:
    await tickets.open(from_chat())
    first = await tickets.reply("1001", "Done", actor=ana, status="solved")
    clock.forward(days=1)
    second = await tickets.reply("1001", "One more thing", actor=ana)
    assert second.solved_at is None
    after = await tickets.take_back("1001", second.answered, actor=ana)
    assert (after.status, after.solved_at, after.answered) == ("solved", first.solved_at, first.answered)


# ── Who is told ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_whoever_wants_mail_has_one_waiting_unless_the_reply_is_taken_back(
    tickets: Tickets, ana: Agent, database: Database, clock: Clock
) -> None:
    await tickets.open(a_request(email="nino@example.com"))
    ticket = await tickets.reply("1001", "Dear Nino", actor=ana)
    assert await mails(database) == [("answer", "nino@example.com")]
    async with database.read() as connection:
        assert (await connection.execute(select(outbox.c.next_at))).scalar_one() > clock()
    await tickets.take_back("1001", ticket.answered, actor=ana)
    assert await mails(database) == []


async def test_whoever_left_no_address_gets_no_mail(tickets: Tickets, ana: Agent, database: Database) -> None:
    await tickets.open(from_chat())
    await tickets.reply("1001", "Dear Nino", actor=ana)
    assert await mails(database) == []


async def test_deeds_are_told_after_their_commit_and_replies_to_requesters_when_they_can_see_them(
    database: Database, clock: Clock, ana: Agent
) -> None:
    told: list[TicketNews] = []
    tickets = Tickets(database, clock, told.append)
    await tickets.open(a_request())
    await tickets.reply("1001", "Dear Nino", actor=ana)
    assert [(news.number, news.what, news.requester_in) for news in told] == [
        ("1001-7", "created", 0),
        ("1001-7", "replied", 10),
        ("1001-7", "status", 10),
    ]
    told.clear()
    with pytest.raises(Conflict):
        await tickets.change("1001", TicketChange(status="new"), actor=ana)
    assert told == []


# ── Drafts ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_draft_is_its_authors_alone_until_it_is_sent(tickets: Tickets, ana: Agent, ben: Agent) -> None:
    before = await tickets.open(from_chat())
    for text in ("Dear", " Dear Nino "):
        await tickets.keep_draft("1001", Draft(kind="reply", text=text), actor=ana)
    await tickets.keep_draft("1001", Draft(kind="note", text="Hm"), actor=ana)
    assert await draft_of(tickets, ana) == " Dear Nino "
    assert await draft_of(tickets, ben) == ""
    assert (await tickets.get("1001", actor=ana)).ticket == before
    await tickets.reply("1001", "Dear Nino", actor=ana)
    drafts = (await tickets.around(before, actor=ana)).drafts
    assert [(draft.kind, draft.text) for draft in drafts.values()] == [("note", "Hm")]


async def test_an_empty_draft_is_none(tickets: Tickets, ana: Agent) -> None:
    await tickets.open(from_chat())
    await tickets.keep_draft("1001", Draft(kind="reply", text="Dear"), actor=ana)
    await tickets.keep_draft("1001", Draft(kind="reply", text=" \n"), actor=ana)
    ticket = (await tickets.get("1001", actor=ana)).ticket
    assert (await tickets.around(ticket, actor=ana)).drafts == {}


# ── Markdown ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_agents_write_is_kept_as_typed_and_as_it_is_shown(tickets: Tickets, ana: Agent) -> None:
    await tickets.open(from_chat())
    await tickets.reply("1001", "Dear **Nino** <script>", actor=ana)
    await tickets.note("1001", "*Hm*", actor=ana)
    chat, reply, note = (await tickets.get("1001", actor=ana)).messages[-3:]
    assert chat.html is None
    assert (reply.text, reply.html) == (
        "Dear **Nino** <script>",
        '<p dir="auto">Dear <strong>Nino</strong> &lt;script&gt;</p>\n',
    )
    assert note.html == '<p dir="auto"><em>Hm</em></p>\n'
