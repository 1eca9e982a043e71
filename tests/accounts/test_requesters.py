"""How those who ask become known: by a code that reaches their address, or by the word of their site."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from livesupport.accounts import vouching
from livesupport.accounts.requesters import MOST_TRIES, Requesters
from livesupport.errors import Invalid, NotAllowed, NotFound
from livesupport.model import Requester, Site
from livesupport.sites.service import Sites
from livesupport.storage.database import Database
from livesupport.storage.schema import notice, outbox, requester, requester_session, sign_in_code, ticket
from tests.databases import Clock


async def mailed(database: Database) -> list[dict[str, object]]:
    """The outgoing mail, oldest first."""
    async with database.read() as connection:
        rows = await connection.execute(select(outbox).order_by(outbox.c.id))
        return [dict(row._mapping) for row in rows]


async def code_of(requesters: Requesters, database: Database) -> str:
    """The code in the newest mail."""
    code = await requesters.code_to_mail(str((await mailed(database))[-1]["sign_in_id"]))
    assert code is not None
    return code


async def who(requesters: Requesters, secret: str) -> Requester:
    session = await requesters.session(secret)
    assert session is not None
    return session.requester


async def prove(requesters: Requesters, database: Database, email: str = "nino@example.com") -> str:
    """The session of whoever reads the mail of this address."""
    secret = await requesters.ask_code("default", email, "ka")
    return await requesters.enter_code(secret, await code_of(requesters, database))


# ── With a code ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_nino_signs_in_with_the_code_that_was_mailed_to_her(requesters: Requesters, database: Database) -> None:
    secret = await requesters.ask_code("default", " Nino@Example.com ", "ka")
    (mail,) = await mailed(database)
    assert (mail["kind"], mail["recipient"], mail["language"]) == ("sign_in", "nino@example.com", "ka")
    code = await code_of(requesters, database)
    assert code.isdecimal()
    assert len(code) == 8

    session = await requesters.enter_code(secret, f" {code[:4]} {code[4:]} ")
    nino = await who(requesters, session)
    assert (nino.email, nino.account, nino.site) == ("nino@example.com", None, "default")
    assert await who(requesters, await prove(requesters, database, "NINO@example.com")) == nino


async def test_persian_digits_are_digits(requesters: Requesters, database: Database) -> None:
    secret = await requesters.ask_code("default", "nino@example.com", "fa")
    code = (await code_of(requesters, database)).translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    assert await requesters.session(await requesters.enter_code(secret, code))


async def test_no_table_holds_the_code_or_a_secret(requesters: Requesters, database: Database) -> None:
    secret = await requesters.ask_code("default", "nino@example.com", "en")
    code = await code_of(requesters, database)
    held = await rows_of_people(database)
    assert "nino@example.com" in held  # what is held is seen
    assert code not in held
    assert secret not in held
    session = await requesters.enter_code(secret, code)
    assert session not in await rows_of_people(database)


async def rows_of_people(database: Database) -> str:
    async with database.read() as connection:
        tables = (sign_in_code, outbox, requester, requester_session)
        return repr([(await connection.execute(select(table))).all() for table in tables])


async def test_the_code_is_worth_nothing_in_another_browser(requesters: Requesters, database: Database) -> None:
    await requesters.ask_code("default", "nino@example.com", "en")
    code = await code_of(requesters, database)
    evil = await requesters.ask_code("default", "eve@example.com", "en")
    with pytest.raises(NotAllowed):
        await requesters.enter_code(evil, code)
    with pytest.raises(NotFound):
        await requesters.enter_code("made up", code)


async def test_a_code_opens_once_and_for_ten_minutes(requesters: Requesters, database: Database, clock: Clock) -> None:
    secret = await requesters.ask_code("default", "nino@example.com", "en")
    code = await code_of(requesters, database)
    await requesters.enter_code(secret, code)
    with pytest.raises(NotFound):
        await requesters.enter_code(secret, code)

    late = await requesters.ask_code("default", "nino@example.com", "en")
    code = await code_of(requesters, database)
    clock.forward(minutes=10)
    with pytest.raises(NotFound):
        await requesters.enter_code(late, code)
    assert await requesters.code_to_mail(str((await mailed(database))[-1]["sign_in_id"])) is None


async def test_after_a_few_guesses_even_the_right_code_is_wrong(requesters: Requesters, database: Database) -> None:
    secret = await requesters.ask_code("default", "nino@example.com", "en")
    code = await code_of(requesters, database)
    wrong = str(int(code) ^ 1).zfill(8)
    for guess in [wrong, "", "x" * 100, "0", wrong][:MOST_TRIES]:
        with pytest.raises(NotAllowed):
            await requesters.enter_code(secret, guess)
    with pytest.raises(NotFound):
        await requesters.enter_code(secret, code)


@pytest.mark.parametrize(
    "email", ["", "nino", "nino@", "@x", "a b@c.d", "a@b\r\nBcc: c@d", "Eve, victim@x.test", "x" * 65 + "@y"]
)
async def test_what_is_no_address_gets_no_mail(requesters: Requesters, database: Database, email: str) -> None:
    with pytest.raises(Invalid):
        await requesters.ask_code("default", email, "en")
    assert await mailed(database) == []


async def test_no_site_no_code(requesters: Requesters) -> None:
    with pytest.raises(NotFound):
        await requesters.ask_code("nowhere", "nino@example.com", "en")


# ── Sessions ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_session_ends_when_it_is_ended_and_by_itself(requesters: Requesters, database: Database, clock: Clock) -> None:
    first, second = await prove(requesters, database), await prove(requesters, database)
    session = await requesters.session(first)
    assert session is not None
    await requesters.sign_out(first)
    assert await requesters.session(first) is None
    assert await requesters.ended([session.id]) == {session.id}
    assert await requesters.session(second)
    clock.forward(days=30)
    assert await requesters.session(second) is None


@pytest.mark.parametrize("secret", ["", "made up", "x" * 10_000, "\ud800"])
async def test_no_other_secret_opens_a_session(requesters: Requesters, secret: str) -> None:
    assert await requesters.session(secret) is None


# ── By the word of their site ────────────────────────────────────────────────────────────────────────────────────────


async def vouch(requesters: Requesters, sites: Sites, clock: Clock, site: str = "default", **said: str) -> str:
    """The session of the person of whom the site says this."""
    attributes = {"id": "7", "name": "Nino", "exp": str(int(clock().timestamp()) + 300), **said}
    sig = vouching.signature(await sites.user_key(site), attributes)
    return (await requesters.vouched(site, attributes, sig))[0]


async def test_a_site_signs_its_person_in(requesters: Requesters, sites: Sites, clock: Clock) -> None:
    nino = await who(requesters, await vouch(requesters, sites, clock))
    assert (nino.account, nino.name, nino.email) == ("7", "Nino", None)
    again = await who(requesters, await vouch(requesters, sites, clock, name="Nino Beridze", phone="555 12 34 56"))
    assert (again.id, again.name, again.phone) == (nino.id, "Nino Beridze", "+995555123456")
    assert (await who(requesters, await vouch(requesters, sites, clock, id="8"))).id != nino.id


async def test_the_word_of_one_site_is_nothing_at_another(requesters: Requesters, sites: Sites, clock: Clock) -> None:
    await sites.add(Site(id="shop", name="Shop"))
    attributes = {"id": "7", "exp": str(int(clock().timestamp()) + 300)}
    sig = vouching.signature(await sites.user_key("shop"), attributes)
    assert await requesters.vouched("shop", attributes, sig)
    for other in ("default", "nowhere", ""):
        with pytest.raises(NotAllowed):
            await requesters.vouched(other, attributes, sig)


async def test_a_renewed_key_makes_the_former_worthless(requesters: Requesters, sites: Sites, clock: Clock) -> None:
    attributes = {"id": "7", "exp": str(int(clock().timestamp()) + 300)}
    sig = vouching.signature(await sites.user_key("default"), attributes)
    assert await sites.user_key("default") == await sites.user_key("default")
    assert await requesters.vouched("default", attributes, sig)
    await sites.user_key("default", renew=True)
    with pytest.raises(NotAllowed):
        await requesters.vouched("default", attributes, sig)


async def test_an_address_that_the_site_did_not_see_proved_opens_nothing(
    requesters: Requesters, database: Database, sites: Sites, clock: Clock
) -> None:
    nino = await who(requesters, await prove(requesters, database))
    other = await who(requesters, await vouch(requesters, sites, clock, email="nino@example.com"))
    assert (other.id != nino.id, other.email) == (True, None)


async def test_a_proved_address_joins_what_its_owner_asked_before(
    requesters: Requesters, database: Database, sites: Sites, clock: Clock
) -> None:
    former = await prove(requesters, database)
    nino = await who(requesters, former)
    await add_ticket(database, nino, clock)
    now = await who(requesters, await vouch(requesters, sites, clock, email="Nino@example.com", email_verified="true"))
    assert (now.account, now.email) == ("7", "nino@example.com")
    async with database.read() as connection:
        owners = (await connection.execute(select(ticket.c.requester_id))).scalars().all()
        assert owners == [now.id]
        assert (await connection.execute(select(notice))).all() == []
    assert await requesters.session(former) is None
    assert await who(requesters, await prove(requesters, database)) == now


async def test_two_accounts_with_one_address_stay_two(
    requesters: Requesters, database: Database, sites: Sites, clock: Clock
) -> None:
    first = await who(requesters, await vouch(requesters, sites, clock, email="n@x.example", email_verified="true"))
    second = await who(requesters, await vouch(requesters, sites, clock, id="8", email="n@x.example", email_verified="true"))
    assert first.email == "n@x.example"
    assert (second.id != first.id, second.email) == (True, None)


async def test_the_panel_gives_a_page_a_session_of_its_own(requesters: Requesters, sites: Sites, clock: Clock) -> None:
    panel = await vouch(requesters, sites, clock)
    page = await requesters.second_session(panel)
    assert await who(requesters, page) == await who(requesters, panel)
    await requesters.sign_out(panel)
    assert await requesters.session(page)
    with pytest.raises(NotAllowed):
        await requesters.second_session(panel)


async def add_ticket(database: Database, owner: Requester, clock: Clock) -> None:
    from livesupport.storage import tickets

    async with database.write() as connection:
        await tickets.add(
            connection,
            number="1001-7",
            origin="request-of-nino-1001",
            site_id=owner.site,
            status="new",
            priority="normal",
            channel="email",
            subject="Kettle",
            name="Nino",
            phone="",
            email="nino@example.com",
            page="",
            language="en",
            from_chat=False,
            requester_id=owner.id,
            created_at=clock(),
            updated_at=clock(),
        )
