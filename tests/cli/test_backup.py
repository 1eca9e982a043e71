"""Backup, restore and check as somebody at a terminal meets them."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from livesupport.cli.backup import progress
from livesupport.cli.root import FAILED, TEMPORARY
from livesupport.lease import file_lease
from tests.cli.conftest import Terminal


def test_a_backup_is_made_checked_and_put_back(livesupport: Terminal, tmp_path: Path) -> None:
    copy = str(tmp_path / "backup")
    livesupport("agent", "create", "ana", typed="a good long password\n")

    made, again = livesupport("backup", copy), livesupport("backup", copy)
    livesupport("agent", "create", "ben", typed="a good long password\n")
    refused, replaced = livesupport("restore", copy), livesupport("restore", copy, "--replace")

    assert (made.exit_code, made.output) == (0, f"{copy} holds 0 tickets and 0 files.\n")
    assert (again.exit_code, "is there already" in again.output) == (FAILED, True)
    assert (refused.exit_code, "--replace" in refused.output) == (FAILED, True)
    assert (replaced.exit_code, "sign in again" in replaced.output) == (0, True)
    assert "ana" in livesupport("agent", "list").output
    assert "ben" not in livesupport("agent", "list").output


def test_a_check_says_what_is_wrong_and_ends_with_one(livesupport: Terminal) -> None:
    livesupport("agent", "create", "ana", typed="a good long password\n")
    sound = livesupport("check")
    database = livesupport.data / "livesupport.db"
    octets = bytearray(database.read_bytes())
    octets[4096 * 3 : 4096 * 9] = b"\xff" * (4096 * 6)
    database.write_bytes(octets)
    damaged = livesupport("check")

    assert (sound.exit_code, sound.output.count("sound")) == (0, 2)
    assert damaged.exit_code == 1
    assert "Traceback" not in damaged.output


async def test_under_a_running_server_nothing_is_restored(livesupport: Terminal, tmp_path: Path) -> None:
    copy = str(tmp_path / "backup")
    await asyncio.to_thread(livesupport, "agent", "create", "ana", typed="a good long password\n")
    await asyncio.to_thread(livesupport, "backup", copy)

    async with file_lease(livesupport.data):
        refused = await asyncio.to_thread(livesupport, "restore", copy, "--replace")

    assert refused.exit_code == TEMPORARY


def test_somebody_at_a_terminal_sees_how_far_it_is_and_a_pipe_gets_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with progress("Copying files", 10) as step:
        step(10)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with progress("Copying files", 10) as step:
        for _ in range(2):
            step(5)
    shown = capsys.readouterr().err
    assert "Copying files" in shown
    assert "100%" in shown
