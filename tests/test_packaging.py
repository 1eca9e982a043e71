"""What is shipped: the wheel has every file that the program reads, and container and unit start what they should."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from pathlib import Path

import httpx2
import pytest

from livesupport.cli.root import root
from livesupport.config import load
from tests.serving import PATIENCE, clean_environment, free_port

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    target = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(target.glob("*.whl"))


def shipped(*patterns: str) -> set[str]:
    """Files of the checkout that must be in the wheel, as it names them."""
    resources = {"web", "templates", "config.example.toml"}
    found = {path.relative_to(ROOT) for pattern in patterns for path in ROOT.glob(pattern) if path.is_file()}
    return {f"livesupport/_resources/{path}" if path.parts[0] in resources else str(path) for path in found}


def test_the_wheel_carries_pages_scripts_words_migrations_and_the_example(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = shipped(
        *("web/**/*.js", "web/**/*.css", "web/**/*.svg", "templates/*.html", "config.example.toml"),
        *("livesupport/**/*.py", "livesupport/locales/*.po"),
    )

    assert wanted - names == set()
    assert len(wanted) > 100
    assert not [name for name in names if name.startswith(("tests/", "bench/")) or "__pycache__" in name]


def test_an_installed_wheel_starts_and_finds_its_files(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    script = (
        "import livesupport; from livesupport.assets import Assets, locate; from livesupport import i18n;"
        "print(livesupport.__file__, len(Assets.read(locate('web')).files), locate('templates'), i18n.catalogue('ka').locale)"
    )

    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    file, count, templates, language = done.stdout.split()
    assert file.startswith(str(tmp_path))
    assert templates == str(tmp_path / "livesupport/_resources/templates")
    assert (int(count) > 10, language) == (True, "ka")


async def test_an_installed_wheel_serves_the_demo_with_tickets_that_it_makes_up(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    port, shop_port = free_port(), free_port()
    demo = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "livesupport", "demo", "--port", str(port), "--shop-port", str(shop_port)),
        *("--tickets", "3"),
        cwd=tmp_path,
        env=clean_environment() | {"PYTHONPATH": str(tmp_path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert demo.stderr is not None
    try:
        told = await asyncio.wait_for(demo.stderr.readuntil(b"supervisor\n"), PATIENCE)  # the last line of what it says
        async with httpx2.AsyncClient() as browser:
            shop = await browser.get(f"http://localhost:{shop_port}/")
            loader = await browser.get(f"http://127.0.0.1:{port}/widget.js")
        assert f'src="http://127.0.0.1:{port}/widget.js"' in shop.text
        assert (loader.status_code, "live-support" in loader.text) == (200, True)
        assert b"Making tickets up" in told
        demo.terminate()
        assert await asyncio.wait_for(demo.wait(), PATIENCE) == 0
        with closing(sqlite3.connect(tmp_path / ".demo" / "livesupport.db")) as data:
            assert data.execute("SELECT count(*) FROM ticket").fetchone() == (3,)
    finally:
        if demo.returncode is None:
            demo.kill()
            await demo.wait()


def test_the_container_runs_as_nobody_special_with_one_volume_and_a_health_check() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()

    for line in ("USER livesupport", "VOLUME /data", "STOPSIGNAL SIGTERM", "HEALTHCHECK", 'CMD ["serve"]'):
        assert line in dockerfile
    variables = {"LIVESUPPORT_DATA_DIR": "/data", "LIVESUPPORT_SERVER__HOST": "0.0.0.0"}
    for name, value in variables.items():
        assert f"{name}={value}" in dockerfile
    config = load(None, variables, {})
    assert (config.data_dir, config.server.port) == ("/data", 8000)
    assert "127.0.0.1:8000/readyz" in dockerfile
    assert "EXPOSE 8000" in dockerfile


def test_the_unit_waits_until_the_server_is_ready_and_does_not_retry_a_wrong_configuration() -> None:
    unit = (ROOT / "packaging/livesupport.service").read_text()

    for line in ("Type=notify", "RestartPreventExitStatus=78", "DynamicUser=yes", "ProtectSystem=strict", "LimitCORE=0"):
        assert f"\n{line}\n" in unit
    started = re.search(r"^ExecStart=\S+/livesupport (.+)$", unit, re.MULTILINE)
    assert started
    assert root.main([*started[1].split(), "--help"], standalone_mode=False) == 0  # the flags exist
    assert "/var/lib/livesupport" in started[1]
    assert "StateDirectory=livesupport" in unit
