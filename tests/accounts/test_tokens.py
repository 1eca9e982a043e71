"""Tokens for programs: whose they are, what they may, and when they end."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from livesupport.accounts.service import Accounts
from livesupport.accounts.tokens import PREFIX, Tokens
from livesupport.errors import Invalid, NotAllowed, NotFound
from livesupport.model import Agent, Role
from livesupport.storage.database import Database
from livesupport.storage.schema import api_token
from tests.databases import Clock

PASSWORD = "a good long password"


@pytest.fixture
def tokens(database: Database, clock: Clock) -> Tokens:
    return Tokens(database, clock)


async def _agent(accounts: Accounts, login: str, role: Role = "agent") -> Agent:
    return await accounts.create_agent(login=login, name=login.title(), password=PASSWORD, role=role)


async def test_a_program_that_shows_anas_token_acts_for_ana_as_far_as_its_scopes_go(accounts: Accounts, tokens: Tokens) -> None:
    ana = await _agent(accounts, "ana")
    secret, token = await tokens.create(ana, "Nightly report", ["tickets:read"])
    bearer = await tokens.bearer(secret)
    assert bearer is not None
    assert (bearer.agent.login, bearer.token.scopes) == ("ana", ("tickets:read",))
    assert [one.name for one in await tokens.of(ana)] == [token.name] == ["Nightly report"]


async def test_the_secret_is_told_once_and_stored_hashed(accounts: Accounts, tokens: Tokens, database: Database) -> None:
    secret, _token = await tokens.create(await _agent(accounts, "ana"), "Report", ["tickets:read"])
    async with database.read() as connection:
        row = (await connection.execute(select(api_token))).one()
    assert secret.startswith(PREFIX)
    assert secret.removeprefix(PREFIX) not in str(row)


@pytest.mark.parametrize("shown", ["", PREFIX, PREFIX + "x" * 43, "x" * 43, PREFIX + "x" * 5000, "\udc80"])
async def test_a_guess_opens_nothing(tokens: Tokens, shown: str) -> None:
    assert await tokens.bearer(shown) is None


async def test_a_revoked_token_is_worthless_at_once_and_nobody_revokes_anothers(accounts: Accounts, tokens: Tokens) -> None:
    ana, ben = await _agent(accounts, "ana"), await _agent(accounts, "ben")
    secret, token = await tokens.create(ana, "Report", ["tickets:read"])
    with pytest.raises(NotFound):
        await tokens.revoke(ben, token.id)
    with pytest.raises(NotFound):
        await tokens.revoke(ana, 2**63)
    assert await tokens.bearer(secret) is not None
    await tokens.revoke(ana, token.id)
    assert await tokens.bearer(secret) is None
    assert await tokens.of(ana) == []


async def test_a_token_ends_on_its_day(accounts: Accounts, tokens: Tokens, clock: Clock) -> None:
    secret, _token = await tokens.create(await _agent(accounts, "ana"), "Report", ["tickets:read"], days=1)
    clock.forward(hours=23, minutes=59)
    assert await tokens.bearer(secret) is not None
    clock.forward(minutes=1)
    assert await tokens.bearer(secret) is None


async def test_the_token_of_an_agent_who_left_opens_nothing(accounts: Accounts, tokens: Tokens) -> None:
    secret, _token = await tokens.create(await _agent(accounts, "ana"), "Report", ["tickets:read"])
    await accounts.disable_agent("ana")
    assert await tokens.bearer(secret) is None
    await accounts.enable_agent("ana")
    assert await tokens.bearer(secret) is None  # who comes back makes a new one


async def test_a_new_password_ends_what_the_former_one_may_have_made(accounts: Accounts, tokens: Tokens) -> None:
    ana, ben = await _agent(accounts, "ana"), await _agent(accounts, "ben")
    secrets = [(await tokens.create(one, "Report", ["tickets:read"]))[0] for one in (ana, ben)]
    await accounts.set_password("ana", "another good password")
    assert [await tokens.bearer(secret) is None for secret in secrets] == [True, False]


async def test_an_administrator_sees_and_revokes_the_tokens_of_others(accounts: Accounts, tokens: Tokens) -> None:
    ana, dato = await _agent(accounts, "ana"), await _agent(accounts, "dato", "administrator")
    secret, token = await tokens.create(ana, "Report", ["tickets:read"])
    with pytest.raises(NotAllowed):
        await tokens.of(dato, actor=ana)
    with pytest.raises(NotAllowed):
        await tokens.revoke(dato, token.id, actor=ana)
    assert await tokens.of(ana, actor=dato) == [token]
    await tokens.revoke(ana, token.id, actor=dato)
    assert await tokens.bearer(secret) is None
    [act] = (await accounts.audit_log(actor=dato)).items[:1]
    assert (act.actor, act.act, act.subject, act.details) == ("Dato", "token.revoked", "Report", {"of": "ana"})


async def test_nobody_makes_a_token_that_may_more_than_they_do(accounts: Accounts, tokens: Tokens) -> None:
    ana, sofia = await _agent(accounts, "ana"), await _agent(accounts, "sofia", "administrator")
    with pytest.raises(Invalid) as refused:
        await tokens.create(ana, "Report", ["admin:read"])
    assert set(refused.value.problems) == {"scopes"}
    assert (await tokens.create(sofia, "Set-up", ["admin:read"]))[1].scopes == ("admin:read",)


@pytest.mark.parametrize(
    ("name", "scopes", "days", "field"),
    [
        ("", ["tickets:read"], None, "name"),
        ("x" * 81, ["tickets:read"], None, "name"),
        ("Report", [], None, "scopes"),
        ("Report", ["everything"], None, "scopes"),
        ("Report", ["tickets:read"], 0, "days"),
        ("Report", ["tickets:read"], 367, "days"),
    ],
)
async def test_a_wrong_wish_is_told_by_its_field(
    accounts: Accounts, tokens: Tokens, name: str, scopes: list[str], days: int | None, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await tokens.create(await _agent(accounts, "ana"), name, scopes, days)  # type: ignore[arg-type]
    assert set(refused.value.problems) == {field}


async def test_the_use_of_a_token_is_noted_hourly(accounts: Accounts, tokens: Tokens, clock: Clock) -> None:
    ana = await _agent(accounts, "ana")
    secret, _token = await tokens.create(ana, "Report", ["tickets:read"])
    first = clock.now
    await tokens.bearer(secret)
    clock.forward(minutes=59)
    await tokens.bearer(secret)
    assert [one.used_at for one in await tokens.of(ana)] == [first]
    clock.forward(minutes=1)
    await tokens.bearer(secret)
    assert [one.used_at for one in await tokens.of(ana)] == [clock.now]
