"""A backup that is made while people talk holds no word of theirs, and put back elsewhere it brings nobody back (T71)."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import func, select

from livesupport.backup.making import back_up
from livesupport.backup.restoring import restore
from livesupport.config import Config
from livesupport.selfcheck.canaries import Canaries, needles
from livesupport.selfcheck.stage import now
from livesupport.selfcheck.sweep import search_tree
from livesupport.storage import settings
from livesupport.storage.database import Database
from livesupport.storage.schema import session
from tests.ephemeral.house import served


async def epoch_and_sessions(data: Path) -> tuple[int, int]:
    async with Database.open(f"sqlite:///{data / 'livesupport.db'}") as database, database.read() as connection:
        sessions = (await connection.execute(select(func.count()).select_from(session))).scalar_one()
        return await settings.value(connection, "epoch"), int(sessions)


async def test_no_word_of_a_chat_is_in_a_backup_and_a_saved_one_is(tmp_path: Path) -> None:
    unsaved, saved = Canaries(), Canaries()
    (tmp_path / "home").mkdir()
    async with served(tmp_path / "home", limits__exempt="127.0.0.1") as server:
        play = server.play(unsaved)
        await play.begin()
        await play.talk()
        await back_up(server.config, tmp_path / "in mid-chat", now())
        await play.end()
        play = server.play(saved)
        await play.begin()
        await play.talk()
        await play.save()
        made = await back_up(server.config, tmp_path / "afterwards", now())
        before = await epoch_and_sessions(server.config.data)

        elsewhere = Config(data_dir=str(tmp_path / "elsewhere"))
        await restore(elsewhere, tmp_path / "afterwards", now())
        after = await epoch_and_sessions(elsewhere.data)

    assert search_tree(tmp_path / "in mid-chat", needles(unsaved.all)).hits == []
    assert search_tree(tmp_path / "afterwards", needles(unsaved.all)).hits == []
    assert search_tree(tmp_path / "afterwards", needles(saved.all)).hits != []  # control: what was saved is found
    assert not list((tmp_path / "afterwards").rglob("*.key"))
    assert made.counts["ticket"] == 1
    assert after[0] > before[0]
    assert before[1] > 0
    assert after[1] == 0
