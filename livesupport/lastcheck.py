"""When `livesupport selfcheck` last looked for traces of a chat, and what it found: one small file in the data directory."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import msgspec

FILE = "selfcheck.json"


class LastCheck(msgspec.Struct, frozen=True, kw_only=True):
    """One run. `at`: when it ended, in UTC. `version`: of the program that was checked. `octets`: how much was searched.
    `hits`: how many traces were found. `is_proof`: whether every planted leak was found. `running`: whether the server that
    people use was checked, and not one of the check's own."""

    at: datetime
    version: str
    octets: int
    hits: int
    is_proof: bool = True
    running: bool = False


def read(data: Path) -> LastCheck | None:
    """The last run that is told of in this data directory; None without one, or when the file is damaged."""
    try:
        return msgspec.json.decode((data / FILE).read_bytes(), type=LastCheck)
    except (OSError, msgspec.MsgspecError):
        return None


def write(data: Path, check: LastCheck) -> None:
    """Replaces it, whole or not at all."""
    draft = data / f".{FILE}"
    draft.write_bytes(msgspec.json.encode(check))
    os.replace(draft, data / FILE)
