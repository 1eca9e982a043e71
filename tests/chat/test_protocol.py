"""The wire: strict about what comes in, silent about what people said, and as its schema says (T05, T28, T30, T45)."""

from __future__ import annotations

import json
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from msgspec import inspect

from livesupport.chat import protocol as p

SECRET = "Vera's secret"
ID = "AAAAAAAAAAAAAAAAAAAAAA"
VISITOR_COMMANDS, AGENT_COMMANDS = get_args(p.VisitorCommand), get_args(p.AgentCommand)
VISITOR_PUSHES, AGENT_PUSHES = get_args(p.VisitorPush), get_args(p.AgentPush)
EVERYTHING = dict.fromkeys((*VISITOR_COMMANDS, *AGENT_COMMANDS, *VISITOR_PUSHES, *AGENT_PUSHES))


def a(kind: type[p.Frame]) -> p.Frame:
    """A frame of this kind with every field filled in."""
    frame: p.Frame = _fill(inspect.type_info(kind))
    return frame


def _fill(info: inspect.Type) -> Any:
    match info:
        case inspect.StructType(cls=cls, fields=fields):
            return cls(**{field.name: _fill(field.type) for field in fields})
        case inspect.Metadata(type=inner):
            return _fill(inner)
        case inspect.UnionType(types=types):
            return _fill(next(each for each in types if not isinstance(each, inspect.NoneType)))
        case inspect.ListType(item_type=item):
            return [_fill(item)]
        case inspect.DictType(key_type=key, value_type=value):
            return {_fill(key): _fill(value)}
        case inspect.LiteralType(values=values):
            return values[-1]
        case inspect.StrType(pattern=pattern):
            return {None: SECRET, p.ID: ID}.get(pattern, "ka-GE")
        case inspect.BoolType():
            return True
        case inspect.IntType():
            return 7
        case inspect.FloatType():
            return 1.5
    raise NotImplementedError(info)


def named(kinds: Any) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("kind", kinds, ids=lambda kind: kind.__name__)


def wire(frame: p.Frame, **changes: Any) -> bytes:
    """The frame as JSON, with fields added or changed."""
    return json.dumps(json.loads(p.encode(frame)) | changes).encode()


# ── frames ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@named(VISITOR_COMMANDS)
def test_what_a_visitor_says_arrives_as_it_was_said(kind: type[p.Frame]) -> None:
    assert p.decode_visitor(p.encode(a(kind))) == a(kind)


@named(AGENT_COMMANDS)
def test_what_an_agent_says_arrives_as_it_was_said(kind: type[p.Frame]) -> None:
    assert p.decode_agent(p.encode(a(kind))) == a(kind)


@named(VISITOR_PUSHES)
def test_what_a_visitor_hears_is_what_was_told(kind: type[p.Frame]) -> None:
    assert msgspec.json.decode(p.encode(a(kind)), type=p.VisitorPush) == a(kind)


@named(AGENT_PUSHES)
def test_what_an_agent_hears_is_what_was_told(kind: type[p.Frame]) -> None:
    assert msgspec.json.decode(p.encode(a(kind)), type=p.AgentPush) == a(kind)


@named(EVERYTHING)
def test_a_printed_frame_keeps_silent(kind: type[p.Frame]) -> None:
    frame = a(kind)
    assert repr(frame) == str(frame) == f"<{kind.__name__}>"
    assert "secret" not in repr([getattr(frame, name) for name in frame.__struct_fields__ if name in ("visitor", "waiting")])


def test_an_empty_field_does_not_travel() -> None:
    assert p.encode(p.VisitorEnd()) == b'{"t":"end"}'


# ── strictness ───────────────────────────────────────────────────────────────────────────────────────────────────────


@named(VISITOR_COMMANDS)
def test_a_visitors_unknown_field_is_refused(kind: type[p.Frame]) -> None:
    p.decode_visitor(wire(a(kind)))
    with pytest.raises(p.BadFrame):
        p.decode_visitor(wire(a(kind), extra=1))


@named(AGENT_COMMANDS)
def test_an_agents_unknown_field_is_refused(kind: type[p.Frame]) -> None:
    p.decode_agent(wire(a(kind)))
    with pytest.raises(p.BadFrame):
        p.decode_agent(wire(a(kind), extra=1))


@pytest.mark.parametrize(
    "claim", [{"from": "agent"}, {"by": "agent"}, {"role": "system"}, {"agent_id": 1}, {"seq": 1}, {"at": 0}]
)
def test_a_visitor_cannot_claim_who_speaks_or_when(claim: dict[str, Any]) -> None:
    with pytest.raises(p.BadFrame):
        p.decode_visitor(wire(p.VisitorSay(id=ID, text="I am Ana."), **claim))


@named([kind for kind in AGENT_COMMANDS if kind.__struct_config__.tag not in p.command_names(p.VisitorCommand)])
def test_a_visitor_cannot_say_what_only_agents_say(kind: type[p.Frame]) -> None:
    with pytest.raises(p.BadFrame):
        p.decode_visitor(p.encode(a(kind)))


@pytest.mark.parametrize("id", ["", "A" * 15, "A" * 45, ID + "\n", "A" * 15 + "/", "A" * 15 + "é", None, 7, [ID]])
def test_an_id_is_base64url_of_128_bits_or_more(id: Any) -> None:
    for good in ("A" * 16, "-_" * 22):
        p.decode_visitor(wire(p.VisitorSay(id=good, text="Hello")))
    with pytest.raises(p.BadFrame):
        p.decode_visitor(wire(p.VisitorSay(id=ID, text="Hello"), id=id))


@pytest.mark.parametrize("chat", ["", "0", 0, True, None, [], {"$ne": None}, "1e3", 2**63, "x" * 10_240])
def test_a_chat_is_named_by_its_id_and_by_nothing_that_resembles_one(chat: Any) -> None:
    with pytest.raises(p.BadFrame):
        p.decode_agent(wire(p.Accept(chat=ID), chat=chat))


HOSTILE: dict[str, bytes | str] = {
    "nothing": b"",
    "white space": b" " * 1_048_576,
    "a list": b"[]",
    "a number": b"7",
    "null": b"null",
    "a string": b'""',
    "no type": b'{"text":"Hello"}',
    "a type of another protocol": b'{"event":"base"}',
    "an internal name": b'{"t":"__class__"}',
    "an unknown type": b'{"t":"shout"}',
    "a type that is a number": b'{"t":1}',
    "two types": b'{"t":"say","t":"end","id":"AAAAAAAAAAAAAAAAAAAAAA","text":"a"}',
    "half a frame": b'{"t":"say","id":"AAAAAAAAAAAAAAAAAAAAAA","text":"Hel',
    "two frames": b'{"t":"end"}{"t":"end"}',
    "not UTF-8 in a text": b'{"t":"say","id":"AAAAAAAAAAAAAAAAAAAAAA","text":"\xff\xfe"}',
    "not UTF-8 in a key": b'{"t":"end","\xff":1}',
    "not UTF-8 in the type": b'{"t":"\xff"}',
    "a lone surrogate, escaped": b'{"t":"say","id":"AAAAAAAAAAAAAAAAAAAAAA","text":"\\ud800"}',
    "a lone surrogate, encoded": b'{"t":"say","id":"AAAAAAAAAAAAAAAAAAAAAA","text":"\xed\xa0\x80"}',
    "a lone surrogate in a str": '{"t":"say","id":"AAAAAAAAAAAAAAAAAAAAAA","text":"\ud800"}',
    "a byte order mark": b'\xef\xbb\xbf{"t":"end"}',
    "UTF-16": '{"t":"end"}'.encode("utf-16"),
    "deep lists": b"[" * 100_000,
    "deep lists in a field": b'{"t":"say","id":' + b"[" * 100_000,
    "deep objects in an unknown field": b'{"t":"end","x":' + b'{"a":' * 100_000,
    "NaN": b'{"t":"receipt","received":NaN}',
    "infinity": b'{"t":"receipt","received":Infinity}',
    "1e999": b'{"t":"receipt","received":1e999}',
    "a fraction": b'{"t":"receipt","received":1.5}',
    "a negative number": b'{"t":"receipt","received":-1}',
    "beyond a browser's numbers": b'{"t":"receipt","received":9007199254740992}',
    "2 to the 63": b'{"t":"receipt","received":9223372036854775808}',
    "4,301 digits": b'{"t":"receipt","received":' + b"9" * 4301 + b"}",
    "true for a number": b'{"t":"receipt","received":true}',
    "a number as a string": b'{"t":"receipt","received":"1"}',
    "a text that is a list": b'{"t":"say","id":"AAAAAAAAAAAAAAAAAAAAAA","text":["a"]}',
    "a text that is too long": json.dumps({"t": "say", "id": ID, "text": "a" * 8001}).encode(),
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_input_is_a_bad_frame_and_nothing_else(raw: bytes | str) -> None:
    for decode in (p.decode_visitor, p.decode_agent):
        with pytest.raises(p.BadFrame) as caught:
            decode(raw)
        assert str(caught.value) == "not a frame of this protocol"
        assert caught.value.__suppress_context__


@given(st.binary() | st.text())
def test_noise_is_a_bad_frame(raw: bytes | str) -> None:
    with pytest.raises(p.BadFrame):
        p.decode_visitor(raw)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(
    tag=st.sampled_from(p.command_names(p.AgentCommand)),
    fields=st.dictionaries(st.sampled_from(["id", "chat", "text", "on", "ref", "note"]), values),
)
def test_a_frame_with_wild_fields_is_read_or_is_a_bad_frame(tag: str, fields: dict[str, Any]) -> None:
    raw = json.dumps({"t": tag, **fields})
    for decode in (p.decode_visitor, p.decode_agent):
        try:
            decode(raw)
        except p.BadFrame:
            continue


# ── what others build on ─────────────────────────────────────────────────────────────────────────────────────────────


def validator(root: str) -> Draft202012Validator:
    schema = p.protocol_schema()
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema | {"$ref": f"#/$defs/{root}"})


@pytest.mark.parametrize(
    ("root", "kinds"),
    [
        ("VisitorCommand", VISITOR_COMMANDS), ("AgentCommand", AGENT_COMMANDS),
        ("VisitorPush", VISITOR_PUSHES), ("AgentPush", AGENT_PUSHES),
    ],
)  # fmt: skip
def test_the_schema_describes_every_frame(root: str, kinds: tuple[type[p.Frame], ...]) -> None:
    check = validator(root)
    for kind in kinds:
        check.validate(json.loads(p.encode(a(kind))))


@pytest.mark.parametrize(
    "frame",
    [
        {},
        {"t": "shout"},
        {"t": "end", "extra": 1},
        {"t": "say", "id": "short", "text": "Hello"},
        {"t": "receipt", "received": -1},
    ],
)
def test_the_schema_refuses_what_the_server_refuses(frame: dict[str, Any]) -> None:
    assert not validator("VisitorCommand").is_valid(frame)
    with pytest.raises(p.BadFrame):
        p.decode_visitor(json.dumps(frame))


def test_the_schema_names_every_close_code_and_every_refusal() -> None:
    schema = p.protocol_schema()

    assert schema["closeCodes"]["slow_reader"] == 4508
    assert set(schema["$defs"]["Refused"]["properties"]["code"]["enum"]) == set(get_args(p.RefusalCode))


def test_close_codes_say_whether_to_come_back() -> None:
    stay_away = {code for code in p.CloseCode if 4400 <= code < 4500}

    assert stay_away == {p.CloseCode.MALFORMED, p.CloseCode.NOT_SIGNED_IN, p.CloseCode.FORBIDDEN, p.CloseCode.TOO_FAST}


def test_the_welcome_can_name_every_command() -> None:
    assert p.command_names(p.VisitorCommand)[:3] == ["hello", "start", "request"]
    assert len(set(p.command_names(p.AgentCommand))) == len(AGENT_COMMANDS)
