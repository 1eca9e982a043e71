"""What may be asked, and the sentences for what may not."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from livesupport.errors import Invalid, NotFound
from livesupport.tickets.requests import NewLine, NewTicket, TicketChange, TicketFilter, message_text
from tests.tickets.conftest import a_line, a_request

EVIL = {
    "lone surrogate": "a\ud800b",
    "NUL": "a\x00b",
    "too long": "a" * 20_001,
}


@pytest.mark.parametrize("field", ["name", "phone", "question", "page", "actor", "language"])
@pytest.mark.parametrize("text", EVIL.values(), ids=EVIL.keys())
def test_a_text_that_no_database_takes_is_refused_with_its_field(field: str, text: str) -> None:
    with pytest.raises(Invalid) as caught:
        a_request(**{field: text})
    assert list(caught.value.problems) == [field]
    assert text not in str(caught.value)


@pytest.mark.parametrize("text", EVIL.values(), ids=EVIL.keys())
def test_a_line_that_no_database_takes_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        a_line(1, text)


@pytest.mark.parametrize("place", [{"epoch": -1}, {"seq": -1}, {"epoch": 2**53}, {"seq": 2**63}])
def test_a_line_has_a_place_that_a_database_can_hold(place: dict[str, int]) -> None:
    with pytest.raises(Invalid):
        msgspec.structs.replace(a_line(1), **place)


@pytest.mark.parametrize(
    "email", ["nino", "@x.ge", "nino@", "a b@x.ge", "a@x.ge\r\nBcc: b@x.ge", "Eve, v@x.ge", "a@b@c", "a@" + "x" * 250]
)
def test_what_is_no_address_is_refused(email: str) -> None:
    with pytest.raises(Invalid) as caught:
        a_request(email=email)
    assert list(caught.value.problems) == ["email"]


@pytest.mark.parametrize("email", ["", "nino@example.com", "nino+desk@mail.example.ge", "ნინო@მაგალითი.გე"])
def test_an_address_or_none_is_taken(email: str) -> None:
    assert a_request(email=email).email == email


@pytest.mark.parametrize("question", ["", "   ", "\n"])
def test_a_request_without_a_question_is_refused(question: str) -> None:
    with pytest.raises(Invalid):
        a_request(question=question)


@pytest.mark.parametrize("origin", ["", "short", "x" * 129])
def test_a_request_needs_an_origin_that_tells_it_from_others(origin: str) -> None:
    with pytest.raises(Invalid):
        a_request(origin=origin)


@pytest.mark.parametrize("extra", ["status", "number", "created_at", "id", "role"])
@pytest.mark.parametrize("kind", [NewTicket, NewLine, TicketFilter, TicketChange])
def test_a_field_that_is_not_ours_is_refused(kind: type[msgspec.Struct], extra: str) -> None:
    if extra in kind.__struct_fields__:
        return
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({extra: "x"}, kind)


@pytest.mark.parametrize("assignee", [0, -1, 2**31, 2**63])
def test_a_filter_for_an_agent_that_cannot_exist_finds_nothing(assignee: int) -> None:
    with pytest.raises(NotFound):
        TicketFilter(assignee=assignee)


@pytest.mark.parametrize(
    "wrong", [{"status": "done"}, {"priority": "9"}, {"assignee": "ana"}, {"topic": True}, {"status": None}]
)
def test_a_change_to_something_else_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(wrong, TicketChange)


def test_nothing_that_somebody_wrote_is_in_a_repr() -> None:
    assert "invoice" not in repr(a_request(lines=(a_line(1),))) + repr([a_line(1, "invoice")])


@pytest.mark.parametrize("text", ["", "  \n", *EVIL.values()])
def test_a_reply_needs_a_text(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        message_text(text)
    assert list(caught.value.problems) == ["text"]
