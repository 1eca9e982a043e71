"""How tickets are opened, once each, how lines follow, and how they are read."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import msgspec
import pytest

from livesupport.accounts.service import Accounts
from livesupport.errors import NotFound, Unavailable
from livesupport.model import Agent, Site, Topic
from livesupport.sites.service import Sites
from livesupport.storage.database import Database
from livesupport.tickets.finding import Finder
from livesupport.tickets.numbering import written
from livesupport.tickets.requests import TicketChange, TicketFilter
from livesupport.tickets.service import Tickets
from tests.databases import SOFIA, Clock, only_sqlite
from tests.tickets.conftest import BEGAN, a_line, a_request, from_chat, history, origin, texts
from tests.tickets.test_numbering import HOSTILE

EVA = Agent(id=2**30, login="eva", name="Eva", role="supervisor")


async def _count(finder: Finder) -> int:
    return len((await finder.inbox(TicketFilter(), actor=EVA)).items)


# ── Opening ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_chat_becomes_an_open_ticket_of_the_agent_who_serves_it(
    tickets: Tickets, ana: Agent, billing: Topic, clock: Clock
) -> None:
    new = from_chat(assignee=ana.id, actor="Ana", topic=billing.id, page="https://shop.example/", language="ka")
    ticket = await tickets.open(new)
    assert (ticket.number, ticket.status, ticket.channel, ticket.priority) == ("1001-7", "open", "none", "normal")
    assert ticket.assignee == ana
    assert ticket.topic == billing
    assert (ticket.name, ticket.phone, ticket.subject) == ("Nino", "+995555123456", "My invoice is wrong")
    assert (ticket.page, ticket.language, ticket.from_chat) == ("https://shop.example/", "ka", True)
    assert ticket.created_at == ticket.updated_at == clock()
    assert await history(tickets, "1001") == [("created", "Ana", "", "")]


async def test_the_transcript_is_exactly_what_was_said_with_its_times(tickets: Tickets) -> None:
    await tickets.open(from_chat())
    messages = (await tickets.get("1001-7", actor=SOFIA)).messages
    assert [(one.text, one.author, one.name, one.kind) for one in messages] == [
        ("My invoice is wrong", "requester", "Nino", "chat"),
        ("How can I help?", "agent", "Ana", "chat"),
    ]
    assert [one.at for one in messages] == [BEGAN + timedelta(seconds=1), BEGAN + timedelta(seconds=2)]
    assert [(one.epoch, one.seq) for one in messages] == [(1, 1), (1, 2)]


async def test_a_private_note_of_the_chat_is_an_internal_note_of_the_ticket(tickets: Tickets) -> None:
    note = a_line(1, "She called before", chain="note", author="agent", name="Ana", at=BEGAN + timedelta(seconds=1.5))
    await tickets.open(from_chat(lines=(*from_chat().lines, note)))
    messages = (await tickets.get("1001", actor=SOFIA)).messages
    assert [(one.kind, one.text) for one in messages] == [
        ("chat", "My invoice is wrong"),
        ("note", "She called before"),
        ("chat", "How can I help?"),
    ]


@pytest.mark.parametrize(("email", "channel"), [("", "none"), ("nino@example.com", "email")])
async def test_a_request_left_without_a_chat_is_new_and_nobodys(tickets: Tickets, email: str, channel: str) -> None:
    ticket = await tickets.open(a_request(email=email))
    assert (ticket.status, ticket.assignee, ticket.channel, ticket.from_chat) == ("new", None, channel, False)
    [message] = (await tickets.get("1001", actor=SOFIA)).messages
    assert (message.kind, message.author, message.text) == ("request", "requester", "My invoice is wrong")


async def test_a_long_question_makes_a_subject_of_one_short_line_and_is_kept_whole(tickets: Tickets) -> None:
    question = "My invoice\nis wrong " * 50
    ticket = await tickets.open(a_request(question=question))
    assert ticket.subject.startswith("My invoice is wrong My invoice")
    assert ticket.subject.endswith("…")
    assert len(ticket.subject) <= 100
    assert await texts(tickets, "1001") == [question]


async def test_words_of_every_alphabet_and_emoji_come_back_unchanged(tickets: Tickets) -> None:
    text = "გამარჯობა · سلام، حالتون چطوره؟ · Привіт 👩‍👩‍👧‍👦 " + "e" + "\u0301" * 8 + " 'quoted' \"\\ %_"
    await tickets.open(from_chat(lines=(a_line(1, text, name="ნინო"),)))
    [message] = (await tickets.get("1001", actor=SOFIA)).messages
    assert (message.text, message.name) == (text, "ნინო")


async def test_a_ticket_at_an_unknown_site_is_refused_and_uses_up_no_number(tickets: Tickets) -> None:
    with pytest.raises(NotFound):
        await tickets.open(a_request(site="nowhere"))
    assert (await tickets.open(a_request())).number == "1001-7"


async def test_an_agent_or_a_topic_that_vanished_does_not_stop_the_saving(tickets: Tickets) -> None:
    for vanished in (99, 2**31, 2**63, -1):
        ticket = await tickets.open(from_chat(vanished, assignee=vanished, topic=vanished))
        assert (ticket.assignee, ticket.topic) == (None, None)


async def test_the_agent_who_was_disabled_meanwhile_does_not_get_the_ticket(
    tickets: Tickets, accounts: Accounts, ana: Agent
) -> None:
    await accounts.disable_agent("ana")
    assert (await tickets.open(from_chat(assignee=ana.id))).assignee is None


async def test_a_topic_of_another_site_is_not_taken(tickets: Tickets, sites: Sites) -> None:
    shop = await sites.add(Site(id="shop", name="Shop"))
    foreign = await sites.add_topic(shop.id, "Delivery")
    assert (await tickets.open(from_chat(topic=foreign.id))).topic is None


# ── Exactly once ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_second_saving_of_a_chat_finds_the_first_ticket(tickets: Tickets) -> None:
    first = await tickets.open(from_chat())
    assert await tickets.open(from_chat()) == first
    assert await tickets.numbers([origin("chat"), origin("another")]) == {origin("chat"): first.number}
    assert await texts(tickets, "1001") == ["My invoice is wrong", "How can I help?"]
    assert len(await history(tickets, "1001")) == 1


async def test_a_later_saving_adds_the_lines_that_the_first_one_did_not_have(tickets: Tickets) -> None:
    await tickets.open(from_chat())
    await tickets.open(from_chat(lines=(*from_chat().lines, a_line(3, "Thank you"))))
    assert await texts(tickets, "1001") == ["My invoice is wrong", "How can I help?", "Thank you"]


async def test_twenty_savings_of_one_chat_at_once_give_one_ticket(tickets: Tickets, finder: Finder) -> None:
    opened = await asyncio.gather(*(tickets.open(from_chat()) for _click in range(20)))
    assert {ticket.number for ticket in opened} == {"1001-7"}
    assert await _count(finder) == 1
    assert await texts(tickets, "1001") == ["My invoice is wrong", "How can I help?"]
    assert (await tickets.open(from_chat("another"))).number == written(1002)


async def test_fifty_savings_of_different_chats_at_once_give_fifty_numbers_without_gap(tickets: Tickets) -> None:
    opened = await asyncio.gather(*(tickets.open(from_chat(n)) for n in range(50)))
    assert sorted(ticket.number for ticket in opened) == [written(number) for number in range(1001, 1051)]


async def test_a_saving_that_fails_in_the_middle_leaves_neither_ticket_nor_gap(
    tickets: Tickets, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_arguments: object, **_more: object) -> None:
        raise LookupError

    with monkeypatch.context() as patch:
        patch.setattr("livesupport.storage.threads.add_event", broken)
        with pytest.raises(LookupError):
            await tickets.open(from_chat())
    assert await tickets.numbers([origin("chat")]) == {}
    assert (await tickets.open(from_chat())).number == "1001-7"


@only_sqlite
async def test_on_a_full_disk_nothing_is_saved_and_the_next_try_works(tickets: Tickets, database: Database) -> None:
    async with database.write() as connection:
        pages = (await connection.exec_driver_sql("PRAGMA page_count")).scalar_one()
    async with database.write() as connection:
        await connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    large = from_chat(lines=tuple(a_line(n, "x" * 2000) for n in range(100)))
    with pytest.raises(Unavailable):
        await tickets.open(large)
    assert await tickets.numbers([origin("chat")]) == {}
    async with database.write() as connection:
        await connection.exec_driver_sql(f"PRAGMA max_page_count={pages * 100}")
    assert (await tickets.open(large)).number == "1001-7"


# ── Lines that follow ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_lines_that_follow_are_added_once_however_often_they_are_sent(tickets: Tickets, clock: Clock) -> None:
    await tickets.open(from_chat())
    clock.forward(minutes=1)
    later = (a_line(3, "One more thing"), a_line(4, "My address changed"))
    for batch in (later[:1], later, later):
        assert await tickets.append(origin("chat"), batch)
    assert await texts(tickets, "1001") == ["My invoice is wrong", "How can I help?", "One more thing", "My address changed"]
    assert (await tickets.get("1001", actor=SOFIA)).ticket.updated_at == clock()


async def test_the_same_numbers_in_another_chain_or_epoch_are_other_lines(tickets: Tickets) -> None:
    await tickets.open(from_chat())
    lines = (a_line(1, "after the restart", epoch=2), a_line(1, "a note", chain="note", author="agent"))
    assert await tickets.append(origin("chat"), lines)
    assert len(await texts(tickets, "1001")) == 4


async def test_what_is_said_again_after_the_servers_death_is_one_line_as_it_was_written_first(tickets: Tickets) -> None:
    lost, again = a_line(3, "Thank you", said_as="visitor m3"), a_line(4, "Thank you", epoch=2, said_as="visitor m3")
    await tickets.open(from_chat(lines=(*from_chat().lines, lost)))
    await tickets.append(origin("chat"), [a_line(3, "Anything else?", epoch=2, author="agent", said_as="7 m3"), again])
    await tickets.append(origin("chat"), [again, msgspec.structs.replace(again, seq=5, text="Other words")])

    chat = [(m.epoch, m.seq, m.text) for m in (await tickets.get("1001", actor=SOFIA)).messages]
    assert chat[2:] == [(1, 3, "Thank you"), (2, 3, "Anything else?")]


async def test_said_twice_in_one_batch_it_is_one_line_too(tickets: Tickets) -> None:
    twice = (a_line(1, "Hello?", said_as="visitor m1"), a_line(1, "Hello?", epoch=2, said_as="visitor m1"))
    await tickets.open(from_chat(lines=twice))

    assert await texts(tickets, "1001") == ["Hello?"]


async def test_what_the_server_said_has_no_id_and_is_told_each_time(tickets: Tickets) -> None:
    await tickets.open(from_chat(lines=(a_line(1, "Ana answers."), a_line(2, "Ana answers."))))

    assert await texts(tickets, "1001") == ["Ana answers.", "Ana answers."]


async def test_batches_at_the_same_moment_do_not_double_a_line(tickets: Tickets) -> None:
    await tickets.open(from_chat())
    await asyncio.gather(*(tickets.append(origin("chat"), [a_line(n) for n in range(3, 8)]) for _batch in range(10)))
    assert len(await texts(tickets, "1001")) == 7


async def test_nothing_is_added_for_a_chat_that_was_not_saved(tickets: Tickets, finder: Finder) -> None:
    assert not await tickets.append(origin("chat"), [a_line(1)])
    assert await _count(finder) == 0


async def test_lines_already_there_do_not_count_as_a_change(tickets: Tickets, clock: Clock) -> None:
    before = await tickets.open(from_chat())
    clock.forward(minutes=1)
    assert await tickets.append(origin("chat"), from_chat().lines)
    assert (await tickets.get("1001", actor=SOFIA)).ticket == before


async def test_the_lines_stay_in_their_order_when_the_clock_was_set_back(tickets: Tickets) -> None:
    said = [("first", 3600), ("second", 0), ("third", 1)]
    lines = tuple(a_line(seq, text, at=BEGAN + timedelta(seconds=s)) for seq, (text, s) in enumerate(said))
    await tickets.open(from_chat(lines=lines))
    assert await texts(tickets, "1001") == ["first", "second", "third"]


async def test_a_gap_that_is_filled_later_is_filled_in_its_place(tickets: Tickets) -> None:
    await tickets.open(from_chat(lines=(a_line(1, "first"), a_line(3, "third"))))
    await tickets.append(origin("chat"), [a_line(2, "second")])
    assert await texts(tickets, "1001") == ["first", "second", "third"]


# ── Reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_wrong_and_missing_numbers_look_the_same_at_every_door(tickets: Tickets, ana: Agent) -> None:
    await tickets.open(from_chat())
    assert (await tickets.get("1001", actor=SOFIA)).ticket.number == "1001-7"
    for number in [*HOSTILE, "1001-8", "1002", "1002-5", "999999999999999"]:
        for deed in (
            tickets.get(number, actor=SOFIA),
            tickets.reply(number, "Hello", actor=ana),
            tickets.note(number, "Hello", actor=ana),
            tickets.change(number, TicketChange(priority="high"), actor=ana),
        ):
            with pytest.raises(NotFound, match=r"^no such ticket$"):
                await deed
