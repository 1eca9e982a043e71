"""Frames that try to be read in two ways, or to smuggle something through (T43, T45, T31, T33)."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livesupport.chat.protocol import AgentHello, AgentSay, BadFrame, Start, Tip, VisitorReceipt, VisitorSay
from livesupport.cleaning import clean
from livesupport.live.reading import cleaned, read_agent, read_visitor

ID = "message-of-nino-01"
SAY = '{"t":"say","id":"message-of-nino-01","text":%s}'
RECEIPT = '{"t":"receipt","received":%s}'


def test_a_frame_of_the_protocol_is_read() -> None:
    assert read_visitor((SAY % '"hello"').encode()) == VisitorSay(id=ID, text="hello")
    assert read_visitor((RECEIPT % "7").encode()) == VisitorReceipt(received=7)
    hello = read_agent(b'{"t":"hello","tips":{"chat-of-nino-0001":{"epoch":1,"seq":2}}}')
    assert hello == AgentHello(tips={"chat-of-nino-0001": Tip(epoch=1, seq=2)})


@pytest.mark.parametrize(
    "number", ["NaN", "Infinity", "-Infinity", "1e999", "-1", "1.5", "9" * 4301, str(2**53), str(2**64), "true", '"7"', "null"]
)
def test_a_number_that_is_none_is_refused(number: str) -> None:
    with pytest.raises(BadFrame):
        read_visitor((RECEIPT % number).encode())


@pytest.mark.parametrize(
    "frame",
    [
        '{"t":"say","id":"message-of-nino-01","text":"yes","text":"no"}',
        '{"t":"say","t":"say","id":"message-of-nino-01","text":"yes"}',
        '{"t":"say","id":"message-of-nino-01","text":"a","t\\u0065xt":"b"}',
        '{"t":"say","id":"message-of-nino-01","text":"one \\u003a fewer","text":"one \\u003a fewer"}',
        '{"t":"say","id":"message-of-nino-01","ref":0,"ref":0,"text":"a"}',
        '{ "t" : "say", "id" : "message-of-nino-01", "text" : "a", "text" : "b:b" }',
    ],
)
def test_a_key_that_is_said_twice_is_refused(frame: str) -> None:
    assert json.loads(frame)  # other readers take it, and settle for one of the two
    with pytest.raises(BadFrame):
        read_visitor(frame.encode())


def test_a_key_that_is_said_twice_inside_is_refused() -> None:
    with pytest.raises(BadFrame):
        read_agent(b'{"t":"hello","tips":{"chat-of-nino-0001":{"seq":1,"seq":2}}}')
    with pytest.raises(BadFrame):
        read_agent(b'{"t":"hello","tips":{"chat-of-nino-0001":{"seq":1},"chat-of-nino-0001":{"seq":2}}}')


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60), st.booleans())
def test_whatever_is_said_once_is_read_as_it_was_said(text: str, as_ascii: bool) -> None:
    frame = json.dumps({"t": "say", "id": ID, "text": text, "ref": 0}, ensure_ascii=as_ascii).encode()
    assert read_visitor(frame) == VisitorSay(id=ID, text=text)


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\xef\xbb\xbf" + (SAY % '"bom"').encode(),
        (SAY % '"utf-16"').encode("utf-16"),
        (SAY % '"utf-16"').encode("utf-16-le"),
        b'{"t":"say","id":"message-of-nino-01","text":"\xff"}',
        b"[" * 10_000,
        b'{"t":' * 10_000,
        (SAY % ("[" * 10_000 + "]" * 10_000)).encode(),
        b'{"t":"hello","site":"a","tip":' + b'{"tip":' * 5_000,
        (SAY % '"a"').encode() + b" trailing",
        b"{'t':'say'}",
        b'{"t":"say","id":"message-of-nino-01","text":"a",}',
        b'{"t":"say","id":"message-of-nino-01","text":"a","from":"agent"}',
        b'{"t":"say","id":"message-of-nino-01","text":"a","by":"server","seq":1}',
        b'{"t":"accept","chat":"chat-of-nino-0001"}',
        b'{"t":"say","id":"short","text":"a"}',
        b'{"t":"__class__"}',
        b'{"t":7}',
        b'{"event":"base"}',
        b"[]",
        b"7",
        b'""',
        b"null",
    ],
)
def test_what_is_no_frame_of_a_visitor_is_refused_without_its_content(frame: bytes) -> None:
    with pytest.raises(BadFrame) as refusal:
        read_visitor(frame)
    assert str(refusal.value) in ("not a frame of this protocol", "a key was repeated")
    assert refusal.value.__cause__ is None


@pytest.mark.parametrize("poison", ["\\ud800", "\\udfff x", "\\ud83d"])
def test_a_lone_surrogate_does_not_come_in(poison: str) -> None:
    with pytest.raises(BadFrame):
        read_visitor((SAY % f'"{poison}"').encode())


def test_nul_and_other_poison_is_taken_out_of_texts() -> None:
    said = read_visitor((SAY % '"a\\u0000b\\ufffec\\u202ed"').encode())
    assert cleaned(said, clean) == VisitorSay(id=ID, text="abcd")


def test_a_clean_text_is_left_alone() -> None:
    said = AgentSay(chat="chat-of-nino-0001", id=ID, text="two\nlines")
    assert cleaned(said, clean) == said


def test_a_name_is_one_line() -> None:
    start = Start(id="start-of-nino-0001", name="Nino\r\nAgent:  Ana", phone=" 1\n2 ", question="one\r\ntwo", page="a\nb")
    tidy = cleaned(start, clean)
    assert isinstance(tidy, Start)
    assert (tidy.name, tidy.phone, tidy.question, tidy.page) == ("Nino Agent: Ana", "1 2", "one\ntwo", "a b")
