"""Answer notifications: told when the answer can be seen, put off, put away; the newest reply of a request counts."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete

from livesupport.errors import NotFound
from livesupport.model import Notice, Requester, Ticket, TicketNews
from livesupport.storage import threads
from livesupport.storage.database import Database
from livesupport.storage.schema import ticket_message
from livesupport.tickets.mine import Asker, Mine
from livesupport.tickets.notices import Notices, Told, answered, excerpt, taken_back, until
from tests.databases import Clock
from tests.tickets.conftest import SEEN_AFTER


async def answer(database: Database, clock: Clock, ticket: Ticket, text: str = "It is on its way.") -> int:
    """Ana answers; for ten seconds she can take it back."""
    async with database.write() as connection:
        visible_at = clock.now + SEEN_AFTER
        more = {"visible_at": visible_at}
        message_id = await threads.add_message(connection, ticket.id, "reply", "agent", "Ana", text, clock.now, **more)
        await answered(connection, ticket, message_id, visible_at)
        return message_id


def words(told: Told) -> tuple[list[str], list[str]]:
    return [one.text for one in told.now], [one.text for one in told.later]


async def test_nino_is_told_when_the_answer_can_no_longer_be_taken_back(
    notices: Notices, database: Database, clock: Clock, nino: Requester, ticket: Ticket
) -> None:
    assert await notices.told(nino) == Told([], [], None)
    await answer(database, clock, ticket)
    told = await notices.told(nino)
    assert (words(told), told.again_in) == (([], []), 10.0)

    clock.forward(seconds=10)
    (notice,) = (await notices.told(nino)).now
    assert (notice.number, notice.subject, notice.author, notice.text) == (
        ticket.number,
        ticket.subject,
        "Ana",
        "It is on its way.",
    )
    assert "way" not in repr(notice)


async def test_an_answer_that_is_taken_back_is_not_told(
    notices: Notices, database: Database, clock: Clock, nino: Requester, ticket: Ticket
) -> None:
    message_id = await answer(database, clock, ticket)
    async with database.write() as connection:
        await taken_back(connection, message_id)
    clock.forward(seconds=20)
    assert await notices.told(nino) == Told([], [], None)


async def test_a_newer_answer_replaces_the_older_notice_but_not_before_it_can_be_seen(
    notices: Notices, database: Database, clock: Clock, nino: Requester, ticket: Ticket
) -> None:
    await answer(database, clock, ticket, "First")
    clock.forward(minutes=1)
    second = await answer(database, clock, ticket, "Second")
    assert words(await notices.told(nino)) == (["First"], [])
    clock.forward(seconds=10)
    assert words(await notices.told(nino)) == (["Second"], [])

    async with database.write() as connection:
        await taken_back(connection, second)
    assert words(await notices.told(nino)) == (["First"], [])


async def test_what_was_put_away_stays_away_when_a_newer_answer_is_taken_back(
    notices: Notices, database: Database, clock: Clock, nino: Requester, ticket: Ticket
) -> None:
    await answer(database, clock, ticket, "First")
    clock.forward(minutes=1)
    await notices.dismiss(nino, (await notices.told(nino)).now[0].id)
    second = await answer(database, clock, ticket, "Second")
    async with database.write() as connection:
        await taken_back(connection, second)
    clock.forward(minutes=1)
    assert words(await notices.told(nino)) == ([], [])


async def test_a_notice_is_put_off_and_comes_back(
    notices: Notices, database: Database, clock: Clock, nino: Requester, ticket: Ticket
) -> None:
    await answer(database, clock, ticket)
    clock.forward(seconds=10)
    (notice,) = (await notices.told(nino)).now
    await notices.put_off(nino, notice.id, "quarter", "Asia/Tbilisi")
    told = await notices.told(nino)
    assert (words(told), told.again_in) == (([], ["It is on its way."]), 900.0)
    clock.forward(minutes=15)
    assert words(await notices.told(nino)) == (["It is on its way."], [])


async def test_to_dismiss_a_notice_never_touches_the_request(
    notices: Notices, mine: Mine, database: Database, clock: Clock, nino: Requester, ticket: Ticket
) -> None:
    await answer(database, clock, ticket)
    clock.forward(seconds=10)
    (notice,) = (await notices.told(nino)).now
    before = await mine.get(ticket.number, Asker(nino))
    await notices.put_off(nino, notice.id, "hour", "UTC")
    await notices.dismiss(nino, notice.id)
    assert await notices.told(nino) == Told([], [], None)
    assert await mine.get(ticket.number, Asker(nino)) == before
    assert await mine.unread(nino) == 1


async def test_to_open_the_request_is_to_have_seen_the_notice(
    notices: Notices, mine: Mine, database: Database, clock: Clock, nino: Requester, ticket: Ticket
) -> None:
    await answer(database, clock, ticket)
    clock.forward(seconds=10)
    await mine.opened(await mine.get(ticket.number, Asker(nino)))
    assert await notices.told(nino) == Told([], [], None)
    assert await mine.unread(nino) == 0


async def test_an_answer_that_comes_while_nino_reads_is_told_all_the_same(
    notices: Notices, mine: Mine, database: Database, clock: Clock, nino: Requester, ticket: Ticket
) -> None:
    await answer(database, clock, ticket, "First")
    clock.forward(seconds=10)
    request = await mine.get(ticket.number, Asker(nino))
    await answer(database, clock, ticket, "Second")
    await mine.opened(request)
    clock.forward(seconds=10)
    assert words(await notices.told(nino)) == (["Second"], [])


async def test_nobody_else_can_do_anything_with_it(
    notices: Notices, database: Database, clock: Clock, nino: Requester, zaza: Requester, ticket: Ticket
) -> None:
    await answer(database, clock, ticket)
    notice_id = 1
    with pytest.raises(NotFound):  # not even Nino, before the answer can be seen
        await notices.dismiss(nino, notice_id)
    clock.forward(seconds=10)
    assert (await notices.told(nino)).now[0].id == notice_id
    for number in (notice_id, 999, 0, 2**63):
        with pytest.raises(NotFound):
            await notices.dismiss(zaza, number)
    assert words(await notices.told(nino)) == (["It is on its way."], [])
    assert words(await notices.told(zaza)) == ([], [])


async def test_all_tabs_of_nino_hear_of_it_and_the_first_one_decides(
    notices: Notices, database: Database, clock: Clock, nino: Requester, ticket: Ticket, heard: list[TicketNews]
) -> None:
    await answer(database, clock, ticket)
    clock.forward(seconds=10)
    (notice,) = (await notices.told(nino)).now
    await notices.dismiss(nino, notice.id)
    assert [(news.what, news.requester, news.number) for news in heard] == [("notice", nino.id, ticket.number)]
    await notices.put_off(nino, notice.id, "hour", "UTC")
    assert await notices.told(nino) == Told([], [], None)


async def test_a_request_of_nobody_known_leaves_no_notice(database: Database, clock: Clock, strangers_ticket: Ticket) -> None:
    await answer(database, clock, strangers_ticket)
    async with database.write() as connection:  # nothing is there that a reply must be freed from before it is removed
        await taken_back(connection, 1)


@pytest.mark.parametrize(
    ("zone", "now", "expected"),
    [
        ("Asia/Tbilisi", "2026-11-22T12:00", "2026-11-23T05:00"),  # 16:00 there
        ("Asia/Tbilisi", "2026-11-22T21:30", "2026-11-24T05:00"),  # already Monday there
        ("America/New_York", "2026-11-22T03:00", "2026-11-22T14:00"),  # still Saturday there
        ("Europe/Berlin", "2026-03-28T12:00", "2026-03-29T07:00"),  # the clocks change in that night
        ("Asia/Kathmandu", "2026-11-22T12:00", "2026-11-23T03:15"),
        *((nonsense, "2026-11-22T12:00", "2026-11-23T09:00") for nonsense in ("", "Mars/Olympus", "../etc", "a\0b", "x" * 999)),
    ],
)
def test_tomorrow_is_nine_in_the_morning_where_the_reader_is(zone: str, now: str, expected: str) -> None:
    moment, morning = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (now, expected))
    assert until("tomorrow", moment, zone) == morning


@pytest.mark.parametrize(
    ("text", "html", "expected"),
    [
        ("Dear Nino,\n\nit is  on its way.", None, "Dear Nino, it is on its way."),
        ("2 < 3 & <b>", None, "2 < 3 & <b>"),
        ("", "<p>Dear Nino,</p>\n<p>it is <strong>on</strong> its &lt;way&gt;.</p>\n", "Dear Nino, it is on its <way>."),
        ("long " * 100, None, "long " * 47 + "long…"),
    ],
)
def test_an_excerpt_is_one_line_of_no_great_length(text: str, html: str | None, expected: str) -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    of = {"id": 1, "requester": 1, "ticket": 1, "message": 1, "number": "", "subject": "", "author": "", "state": "shown"}
    assert excerpt(Notice(**of, text=text, html=html, at=now, due_at=now)) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_happens_the_newest_visible_answer_is_told_until_it_is_dealt_with(
    notices: Notices, mine: Mine, database: Database, clock: Clock, nino: Requester, ticket: Ticket, seed: int
) -> None:
    """Against a model: a list of answers, each with the moment from which it can be seen and the moment from which it is told;
    None: no more."""
    chance = random.Random(seed)
    answers: list[tuple[int, datetime, datetime | None]] = []

    def newest() -> int:
        return next((at for at, (_, seen, _due) in reversed([*enumerate(answers)]) if seen <= clock.now), -1)

    for _step in range(40):
        at = newest()
        shown = (await notices.told(nino)).now
        match chance.choice(["answer", "answer", "take back", "dismiss", "put off", "open", "wait", "wait"]):
            case "answer":
                message_id = await answer(database, clock, ticket)
                answers.append((message_id, clock.now + SEEN_AFTER, clock.now + SEEN_AFTER))
            case "take back" if answers and answers[-1][1] > clock.now:
                async with database.write() as connection:
                    await taken_back(connection, answers[-1][0])
                    await connection.execute(delete(ticket_message).where(ticket_message.c.id == answers[-1][0]))
                answers.pop()
            case "dismiss" if shown:
                await notices.dismiss(nino, shown[0].id)
                answers[at] = (*answers[at][:2], None)
            case "put off" if shown:
                await notices.put_off(nino, shown[0].id, "quarter", "UTC")
                answers[at] = (*answers[at][:2], clock.now + timedelta(minutes=15))
            case "open" if at >= 0:
                await mine.opened(await mine.get(ticket.number, Asker(nino)))
                answers[: at + 1] = [(*one[:2], None) for one in answers[: at + 1]]
            case _:
                clock.forward(seconds=chance.choice([1, 5, 10, 60, 600]))
        at = newest()
        due = answers[at][2] if at >= 0 else None
        told = await notices.told(nino)
        expected = [answers[at][0]] if due else []
        assert [one.message for one in told.now + told.later] == expected
        assert [one.message for one in told.now] == (expected if due and due <= clock.now else [])
