"""What agents do with a ticket: answer, annotate, change."""

from __future__ import annotations

import asyncio
from typing import get_args

import pytest
from sqlalchemy import update

from livesupport.accounts.service import Accounts
from livesupport.errors import Conflict, Invalid, NewerMessage
from livesupport.model import Agent, TicketStatus, Topic
from livesupport.storage.database import Database
from livesupport.storage.schema import ticket as ticket_table
from livesupport.tickets.requests import TicketChange
from livesupport.tickets.service import Tickets
from livesupport.tickets.status import AFTER_REPLY
from tests.databases import SOFIA, Clock
from tests.tickets.conftest import a_line, a_request, from_chat, history, origin, texts

# ── Answering ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_reply_waits_for_the_requester_unless_the_agent_chooses(tickets: Tickets, ana: Agent, clock: Clock) -> None:
    await tickets.open(from_chat())
    clock.forward(minutes=5)
    ticket = await tickets.reply("1001", "  Here is the right one.\r\n", actor=ana)
    assert (ticket.status, ticket.updated_at) == ("pending", clock())
    last = (await tickets.get("1001", actor=SOFIA)).messages[-1]
    assert (last.kind, last.author, last.name, last.text, last.at) == (
        "reply",
        "agent",
        "Ana",
        "Here is the right one.",
        clock(),
    )
    assert (await tickets.reply("1001", "And now?", actor=ana, status="open")).status == "open"
    assert (await tickets.reply("1001", "Done.", actor=ana, status="solved")).status == "solved"


async def test_a_reply_is_in_the_history_with_the_state_it_left(tickets: Tickets, ana: Agent) -> None:
    await tickets.open(a_request())
    await tickets.reply("1001", "Hello", actor=ana)
    assert await history(tickets, "1001") == [
        ("created", "Nino", "", ""),
        ("replied", "Ana", "", "2"),
        ("status", "Ana", "new", "pending"),
    ]


async def test_an_empty_or_endless_reply_is_refused_and_changes_nothing(tickets: Tickets, ana: Agent) -> None:
    before = await tickets.open(a_request())
    for text in ("", "   ", "\x00", "x" * 20_001):
        for deed in (tickets.reply("1001", text, actor=ana), tickets.note("1001", text, actor=ana)):
            with pytest.raises(Invalid):
                await deed
    assert (await tickets.get("1001", actor=SOFIA)).ticket == before


async def test_a_reply_cannot_leave_a_ticket_just_anywhere(tickets: Tickets, ana: Agent) -> None:
    await tickets.open(a_request())
    for status in set(get_args(TicketStatus)) - set(AFTER_REPLY):
        with pytest.raises(Invalid):
            await tickets.reply("1001", "Hello", actor=ana, status=status)
    assert len(await texts(tickets, "1001")) == 1


async def test_a_ticket_that_is_over_takes_no_reply(tickets: Tickets, ana: Agent, database: Database) -> None:
    await tickets.open(a_request())
    for status in ("closed", "merged", "spam", "unconfirmed"):
        async with database.write() as connection:
            await connection.execute(update(ticket_table).values(status=status))
        with pytest.raises(Conflict):
            await tickets.reply("1001", "Hello", actor=ana)
    assert len(await texts(tickets, "1001")) == 1


async def test_a_reply_to_a_message_that_is_not_the_newest_is_held_back(tickets: Tickets, ana: Agent) -> None:
    await tickets.open(from_chat())
    seen = (await tickets.get("1001", actor=SOFIA)).messages[-1].id
    await tickets.append(origin("chat"), [a_line(3, "It is solved, thank you")])
    with pytest.raises(NewerMessage):
        await tickets.reply("1001", "Have you tried …", actor=ana, seen_message=seen)
    assert "Have you tried …" not in await texts(tickets, "1001")
    assert (await tickets.get("1001", actor=SOFIA)).ticket.status == "open"
    newest = (await tickets.get("1001", actor=SOFIA)).messages[-1].id
    assert (await tickets.reply("1001", "Good", actor=ana, seen_message=newest)).status == "pending"


async def test_what_agents_wrote_meanwhile_holds_no_reply_back(tickets: Tickets, ana: Agent, ben: Agent) -> None:
    await tickets.open(from_chat())
    seen = (await tickets.get("1001", actor=SOFIA)).messages[-1].id
    await tickets.note("1001", "I look into it", actor=ben)
    await tickets.reply("1001", "Hello", actor=ana, seen_message=seen)


async def test_a_claim_to_have_seen_nothing_holds_the_reply_back(tickets: Tickets, ana: Agent) -> None:
    await tickets.open(from_chat())
    for seen in (0, -1, -(2**63)):
        with pytest.raises(NewerMessage):
            await tickets.reply("1001", "Hello", actor=ana, seen_message=seen)


async def test_a_note_is_kept_apart_and_opens_a_new_ticket(tickets: Tickets, ana: Agent) -> None:
    await tickets.open(a_request())
    ticket = await tickets.note("1001", "Ask the bank", actor=ana)
    assert ticket.status == "open"
    last = (await tickets.get("1001", actor=SOFIA)).messages[-1]
    assert (last.kind, last.author, last.name, last.text) == ("note", "agent", "Ana", "Ask the bank")
    assert (await history(tickets, "1001"))[1:] == [("noted", "Ana", "", ""), ("status", "Ana", "new", "open")]


async def test_a_note_leaves_every_other_state_as_it_is(tickets: Tickets, ana: Agent) -> None:
    await tickets.open(a_request())
    await tickets.reply("1001", "Hello", actor=ana)
    assert (await tickets.note("1001", "Waits", actor=ana)).status == "pending"


# ── Changing ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_each_change_is_told_in_thehistory(tickets: Tickets, ana: Agent, ben: Agent, billing: Topic) -> None:
    await tickets.open(from_chat(assignee=ana.id))
    change = TicketChange(status="on_hold", priority="urgent", assignee=ben.id, topic=billing.id)
    ticket = await tickets.change("1001-7", change, actor=ana)
    assert (ticket.status, ticket.priority, ticket.assignee, ticket.topic) == ("on_hold", "urgent", ben, billing)
    assert (await history(tickets, "1001"))[1:] == [
        ("status", "Ana", "open", "on_hold"),
        ("priority", "Ana", "normal", "urgent"),
        ("assignee", "Ana", "Ana", "Ben"),
        ("topic", "Ana", "", "Billing"),
    ]


async def test_what_is_left_out_stays_and_none_takes_away(tickets: Tickets, ana: Agent, billing: Topic) -> None:
    await tickets.open(from_chat(assignee=ana.id, topic=billing.id))
    ticket = await tickets.change("1001", TicketChange(priority="low"), actor=ana)
    assert (ticket.assignee, ticket.topic) == (ana, billing)
    ticket = await tickets.change("1001", TicketChange(assignee=None, topic=None), actor=ana)
    assert (ticket.assignee, ticket.topic, ticket.priority) == (None, None, "low")


async def test_a_change_to_the_same_is_not_told(tickets: Tickets, ana: Agent) -> None:
    await tickets.open(from_chat(assignee=ana.id))
    await tickets.change("1001", TicketChange(status="open", priority="normal", assignee=ana.id, topic=None), actor=ana)
    assert len(await history(tickets, "1001")) == 1


async def test_the_first_change_opens_a_new_ticket(tickets: Tickets, ana: Agent) -> None:
    await tickets.open(a_request())
    assert (await tickets.change("1001", TicketChange(assignee=ana.id), actor=ana)).status == "open"


async def test_a_form_that_names_the_old_state_opens_a_new_ticket_too(tickets: Tickets, ana: Agent) -> None:
    await tickets.open(a_request())
    assert (await tickets.change("1001", TicketChange(status="new", priority="high"), actor=ana)).status == "open"


async def test_an_illegal_move_changes_nothing_at_all(tickets: Tickets, ana: Agent) -> None:
    before = await tickets.open(from_chat())
    with pytest.raises(Conflict):
        await tickets.change("1001", TicketChange(status="new", priority="urgent"), actor=ana)
    assert (await tickets.get("1001", actor=SOFIA)).ticket == before
    assert len(await history(tickets, "1001")) == 1


async def test_nobody_gets_a_ticket_who_does_not_exist(tickets: Tickets, ana: Agent) -> None:
    await tickets.open(from_chat())
    for nobody in (0, -1, 99, 2**31, 2**63):
        for change, field in ((TicketChange(assignee=nobody), "assignee"), (TicketChange(topic=nobody), "topic")):
            with pytest.raises(Invalid) as caught:
                await tickets.change("1001", change, actor=ana)
            assert list(caught.value.problems) == [field]


async def test_a_disabled_agent_gets_no_ticket(tickets: Tickets, accounts: Accounts, ana: Agent, ben: Agent) -> None:
    await tickets.open(from_chat())
    await accounts.disable_agent("ben")
    with pytest.raises(Invalid):
        await tickets.change("1001", TicketChange(assignee=ben.id), actor=ana)


async def test_changes_at_the_same_moment_are_all_told_one_after_the_other(tickets: Tickets, ana: Agent) -> None:
    await tickets.open(from_chat())
    await asyncio.gather(*(tickets.note("1001", f"note {n}", actor=ana) for n in range(20)))
    assert sorted(await texts(tickets, "1001"))[2:] == sorted(f"note {n}" for n in range(20))
