"""A kernel that fails a running server, by strace: it kills it at a call, or answers that the disk is broken."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from contextlib import suppress

import pytest

from tests.mortal import Mortal


class tampering:
    """While the block runs these calls of the server have this `fault`, as strace's `inject` names it."""

    def __init__(self, server: Mortal, calls: str, fault: str, threads: str = "-f") -> None:
        """`threads`: "-f" for the calls of any thread, "-tt" for those of the one that speaks with people."""
        faults = ("-e", f"trace={calls}", "-e", f"inject={calls}:{fault}")
        self._command = ("strace", threads, "-o", os.devnull, *faults, "-p", str(server.program.process.pid))

    async def __aenter__(self) -> None:
        self._strace = await asyncio.create_subprocess_exec(*self._command, stderr=asyncio.subprocess.PIPE)
        assert self._strace.stderr
        told = await self._strace.stderr.readline()
        assert b"attached" in told, told.decode()

    async def __aexit__(self, *_: object) -> None:
        with suppress(ProcessLookupError):
            self._strace.send_signal(signal.SIGINT)
        await self._strace.communicate()


def need_strace() -> None:
    """Skips a test where strace is not installed; where everything is tested it must be."""
    if shutil.which("strace") is None and os.environ.get("CI") != "true":
        pytest.skip("strace is not installed")
