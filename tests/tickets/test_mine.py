"""What Nino can do with her requests: find them, read them, write into them; and what she is never shown."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import msgspec
import pytest
from sqlalchemy import select, update

from livesupport.errors import Conflict, Invalid, NotFound
from livesupport.model import Agent, Requester, Ticket, TicketNews, TicketStatus
from livesupport.storage import requesters, threads
from livesupport.storage.database import Database
from livesupport.storage.schema import ticket as ticket_table
from livesupport.storage.schema import ticket_message
from livesupport.tickets.mine import PAGE_SIZE, STEPS, Asker, Mine, Wanted, step_of
from livesupport.tickets.service import Tickets
from tests.databases import Clock
from tests.tickets.conftest import SEEN_AFTER, a_request, from_chat, origin

ONCE = "a form of Nino's"


async def owned(tickets: Tickets, database: Database, owner: Requester, of: object, question: str = "Kettle") -> Ticket:
    """A request of somebody who is known."""
    new = await tickets.open(a_request(of, question=question))
    await set_columns(database, new, requester_id=owner.id)
    return msgspec.structs.replace(new, requester=owner.id)


async def set_columns(database: Database, ticket: Ticket, **columns: object) -> None:
    async with database.write() as connection:
        await connection.execute(update(ticket_table).where(ticket_table.c.id == ticket.id).values(**columns))


async def reply(tickets: Tickets, clock: Clock, number: str, ana: Agent, text: str = "It is on its way.") -> None:
    """Ana answers, and the answer can be seen."""
    await tickets.reply(number, text, actor=ana)
    clock.forward(seconds=SEEN_AFTER.total_seconds())


async def numbers(mine: Mine, who: Requester, **wanted: object) -> list[str]:
    return [row.number for row in (await mine.page(who, Wanted(**wanted))).items]  # type: ignore[arg-type]


async def status_of(tickets: Tickets, ticket: Ticket, ana: Agent) -> TicketStatus:
    return (await tickets.get(ticket.number, actor=ana)).ticket.status


# ── Reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_nino_reads_what_was_said_but_no_note(
    mine: Mine, tickets: Tickets, clock: Clock, nino: Requester, ticket: Ticket, ana: Agent
) -> None:
    await tickets.note(ticket.number, "She is angry", actor=ana)
    await reply(tickets, clock, ticket.number, ana)
    request = await mine.get(ticket.number, Asker(nino))
    assert [message.text for message in request.messages] == ["My invoice is wrong", "It is on its way."]
    assert {event.what for event in request.events} == {"created"}
    assert request.step == "answered"


async def test_an_answer_that_can_be_taken_back_is_not_there_yet_nor_what_it_did(
    mine: Mine, tickets: Tickets, database: Database, clock: Clock, nino: Requester, ticket: Ticket, ana: Agent
) -> None:
    async with database.write() as connection:
        more = {"visible_at": clock.now + SEEN_AFTER}
        added = await threads.add_message(connection, ticket.id, "reply", "agent", "Ana", "Soon", clock.now, **more)
    await set_columns(database, ticket, answered=added, status="solved")
    request = await mine.get(ticket.number, Asker(nino))
    assert ([message.text for message in request.messages], request.step) == (["My invoice is wrong"], "working")
    (row,) = (await mine.page(nino, Wanted())).items
    assert (row.unread, row.undecided) == (False, True)
    clock.forward(seconds=10)
    assert (await mine.get(ticket.number, Asker(nino))).step == "solved"
    (row,) = (await mine.page(nino, Wanted())).items
    assert (row.unread, row.undecided) == (True, False)


async def test_a_request_of_somebody_else_is_like_none(mine: Mine, zaza: Requester, ticket: Ticket) -> None:
    for asker in (Asker(), Asker(zaza), Asker(zaza, link="1002-5"), Asker(link="")):
        for number in (ticket.number, "1001", "1002-5", "9999", "0", "x" * 500):
            for attempt in (mine.get(number, asker), mine.reply(number, asker, "Hi", once=ONCE), mine.thank(number, asker)):
                with pytest.raises(NotFound):
                    await attempt


async def test_a_signed_link_opens_its_request_and_no_other(
    mine: Mine, tickets: Tickets, database: Database, nino: Requester, ticket: Ticket
) -> None:
    other = await owned(tickets, database, nino, "other")
    asker = Asker(link=ticket.number)
    assert (await mine.get(ticket.number, asker)).ticket.number == ticket.number
    with pytest.raises(NotFound):
        await mine.get(other.number, asker)


async def test_a_saved_chat_is_read_as_it_was_said(mine: Mine, tickets: Tickets, nino: Requester) -> None:
    chat = await tickets.open(from_chat())
    await mine.claim(origin("chat"), nino)
    request = await mine.get(chat.number, Asker(nino))
    assert [(message.kind, message.name) for message in request.messages] == [("chat", "Nino"), ("chat", "Ana")]
    assert request.step == "working"


@pytest.mark.parametrize(("status", "step"), [(status, step) for step, statuses in STEPS.items() for status in statuses])
def test_what_goes_on_behind_the_scenes_is_told_as_work(status: TicketStatus, step: str) -> None:
    assert step_of(status) == step
    assert (step_of("on_hold"), step_of("spam"), step_of("pending", undecided=True)) == ("working", "closed", "working")


# ── The list ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_list_shows_unread_answers_until_they_are_opened(
    mine: Mine, tickets: Tickets, clock: Clock, nino: Requester, ticket: Ticket, ana: Agent
) -> None:
    assert [row.unread for row in (await mine.page(nino, Wanted())).items] == [False]
    await reply(tickets, clock, ticket.number, ana)
    assert [row.unread for row in (await mine.page(nino, Wanted())).items] == [True]
    assert await mine.unread(nino) == 1
    await mine.opened(await mine.get(ticket.number, Asker(nino)))
    assert [row.unread for row in (await mine.page(nino, Wanted())).items] == [False]
    assert await mine.unread(nino) == 0


async def test_a_note_moves_nothing_in_the_list(
    mine: Mine, tickets: Tickets, database: Database, clock: Clock, nino: Requester, ticket: Ticket, ana: Agent
) -> None:
    clock.forward(minutes=5)
    newer = await owned(tickets, database, nino, "newer")
    clock.forward(minutes=5)
    await tickets.note(ticket.number, "Look at this", actor=ana)
    page = await mine.page(nino, Wanted())
    assert [row.number for row in page.items] == [newer.number, ticket.number]
    assert [row.at for row in page.items] == [newer.created_at, ticket.created_at]


async def test_filters_find_what_nino_looks_for(
    mine: Mine, tickets: Tickets, database: Database, clock: Clock, nino: Requester, zaza: Requester, ana: Agent
) -> None:
    kettle = await owned(tickets, database, nino, "kettle", "The BLUE kettle leaks")
    clock.forward(days=1)
    invoice = await owned(tickets, database, nino, "invoice", "ინვოისი არასწორია")
    await owned(tickets, database, zaza, "zaza", "The blue kettle leaks")
    await tickets.note(kettle.number, "a secret remark", actor=ana)
    await reply(tickets, clock, kettle.number, ana, "We send a new LID")
    await set_columns(database, invoice, status="closed")

    assert await numbers(mine, nino) == [kettle.number]
    assert await numbers(mine, nino, archived=True) == [invoice.number]
    assert await numbers(mine, nino, step="answered") == [kettle.number]
    assert await numbers(mine, nino, step="closed") == [invoice.number]
    for text in ("blue", "kettle LEAKS", "new lid", "#" + kettle.number, kettle.number):
        assert await numbers(mine, nino, text=text) == [kettle.number], text
    assert await numbers(mine, nino, text="ინვოისი", archived=True) == [invoice.number]
    for text in ("secret", "green", "%", "' OR 1=1", "x" * 10_000):
        assert await numbers(mine, nino, text=text) == [], text


async def test_a_day_is_that_day_where_the_reader_is(
    mine: Mine, tickets: Tickets, database: Database, clock: Clock, nino: Requester
) -> None:
    clock.now = clock.now.replace(hour=21, minute=30)  # Sunday in London, Monday in Tbilisi
    late = await owned(tickets, database, nino, "late")
    sunday, monday = date(2026, 11, 22), date(2026, 11, 23)
    for zone, day in (("Europe/London", sunday), ("Asia/Tbilisi", monday)):
        assert await numbers(mine, nino, day=day, zone=ZoneInfo(zone)) == [late.number]
    for zone, day in (("Europe/London", monday), ("Asia/Tbilisi", sunday)):
        assert await numbers(mine, nino, day=day, zone=ZoneInfo(zone)) == []
    assert await numbers(mine, nino, day=date.max, zone=ZoneInfo("UTC")) == [late.number]


async def test_the_pages_of_a_long_list_hold_each_request_once(
    mine: Mine, tickets: Tickets, database: Database, clock: Clock, nino: Requester
) -> None:
    opened = []
    for count in range(PAGE_SIZE + 3):
        opened.append((await owned(tickets, database, nino, count)).number)
        clock.forward(seconds=count % 2)  # every other one at the same moment
    first = await mine.page(nino, Wanted())
    assert first.next
    second = await mine.page(nino, Wanted(), first.next)
    assert [row.number for row in first.items + second.items] == opened[::-1]
    assert (len(first.items), second.next) == (PAGE_SIZE, None)
    with pytest.raises(NotFound):
        await mine.page(nino, Wanted(), "made up")


# ── Writing ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("status", ["new", "open", "pending", "on_hold", "solved"])
async def test_what_nino_writes_makes_it_our_turn(
    mine: Mine, tickets: Tickets, database: Database, nino: Requester, ticket: Ticket, ana: Agent, status: str
) -> None:
    await set_columns(database, ticket, status=status)
    await mine.reply(ticket.number, Asker(nino), "And it leaks", once=ONCE)
    thread = await tickets.get(ticket.number, actor=ana)
    assert (thread.ticket.status, thread.ticket.solved_at) == ("open", None)
    last = thread.messages[-1]
    assert (last.kind, last.author, last.name, last.text) == ("reply", "requester", "Nino", "And it leaks")
    moves = [(event.old, event.new, event.actor) for event in thread.events if event.what == "status"]
    assert moves == ([(status, "open", "Nino")] if status != "open" else [])


@pytest.mark.parametrize("status", ["merged", "spam"])
async def test_where_nothing_can_be_written_nothing_is(
    mine: Mine, tickets: Tickets, database: Database, nino: Requester, ticket: Ticket, ana: Agent, status: str
) -> None:
    await set_columns(database, ticket, status=status)
    for attempt in (
        mine.reply(ticket.number, Asker(nino), "And it leaks", once=ONCE),
        mine.thank(ticket.number, Asker(nino)),
    ):
        with pytest.raises(Conflict):
            await attempt
    assert await status_of(tickets, ticket, ana) == status


async def test_a_form_that_is_sent_twice_is_there_once(
    mine: Mine, tickets: Tickets, nino: Requester, ticket: Ticket, ana: Agent
) -> None:
    for _ in range(2):
        await mine.reply(ticket.number, Asker(nino), "And it leaks", once=ONCE)
    await mine.reply(ticket.number, Asker(nino), "And it leaks", once="another form")
    texts = [message.text for message in (await tickets.get(ticket.number, actor=ana)).messages]
    assert texts == ["My invoice is wrong", "And it leaks", "And it leaks"]


@pytest.mark.parametrize("text", ["", "  \n ", "\x00", "x" * 20_001])
async def test_nothing_and_too_much_are_no_message(mine: Mine, nino: Requester, ticket: Ticket, text: str) -> None:
    with pytest.raises(Invalid) as refused:
        await mine.reply(ticket.number, Asker(nino), text, once=ONCE)
    assert list(refused.value.problems) == ["text"]


async def test_to_write_is_to_have_seen_the_answers(
    mine: Mine, tickets: Tickets, clock: Clock, nino: Requester, ticket: Ticket, ana: Agent
) -> None:
    await reply(tickets, clock, ticket.number, ana)
    assert await mine.unread(nino) == 1
    await mine.reply(ticket.number, Asker(link=ticket.number), "Thank you", once=ONCE)
    assert await mine.unread(nino) == 0


async def test_a_reply_to_a_closed_request_opens_a_new_one_once_and_never_the_old_one(
    mine: Mine, tickets: Tickets, database: Database, nino: Requester, ticket: Ticket, ana: Agent
) -> None:
    await set_columns(database, ticket, status="closed")
    first = await mine.reply(ticket.number, Asker(nino), "It leaks again", once=ONCE)
    again = await mine.reply(ticket.number, Asker(nino), "It leaks again", once=ONCE)
    assert first.number == again.number != ticket.number
    assert await status_of(tickets, ticket, ana) == "closed"
    new = await tickets.get(first.number, actor=ana)
    assert (new.ticket.status, new.ticket.follows, new.ticket.subject) == ("new", ticket.id, ticket.subject)
    assert (new.ticket.requester, new.ticket.name, new.ticket.phone) == (nino.id, ticket.name, ticket.phone)
    assert [message.text for message in new.messages] == ["It leaks again"]
    assert (await mine.get(ticket.number, Asker(nino))).goes_on == [first.number]
    assert (await mine.get(first.number, Asker(nino))).follows == ticket.number
    told = [event for event in (await tickets.get(ticket.number, actor=ana)).events if event.what == "followed"]
    assert [(event.actor, event.new) for event in told] == [("Nino", first.number)]


@pytest.mark.parametrize("status", ["new", "open", "pending", "on_hold", "solved"])
async def test_thanks_leave_a_line_and_the_state_as_it_is(
    mine: Mine, tickets: Tickets, database: Database, clock: Clock, nino: Requester, ticket: Ticket, ana: Agent, status: str
) -> None:
    await set_columns(database, ticket, status=status)
    for _ in range(2):
        await mine.thank(ticket.number, Asker(nino))
    thread = await tickets.get(ticket.number, actor=ana)
    assert thread.ticket.status == status
    assert [(event.what, event.actor) for event in thread.events] == [("created", "Nino"), ("thanked", "Nino")]
    assert (await mine.get(ticket.number, Asker(nino))).thanked
    clock.forward(seconds=1)
    await mine.reply(ticket.number, Asker(nino), "No, it leaks", once=ONCE)
    assert not (await mine.get(ticket.number, Asker(nino))).thanked


# ── Chats that became requests ───────────────────────────────────────────────────────────────────────────────────────


async def test_a_saved_chat_is_found_again_by_who_was_in_it(
    mine: Mine, tickets: Tickets, clock: Clock, nino: Requester, zaza: Requester, ana: Agent
) -> None:
    chat = await tickets.open(from_chat())
    await reply(tickets, clock, chat.number, ana)
    assert await numbers(mine, nino) == []
    for _ in range(2):
        await mine.claim(origin("chat"), nino)
    assert await numbers(mine, nino) == [chat.number]
    assert (await tickets.get(chat.number, actor=ana)).ticket.channel == "account"
    assert await mine.unread(nino) == 1
    with pytest.raises(Conflict):
        await mine.claim(origin("chat"), zaza)
    with pytest.raises(NotFound):
        await mine.claim(origin("no chat"), nino)


async def test_who_has_it_on_the_screen_hears_of_it(
    mine: Mine, nino: Requester, ticket: Ticket, heard: list[TicketNews]
) -> None:
    await mine.reply(ticket.number, Asker(nino), "And it leaks", once=ONCE)
    await mine.thank(ticket.number, Asker(nino))
    assert [news.what for news in heard] == ["replied", "status", "thanked"]
    assert {(news.number, news.requester) for news in heard} == {(ticket.number, nino.id)}


async def test_two_people_become_one_with_all_they_have(
    mine: Mine, database: Database, nino: Requester, zaza: Requester, ticket: Ticket
) -> None:
    async with database.write() as connection:
        await requesters.merge(connection, nino.id, zaza.id)
    assert await numbers(mine, zaza) == [ticket.number]
    async with database.read() as connection:
        assert (await connection.execute(select(ticket_message.c.id))).all()
