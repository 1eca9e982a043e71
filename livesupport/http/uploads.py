"""Takes files out of a request: the one that a page's module uploads, and those in a form that was sent without JavaScript."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from typing import TypeVar

from starlette.exceptions import HTTPException

from livesupport.cleaning import clean_line
from livesupport.errors import Invalid, NoRoom
from livesupport.http.errors import words
from livesupport.http.forms import convert_fields, read_form
from livesupport.http.middleware import Allowance
from livesupport.http.multipart import FORM_WITH_FILES, Parts
from livesupport.http.state import Request
from livesupport.model import StoredFile
from livesupport.tickets.files import owner_of

MARGIN = 64 * 1024  # bytes that a body may have around its files

T = TypeVar("T")
Problems = dict[str, str]


# ── One file, uploaded beside the form ───────────────────────────────────────────────────────────────────────────────


def key_of(request: Request) -> str:
    """The upload key that the request shows, empty when it shows none; see `tickets.files.owner_of`."""
    return request.headers.get("upload-key", "")


async def receive(request: Request, owner: str, name: str) -> StoredFile:
    """Takes in the file that is the body, for this owner: as it is and under this name; or as the first file of a multipart
    form. Raises what `Files.stage` raises, `TooOften` and `HTTPException`."""
    with request.state["uploads"].one(_host(request)):
        _allow_files(request, 1)
        if not _is_multipart(request):
            return await request.state["files"].stage(owner, name, request.stream())
        parts = Parts(request)
        while (part := await parts.next()) is not None:
            if part.filename is not None:
                return await request.state["files"].stage(owner, part.filename, parts.data())
    raise HTTPException(400)


# ── Forms with files in them ─────────────────────────────────────────────────────────────────────────────────────────


async def read_form_with_files(request: Request, kind: type[T]) -> tuple[T, Problems]:
    """Like `read_form`, for a form of type multipart/form-data. `kind` has a field `files`, a text that may be empty.

    With JavaScript the files were uploaded before and the hidden field `files` names them. Without, they come in this body,
    and are taken in here; afterwards `files` names them too. Also returned is what was wrong with files, as problems to be
    shown with the form; everything else that was typed is in the form, so nothing is lost.
    """
    if not _is_multipart(request):
        return await read_form(request, kind), {}
    limits = request.state["config"]
    _allow_files(request, limits.files.files_per_message)
    body = _Body(request, limits.limits.body_bytes)
    await body.read()
    return convert_fields(body.fields, kind), {"files": "\n".join(body.refused)} if body.refused else {}


class _Body:
    """What is read of a form: its fields, and what to say about the files in it that were not taken."""

    def __init__(self, request: Request, size: int) -> None:
        self._request = request
        self._left = size  # bytes that all fields together may still have
        self._files = ""  # the field of this name
        self._new: list[str] = []  # ids of the files that came with the form
        self.fields: list[tuple[str, str]] = []
        self.refused: list[str] = []

    async def read(self) -> None:
        """Reads all of it. The field `files`, if there is one, stands before the files."""
        parts = Parts(self._request)
        while (part := await parts.next()) is not None:
            if part.filename is None:
                self._add(part.name, await self._text(parts.data()))
            elif part.filename:  # a file field that was left empty has an empty name
                await self._stage(part.filename, parts.data())
        self.fields.append(("files", " ".join((self._files, *self._new)).strip()))

    def _add(self, name: str, value: str) -> None:
        if name != "files":
            self.fields.append((name, value))
        elif self._files:
            raise HTTPException(400)
        else:
            self._files = value

    async def _text(self, data: AsyncIterator[bytes]) -> str:
        read = bytearray()
        async for chunk in data:
            read += chunk
            if len(read) > self._left:
                raise HTTPException(413)
        self._left -= len(read)
        try:
            return read.decode()
        except UnicodeDecodeError:
            raise HTTPException(400) from None

    async def _stage(self, name: str, data: AsyncIterator[bytes]) -> None:
        self._files = self._files.strip() or secrets.token_urlsafe(24)
        owner = owner_of(self._files.split()[0])
        try:
            with self._request.state["uploads"].one(_host(self._request)):
                stored = await self._request.state["files"].stage(owner, name, data)
            self._new.append(stored.id)
        except Invalid as invalid:
            self.refused.append(f"{clean_line(name)[:80]}: {invalid.problems['files']}")
        except NoRoom:
            self.refused.append(f"{clean_line(name)[:80]}: {words(507).message}")


def _allow_files(request: Request, most: int) -> None:
    """Lets the body hold so many files; it may take its time as long as enough bytes come in."""
    limits = request.state["config"].files
    allowance: Allowance = request.scope["livesupport.body"]
    allowance.widen(most * limits.file_bytes + MARGIN, limits.least_bytes_per_second)


def _is_multipart(request: Request) -> bool:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == FORM_WITH_FILES


def _host(request: Request) -> str:
    return request.client.host if request.client else ""
