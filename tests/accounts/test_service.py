"""First run, signing in and out, and sessions."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, update

from livesupport.accounts.passwords import Passwords
from livesupport.accounts.service import Accounts
from livesupport.errors import Invalid, NotAllowed, NotFound, Unavailable
from livesupport.model import Agent
from livesupport.storage import sessions
from livesupport.storage.database import Database
from livesupport.storage.schema import agent as agent_table
from livesupport.storage.schema import session as session_table
from livesupport.storage.schema import setup_secret
from tests.accounts.conftest import PASSWORD
from tests.databases import Clock

ANA: dict[str, Any] = {"login": "ana", "name": "Ana", "password": PASSWORD}

# ── First run ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_setup_link_makes_the_administrator_once(accounts: Accounts) -> None:
    assert await accounts.setup_needed()
    secret = await accounts.new_setup_secret()
    ana = await accounts.finish_setup(secret, **ANA)
    assert (ana.login, ana.name, ana.role) == ("ana", "Ana", "administrator")
    assert not await accounts.setup_needed()
    with pytest.raises(NotFound):
        await accounts.finish_setup(secret, login="eve", name="Eve", password=PASSWORD)
    assert [agent.login for agent in await accounts.agents()] == ["ana"]


async def test_nobody_sets_up_with_a_wrong_a_former_or_an_old_link(accounts: Accounts, clock: Clock) -> None:
    former = await accounts.new_setup_secret()
    newest = await accounts.new_setup_secret()
    stored = hashlib.sha256(newest.encode()).hexdigest()
    for wrong in ("", "x", former, newest[:-1], newest + "x", stored, "x" * 1_000_000, "\ud800", "\x00"):
        with pytest.raises(NotFound):
            await accounts.finish_setup(wrong, **ANA)
    clock.forward(hours=24)
    with pytest.raises(NotFound):
        await accounts.finish_setup(newest, **ANA)
    assert await accounts.setup_needed()


async def test_the_link_is_closed_once_somebody_is_administrator_by_other_means(accounts: Accounts) -> None:
    secret = await accounts.new_setup_secret()
    assert await accounts.setup_open(secret)
    await accounts.create_agent(login="eka", name="Eka", password=PASSWORD, role="administrator")
    assert not await accounts.setup_open(secret)
    with pytest.raises(NotFound):
        await accounts.finish_setup(secret, **ANA)
    assert [agent.login for agent in await accounts.agents()] == ["eka"]


async def test_a_mistake_in_the_form_does_not_use_the_link_up(accounts: Accounts, clock: Clock) -> None:
    secret = await accounts.new_setup_secret()
    with pytest.raises(Invalid):
        await accounts.finish_setup(secret, login="ana", name="Ana", password="short")
    clock.forward(hours=23, minutes=59)
    assert (await accounts.finish_setup(secret, **ANA)).login == "ana"


async def test_two_who_hold_the_link_do_not_both_become_administrator(accounts: Accounts) -> None:
    secret = await accounts.new_setup_secret()
    people = ({"login": login, "name": login, "password": PASSWORD} for login in ("ana", "ben"))
    outcomes = await asyncio.gather(*(accounts.finish_setup(secret, **one) for one in people), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Agent", "NotFound"]
    assert len(await accounts.agents()) == 1


async def test_only_a_hash_of_the_link_is_stored(accounts: Accounts, database: Database) -> None:
    secret = await accounts.new_setup_secret()
    async with database.read() as connection:
        [stored] = (await connection.execute(select(setup_secret.c.hash))).scalars()
    assert secret not in stored
    assert len(secret) >= 43  # 256 bits in base64url


# ── Signing in and out ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_ana_signs_in_and_is_known_by_her_secret(accounts: Accounts, ana: Agent, clock: Clock) -> None:
    secret, session = await accounts.sign_in(" ANA", PASSWORD)
    assert session.agent == ana
    assert session.created_at == clock()
    assert await accounts.session(secret) == session


async def test_every_sign_in_gives_a_fresh_secret_of_256_bits(accounts: Accounts, ana: Agent) -> None:
    secrets = {(await accounts.sign_in("ana", PASSWORD))[0] for _browser in range(3)}
    assert len(secrets) == 3
    assert all(len(secret) >= 43 for secret in secrets)


async def test_only_a_hash_of_the_secret_is_stored(accounts: Accounts, ana: Agent, database: Database) -> None:
    secret, session = await accounts.sign_in("ana", PASSWORD)
    async with database.read() as connection:
        assert (await connection.execute(select(session_table.c.id))).scalars().all() == [session.id]
    assert session.id == hashlib.sha256(secret.encode()).hexdigest()
    assert await accounts.session(session.id) is None


WRONG = ["", " ", "correct horse", PASSWORD.upper(), PASSWORD + " ", "\x00", "\ud800", "x" * 1_000_000]


async def test_a_wrong_password_and_an_unknown_login_look_the_same(accounts: Accounts, ana: Agent) -> None:
    for login in ("ana", "nobody", "", "x" * 1_000_000, "\x00", "a\ud800"):
        for password in WRONG:
            with pytest.raises(NotAllowed, match=r"^wrong login or password$"):
                await accounts.sign_in(login, password)


async def test_an_unknown_login_costs_the_same_work_as_a_wrong_password(
    accounts: Accounts, ana: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[str] = []

    def refuse(stored: str, _password: bytes) -> bool:
        verified.append(stored)
        return False

    monkeypatch.setattr("livesupport.accounts.passwords._verify", refuse)
    for login in ("ana", "nobody"):
        with pytest.raises(NotAllowed):
            await accounts.sign_in(login, "wrong")
    known, unknown = verified
    assert known.split("$")[:4] == unknown.split("$")[:4]  # the same kind and cost of hash, not the same hash
    assert known != unknown


async def test_a_hash_of_former_parameters_is_renewed_at_sign_in(accounts: Accounts, ana: Agent, database: Database) -> None:
    former = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    async with database.write() as connection:
        await connection.execute(update(agent_table).values(password_hash=former))
    await accounts.sign_in("ana", PASSWORD)
    async with database.read() as connection:
        renewed = (await connection.execute(select(agent_table.c.password_hash))).scalar_one()
    assert not Passwords().is_outdated(renewed)
    await accounts.sign_in("ana", PASSWORD)


async def test_after_signing_out_the_secret_opens_nothing(accounts: Accounts, ana: Agent) -> None:
    secret, session = await accounts.sign_in("ana", PASSWORD)
    other, _session = await accounts.sign_in("ana", PASSWORD)
    await accounts.sign_out(secret)
    assert await accounts.session(secret) is None
    assert await accounts.ended({session.id}) == {session.id}
    assert await accounts.session(other) is not None
    await accounts.sign_out(secret)
    await accounts.sign_out("\ud800")


async def test_secrets_that_were_never_given_open_nothing(accounts: Accounts, ana: Agent) -> None:
    await accounts.sign_in("ana", PASSWORD)
    for secret in ("", "x", "1e3", "x" * 10_240, "\x00", "\ud800", "' OR 1=1 --"):
        assert await accounts.session(secret) is None


# ── How long a session lasts ─────────────────────────────────────────────────────────────────────────────────────────


async def test_a_session_that_nobody_uses_ends_after_twelve_hours(accounts: Accounts, ana: Agent, clock: Clock) -> None:
    secret, session = await accounts.sign_in("ana", PASSWORD)
    clock.forward(hours=12)
    assert await accounts.session(secret) is None
    assert await accounts.ended({session.id}) == {session.id}


async def test_a_session_in_use_goes_on_and_ends_after_thirty_days(accounts: Accounts, ana: Agent, clock: Clock) -> None:
    secret, _session = await accounts.sign_in("ana", PASSWORD)
    began = clock()
    while await accounts.session(secret) is not None:
        clock.forward(hours=10)
    assert clock() - began == timedelta(days=30)


async def test_looking_at_a_session_often_does_not_write_often(
    accounts: Accounts, ana: Agent, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, session = await accounts.sign_in("ana", PASSWORD)
    clock.forward(minutes=4)
    await accounts.session(secret)
    unmoved = await accounts.session(secret)
    assert unmoved is not None
    assert unmoved.expires_at == session.expires_at
    clock.forward(minutes=1)
    await accounts.session(secret)
    moved = await accounts.session(secret)
    assert moved is not None
    assert moved.expires_at > session.expires_at


async def test_a_full_disk_signs_nobody_out(
    accounts: Accounts, ana: Agent, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_arguments: object) -> None:
        raise Unavailable("full")

    secret, _session = await accounts.sign_in("ana", PASSWORD)
    clock.forward(hours=1)
    monkeypatch.setattr(sessions, "prolong", full)
    assert await accounts.session(secret) is not None


async def test_sessions_that_are_over_are_swept_out(accounts: Accounts, ana: Agent, clock: Clock, database: Database) -> None:
    await accounts.sign_in("ana", PASSWORD)
    clock.forward(days=1)
    _secret, session = await accounts.sign_in("ana", PASSWORD)
    async with database.read() as connection:
        assert (await connection.execute(select(session_table.c.id))).scalars().all() == [session.id]


async def test_of_many_sessions_the_ended_ones_are_told(accounts: Accounts, ana: Agent) -> None:
    assert await accounts.ended(()) == set()
    signed_in = [await accounts.sign_in("ana", PASSWORD) for _browser in range(3)]
    await accounts.sign_out(signed_in[0][0])
    ids = [session.id for _secret, session in signed_in]
    assert await accounts.ended([*ids, "never"]) == {ids[0], "never"}
