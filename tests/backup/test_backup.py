"""What is in a backup, and what is not; and that it comes back whole, on both databases (T71)."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import AbstractContextManager, closing, nullcontext
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import msgspec
import pytest

from livesupport.accounts.service import Accounts
from livesupport.backup import checking, making, manifest
from livesupport.backup.making import back_up
from livesupport.backup.restoring import restore
from livesupport.data import hold_lease
from livesupport.errors import Conflict, Unavailable
from livesupport.lease import LeaseHeld
from livesupport.storage import audit, settings
from livesupport.storage.snapshots import Step
from tests.backup.house import PASSWORD, WORDS, Installation
from tests.databases import Clock, only_postgresql, only_sqlite


@pytest.fixture
def installation(kind: str, tmp_path: Path, clock: Clock, request: pytest.FixtureRequest) -> Installation:
    if kind == "postgresql":
        return Installation(tmp_path / "data", request.getfixturevalue("database_url"), clock)
    (tmp_path / "data").mkdir(mode=0o700)
    shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "data/livesupport.db")
    return Installation(tmp_path / "data", "", clock)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return tmp_path / "backup"


def lose(installation: Installation) -> None:
    """The disk with the data directory burns."""
    shutil.rmtree(installation.config.data)


# ── Making ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_backup_has_the_database_and_the_files_and_no_key(installation: Installation, copy: Path) -> None:
    sent = await installation.ask()
    await installation.sign_in()
    installation.config.keys.mkdir()
    (installation.config.keys / "signing.key").write_bytes(os.urandom(32))

    made = await back_up(installation.config, copy, installation.clock.now)

    assert made.counts["ticket"] == 1
    assert [one.id for one in made.files] == [sent.id]
    assert made.damaged == []
    names = {path.name for path in copy.rglob("*") if path.is_file()}
    assert names == {manifest.NAME, manifest.DATABASE[made.kind], sent.id}
    manifest.verify(copy, made, manifest.silent)
    assert not copy.with_name("backup.partial").exists()


@only_sqlite
async def test_a_backup_is_one_state_whatever_is_written_meanwhile(
    installation: Installation, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await installation.ask()
    monkeypatch.setattr("livesupport.storage.snapshots.PAGES", 4)
    database = installation.config.data / "livesupport.db"
    written: list[int] = []

    def disturb(name: str, length: int) -> AbstractContextManager[Step]:
        """A server that goes on writing between any two steps."""

        def step(done: int) -> None:
            with closing(sqlite3.connect(database)) as other:
                other.execute("INSERT INTO canned_reply (shortcut, text) VALUES (?, ?)", (f"s{len(written)}", "x" * 5000))
                other.commit()
            written.append(done)

        return nullcontext(step if "database" in name else lambda done: None)

    made = await back_up(installation.config, copy, installation.clock.now, disturb)

    assert len(written) > 3
    assert made.counts["canned_reply"] == 0


@only_sqlite
async def test_a_file_that_is_missing_or_altered_is_named_and_the_rest_is_kept(installation: Installation, copy: Path) -> None:
    sound, missing, altered = [await installation.ask(number) for number in range(3)]
    await installation.store.delete(missing.id)
    installation.store._path(altered.id).write_bytes(b"bit rot")

    made = await back_up(installation.config, copy, installation.clock.now)

    assert [one.id for one in made.files] == [sound.id]
    assert set(made.damaged) == {missing.id, altered.id}
    manifest.verify(copy, made, manifest.silent)


@only_sqlite
async def test_a_backup_takes_the_place_of_nothing(installation: Installation, copy: Path) -> None:
    await installation.ask()
    copy.mkdir()

    with pytest.raises(Conflict):
        await back_up(installation.config, copy, installation.clock.now)


@only_sqlite
async def test_a_backup_that_was_broken_off_is_none_and_the_next_one_clears_it_away(
    installation: Installation, copy: Path
) -> None:
    await installation.ask()
    broken = copy.with_name("backup.partial")
    (broken / "files").mkdir(parents=True)
    (broken / "files/half").write_bytes(b"half of it")

    with pytest.raises(Unavailable, match="is no backup"):
        manifest.read(broken)
    await back_up(installation.config, copy, installation.clock.now)

    assert not (copy / "files/half").exists()
    assert not broken.exists()


@only_sqlite
async def test_two_backups_into_one_folder_do_not_mix(installation: Installation, copy: Path) -> None:
    await installation.ask()

    with making._folder(copy), pytest.raises(Conflict, match="another backup"):
        await back_up(installation.config, copy, installation.clock.now)


@only_sqlite
async def test_without_data_there_is_nothing_to_back_up(installation: Installation, copy: Path) -> None:
    lose(installation)

    with pytest.raises(Unavailable, match="no database"):
        await back_up(installation.config, copy, installation.clock.now)


# ── Restoring ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def restored(installation: Installation, copy: Path) -> None:
    await restore(installation.config, copy, installation.clock.now, replace=True)


async def test_everything_comes_back_where_nothing_is_left(installation: Installation, copy: Path) -> None:
    sent = await installation.ask()
    made = await back_up(installation.config, copy, installation.clock.now)
    lose(installation)

    await restored(installation, copy)

    assert await installation.tickets() == made.counts["ticket"] == 1
    assert installation.store._path(sent.id).read_bytes() == WORDS
    assert (await checking.look(installation.config, installation.clock.now)).is_sound
    assert {path.name for path in installation.config.data.glob("*.db*")} <= {"livesupport.db"}


@only_sqlite
async def test_what_came_after_the_backup_is_gone_and_what_was_altered_is_mended(
    installation: Installation, copy: Path
) -> None:
    sent = await installation.ask()
    await back_up(installation.config, copy, installation.clock.now)
    await installation.ask("later")
    installation.store._path(sent.id).write_bytes(b"bit rot")

    await restored(installation, copy)

    assert await installation.tickets() == 1
    assert installation.store.digest(sent.id) == sent.sha256


async def test_data_that_is_there_is_replaced_only_when_asked_for(installation: Installation, copy: Path) -> None:
    await installation.ask()
    await back_up(installation.config, copy, installation.clock.now)
    await installation.ask("later")

    with pytest.raises(Conflict, match="--replace"):
        await restore(installation.config, copy, installation.clock.now)

    assert await installation.tickets() == 2


async def test_nothing_is_restored_under_a_running_server(installation: Installation, copy: Path) -> None:
    await installation.ask()
    await back_up(installation.config, copy, installation.clock.now)

    async with hold_lease(installation.config):
        with pytest.raises(LeaseHeld):
            await restored(installation, copy)


async def test_a_backup_that_was_tampered_with_changes_nothing(installation: Installation, copy: Path) -> None:
    sent = await installation.ask()
    made = await back_up(installation.config, copy, installation.clock.now)
    await installation.ask("later")

    for victim in (copy / manifest.DATABASE[made.kind], copy / "files" / sent.id[:2] / sent.id):
        octets = victim.read_bytes()
        victim.write_bytes(octets[:-1] + bytes([octets[-1] ^ 1]))
        with pytest.raises(Unavailable, match="altered"):
            await restored(installation, copy)
        victim.write_bytes(octets)

    assert await installation.tickets() == 2


async def test_sessions_tokens_and_links_of_the_backup_do_not_hold(installation: Installation, copy: Path) -> None:
    secret = await installation.sign_in()
    async with installation.open() as database:
        link = await Accounts(database, installation.clock).new_setup_secret()
    await back_up(installation.config, copy, installation.clock.now)

    async with installation.open() as database:
        assert await Accounts(database, installation.clock).session(secret) is not None  # control: before, it held
    await restored(installation, copy)

    async with installation.open() as database:
        accounts = Accounts(database, installation.clock)
        assert await accounts.session(secret) is None
        assert not await accounts.setup_open(link)
        assert await accounts.sign_in("ana", PASSWORD)


async def test_the_audit_log_tells_of_a_backup_and_of_its_restoration(installation: Installation, copy: Path) -> None:
    await back_up(installation.config, copy, installation.clock.now)

    async def newest() -> list[tuple[str, str]]:
        async with installation.open() as database, database.read() as connection:
            return [(act.act, act.subject) for act in await audit.page(connection, None, 1)]

    assert await newest() == [("data.backed_up", copy.name)]
    await restored(installation, copy)
    assert await newest() == [("data.restored", "2026-11-22T12:00+00:00")]


async def test_who_was_disabled_since_the_backup_stays_out(installation: Installation, copy: Path) -> None:
    await installation.sign_in("ana")
    await installation.sign_in("ben")
    await back_up(installation.config, copy, installation.clock.now)
    async with installation.open() as database:
        await Accounts(database, installation.clock).disable_agent("ben")

    await restored(installation, copy)

    async with installation.open() as database:
        people = await Accounts(database, installation.clock).agents(disabled=True)
    assert {person.login for person in people if person.disabled_at} == {"ben"}


async def counters(installation: Installation) -> dict[str, int]:
    async with installation.open() as database, database.read() as connection:
        return {name: await settings.value(connection, name) for name in ("epoch", "ticket")}


async def test_neither_epochs_nor_numbers_go_back(installation: Installation, copy: Path) -> None:
    await installation.ask()
    await back_up(installation.config, copy, installation.clock.now)
    await installation.ask("later")
    async with installation.open() as database:
        for _start in range(5):
            await settings.next_epoch(database)
    before = await counters(installation)

    await restored(installation, copy)

    after = await counters(installation)
    assert after["epoch"] > before["epoch"]
    assert after["ticket"] == before["ticket"]


@only_sqlite
async def test_on_another_machine_they_are_beyond_what_may_have_been_given(installation: Installation, copy: Path) -> None:
    await installation.ask()
    await back_up(installation.config, copy, installation.clock.now)
    before = await counters(installation)
    lose(installation)
    installation.clock.now += timedelta(days=1)

    await restored(installation, copy)

    after = await counters(installation)
    assert after["epoch"] >= before["epoch"] + 86_400  # a server does not start more than once a second
    assert after["ticket"] >= before["ticket"] + 1000


@only_sqlite
async def test_a_write_ahead_log_that_was_left_behind_does_not_reach_the_restored_database(
    installation: Installation, copy: Path
) -> None:
    await installation.ask()
    await back_up(installation.config, copy, installation.clock.now)
    database = installation.config.data / "livesupport.db"
    reader = sqlite3.connect(database)  # a server that was killed leaves its log like this
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM ticket").fetchall()
    await installation.ask("later")
    left = {ending: Path(f"{database}{ending}").read_bytes() for ending in ("-wal",)}
    reader.close()
    for ending, octets in left.items():
        Path(f"{database}{ending}").write_bytes(octets)

    await restored(installation, copy)

    assert len(left["-wal"]) > 0
    assert await installation.tickets() == 1
    assert (await checking.look(installation.config, installation.clock.now)).is_sound


@only_sqlite
@pytest.mark.parametrize("at", ["snapshots.settle", "_fold_log"])
async def test_a_restore_that_is_broken_off_leaves_the_data_as_it_was_and_can_be_repeated(
    at: str, installation: Installation, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_arguments: object) -> NoReturn:
        raise KeyboardInterrupt  # nothing of ours runs after it, as after a kill

    await installation.ask()
    await back_up(installation.config, copy, installation.clock.now)
    await installation.ask("later")

    with monkeypatch.context() as dying, pytest.raises(KeyboardInterrupt):
        dying.setattr(f"livesupport.backup.restoring.{at}", die)
        await restored(installation, copy)
    in_between = (await installation.tickets(), (await checking.look(installation.config, installation.clock.now)).is_sound)
    await restored(installation, copy)

    assert in_between == (2, True)
    assert await installation.tickets() == 1


async def test_a_backup_of_another_kind_of_database_is_refused(installation: Installation, copy: Path) -> None:
    await installation.ask()
    made = await back_up(installation.config, copy, installation.clock.now)
    other = "postgresql" if made.kind == "sqlite" else "sqlite"
    manifest.write(copy, msgspec.structs.replace(made, kind=other))

    with pytest.raises(Unavailable, match=other):
        await restored(installation, copy)


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b'{"format": 2}'])
@only_sqlite
async def test_what_is_no_manifest_is_refused_in_words(content: bytes, installation: Installation, copy: Path) -> None:
    copy.mkdir()
    (copy / manifest.NAME).write_bytes(content)

    with pytest.raises(Unavailable):
        await restored(installation, copy)


@only_postgresql
async def test_without_the_tools_of_postgresql_the_reason_is_said(
    installation: Installation, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await installation.ask()
    monkeypatch.setattr("livesupport.backup.postgres.shutil.which", lambda tool: None)

    with pytest.raises(Unavailable, match="pg_dump is not installed"):
        await back_up(installation.config, copy, installation.clock.now)


# ── Checking ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_sound_data_is_called_sound(installation: Installation) -> None:
    await installation.ask()

    findings = await checking.look(installation.config, installation.clock.now)

    assert (findings.is_sound, findings.files) == (True, 1)
    assert findings.rows > 1


@only_sqlite
async def test_files_that_are_missing_altered_or_nobodys_are_named(installation: Installation) -> None:
    missing, altered = [await installation.ask(number) for number in range(2)]
    await installation.store.delete(missing.id)
    installation.store._path(altered.id).write_bytes(b"bit rot")
    orphan = installation.store._path("0" * 32)
    orphan.parent.mkdir(exist_ok=True)
    orphan.write_bytes(b"whose?")
    os.utime(orphan, (0, 0))

    findings = await checking.look(installation.config, installation.clock.now)

    assert (findings.missing, findings.altered, findings.orphaned) == ([missing.id], [altered.id], ["0" * 32])
    assert not findings.is_sound


@only_sqlite
async def test_a_damaged_database_is_called_damaged(installation: Installation) -> None:
    await installation.ask()
    database = installation.config.data / "livesupport.db"
    with database.open("r+b") as file:
        file.seek(4096 * 5)
        file.write(os.urandom(4096 * 20))

    findings = await checking.look(installation.config, installation.clock.now)

    assert findings.damage
    assert not findings.is_sound


@only_sqlite
async def test_where_nothing_is_there_is_nothing_to_check(installation: Installation) -> None:
    lose(installation)

    with pytest.raises(Unavailable, match="no database"):
        await checking.look(installation.config, installation.clock.now)
