"""What is held about a person as one file to be given to them: a ZIP with everything as JSON and their files beside it."""

from __future__ import annotations

import asyncio
import tempfile
import zipfile
from collections.abc import AsyncIterator
from typing import Any

import msgspec
from starlette.responses import Response, StreamingResponse

from livesupport.http.state import Request
from livesupport.model import StoredFile
from livesupport.tickets.persons import bytes_of

CHUNK = 64 * 1024  # bytes
MOST_IN_MEMORY = 8 * 1024 * 1024  # bytes of an archive


async def archive_of(request: Request, content: dict[str, Any], files: list[StoredFile]) -> Response:
    """The answer with the ZIP. A large one is put together in a file without a name, in the data directory, which is gone
    with this answer."""
    folder = str(request.state["config"].data)
    archive = tempfile.SpooledTemporaryFile(MOST_IN_MEMORY, dir=folder)  # noqa: SIM115
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("person.json", msgspec.json.format(msgspec.json.encode(content), indent=2))
        for one in files:
            with packed.open(f"files/{one.id}/{one.name}", "w", force_zip64=True) as member:
                async for chunk in bytes_of(request.state["files"], one.id):
                    await asyncio.to_thread(member.write, chunk)
    return StreamingResponse(
        _chunks(archive),
        headers={"Content-Disposition": 'attachment; filename="person.zip"'},
        media_type="application/zip",
    )


async def _chunks(archive: tempfile.SpooledTemporaryFile[bytes]) -> AsyncIterator[bytes]:
    with archive:
        archive.seek(0)
        while chunk := await asyncio.to_thread(archive.read, CHUNK):
            yield chunk
