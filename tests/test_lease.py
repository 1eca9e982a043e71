"""One process decides: the second one on the same data is told who has it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from livesupport.lease import LeaseHeld, file_lease

ROOT = Path(__file__).parent.parent
HOLD = """
import asyncio, sys
from pathlib import Path
from livesupport.lease import file_lease

async def hold():
    async with file_lease(Path(sys.argv[1])):
        print("held", flush=True)
        sys.stdin.read()

asyncio.run(hold())
"""


async def test_a_second_holder_is_told_who_has_the_data(tmp_path: Path) -> None:
    async with file_lease(tmp_path) as still_held:
        assert await still_held()
        with pytest.raises(LeaseHeld, match=f"is served by process {os.getpid()} on"):
            async with file_lease(tmp_path):
                pass


async def test_the_data_is_free_again_afterwards(tmp_path: Path) -> None:
    for _ in range(2):
        async with file_lease(tmp_path):
            pass


async def test_a_killed_process_does_not_keep_the_data(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(LeaseHeld, match=f"process {process.pid} on"):
            async with file_lease(tmp_path):
                pass
        process.kill()
        process.wait()

        async with file_lease(tmp_path):
            pass
