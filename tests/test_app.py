"""The application opens everything in one lifespan, alone, and refuses what would split or lose chats."""

from __future__ import annotations

import asyncio
import multiprocessing
import stat
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import structlog
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute

from livesupport.app import SeveralWorkers, _watch_room, build_app
from livesupport.config import Config, ConfigError
from livesupport.config import Database as DatabaseSettings
from livesupport.lease import LeaseHeld
from livesupport.sealkeys import SealKeys
from tests.databases import only_postgresql
from tests.live.house import PATIENCE


def app(data: Path, url: str = "") -> Starlette:
    return build_app(Config(data_dir=str(data), database=DatabaseSettings(url=url)))


async def open_and_close(app: Starlette) -> None:
    """What a server does with it, without any request between."""
    async with app.router.lifespan_context(app):
        pass


async def test_a_first_start_makes_a_private_data_directory(tmp_path: Path) -> None:
    data = tmp_path / "new" / "data"

    await open_and_close(app(data))

    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert {path.name for path in data.iterdir()} >= {"keys", "livesupport.db", "server.lock"}


async def test_nothing_is_made_before_the_lifespan(tmp_path: Path) -> None:
    app(tmp_path / "data")

    assert not (tmp_path / "data").exists()


async def test_a_second_server_on_the_same_data_is_refused_and_the_first_goes_on(tmp_path: Path) -> None:
    first = app(tmp_path)
    async with first.router.lifespan_context(first) as state:
        with pytest.raises(LeaseHeld):
            await open_and_close(app(tmp_path))
        assert state is not None
        assert await state["is_ready"]()
    await open_and_close(app(tmp_path))


async def test_each_start_counts_as_a_new_epoch(tmp_path: Path) -> None:
    epochs = []
    for _ in range(2):
        one = app(tmp_path)
        async with one.router.lifespan_context(one) as state:
            assert state is not None
            epochs.append(state["desk"]._machine._floor.epoch)

    assert epochs == sorted(set(epochs))


async def test_the_ring_is_renewed_though_a_look_at_it_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However it fails: a full disk, a key that somebody has made readable for all, a fault of ours."""
    looks, errors = asyncio.Event(), [OSError(28, "No space"), ConfigError("", "keys", "is no key", "…"), KeyError()]
    ring = SealKeys.ring

    def read(keys: SealKeys) -> tuple[str, dict[str, bytes]]:
        if keys_at_start and errors:
            raise errors.pop()
        if keys_at_start:
            looks.set()
        keys_at_start.append(keys)
        return ring(keys)

    keys_at_start: list[SealKeys] = []
    monkeypatch.setattr(SealKeys, "ring", read)
    monkeypatch.setattr("livesupport.app.KEYS_EVERY", 0.0)
    one = app(tmp_path)
    with structlog.testing.capture_logs() as logs:
        async with one.router.lifespan_context(one), asyncio.timeout(PATIENCE):
            await looks.wait()

    told = [line["error"] for line in logs if line["event"] == "look_failed" and line["what"] == "seal_keys"]
    assert told == ["KeyError", "ConfigError", "OSError"]


async def test_a_weak_key_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys/signing.key").write_bytes(b"changeme")

    with pytest.raises(ConfigError, match=r"signing\.key: is no key"):
        await open_and_close(app(tmp_path))


@only_postgresql
async def test_postgresql_serves_one_server_at_a_time(database_url: str, tmp_path: Path) -> None:
    first = app(tmp_path / "one", database_url)
    async with first.router.lifespan_context(first):
        with pytest.raises(LeaseHeld, match="the database is served by livesupport process"):
            await open_and_close(app(tmp_path / "two", database_url))


def build_in_a_worker(results: multiprocessing.Queue[str]) -> None:
    try:
        build_app(Config())
    except SeveralWorkers as error:
        results.put(str(error))


def test_several_workers_are_refused() -> None:
    context = multiprocessing.get_context("spawn")  # as uvicorn starts its workers
    results = context.Queue()
    worker = context.Process(target=build_in_a_worker, args=(results,))
    worker.start()

    assert "without workers" in results.get(timeout=30)
    worker.join()


def test_no_two_routes_share_a_path(tmp_path: Path) -> None:
    paths = [route.path for route in app(tmp_path).routes if isinstance(route, Route | WebSocketRoute)]

    assert len(paths) == len(set(paths))
    assert {"/ws/visitor", "/ws/agent", "/ws/news", "/console", "/widget.js"} <= set(paths)


async def test_the_log_tells_once_when_the_disk_gets_full_and_when_there_is_room_again() -> None:
    rooms = ["ample", "low", "low", "none", "none", "ample", "ample"]
    disk: Any = SimpleNamespace(room=lambda: rooms.pop(0), store=SimpleNamespace(free=lambda: 7 * 2**20))
    look = _watch_room(disk)
    with structlog.testing.capture_logs() as told:
        while rooms:
            await look()

    events = [("disk_low", "warning"), ("disk_full", "error"), ("disk_ample", "info")]
    assert [(line["event"], line["log_level"]) for line in told] == events
    assert {line["free_mb"] for line in told} == {7}
