"""Finding tickets by what was said in them: the same hits in five languages, on both databases (T48)."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from sqlalchemy import text

from livesupport.accounts.service import Accounts
from livesupport.model import Agent, Topic
from livesupport.storage import search, tags
from livesupport.storage.database import Database
from livesupport.tickets.finding import Finder
from livesupport.tickets.requests import TicketFilter
from livesupport.tickets.service import Tickets
from tests.databases import only_sqlite
from tests.tickets.conftest import a_line, a_request, from_chat, origin

QUESTIONS = {
    "en": "My invoices were charged twice, Mary said it won't happen again",
    "ka": "ინვოისის გადახდა ორჯერ მოხდა, თანხა არ დამიბრუნეს",
    "fa": "فاکتور\u200cهای من اشتباه است و كتاب‌ها نرسیده‌اند، کد ۷۷۷۸۸",
    "uk": "Мені двічі списали оплату за п’ять їжаків, рахунок неправильний",
    "ru": "С меня дважды списали деньги за ёлки, счёт неверный",
}
LANGUAGES = list(QUESTIONS)
FOUND = {
    "invoice": "en",
    "INVOICES": "en",
    "charge": "en",
    "wont happen": "en",
    "won’t": "en",
    "twice invoice mary": "en",
    "გადახდა": "ka",
    "გადახდ": "ka",
    "ინვოისი": "ka",
    "თანხა გადახდა": "ka",
    "فاکتور": "fa",
    "فاکتورها": "fa",
    "کتابها": "fa",
    "كتاب": "fa",
    "77788": "fa",
    "۷۷۷۸۸": "fa",
    "оплата": "uk",
    "їжак": "uk",
    "ЇЖАКИ": "uk",
    "п'ять": "uk",
    "неправильні рахунок": "uk",
    "елка": "ru",
    "Ёлка": "ru",
    "счета": "ru",
    "деньгами": "ru",
    "списал": "uk ru",
    "mary оплата": "",
    "kettle": "",
}


async def _found(finder: Finder, query: str, me: Agent) -> set[str]:
    page = await finder.inbox(TicketFilter(text=query), actor=me)
    return {ticket.language for ticket in page.items}


async def test_a_ticket_is_found_by_any_form_of_its_words_in_five_languages(
    tickets: Tickets, finder: Finder, ana: Agent
) -> None:
    for language, question in QUESTIONS.items():
        await tickets.open(a_request(language, question=question, language=language))
    for query, languages in FOUND.items():
        assert await _found(finder, query, ana) == set(languages.split()), query


async def test_chats_replies_notes_tags_and_addresses_are_searched_too(
    tickets: Tickets, finder: Finder, database: Database, ana: Agent
) -> None:
    first = await tickets.open(from_chat("one", email="nino@shop.example", language="one"))
    await tickets.open(from_chat("two", language="two"))
    await tickets.append(origin("one"), [a_line(3, "The kettle leaks")])
    await tickets.reply("1001", "Please descale it", actor=ana)
    await tickets.note("1001", "Third one this week", actor=ana)
    async with database.write() as connection:
        await tags.add(connection, first.id, "warranty")
    for query in ("kettle", "leaking", "descale", "week", "warranty", "nino@shop.example", "kettle descaling third"):
        assert await _found(finder, query, ana) == {"one"}, query
    assert await _found(finder, "nino", ana) == {"one", "two"}


async def test_what_was_taken_away_is_no_longer_found(tickets: Tickets, finder: Finder, database: Database, ana: Agent) -> None:
    ticket = await tickets.open(a_request("one", language="one"))
    async with database.write() as connection:
        await tags.add(connection, ticket.id, "warranty")
    async with database.write() as connection:
        await tags.remove(connection, ticket.id, "warranty")
    assert await _found(finder, "warranty", ana) == set()
    assert await _found(finder, "invoice", ana) == {"one"}


async def test_a_ticket_that_says_more_than_the_index_takes_is_found_by_what_fits_and_goes_on(
    tickets: Tickets, finder: Finder, database: Database, ana: Agent
) -> None:
    ticket = await tickets.open(a_request("one", language="one"))
    async with database.write() as connection:
        await search.add(connection, ticket.id, [" ".join(f"w{count:07}" for count in range(150_000))])
    await tickets.note(ticket.number, "A kettle beyond the end", actor=ana)
    assert await _found(finder, "invoice", ana) == await _found(finder, "w0000007", ana) == {"one"}
    assert await _found(finder, "w0149999", ana) == await _found(finder, "kettle", ana) == set()
    assert (await tickets.get(ticket.number, actor=ana)).messages[-1].text == "A kettle beyond the end"


@pytest.mark.parametrize(
    "query", ['"', "%", "_", "*", "NEAR(a b)", "a OR NOT b", "\\", "((((", "' OR 1=1 --", "words:x", "😀", "-"]
)
async def test_no_character_of_a_query_is_an_operator(tickets: Tickets, finder: Finder, ana: Agent, query: str) -> None:
    await tickets.open(a_request(question="The blue kettle leaks"))
    assert (await finder.inbox(TicketFilter(text=query), actor=ana)).items == []


async def test_ben_finds_only_what_is_his_business(
    tickets: Tickets, finder: Finder, accounts: Accounts, ana: Agent, billing: Topic
) -> None:
    ben = await accounts.create_agent(login="ben", name="Ben", password="correct horse", topics=[billing.id])
    refunds = await tickets.open(a_request("mine", topic=billing.id, language="billing"))
    await tickets.open(a_request("none", language="no topic"))
    eva = await accounts.create_agent(login="eva", name="Eva", password="correct horse", role="supervisor", topics=[billing.id])
    other = msgspec.structs.replace(ben, topics=(2**30,))
    assert await _found(finder, "invoice", ben) == {"billing", "no topic"}
    assert await _found(finder, "invoice", other) == {"no topic"}
    assert await _found(finder, refunds.number, other) == set()
    assert await _found(finder, "invoice", eva) == await _found(finder, "invoice", ana) == {"billing", "no topic"}


@only_sqlite
async def test_words_that_no_ticket_holds_any_more_are_not_in_the_file(
    database: Database, tickets: Tickets, tmp_path: Path
) -> None:
    ticket = await tickets.open(a_request(question="The canarywordxyz sings"))
    async with database.write() as connection:
        await connection.execute(text("UPDATE ticket SET subject = ''"))
        await connection.execute(text("DELETE FROM ticket_message"))
        await search.renew(connection, ticket.id)
        await search.compact(connection)
    assert any(b"canarywordxyz" in file.read_bytes() for file in tmp_path.iterdir())  # until the log is folded into the file
    assert await database.truncate_log()
    assert not any(b"canarywordxyz" in file.read_bytes() for file in tmp_path.iterdir())
