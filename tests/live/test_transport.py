"""One socket and whatever may come over it: by the book, broken, too much, too slow, or nothing (T06–T09, T11, F06, F08)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest
import structlog
from starlette.websockets import WebSocket
from websockets.frames import Frame, Opcode

from livesupport.chat.protocol import FRAME_LIMIT, SUBPROTOCOL
from livesupport.config import Limits
from livesupport.live import transport
from livesupport.live.frames import text_frame
from livesupport.live.handshake import EXTENSION
from livesupport.live.transport import Socket
from tests.live.house import PATIENCE, House, masked, open_house, wire


class Diary:
    """A receiver that writes down what it hears, and answers "bye" by closing."""

    def __init__(self) -> None:
        self.socket: Socket
        self.frames: asyncio.Queue[bytes] = asyncio.Queue()
        self.ends: asyncio.Queue[int] = asyncio.Queue()

    def frame(self, payload: bytes) -> None:
        self.frames.put_nowait(payload)
        if payload == b"bye":
            self.socket.close(4403)

    def lost(self, code: int) -> None:
        self.ends.put_nowait(code)

    async def next(self) -> bytes:
        async with asyncio.timeout(PATIENCE):
            return await self.frames.get()

    async def end(self) -> int:
        async with asyncio.timeout(PATIENCE):
            return await self.ends.get()


class Place:
    """A server whose sockets write diaries."""

    def __init__(self) -> None:
        self.limits = Limits(ping_seconds=3600, pong_seconds=3600)
        self.arrivals: asyncio.Queue[Diary] = asyncio.Queue()
        self.house: House

    async def endpoint(self, websocket: WebSocket) -> None:
        diary = Diary()
        await websocket.accept(subprotocol=SUBPROTOCOL)
        diary.socket = websocket.scope["extensions"][EXTENSION].hand_over(diary, self.limits)
        self.arrivals.put_nowait(diary)

    async def diary(self) -> Diary:
        async with asyncio.timeout(PATIENCE):
            return await self.arrivals.get()


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    place = Place()
    async with open_house(endpoint=place.endpoint) as place.house:
        yield place


@pytest.fixture(autouse=True)
def short_farewells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "FAREWELL_SECONDS", 0.2)


# ── by the book ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_is_said_arrives_in_order_however_it_is_cut(place: Place) -> None:
    said = [b"a", b"", "გამარჯობა".encode(), b"x" * 126, b"y" * FRAME_LIMIT, b"last"]
    stream = b"".join(masked(text) for text in said)
    async with wire(place.house) as nino:
        diary = await place.diary()
        for cut in range(0, len(stream), 777):
            nino.send(stream[cut : cut + 777])
        assert [await diary.next() for _ in said] == said


async def test_one_byte_at_a_time_is_fine(place: Place) -> None:
    async with wire(place.house) as nino:
        diary = await place.diary()
        for byte in masked(b"slow line") + masked(b"x" * 130):
            nino.send(bytes((byte,)))
            await nino.writer.drain()
        assert await diary.next() == b"slow line"
        assert await diary.next() == b"x" * 130


async def test_fragments_are_put_together_and_a_ping_between_them_is_answered(place: Place) -> None:
    async with wire(place.house) as nino:
        diary = await place.diary()
        word = "გამარჯობა".encode()
        nino.send(masked(word[:4], fin=False) + masked(b"still there?", Opcode.PING))
        assert await nino.frame() == (Opcode.PONG, b"still there?")
        nino.send(masked(word[4:5], Opcode.CONT, fin=False) + masked(word[5:], Opcode.CONT) + masked(b"next"))
        assert await diary.next() == word
        assert await diary.next() == b"next"


async def test_frames_of_one_turn_leave_in_order(place: Place) -> None:
    async with wire(place.house) as nino:
        diary = await place.diary()
        diary.socket.outbox += [text_frame(b"one"), text_frame(b"two"), text_frame(b"x" * 70_000)]
        diary.socket.flush()
        assert [await nino.frame() for _ in range(3)] == [(1, b"one"), (1, b"two"), (1, b"x" * 70_000)]


# ── ends ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("payload", "code"), [(b"\x03\xe9", 1001), (b"\x03\xe8bye", 1000), (b"", 1005)])
async def test_the_peers_close_code_is_told_and_answered(place: Place, payload: bytes, code: int) -> None:
    async with wire(place.house) as nino:
        diary = await place.diary()
        nino.send(masked(payload, Opcode.CLOSE))
        assert await diary.end() == code
        assert await nino.frame() == (Opcode.CLOSE, payload)
        assert await nino.reader.read() == b""


async def test_a_cut_line_is_told_as_1006(place: Place) -> None:
    async with wire(place.house) as nino:
        diary = await place.diary()
        nino.writer.close()
        assert await diary.end() == 1006


async def test_what_was_to_be_said_still_goes_out_before_a_close(place: Place) -> None:
    async with wire(place.house) as nino:
        diary = await place.diary()
        diary.socket.outbox.append(text_frame(b"you are signed out"))
        diary.socket.close(4401)
        assert await nino.frame() == (Opcode.TEXT, b"you are signed out")
        assert await nino.frame() == (Opcode.CLOSE, (4401).to_bytes(2, "big"))
        assert await diary.end() == 4401
        nino.send(masked((4401).to_bytes(2, "big"), Opcode.CLOSE))
        assert await nino.reader.read() == b""


async def test_nothing_is_heard_after_a_close_and_the_end_is_told_once(place: Place) -> None:
    async with wire(place.house) as nino:
        diary = await place.diary()
        nino.send(masked(b"bye") + masked(b"one more thing") + masked(b"half")[:-2])
        assert await nino.close_code() == 4403
        nino.send(b"\x00\x00" + masked(b"and another") + masked((4403).to_bytes(2, "big"), Opcode.CLOSE))
        assert await diary.end() == 4403
        assert await nino.reader.read() == b""
        assert await diary.next() == b"bye"
        assert diary.frames.empty()
        assert diary.ends.empty()


async def test_a_line_that_broke_a_moment_ago_can_still_be_written_to_and_closed(place: Place) -> None:
    async with wire(place.house):
        diary = await place.diary()
        diary.socket._transport.abort()
        diary.socket.outbox.append(text_frame(b"are you there?"))
        diary.socket.flush()
        diary.socket.close(4403)
        assert await diary.end() == 4403
        assert diary.ends.empty()


async def test_a_peer_that_does_not_answer_a_close_is_cut(place: Place) -> None:
    async with wire(place.house) as nino:
        diary = await place.diary()
        diary.socket.close(4403)
        assert await nino.close_code() == 4403
        assert await nino.reader.read() == b""


async def test_a_server_that_stops_says_come_back(place: Place) -> None:
    async with wire(place.house) as nino:
        diary = await place.diary()
        for connection in place.house.state.connections:
            connection.shutdown()
        assert await nino.close_code() == 1012
        assert await diary.end() == 1012


# ── broken frames (T06, T07, T09) ────────────────────────────────────────────────────────────────────────────────────

BROKEN = {
    "unmasked": (Frame(Opcode.TEXT, b"hello").serialize(mask=False), 1002),
    "reserved bit 1, as if compressed": (b"\xc1" + masked(b"x")[1:], 1002),
    "reserved bit 2": (b"\xa1" + masked(b"x")[1:], 1002),
    "reserved bit 3": (b"\x91" + masked(b"x")[1:], 1002),
    "opcode 3": (b"\x83" + masked(b"x")[1:], 1002),
    "opcode 11": (b"\x8b" + masked(b"x")[1:], 1002),
    "fragmented ping": (b"\x09" + masked(b"x")[1:], 1002),
    "ping of 126 bytes": (b"\x89" + masked(b"x" * 126)[1:], 1002),
    "pong of 126 bytes": (b"\x8a" + masked(b"x" * 126)[1:], 1002),
    "fragmented pong": (b"\x0a" + masked(b"x")[1:], 1002),
    "stray continuation": (masked(b"x", Opcode.CONT), 1002),
    "new message inside a fragmented one": (masked(b"a", fin=False) + masked(b"b"), 1002),
    "close code 1005": (masked((1005).to_bytes(2, "big"), Opcode.CLOSE), 1002),
    "close frame of one byte": (masked(b"\x03", Opcode.CLOSE), 1002),
    "bad UTF-8": (masked(b"\xff\xfe"), 1007),
    "UTF-8 of a surrogate": (masked(b"\xed\xa0\x80"), 1007),
    "bad UTF-8 over two fragments": (masked(b"\xe1", fin=False) + masked(b"x", Opcode.CONT), 1007),
    "bad UTF-8 in a close reason": (masked(b"\x03\xe8\xff", Opcode.CLOSE), 1007),
    "a length of 2 to the 62": (b"\x81\xff" + (2**62).to_bytes(8, "big"), 1009),
    "one byte too long": (masked(b"x" * (FRAME_LIMIT + 1)), 1009),
    "one byte too long in fragments": (masked(b"x" * FRAME_LIMIT, fin=False) + masked(b"x", Opcode.CONT), 1009),
    "a mebibyte of spaces": (masked(b" " * 2**20), 1009),
    "binary": (masked(b"x", Opcode.BINARY), 1003),
    "fragmented binary": (masked(b"x", Opcode.BINARY, fin=False), 1003),
    "65 fragments": (masked(b"x", fin=False) + masked(b"x", Opcode.CONT, fin=False) * 64, 1008),
    "51 pings": (masked(b"", Opcode.PING) * 51, 4429),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_a_peer_that_breaks_the_protocol_is_closed_with_the_code_for_it(
    place: Place, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    data, code = BROKEN[name]
    with caplog.at_level(logging.DEBUG), structlog.testing.capture_logs() as lines:
        async with wire(place.house) as mallory:
            diary = await place.diary()
            mallory.send(masked(b"before") + data + masked(b"after"))
            assert await mallory.close_code() == code
            assert await diary.end() == code
    assert await diary.next() == b"before"
    assert diary.frames.empty()
    assert [line["event"] for line in lines] in ([], ["frame_refused"])
    assert not any("exc_info" in line for line in lines)
    assert not [record for record in caplog.records if record.exc_info or "before" in record.getMessage()]


async def test_the_size_is_refused_before_the_bytes_are_kept(place: Place) -> None:
    async with wire(place.house) as mallory:
        diary = await place.diary()
        mallory.send(b"\x81\xff" + (FRAME_LIMIT + 1).to_bytes(8, "big"))
        assert await mallory.close_code() == 1009
        assert await diary.end() == 1009


async def test_ten_thousand_fragments_of_one_byte_are_cut_by_their_number(place: Place) -> None:
    async with wire(place.house) as mallory:
        diary = await place.diary()
        mallory.send(masked(b"x", fin=False) + masked(b"x", Opcode.CONT, fin=False) * 9_999)
        assert await diary.end() == 1008


@pytest.mark.parametrize(
    "beginning",
    [masked(b"half a frame")[:-3], b"\x81", masked(b"first", fin=False)],
    ids=["half a frame", "one byte", "one fragment"],
)
async def test_half_a_message_and_then_silence_is_cut(place: Place, beginning: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "HALF_FRAME_SECONDS", 0.05)
    async with wire(place.house) as mallory:
        diary = await place.diary()
        mallory.send(beginning)
        assert await mallory.close_code() == 1008
        assert await diary.end() == 1008


async def test_a_message_that_is_completed_stops_the_clock(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "HALF_FRAME_SECONDS", 0.05)
    async with wire(place.house) as nino, wire(place.house) as witness:
        diary, other = await place.diary(), await place.diary()
        frame = masked(b"in two parts")
        nino.send(frame[:5])
        nino.send(frame[5:])
        assert await diary.next() == b"in two parts"
        witness.send(masked(b"x")[:-1])  # a later half frame: when its time is up, Nino's would have been
        assert await other.end() == 1008
        assert diary.ends.empty()


async def test_a_stream_whose_reads_all_end_in_half_a_frame_is_not_cut(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "HALF_FRAME_SECONDS", 0.1)
    async with wire(place.house) as nino, wire(place.house) as witness:
        diary, other = await place.diary(), await place.diary()
        frame = masked(b"on and on")
        nino.send(frame[:7])
        witness.send(masked(b"x")[:-1])
        while other.ends.empty():
            nino.send(frame[7:] + frame[:7])
            assert await diary.next() == b"on and on"
        assert diary.ends.empty()


async def test_compression_is_declined(place: Place) -> None:
    async with place.house.knock("/ws") as page:
        assert "Sec-WebSocket-Extensions" not in page.connection.response.headers  # type: ignore[union-attr]


# ── life and speed (T11, F06, F08) ───────────────────────────────────────────────────────────────────────────────────


async def test_a_peer_that_answers_pings_stays(place: Place) -> None:
    place.limits = Limits(ping_seconds=0.02, pong_seconds=5.0)
    async with wire(place.house) as nino:
        diary = await place.diary()
        assert await nino.frame() == (Opcode.PING, b"")
        nino.send(masked(b"", Opcode.PONG) + masked(b"here"))
        assert await diary.next() == b"here"
        assert diary.ends.empty()


async def test_pings_go_on_while_they_are_answered(place: Place) -> None:
    place.limits = Limits(ping_seconds=0.05, pong_seconds=0.05)
    async with wire(place.house) as nino:
        diary = await place.diary()
        for _ in range(4):
            assert await nino.frame() == (Opcode.PING, b"")
            nino.send(masked(b"", Opcode.PONG))
        assert diary.ends.empty()


async def test_a_peer_that_answers_no_ping_is_lost(place: Place) -> None:
    place.limits = Limits(ping_seconds=0.02, pong_seconds=0.02)
    async with wire(place.house) as ghost:
        diary = await place.diary()
        assert await ghost.frame() == (Opcode.PING, b"")
        assert await diary.end() == 1006
        assert await ghost.close_code() == 1006


async def feed(diary: Diary, piece: bytes) -> int:
    """Writes for ever, a piece per turn of the loop, until the socket has ended; returns the code."""
    while diary.ends.empty():
        diary.socket.outbox.append(piece)
        diary.socket.flush()
        await asyncio.sleep(0)
    return await diary.end()


async def test_a_slow_reader_is_cut_and_may_come_back(place: Place) -> None:
    async with wire(place.house, receive_buffer=4096) as slow:
        diary = await place.diary()
        assert await feed(diary, text_frame(b"x" * 8192)) == 4508
        assert await slow.close_code() == 4508  # it reads at last, and learns why


async def test_a_reader_that_reads_nothing_at_all_is_dropped_with_its_backlog(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    dropped = asyncio.Event()
    original = Socket.connection_lost

    def connection_lost(socket: Socket, exc: Exception | None) -> None:
        original(socket, exc)
        dropped.set()

    monkeypatch.setattr(Socket, "connection_lost", connection_lost)
    async with wire(place.house, receive_buffer=4096):
        diary = await place.diary()
        assert await feed(diary, text_frame(b"x" * 8192)) == 4508
        async with asyncio.timeout(PATIENCE):
            await dropped.wait()


async def test_a_reader_without_progress_is_cut_even_below_the_limit(place: Place) -> None:
    place.limits = Limits(ping_seconds=3600, pong_seconds=3600, outbox_bytes=2**40, outbox_seconds=0.05)
    async with wire(place.house, receive_buffer=4096):
        diary = await place.diary()
        assert await feed(diary, text_frame(b"x" * 65536)) == 4508


class Clogged(asyncio.Transport):
    """The system takes nothing any more, and says so."""

    waiting = 0

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.waiting += len(data)

    def get_write_buffer_size(self) -> int:
        return self.waiting

    def is_closing(self) -> bool:
        return False

    def abort(self) -> None:
        self.waiting = 0


@pytest.mark.parametrize("progress", [0, 1])
async def test_a_reader_is_cut_over_a_few_bytes_that_wait_too_long_and_not_while_it_takes_some(progress: int) -> None:
    limits = Limits(ping_seconds=3600, pong_seconds=3600, outbox_seconds=0.01)
    loop, clogged, diary = asyncio.get_running_loop(), Clogged(), Diary()
    diary.socket = Socket(clogged, diary, limits, set(), loop)
    for _ in range(2):
        diary.socket.outbox.append(text_frame(b"a line"))
        diary.socket.flush()
    judged = asyncio.Event()
    loop.call_later(limits.outbox_seconds, judged.set)  # due right behind the verdict
    clogged.waiting -= progress
    await judged.wait()

    assert diary.ends.empty() == bool(progress)
    diary.socket.connection_lost(None)


async def test_a_long_transcript_at_once_cuts_nobody_who_reads(place: Place) -> None:
    async with wire(place.house) as ana:
        diary = await place.diary()
        diary.socket.outbox.append(text_frame(b"x" * 8 * 2**20))
        diary.socket.flush()
        await asyncio.sleep(0)
        diary.socket.outbox.append(text_frame(b"and a line"))
        diary.socket.flush()
        assert (await ana.frame())[1] == b"x" * 8 * 2**20
        assert (await ana.frame())[1] == b"and a line"
        assert diary.ends.empty()


async def test_one_slow_reader_delays_nobody_else(place: Place) -> None:
    async with wire(place.house, receive_buffer=4096), wire(place.house) as healthy:
        slow, quick = await place.diary(), await place.diary()
        delivered = 0
        while slow.ends.empty():
            for diary in (slow, quick):
                diary.socket.outbox.append(text_frame(b"x" * 8192))
                diary.socket.flush()
            assert (await healthy.frame())[1] == b"x" * 8192
            delivered += 1
        assert await slow.end() == 4508
        assert delivered > 60
        assert quick.ends.empty()


def test_wire_is_the_peer_that_these_tests_believe_it_to_be() -> None:
    """The rows above mean something only if a broken frame differs from a good one in the one thing it names."""
    assert masked(b"x")[0] == 0x81
    assert masked(b"x")[1] & 0x80
    assert not Frame(Opcode.TEXT, b"x").serialize(mask=False)[1] & 0x80
