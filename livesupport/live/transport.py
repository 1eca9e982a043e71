"""One open WebSocket. Whole text frames go from the event loop's `data_received` straight to a `Receiver`: no ASGI event,
no queue, no task switch. Frames to the browser gather in `outbox` until the next `flush`.

The usual frames are read here; whatever is unusual (control frames, fragments, everything that breaks RFC 6455) goes, one
whole frame at a time, to the `websockets` library, which is created for a connection when it first needs it.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from typing import Any, Protocol

import structlog
from websockets.frames import CloseCode as Code
from websockets.frames import Frame, Opcode
from websockets.protocol import Protocol as Library
from websockets.protocol import Side

from livesupport.chat.protocol import FRAME_LIMIT, CloseCode
from livesupport.config import Limits
from livesupport.live.frames import EMPTY_PONG, MASKED, PING, WHOLE_TEXT, ends_with_close, payload_span

try:
    from websockets.speedups import apply_mask
except ImportError:  # a platform without the compiled part
    from websockets.utils import apply_mask

LOST = 1006  # the peer vanished without a close frame (RFC 6455, section 7.1.5)
MOST_FRAGMENTS = 64  # of one message; browsers send one or two
MOST_PINGS = 50  # between two of ours; browsers send none
HALF_FRAME_SECONDS = 10.0  # for the rest of a message that has begun
ONE_TURN = 64 * 1024  # bytes that may wait in the transport without the peer being slow: uvloop writes at the end of a turn
FAREWELL_SECONDS = 3.0  # for the peer to answer our close frame

SILENT = logging.getLogger("livesupport.live.library")
"""Where the library may log: its lines hold frames, addresses and tracebacks, so none is kept."""
SILENT.setLevel(logging.CRITICAL + 1)

log = structlog.get_logger()


class Receiver(Protocol):
    """Who hears a socket. Neither method may block or raise."""

    def frame(self, payload: bytes) -> None:
        """One whole text message: valid UTF-8, at most `FRAME_LIMIT` bytes."""

    def lost(self, code: int) -> None:
        """The connection has ended; heard once, nothing follows, and never called from within `Socket.close`. `code`: the
        peer's own close code, 1006 when it vanished without one, or else the code with which we closed."""


class Socket(asyncio.Protocol):
    """An open connection, from the end of its handshake on."""

    __slots__ = (
        "_cap",
        "_connections",
        "_ending",
        "_fragments",
        "_half_frame",
        "_heard",
        "_held",
        "_library",
        "_limits",
        "_loop",
        "_pings",
        "_receiver",
        "_stall",
        "_timer",
        "_transport",
        "_written",
        "outbox",
    )

    def __init__(
        self,
        transport: asyncio.Transport,
        receiver: Receiver,
        limits: Limits,
        connections: set[Any],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        """`connections`: the set in which uvicorn keeps whom to `shutdown` when the server stops."""
        self.outbox: list[bytes] = []
        """Frames that wait for the next `flush`."""
        self._transport = transport
        self._receiver: Receiver | None = receiver
        self._limits = limits
        self._connections = connections
        self._loop = loop
        self._library: Library | None = None
        self._ending = False
        # what has come in
        self._held = b""
        self._fragments: list[bytes] = []
        self._half_frame: asyncio.TimerHandle | None = None
        self._pings = 0
        self._heard = True
        # what has gone out
        self._written = 0
        self._cap = limits.outbox_bytes
        self._stall: asyncio.TimerHandle | None = None
        # a random first pause, so that pages which came back together are not pinged together
        self._timer = loop.call_later(limits.ping_seconds * random.uniform(0.5, 1.0), self._ping)  # noqa: S311
        connections.add(self)

    # ── In ───────────────────────────────────────────────────────────────────────────────────────────────────────────

    def data_received(self, data: bytes) -> None:
        """The event loop has read `data`."""
        self._heard = True
        if self._held:
            data = self._held + data
            self._held = b""
        rest = data if self._ending else self._read(data)
        if self._ending:
            self._await_farewell(rest)
        elif rest or self._fragments or self._half_frame is not None:
            self._hold(rest)

    def _read(self, data: bytes) -> bytes:
        """Takes every whole frame, and returns what is left: the beginning of the next one."""
        at = 0
        while at < len(data) and not self._ending:
            span = payload_span(data, at)
            if span is None:
                break
            start, end = span
            masked_and_short = data[at + 1] >= MASKED and end - start <= FRAME_LIMIT
            if end > len(data) and masked_and_short:
                break
            if data[at] == WHOLE_TEXT and masked_and_short and not self._fragments:
                self._message(apply_mask(data[start:end], data[start - 4 : start]))
            elif data[at : at + 2] != EMPTY_PONG:
                self._unusual(data[at:end])
            at = end
        return data[at:]

    def _message(self, payload: bytes) -> None:
        self._stop_waiting()
        if not payload.isascii():
            try:
                payload.decode()
            except UnicodeDecodeError:
                self._fail(Code.INVALID_DATA)
                return
        if self._receiver is not None:
            self._receiver.frame(payload)

    def _hold(self, rest: bytes) -> None:
        """Keeps what has come of the next frame; the rest of the message has a limited time to follow."""
        self._held = rest
        if not rest and not self._fragments:
            self._stop_waiting()
        elif self._half_frame is None:
            self._half_frame = self._loop.call_later(HALF_FRAME_SECONDS, self._fail, Code.POLICY_VIOLATION)

    def _stop_waiting(self) -> None:
        if self._half_frame is not None:
            self._half_frame.cancel()
            self._half_frame = None

    def _unusual(self, frame: bytes) -> None:
        library = self._open_library()
        library.receive_data(frame)
        for event in library.events_received():
            if isinstance(event, Frame) and not self._ending:
                self._take(event)
        if library.parser_exc is not None:
            self._fail(None)
        elif not self._ending:
            self._say(library)

    def _take(self, frame: Frame) -> None:
        if frame.opcode is Opcode.CLOSE:
            self._farewell()
        elif frame.opcode is Opcode.BINARY:
            self.close(CloseCode.UNSUPPORTED)
        elif frame.opcode is Opcode.PING:
            self._pings += 1
            if self._pings > MOST_PINGS:
                self.close(CloseCode.TOO_FAST)
        elif frame.opcode is not Opcode.PONG:
            self._fragments.append(bytes(frame.data))
            if len(self._fragments) > MOST_FRAGMENTS:
                self._fail(Code.POLICY_VIOLATION)
            elif frame.fin:
                payload = b"".join(self._fragments)
                self._fragments.clear()
                self._message(payload)

    # ── Out ──────────────────────────────────────────────────────────────────────────────────────────────────────────

    def flush(self) -> None:
        """Writes what `outbox` holds, at once and without waiting. A peer that does not read is cut when too much waits
        for it: more than the limit, beyond the largest single burst that it was given while it was up to date."""
        outbox = self.outbox
        if not outbox or self._ending or self._transport.is_closing():
            outbox.clear()
            return
        data = outbox[0] if len(outbox) == 1 else b"".join(outbox)
        outbox.clear()
        behind = self._transport.get_write_buffer_size()
        if behind < ONE_TURN:
            self._cap = self._limits.outbox_bytes + len(data)
        elif behind + len(data) > self._cap:
            self.close(CloseCode.SLOW_READER)
            return
        if behind and self._stall is None:
            self._watch_stall(self._written - behind)
        self._written += len(data)
        self._transport.write(data)

    def _watch_stall(self, read: int) -> None:
        self._stall = self._loop.call_later(self._limits.outbox_seconds, self._judge_stall, read)

    def _judge_stall(self, read_before: int) -> None:
        self._stall = None
        behind = 0 if self._transport.is_closing() else self._transport.get_write_buffer_size()
        if behind and self._written - behind <= read_before:
            self.close(CloseCode.SLOW_READER)
        elif behind:
            self._watch_stall(self._written - behind)

    def _say(self, library: Library) -> None:
        output = b"".join(library.data_to_send())
        if output:
            self.outbox.append(output)
            self.flush()

    # ── Alive ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _ping(self) -> None:
        self._heard = False
        self._pings = 0
        self._timer = self._loop.call_later(self._limits.pong_seconds, self._feel_pulse)
        self.outbox.append(PING)
        self.flush()

    def _feel_pulse(self) -> None:
        """Anything that was heard since the ping proves life, so nobody is lost while frames flow."""
        if self._heard:
            pause = self._limits.ping_seconds - self._limits.pong_seconds
            self._timer = self._loop.call_later(max(pause, 0.0), self._ping)
        else:
            self._report(LOST)
            self._ending = True
            self._transport.abort()

    # ── The end ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def close(self, code: int) -> None:
        """Ends the connection with this code: what waits in `outbox` still goes out, nothing more is taken."""
        if self._ending:
            return
        self._end(code, lambda library: library.send_close(code))

    def shutdown(self) -> None:
        """The server stops (uvicorn calls this)."""
        self.close(CloseCode.RESTART)

    def eof_received(self) -> None:
        """The peer has closed its half without a close frame; the event loop closes ours."""

    def connection_lost(self, exc: Exception | None) -> None:
        """The transport is closed."""
        self._report(LOST)
        self._ending = True
        self._connections.discard(self)
        self.outbox.clear()
        self._library = None
        for timer in (self._timer, self._stall, self._half_frame):
            if timer is not None:
                timer.cancel()

    def _farewell(self) -> None:
        """The peer has sent its close frame, and the library has written our answer."""
        library = self._open_library()
        code = library.close_rcvd.code if library.close_rcvd else LOST
        self._end(code, lambda _: None)
        self._transport.close()

    def _fail(self, code: int | None) -> None:
        """The peer has broken the protocol (`code` None: the library has noticed it, and has closed). What else it sends
        is read and thrown away for a moment: closing at once would lose our close frame in a TCP reset."""
        if self._ending:
            return
        library = self._open_library()
        if code is not None:
            library.fail(code)
        sent = int(library.close_sent.code) if library.close_sent else LOST
        log.info("frame_refused", code=sent)
        self._end(sent, lambda _: None)
        if self._transport.can_write_eof() and not self._transport.is_closing():
            self._transport.write_eof()

    def _end(self, code: int, say: Callable[[Library], None]) -> None:
        library = self._open_library()
        say(library)
        self.outbox.extend(library.data_to_send())
        if not self._transport.is_closing():
            self._transport.write(b"".join(self.outbox))
        self.outbox.clear()
        self._ending = True
        self._fragments.clear()
        self._timer.cancel()
        # what the system has taken still goes out; a mere `close` would wait for ever for a peer that reads nothing
        self._timer = self._loop.call_later(FAREWELL_SECONDS, self._transport.abort)
        self._report(code)

    def _await_farewell(self, data: bytes) -> None:
        """Waits for the peer's close frame, which is the last that it sends, and leaves all before it unread: to go through the
        rest of a flood would cost everybody else."""
        if ends_with_close(data):
            self._transport.close()

    def _report(self, code: int) -> None:
        receiver, self._receiver = self._receiver, None
        if receiver is not None:
            self._loop.call_soon(receiver.lost, code)

    def _open_library(self) -> Library:
        if self._library is None:
            self._library = Library(Side.SERVER, max_size=FRAME_LIMIT, logger=SILENT)
        return self._library
