"""People who ask, and what they have: for the tests of their pages."""

from __future__ import annotations

import httpx2
from sqlalchemy import select

from livesupport.model import Requester, Ticket
from livesupport.storage import requesters, tickets
from livesupport.storage.schema import outbox
from tests.databases import SOFIA
from tests.http.conftest import House

ONCE = "a-form-of-this-test"


async def person(house: House, email: str = "nino@example.com") -> Requester:
    """Somebody who has proved this address."""
    async with house.database.write() as connection:
        return await requesters.of_email(connection, "default", email, house.clock(), name="Nino")


async def request_of(house: House, owner: Requester, question: str = "The blue kettle leaks") -> Ticket:
    """A request of theirs."""
    ticket = await house.ticket(question)
    async with house.database.write() as connection:
        await tickets.change(connection, ticket.id, requester_id=owner.id)
    return ticket


async def code_for(house: House) -> str:
    """The code in the newest mail."""
    async with house.database.read() as connection:
        newest = select(outbox.c.sign_in_id).where(outbox.c.kind == "sign_in").order_by(outbox.c.id.desc()).limit(1)
        code = await house.requesters.code_to_mail((await connection.execute(newest)).scalar_one())
    assert code is not None
    return code


async def browser_of(house: House, email: str = "nino@example.com") -> httpx2.AsyncClient:
    """The browser of somebody who has signed in with a code."""
    browser = await house.browser()
    assert (await browser.post("/requests/sign-in", data={"email": email})).status_code == 303
    answer = await browser.post("/requests/code", data={"code": await code_for(house)})
    assert (answer.status_code, answer.headers["location"]) == (303, "/requests")
    return browser


async def answered(house: House, ticket: Ticket, text: str = "It is on its way.") -> None:
    """Ana has answered, and can no longer take it back."""
    ana = next((one for one in await house.accounts.agents() if one.login == "ana"), None) or await house.agent("ana", "Ana")
    await house.tickets.reply(ticket.number, text, actor=ana)
    house.clock.forward(seconds=10)


async def signed_link(house: House, ticket: Ticket) -> httpx2.AsyncClient:
    """A browser in which the link of a mail was opened."""
    browser = await house.browser()
    answer = await browser.get(f"/requests/{ticket.number}?key={house.links.sign(ticket.number)}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/requests/{ticket.number}")
    return browser


def reply(text: str = "And it leaks", once: str = ONCE) -> dict[str, str]:
    return {"action": "reply", "once": once, "text": text}


async def texts(house: House, number: str) -> list[str]:
    return [message.text for message in (await house.tickets.get(number, actor=SOFIA)).messages]
