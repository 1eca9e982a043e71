"""PostgreSQL's own tools, which alone can put a database of theirs into a file and back."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

from sqlalchemy import URL

from livesupport.errors import Unavailable
from livesupport.i18n import gettext as _


async def dump(url: URL, target: Path, snapshot: str) -> None:
    """Writes the state that an open transaction has exported as `snapshot`. Raises `Unavailable`."""
    flags = ("--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={target}")
    await _run("pg_dump", url, *flags)


async def restore(url: URL, source: Path) -> None:
    """Replaces what is in the database, all of it or nothing. Raises `Unavailable`."""
    flags = ("--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
    await _run("pg_restore", url, *flags, f"--dbname={url.database}", str(source))


async def _run(tool: str, url: URL, *arguments: str) -> None:
    path = shutil.which(tool)
    if path is None:
        raise Unavailable(_("{tool} is not installed here; it comes with PostgreSQL's client").format(tool=tool))
    process = await asyncio.create_subprocess_exec(
        path, *arguments, env={**os.environ, **_place(url)}, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    _nothing, errors = await process.communicate()
    if process.returncode:
        last = errors.decode(errors="replace").strip().rpartition("\n")[2]
        raise Unavailable(_("{tool} failed: {reason}").format(tool=tool, reason=last))


def _place(url: URL) -> dict[str, str]:
    """Where the database is, as libpq reads it; the password stands in no list of processes."""
    place = {
        "PGHOST": url.host,
        "PGPORT": str(url.port) if url.port else None,
        "PGUSER": url.username,
        "PGPASSWORD": str(url.password) if url.password else None,
        "PGDATABASE": url.database,
    }
    return {name: value for name, value in place.items() if value}
