"""The lines of one chat."""

from __future__ import annotations

from livesupport.chat.protocol import Line, Tip
from livesupport.chat.seal import LINES, Chain, ChatName
from livesupport.chat.transcript import OVERHEAD, Transcript
from tests.keys import RING


def a_transcript_of(*texts: str, epoch: int = 3) -> Transcript:
    transcript = Transcript("vera's chat", epoch, Chain(RING, ChatName("shop", "vera's chat", "vera"), LINES))
    for number, text in enumerate(texts, start=1):
        transcript.append("message", "visitor", 100.0 + number, name="Vera", text=text, id=f"id-{number}")
    return transcript


def numbers(lines: list[Line]) -> list[int]:
    return [line.seq for line in lines]


def test_lines_are_numbered_from_one_and_carry_the_epoch() -> None:
    transcript = a_transcript_of("Hello", "Anybody?")

    assert [(line.epoch, line.seq, line.text) for line in transcript.lines] == [(3, 1, "Hello"), (3, 2, "Anybody?")]
    assert transcript.last_seq == 2


def test_a_page_gets_exactly_what_it_lacks() -> None:
    transcript = a_transcript_of("one", "two", "three")

    lines, reset = transcript.since(Tip(epoch=3, seq=1))
    assert (numbers(lines), reset) == ([2, 3], False)
    lines, reset = transcript.since(Tip(epoch=3, seq=3))
    assert (numbers(lines), reset) == ([], False)


def test_a_page_whose_tip_is_of_another_time_gets_everything_anew() -> None:
    transcript = a_transcript_of("one", "two")

    for tip in (None, Tip(epoch=2, seq=1), Tip(epoch=3, seq=9)):
        lines, reset = transcript.since(tip)
        assert (numbers(lines), reset) == ([1, 2], True)


def test_a_message_is_known_by_its_author_and_the_authors_own_id() -> None:
    transcript = a_transcript_of("Hello")

    known = transcript.known("visitor", "id-1")
    assert known is not None
    assert known.text == "Hello"
    assert transcript.known("1", "id-1") is None
    assert transcript.known("visitor", "id-2") is None


def test_size_and_messages_are_counted_for_the_limits() -> None:
    transcript = a_transcript_of("Hello", "ж" * 10)
    transcript.append("joined", "server", 103.0, name="Sue")

    assert transcript.messages == 2
    assert transcript.size == 3 * OVERHEAD + 2 * 5 + 2 * 10


def test_it_shows_nothing_of_what_was_said_and_forgets_on_demand() -> None:
    transcript = a_transcript_of("my secret")
    assert "secret" not in repr(transcript)
    assert "secret" not in repr(transcript.lines)

    transcript.clear()
    assert transcript.lines == []
    assert transcript.known("visitor", "id-1") is None
