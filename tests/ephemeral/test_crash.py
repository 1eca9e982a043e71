"""A server that crashes leaves no picture of its memory (guarantees.md, M7)."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from livesupport.selfcheck.canaries import Canaries
from tests.ephemeral.house import served
from tests.serving import ROOT

GENEROUS = ("sh", "-c", 'ulimit -c "$(ulimit -H -c)"; exec "$@"', "sh")  # starts a program with all that the system grants


def core_limit(process: int | str) -> str:
    """The greatest core file that a process may leave, in the kernel's words."""
    limits = Path(f"/proc/{process}/limits").read_text().splitlines()
    return next(line for line in limits if line.startswith("Max core file size")).split()[4]


def memory_in_cores(process: int | str) -> int:
    """Which kinds of memory the kernel would put into a core, also one that it hands to a program (core(5))."""
    return int(Path(f"/proc/{process}/coredump_filter").read_text(), 16)


def files_below(directory: Path) -> list[Path]:
    return sorted(path for path in directory.rglob("*") if path.is_file())


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT])
async def test_a_server_that_crashes_in_mid_chat_leaves_no_file(tmp_path: Path, number: int) -> None:
    async with served(tmp_path, *GENEROUS) as server:
        play = server.play(Canaries())
        await play.begin()
        before = files_below(tmp_path)
        limit, kept = core_limit(server.process), memory_in_cores(server.process)

        await server.stop(number)

        assert (files_below(tmp_path), limit, kept) == (before, "0", 0)


def test_another_program_started_the_same_way_is_granted_a_core_file() -> None:
    script = "from tests.ephemeral.test_crash import *; print(core_limit('self'), memory_in_cores('self'))"
    other = subprocess.run([*GENEROUS, sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    granted, kept = other.stdout.split()

    _soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    assert (granted != "0") == (hard != 0)
    assert int(kept) != 0
