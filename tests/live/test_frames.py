"""Frames, against the `websockets` library, which reads and writes them by the book."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from livesupport.live.frames import PING, ends_with_close, payload_span, text_frame
from tests.live.house import masked

LENGTHS = st.sampled_from([0, 1, 125, 126, 127, 65535, 65536, 70000])


@given(LENGTHS)
def test_a_text_frame_is_what_the_library_writes(length: int) -> None:
    payload = b"x" * length
    assert text_frame(payload) == Frame(Opcode.TEXT, payload).serialize(mask=False)


def test_the_ping_is_what_the_library_writes() -> None:
    assert Frame(Opcode.PING, b"").serialize(mask=False) == PING


@given(LENGTHS, st.integers(0, 20))
def test_the_end_of_a_frame_is_found_wherever_it_begins(length: int, at: int) -> None:
    frame = masked(b"x" * length)
    start, end = payload_span(b"." * at + frame + b"next", at) or (0, 0)
    assert (end - start, end - at) == (length, len(frame))


@given(LENGTHS, st.integers(0, 14))
def test_a_header_that_has_not_arrived_is_waited_for_and_never_guessed(length: int, arrived: int) -> None:
    frame = masked(b"x" * length)
    span = payload_span(frame[:arrived], 0)
    assert span is None or span[1] == len(frame)


def test_a_length_of_2_to_the_62_is_told_as_it_is() -> None:
    start, end = payload_span(b"\x81\xff" + (2**62).to_bytes(8, "big"), 0) or (0, 0)
    assert end - start == 2**62


@given(st.binary(max_size=300), st.binary(max_size=125))
def test_a_close_frame_at_the_end_is_seen_whatever_stands_before_it(before: bytes, reason: bytes) -> None:
    assert ends_with_close(before + masked(reason, Opcode.CLOSE))


@given(st.integers(1, 5))
def test_a_close_frame_that_has_not_wholly_arrived_is_waited_for(missing: int) -> None:
    assert not ends_with_close(masked(b"\x03\xe8", Opcode.CLOSE)[:-missing])
