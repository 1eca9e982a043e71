"""The sealing keys on disk: a new one every 12 hours; an older one verifies until no chat can be so old, then it is destroyed.

They never leave the data directory and are no part of a backup: what is sealed lives as long as a chat.
"""

from __future__ import annotations

import os
import re
import secrets
import time
from collections.abc import Callable
from pathlib import Path

import structlog

from livesupport.signing import load_key

NEW_KEY_EVERY = 12 * 3600.0  # seconds
NAME = re.compile(r"seal-(\d{1,12})-([0-9a-f]{8})\.key")

log = structlog.get_logger()


class SealKeys:
    """The ring in a directory. `keep`: seconds for which a key verifies after the next one took its place."""

    def __init__(self, directory: Path, keep: float, clock: Callable[[], float] = time.time) -> None:
        self._directory = directory
        self._keep = keep
        self._clock = clock

    def ring(self) -> tuple[str, dict[str, bytes]]:
        """The id of the sealing key, and all keys that verify, by id. Makes and destroys keys as their time has come; raises
        `ConfigError` for a weak or open key."""
        made = self._made()
        if not made or self._clock() - max(made.values()) >= NEW_KEY_EVERY:
            fresh = f"seal-{int(self._clock())}-{secrets.token_hex(4)}.key"
            made[fresh] = int(self._clock())
            log.info("seal_key_made")
        newest = max(made, key=lambda name: (made[name], name))
        for name, at in list(made.items()):
            if name != newest and self._clock() - at >= NEW_KEY_EVERY + self._keep:
                del made[name]
                _destroy(self._directory / name)
        keys = {_id(name): load_key(self._directory, name) for name in made}
        return _id(newest), keys

    def _made(self) -> dict[str, int]:
        """File name → when it was made, in Unix seconds."""
        if not self._directory.exists():
            return {}
        found = (NAME.fullmatch(path.name) for path in self._directory.iterdir())
        return {match.string: int(match[1]) for match in found if match}


def _id(name: str) -> str:
    match = NAME.fullmatch(name)
    assert match is not None
    return match[2]


def _destroy(path: Path) -> None:
    """Overwritten before it is removed; a copying file system or a flash disk may still hold the old bytes for a while. What
    cannot be destroyed now verifies nothing any more, and is tried again by the next look."""
    try:
        with path.open("r+b") as file:
            file.write(bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    except OSError as error:
        log.error("seal_key_not_destroyed", error=type(error).__name__)
    else:
        log.info("seal_key_destroyed")
