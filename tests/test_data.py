"""What is done to the data before it is used, and what its owner is told when that cannot be."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from livesupport.config import Config
from livesupport.config import Database as DatabaseSettings
from livesupport.data import hold_lease, make_directories, prepare_database
from livesupport.errors import Unavailable
from livesupport.lease import LeaseHeld
from livesupport.storage.migrate import upgrade
from tests.databases import only_postgresql


def settings(data: Path, url: str = "") -> Config:
    return Config(data_dir=str(data), database=DatabaseSettings(url=url))


def test_a_new_data_directory_is_its_owners_alone_and_one_that_is_there_keeps_its_rights(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o755)

    for data in (tmp_path / "new/data", shared):
        make_directories(settings(data))

    assert stat.S_IMODE((tmp_path / "new/data").stat().st_mode) == 0o700
    assert stat.S_IMODE(shared.stat().st_mode) == 0o755


def test_a_data_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(Unavailable, match=r"the data directory .*/file cannot be made: "):
        make_directories(settings(tmp_path / "file"))


async def test_our_own_file_is_made_and_migrated(tmp_path: Path) -> None:
    await prepare_database(settings(tmp_path))

    assert (tmp_path / "livesupport.db").stat().st_size > 0


@only_postgresql
async def test_a_postgresql_database_is_migrated_by_hand_and_the_start_says_so(empty_url: str, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="run livesupport migrate"):
        await prepare_database(settings(tmp_path, empty_url))

    await upgrade(empty_url)
    await prepare_database(settings(tmp_path, empty_url))


async def test_a_postgresql_that_does_not_answer_is_told(tmp_path: Path) -> None:
    nowhere = settings(tmp_path, "postgresql+asyncpg://root@127.0.0.1:1/desk")

    with pytest.raises(Unavailable):
        await prepare_database(nowhere)
    with pytest.raises(Unavailable, match="cannot be reached"):
        async with hold_lease(nowhere):
            pass


async def test_one_process_holds_the_data(tmp_path: Path) -> None:
    async with hold_lease(settings(tmp_path)):
        with pytest.raises(LeaseHeld):
            async with hold_lease(settings(tmp_path)):
                pass
