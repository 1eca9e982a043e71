"""Whatever bytes come, however they are cut: messages arrive whole and in order, and nothing makes the socket raise."""

from __future__ import annotations

import asyncio
import itertools
from typing import cast

from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Opcode
from websockets.utils import apply_mask

from livesupport.config import Limits
from livesupport.live.transport import Socket


class Timer:
    def cancel(self) -> None:
        pass


class Loop:
    """A loop in which no time passes; what is to be called soon is called at once."""

    def call_later(self, delay: float, callback: object, *args: object) -> Timer:
        return Timer()

    def call_soon(self, callback: object, *args: object) -> None:
        callback(*args)  # type: ignore[operator]


class Sink:
    """A transport that takes everything."""

    def __init__(self) -> None:
        self.written = b""
        self.closed = False

    def write(self, data: bytes) -> None:
        self.written += data

    def close(self) -> None:
        self.closed = True

    abort = close

    def is_closing(self) -> bool:
        return self.closed

    def get_write_buffer_size(self) -> int:
        return 0

    def can_write_eof(self) -> bool:
        return False


class Listener:
    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.ends: list[int] = []

    def frame(self, payload: bytes) -> None:
        assert not self.ends
        payload.decode()
        self.heard.append(payload)

    def lost(self, code: int) -> None:
        self.ends.append(code)


def new_socket() -> tuple[Socket, Listener]:
    listener, loop = Listener(), cast(asyncio.AbstractEventLoop, Loop())
    return Socket(cast(asyncio.Transport, Sink()), listener, Limits(), set(), loop), listener


def feed(socket: Socket, data: bytes, cuts: list[int]) -> None:
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    for begin, end in itertools.pairwise(places):
        socket.data_received(data[begin:end])


def masked(payload: bytes, opcode: Opcode = Opcode.TEXT, fin: bool = True) -> bytes:
    """Like the one of the house, with a mask that is always the same: what is found can be found again."""
    mask = b"\x8a\x00\xff\x81"
    length = bytes((0x80 | len(payload),)) if len(payload) < 126 else b"\xfe" + len(payload).to_bytes(2, "big")
    return bytes((opcode | (0x80 if fin else 0),)) + length + mask + apply_mask(payload, mask)


TEXTS = st.text(max_size=200)
CUTS = st.lists(st.integers(0, 10**6), max_size=12)


@st.composite
def messages(draw: st.DrawFn) -> tuple[list[bytes], bytes]:
    """Texts, and the frames that say them: whole or in fragments, with pings and pongs between."""
    texts = [text.encode() for text in draw(st.lists(TEXTS, max_size=8))]
    stream = b""
    for text in texts:
        at = draw(st.integers(0, len(text)))
        if draw(st.booleans()):
            stream += masked(text)
        else:
            stream += masked(text[:at], fin=False) + masked(b"?", Opcode.PING) + masked(text[at:], Opcode.CONT)
        stream += masked(b"", Opcode.PONG) if draw(st.booleans()) else b""
    return texts, stream


@given(messages(), CUTS)
def test_what_is_said_is_heard_however_it_is_cut(said: tuple[list[bytes], bytes], cuts: list[int]) -> None:
    socket, listener = new_socket()
    feed(socket, said[1], cuts)
    assert (listener.heard, listener.ends) == (said[0], [])


@given(messages(), CUTS, st.binary(max_size=40), st.integers(0, 10**6))
def test_noise_in_the_stream_ends_it_once_or_not_at_all(
    said: tuple[list[bytes], bytes], cuts: list[int], noise: bytes, place: int
) -> None:
    socket, listener = new_socket()
    at = place % (len(said[1]) + 1)
    feed(socket, said[1][:at] + noise + said[1][at:], cuts)
    socket.data_received(noise)
    socket.close(4403)
    socket.data_received(noise)
    socket.connection_lost(None)
    assert len(listener.ends) == 1
