"""The hub: one encoding for many, one write per event, nobody waits for anybody."""

from __future__ import annotations

from typing import cast

import pytest

from livesupport.chat.protocol import CloseCode, Frame, Refused, Typing, encode
from livesupport.live import Hub
from livesupport.live.frames import text_frame
from livesupport.live.transport import Socket


class Ear:
    """A socket that keeps what it is told, one entry per write."""

    def __init__(self) -> None:
        self.outbox: list[bytes] = []
        self.writes: list[bytes] = []
        self.codes: list[int] = []

    def flush(self) -> None:
        self.writes.append(b"".join(self.outbox))
        self.outbox.clear()

    def close(self, code: int) -> None:
        self.codes.append(code)


def join(hub: Hub) -> tuple[int, Ear]:
    ear = Ear()
    return hub.join(cast(Socket, ear)), ear


def test_a_push_to_many_is_encoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    encoded = []

    def encode_and_count(push: Frame) -> bytes:
        encoded.append(push)
        return encode(push)

    monkeypatch.setattr("livesupport.live.hub.encode", encode_and_count)
    hub = Hub()
    ears = dict(join(hub) for _ in range(5))
    hub.deliver(ears, Typing(chat="chat", by="visitor"))
    hub.write()
    assert len(encoded) == 1
    assert len({ear.writes[0] for ear in ears.values()}) == 1


def test_what_one_event_brings_leaves_in_one_write_and_in_order() -> None:
    hub = Hub()
    number, ear = join(hub)
    for ref in range(3):
        hub.deliver((number,), Refused(code="too_fast", ref=ref))
    assert ear.writes == []
    hub.write()
    expected = (b'{"t":"refused","code":"too_fast"}', *(b'{"t":"refused","code":"too_fast","ref":%d}' % ref for ref in (1, 2)))
    assert ear.writes == [b"".join(text_frame(push) for push in expected)]


def test_what_was_written_is_not_written_again() -> None:
    hub = Hub()
    number, ear = join(hub)
    hub.deliver((number,), Refused(code="too_fast"))
    hub.write()
    hub.write()
    assert len(ear.writes) == 1


def test_whoever_has_left_is_passed_over() -> None:
    hub = Hub()
    gone, silent = join(hub)
    number, ear = join(hub)
    hub.leave(gone)
    hub.deliver((gone, number, 999), Refused(code="too_fast"))
    hub.write()
    hub.close((gone, number, 999), CloseCode.FORBIDDEN)
    assert (silent.writes, silent.codes) == ([], [])
    assert (len(ear.writes), ear.codes) == (1, [4403])
    assert len(hub) == 1


def test_no_number_is_given_twice() -> None:
    hub = Hub()
    first, _ = join(hub)
    hub.leave(first)
    assert join(hub)[0] != first
