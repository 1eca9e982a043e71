"""The command line as a whole: quick, translatable, and never a stack trace."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Terminal
from tests.serving import ROOT, command

HEAVY = {"sqlalchemy", "starlette", "uvicorn", "alembic", "structlog", "babel", "phonenumbers", "argon2", "asyncio", "jinja2"}


def test_help_loads_nothing_that_is_slow() -> None:
    script = "import sys; from livesupport.cli.root import root; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()

    assert HEAVY & set(loaded) == set()
    assert "click" in loaded


def test_every_command_explains_itself() -> None:
    helped = command("--help").stdout

    for name in ("agent", "canned", "config", "demo", "migrate", "serve", "site", "topic"):
        line = next(line for line in helped.splitlines() if line.split()[:1] == [name])
        assert len(line.split()) > 2


def test_a_file_that_makes_no_sense_exits_78_for_every_command(tmp_path: Path) -> None:
    (tmp_path / "wrong.toml").write_text("colour = 1")

    for words in (("agent", "list"), ("config",), ("migrate",), ("serve",)):
        done = command(*words, "--config", str(tmp_path / "wrong.toml"))

        assert done.returncode == 78
        assert (
            done.stderr == f"{tmp_path}/wrong.toml: colour: is no setting. Remove it; config.example.toml lists every setting\n"
        )


def test_a_database_that_is_damaged_is_told_in_a_sentence(livesupport: Terminal) -> None:
    livesupport.data.mkdir()
    (livesupport.data / "livesupport.db").write_bytes(b"this is no database " * 100)

    done = livesupport("agent", "list")

    assert done.exit_code == 1
    assert done.stderr.startswith("the database cannot be used")
    assert done.stdout == ""


def test_migrate_says_that_it_is_done(livesupport: Terminal) -> None:
    assert livesupport("migrate").stdout == "The database is up to date.\n"
    assert livesupport("migrate").exit_code == 0


def test_config_shows_every_setting_with_its_origin_and_masks_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIVESUPPORT_METRICS__TOKEN", "hunter2hunter2")
    terminal = Terminal(tmp_path)

    lines = {line.split(" = ")[0]: line for line in terminal("config").stdout.splitlines()}

    assert lines["data_dir"].split("#")[1].strip() == "flag"
    assert lines["server.port"].split() == ["server.port", "=", "8000", "#", "default"]
    assert lines["metrics.token"].split()[2:] == ['"********"', "#", "LIVESUPPORT_METRICS__TOKEN"]
    assert "hunter2" not in "".join(lines.values())


def test_the_version_is_told() -> None:
    from livesupport import __version__

    assert command("--version").stdout == f"livesupport, version {__version__}\n"
