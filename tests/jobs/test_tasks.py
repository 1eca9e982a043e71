"""Each kind of work is known, documented and does what it says."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select

from livesupport.accounts.service import Accounts
from livesupport.jobs.schedule import RECURRING
from livesupport.jobs.tasks import tasks
from livesupport.storage.database import Database
from livesupport.storage.schema import session, setup_secret
from tests.databases import Clock
from tests.documents import first_column, read, section
from tests.jobs.house import rooms


async def test_everything_that_comes_round_is_known_and_documented(database: Database, clock: Clock, tmp_path: Path) -> None:
    text = section(read("docs/operate.md"), "Work that is done later")

    assert RECURRING.keys() <= tasks(rooms(database, clock, tmp_path)).keys()
    assert set(first_column(text)) == set(RECURRING)


async def test_what_is_over_is_tidied_away_and_what_holds_stays(
    database: Database, clock: Clock, accounts: Accounts, tmp_path: Path
) -> None:
    await accounts.create_agent(login="ana", name="Ana", password="a good long password", role="agent")
    await accounts.sign_in("ana", "a good long password")
    await accounts.new_setup_secret()

    async def left() -> list[int]:
        await tasks(rooms(database, clock, tmp_path))["tidy"]({})
        async with database.read() as connection:
            tables = (session, setup_secret)
            return [int((await connection.execute(select(func.count()).select_from(one))).scalar_one()) for one in tables]

    clock.forward(hours=11)
    assert await left() == [1, 1]
    clock.now += timedelta(days=31)
    assert await left() == [0, 0]
