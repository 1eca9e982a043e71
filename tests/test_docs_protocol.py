"""docs/protocol.md says what the wire is: every frame, field and word, with examples and conversations that are real.

A client is written from that page alone, so what must be written there is taken from the code. Each kind of check is first
shown to notice a gap.
"""

from __future__ import annotations

import functools
import operator
import re
from collections.abc import Iterable
from typing import Any, get_args

import msgspec
import pytest

from livesupport.chat import protocol
from livesupport.live import news_wire
from tests.documents import Story, blocks, differences, first_column, read, rows, section

PROTOCOL = read("docs/protocol.md")

FRAMES = {
    "Commands of a visitor": get_args(protocol.VisitorCommand),
    "Commands of an agent": get_args(protocol.AgentCommand),
    "Pushes to both": tuple(kind for kind in get_args(protocol.VisitorPush) if kind in get_args(protocol.AgentPush)),
    "Pushes to a visitor": tuple(kind for kind in get_args(protocol.VisitorPush) if kind not in get_args(protocol.AgentPush)),
    "Pushes to an agent": tuple(kind for kind in get_args(protocol.AgentPush) if kind not in get_args(protocol.VisitorPush)),
    "Commands of a page that follows the news": get_args(news_wire.NewsCommand),
    "Pushes to a page that follows the news": tuple(
        kind for kind in get_args(news_wire.NewsPush) if kind is not protocol.Refused
    ),
}
PARTS = tuple(protocol.Value.__subclasses__())
WORDS = (
    "Party",
    "LineKind",
    "EndReason",
    "Status",
    "ServiceState",
    "WaitBucket",
    "Intent",
    "AgentStatus",
    "Role",
    "OfferCloseReason",
)
NEWS_WORDS = ("Who", "Doing")


# ── The protocol: frames, fields, words ──────────────────────────────────────────────────────────────────────────────


def defaults(kind: type[msgspec.Struct]) -> dict[str, str]:
    """The fields of a struct, and what the documents must say of their defaults."""

    def told(field: msgspec.structs.FieldInfo) -> str:
        if field.required:
            return "required"
        factory = field.default_factory
        return msgspec.json.encode(factory() if factory is not msgspec.NODEFAULT else field.default).decode()

    return {field.name: told(field) for field in msgspec.structs.fields(kind)}


def wrong_fields(text: str, kind: type[msgspec.Struct]) -> list[str]:
    """The fields of a struct that its section misses, tells wrongly, or has invented."""
    documented = {row[0]: row[2] for row in rows(text)}
    real = defaults(kind)
    return sorted(name for name in documented.keys() | real.keys() if documented.get(name) != real.get(name))


def tag(kind: type[msgspec.Struct]) -> str:
    return str(kind.__struct_config__.tag)


FRAME_PLACES = [pytest.param(title, kind, id=f"{title}: {tag(kind)}") for title, kinds in FRAMES.items() for kind in kinds]


@pytest.mark.parametrize(("title", "kind"), FRAME_PLACES)
def test_every_frame_is_described_with_every_field_and_its_default(title: str, kind: type[protocol.Frame]) -> None:
    text = section(section(PROTOCOL, title), f"`{tag(kind)}`", 3)

    assert text, f"docs/protocol.md has no section `{tag(kind)}` under “{title}”"
    assert not wrong_fields(text, kind)
    assert wrong_fields(text + "\n| `invented` | string | required | |", kind) == ["invented"]
    if fields := defaults(kind):
        first = next(iter(fields))
        assert wrong_fields(text.replace(f"| `{first}` |", "| `x` |", 1), kind) == sorted([first, "x"])


@pytest.mark.parametrize("title", FRAMES)
def test_no_frame_is_described_that_does_not_exist(title: str) -> None:
    documented = re.findall(r"^### `(\w+)`$", section(PROTOCOL, title), re.MULTILINE)

    assert documented == [tag(kind) for kind in FRAMES[title]]


@pytest.mark.parametrize("kind", PARTS, ids=lambda kind: kind.__name__)
def test_every_part_of_a_frame_is_described(kind: type[protocol.Value]) -> None:
    assert not wrong_fields(section(section(PROTOCOL, "Parts of frames"), f"`{kind.__name__}`", 3), kind)


@pytest.mark.parametrize("name", WORDS)
def test_every_word_of_the_wire_is_explained(name: str) -> None:
    text = section(section(PROTOCOL, "Words"), f"`{name}`", 3)
    words = list(get_args(getattr(protocol, name)))

    assert first_column(text) == words
    assert first_column(text.replace(f"| `{words[0]}` |", "| `x` |")) != words


@pytest.mark.parametrize("name", NEWS_WORDS)
def test_every_word_of_the_news_is_explained(name: str) -> None:
    assert first_column(section(section(PROTOCOL, "Words"), f"`{name}`", 3)) == list(get_args(getattr(news_wire, name)))


def test_every_refusal_is_explained() -> None:
    assert first_column(section(PROTOCOL, "Refusals")) == list(get_args(protocol.RefusalCode))


def test_every_close_code_is_explained() -> None:
    documented = [(row[0], row[1]) for row in rows(section(PROTOCOL, "Close codes"))]

    assert documented == [(str(int(code)), code.name) for code in protocol.CloseCode]


# ── The protocol: examples ───────────────────────────────────────────────────────────────────────────────────────────


def real(frame: str, kinds: Iterable[type]) -> bool:
    """Whether a frame is exactly what one of these kinds looks like on the wire: known fields, no default spelt out."""
    try:
        decoded = msgspec.json.decode(frame, type=_union(kinds))
    except msgspec.DecodeError:
        return False
    return protocol.encode(decoded).decode() == frame


def _union(kinds: Iterable[type]) -> Any:
    return functools.reduce(operator.or_, kinds)


@pytest.mark.parametrize(("title", "kind"), FRAME_PLACES)
def test_every_frame_has_an_example_that_is_real(title: str, kind: type[protocol.Frame]) -> None:
    examples = [body.strip() for body in blocks(section(section(PROTOCOL, title), f"`{tag(kind)}`", 3), "json")]

    assert examples
    for example in examples:
        assert real(example, FRAMES[title]), example
        assert f'"t":"{tag(kind)}"' in example
        assert not real(example.replace("{", '{"invented":1,', 1), FRAMES[title])


def test_every_command_of_an_example_is_taken_by_the_decoder_of_the_server() -> None:
    decoders = (protocol.decode_visitor, protocol.decode_agent, news_wire.decode_news)
    for title, decode in zip((title for title in FRAMES if title.startswith("Commands")), decoders, strict=True):
        for example in blocks(section(PROTOCOL, title), "json"):
            decode(example)
            with pytest.raises(protocol.BadFrame):
                decode(example.replace('"t":"', '"t":"un'))


def test_the_conversations_are_what_the_machine_really_says() -> None:
    transcripts = blocks(section(PROTOCOL, "The life of a chat"), "text")
    story = Story()

    assert len(transcripts) >= 8
    assert [line for transcript in transcripts for line in differences(transcript, story)] == []


def test_a_conversation_that_is_told_wrongly_is_noticed() -> None:
    first = blocks(section(PROTOCOL, "The life of a chat"), "text")[0]
    lines = first.strip().split("\n")

    assert list(differences(first.replace('"brand":"Shop"', '"brand":"Stall"'), Story()))
    assert list(differences("\n".join(lines[:-1]), Story()))
    assert list(differences("\n".join([*lines, lines[-1]]), Story()))
