"""Reads a multipart/form-data body part by part as it comes in: nothing is held in memory or in a temporary file.

RFC 7578. Whatever is unusual (a preamble, many headers, a part without a name, a body that is cut off) is refused.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator
from typing import NamedTuple

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.exceptions import HTTPException

from livesupport.http.state import Request

FORM_WITH_FILES = "multipart/form-data"
MOST_PARTS = 40
LONGEST_PREAMBLE = 64 * 1024  # bytes before the first part; nobody needs any


class Part(NamedTuple):
    """A field of the form; with a `filename` it is a file."""

    name: str
    filename: str | None


class Parts:
    """The parts of a body, one after another. Every method may raise `HTTPException` 400 for what is no such form."""

    def __init__(self, request: Request) -> None:
        media_type, options = parse_options_header(request.headers.get("content-type", ""))
        if media_type != FORM_WITH_FILES.encode() or not options.get(b"boundary"):
            raise HTTPException(415)
        self._stream = request.stream()
        self._happened: deque[Part | bytes | None] = deque()  # a part begins, some of its bytes, it ends
        self._count = 0
        self._preamble = 0
        self._has_ended = False
        self._headers: dict[bytes, bytes] = {}
        self._field = self._value = b""
        self._parser = self._new_parser(options[b"boundary"])

    async def next(self) -> Part | None:
        """The next part, after whatever is left of the one before; None at the end of the form."""
        while True:
            while self._happened:
                happened = self._happened.popleft()
                if isinstance(happened, Part):
                    return happened
            if not await self._read():
                return None

    async def data(self) -> AsyncIterator[bytes]:
        """The bytes of the part that `next` returned last."""
        while True:
            while self._happened:
                happened = self._happened.popleft()
                if happened is None:
                    return
                assert isinstance(happened, bytes)
                yield happened
            if not await self._read():
                return

    async def _read(self) -> bool:
        """Reads on; False when the body has ended."""
        try:
            chunk = await anext(self._stream, b"")
            if chunk:
                self._parser.write(chunk)
                self._preamble += 0 if self._count else len(chunk)
                if self._preamble > LONGEST_PREAMBLE:
                    raise HTTPException(400)
                return True
            self._parser.finalize()
        except FormParserError:
            raise HTTPException(400) from None
        if not self._has_ended:
            raise HTTPException(400)
        return False

    def _new_parser(self, boundary: bytes) -> MultipartParser:
        def begin() -> None:
            self._count += 1
            if self._count > MOST_PARTS:
                raise HTTPException(400)
            self._headers = {}

        def field(data: bytes, start: int, end: int) -> None:
            self._field += data[start:end]

        def value(data: bytes, start: int, end: int) -> None:
            self._value += data[start:end]

        def header() -> None:
            self._headers[self._field.lower()] = self._value
            self._field = self._value = b""

        def end() -> None:
            self._has_ended = True

        try:
            return MultipartParser(
                boundary,
                {
                    "on_part_begin": begin,
                    "on_header_field": field,
                    "on_header_value": value,
                    "on_header_end": header,
                    "on_headers_finished": lambda: self._happened.append(_part(self._headers)),
                    "on_part_data": lambda data, start, end: self._happened.append(data[start:end]),
                    "on_part_end": lambda: self._happened.append(None),
                    "on_end": end,
                },
            )
        except FormParserError:
            raise HTTPException(400) from None


def _part(headers: dict[bytes, bytes]) -> Part:
    kind, options = parse_options_header(headers.get(b"content-disposition", b""))
    if kind != b"form-data" or b"name" not in options:
        raise HTTPException(400)
    filename = options.get(b"filename")
    try:
        return Part(options[b"name"].decode(), None if filename is None else filename.decode("utf-8", "replace"))
    except UnicodeDecodeError:
        raise HTTPException(400) from None
