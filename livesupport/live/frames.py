"""WebSocket frames (RFC 6455, section 5.2), as far as the hot path must know them: where a frame from a browser ends, and
how a text frame to a browser is written. Everything else about frames is left to the `websockets` library. Pure.
"""

from __future__ import annotations

import struct

WHOLE_TEXT = 0x81  # FIN and opcode 1: a text message in one frame
MASKED = 0x80  # in the second byte; every frame of a browser has it
PING = b"\x89\x00"
EMPTY_PONG = b"\x8a\x80"  # the first two bytes of a browser's answer to our ping
LONGEST_HEADER = 14
CLOSE = 0x88
SHORTEST_CLOSE, LONGEST_CLOSE = 6, 131  # bytes of a masked control frame: its payload has 125 at most

_MEDIUM = struct.Struct("!BBH")
_LONG = struct.Struct("!BBQ")


def payload_span(data: bytes, at: int) -> tuple[int, int] | None:
    """Where the payload of the masked frame that begins at `at` starts and ends, which may lie beyond `data`; None when
    the length has not arrived yet. The four bytes before the payload are its mask."""
    arrived = len(data) - at
    if arrived < 2:
        return None
    length = data[at + 1] & 0x7F
    if length < 126:
        start = at + 6
    elif length == 126:
        if arrived < 4:
            return None
        start = at + 8
        length = int.from_bytes(data[at + 2 : at + 4], "big")
    else:
        if arrived < 10:
            return None
        start = at + LONGEST_HEADER
        length = int.from_bytes(data[at + 2 : at + 10], "big")
    return start, start + length


def ends_with_close(data: bytes) -> bool:
    """Whether the last bytes look like the close frame of a browser. Nothing before them is read, so other bytes may look like
    one by chance: good enough where the connection is ended anyway."""
    size = len(data)
    return any(
        data[at] == CLOSE and data[at + 1] == MASKED | (size - at - SHORTEST_CLOSE)
        for at in range(max(0, size - LONGEST_CLOSE), size - SHORTEST_CLOSE + 1)
    )


def text_frame(payload: bytes) -> bytes:
    """One unmasked text frame. A server's frames are the same for every reader, so it is made once."""
    length = len(payload)
    if length < 126:
        return bytes((WHOLE_TEXT, length)) + payload
    if length < 65536:
        return _MEDIUM.pack(WHOLE_TEXT, 126, length) + payload
    return _LONG.pack(WHOLE_TEXT, 127, length) + payload
