"""`livesupport selfcheck` as an operator runs it: clean on a server that keeps its word, loud on one that does not."""

from __future__ import annotations

import asyncio
import base64
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from livesupport import lastcheck
from livesupport.cli.selfcheck import selfcheck as selfcheck_command
from livesupport.config import load
from livesupport.selfcheck import Report, check_running, drawn
from livesupport.selfcheck.canaries import Canaries, Needle, needles
from livesupport.selfcheck.check import Control
from livesupport.selfcheck.page import Page
from livesupport.selfcheck.play import Played
from livesupport.selfcheck.sweep import Found, Hit
from tests.serving import ROOT, clean_environment, command, free_port, program


@pytest.fixture(autouse=True)
def temporary_files_of_our_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of this machine are many, and change while the tests run."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))


def selfcheck(*words: str) -> subprocess.CompletedProcess[str]:
    """Runs the command to its end; it starts a server twice, which takes longer than other commands may."""
    return subprocess.run(
        [sys.executable, "-m", "livesupport", "selfcheck", *words],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=clean_environment(),
        timeout=100,
        check=False,
    )


def lines_of(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    """The table's rows, by what was searched or where."""
    return {line.split("  ")[0]: line.split()[-1] for line in done.stdout.splitlines() if "  " in line.strip()}


def test_a_temporary_server_leaves_nothing_behind_and_the_planted_leaks_are_found(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()

    done = selfcheck("--data", str(tmp_path / "data"))

    assert done.returncode == 0, done.stdout + done.stderr
    assert "Clean: every planted leak was found, and nothing of the chat." in done.stdout
    rows = lines_of(done)
    assert {rows[place] for place in ("data directory", "database, WAL", "log", "temporary files", "memory")} == {"0"}
    assert "brought back: 2×" in done.stdout
    assert all(code in done.stdout for code in ("bad_phone", "malformed", "too_long", "too_fast"))
    told = lastcheck.read(tmp_path / "data")
    assert told is not None
    assert (told.hits, told.octets > 100_000) == (0, True)


async def test_a_running_server_is_checked_where_it_runs_and_its_agent_is_locked_out_afterwards(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with program(data, free_port()) as server:
        words = ("--url", server.url, "--data", str(data), "--log", str(server.log))
        first = await asyncio.to_thread(selfcheck, *words)
        again = await asyncio.to_thread(selfcheck, *words)

        assert (first.returncode, again.returncode) == (0, 0), first.stdout + first.stderr + again.stderr
        assert "Clean" in again.stdout
        listed = command("agent", "list", "--data", str(data)).stdout
        assert listed.splitlines()[1].split()[-1] == "disabled"


async def test_a_server_that_takes_no_more_chats_is_told_as_such(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with program(data, free_port(), limits__starts_per_address="1") as server:
        assert (await check_running(load(None, {}, {"data_dir": str(data)}), server.url, ())).is_proof
        second = await asyncio.to_thread(selfcheck, "--url", server.url, "--data", str(data))

    assert (second.returncode, second.stdout) == (1, "")
    assert second.stderr == "The server refuses the chat of the check (too_fast): try again later.\n"


async def test_a_server_that_writes_down_what_is_said_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"
    async with program(data, free_port()) as server:
        send = Page.send

        async def overheard(page: Page, frame: str) -> None:
            with (data / "diary").open("ab") as diary:
                diary.write(base64.b64encode(frame.encode()))
            await send(page, frame)

        monkeypatch.setattr(Page, "send", overheard)
        found = await check_running(load(None, {}, {"data_dir": str(data)}), server.url, ())

    assert found.is_proof
    heard = {hit.needle.what for hit in found.swept["data directory"].hits}
    assert {"the name", "the question", "the private note", "a message that is too long"} <= heard
    assert "FOUND in data directory: the question, as base64" in drawn(found)


@pytest.mark.parametrize(
    ("found", "code", "kept"),
    [("nothing", 0, (0, True)), ("a trace", 1, (1, True)), ("no proof", 1, (0, False))],
)
def test_the_exit_code_and_the_note_for_the_privacy_page_tell_what_was_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: str, code: int, kept: tuple[int, bool]
) -> None:
    hit = Hit(Needle("the question", "plain", b"?"), "server.log")
    reports = {
        "nothing": report(),
        "a trace": report(swept={"log": Found(1, 1000, [hit])}),
        "no proof": report(controls=[Control("leaks planted in files", 102, 101)]),
    }

    async def checked() -> Report:
        return reports[found]

    monkeypatch.setattr("livesupport.selfcheck.check_temporary", checked)
    monkeypatch.setattr("livesupport.logs.silence", lambda: None)  # would last for the tests after this one

    done = CliRunner().invoke(selfcheck_command, ["--data", str(tmp_path)])

    assert done.exit_code == code
    told = lastcheck.read(tmp_path)
    assert told is not None
    assert (told.hits, told.is_proof) == kept


def test_without_its_control_a_check_proves_nothing() -> None:
    blind = report(controls=[Control("leaks planted in files", 102, 101)])

    assert not blind.is_proof
    assert drawn(blind).endswith("No proof: a leak that was planted was not found. Please report this.")
    assert not report(controls=[], memory=(0, 0)).is_proof


def test_a_trace_is_told_with_its_place_and_form_and_without_the_word() -> None:
    canaries = Canaries()
    word = canaries.latin("the visitor's message")
    hit = Hit(needles(canaries.all)[0], "server.log")

    told = drawn(report(swept={"log": Found(1, 1000, [hit])}))

    assert "FOUND in log: the visitor's message, as " in told
    assert told.endswith("The chat left traces. Please report this: see SECURITY.md.")
    assert word not in told


def report(**changes: object) -> Report:
    """A clean one, but for the changes."""
    values: dict[str, object] = {
        "url": "http://127.0.0.1:8000",
        "played": Played(),
        "canaries": 31,
        "forms": 240,
        "controls": [Control("leaks planted in files", 102, 102)],
        "swept": {},
    }
    return Report(**{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"at":"yesterday"}'])
def test_a_damaged_note_of_the_last_check_counts_as_none(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / lastcheck.FILE).write_bytes(damage)

    assert lastcheck.read(tmp_path) is None
