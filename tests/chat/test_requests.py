"""A request without a chat, and who may neither chat nor leave one."""

from __future__ import annotations

from typing import Any

from livesupport.chat import protocol as p
from livesupport.chat.events import RequestSaved, Site, Topic
from tests.chat.cast import ANA, Stage

ID = "A" * 22


def a_request(**fields: Any) -> p.LeaveRequest:
    return p.LeaveRequest(**({"id": ID, "name": "Vera", "phone": "+995555000001", "question": "Call me?"} | fields))


# ── leaving a request ────────────────────────────────────────────────────────────────────────────────────────────────


def test_when_nobody_is_there_vera_leaves_a_request_and_hears_its_number(stage: Stage) -> None:
    vera = stage.visitor().does(a_request(email="vera@shop.test"))
    saving = stage.requests[-1]
    assert (saving.site, saving.request.email) == ("shop", "vera@shop.test")
    vera.hears_no(p.Requested)

    stage.happens(RequestSaved(connection=vera.connection, request=saving.request, number="1001-7"))
    assert vera.hears(p.Requested) == p.Requested(id=ID, ticket="1001-7")


def test_a_request_that_could_not_be_written_is_said_not_to_be_saved(stage: Stage) -> None:
    vera = stage.visitor().does(a_request(ref=3))
    stage.happens(RequestSaved(connection=vera.connection, request=stage.requests[-1].request, number=None))

    assert (vera.hears(p.Refused).code, vera.hears(p.Refused).ref) == ("not_saved", 3)


def test_a_request_whose_page_has_gone_meanwhile_is_saved_in_silence(stage: Stage) -> None:
    vera = stage.visitor().does(a_request())
    vera.leaves()

    assert stage.happens(RequestSaved(connection=vera.connection, request=stage.requests[-1].request, number="1001-7")) == []


def test_a_request_is_checked_like_a_start_but_needs_no_topic() -> None:
    stage = Stage(sites=(Site(id="shop", name="Shop", topics=(Topic(id=7, name="Orders"),)),))
    vera = stage.visitor().does(a_request(question=" "))
    assert vera.hears(p.Refused).field == "question"

    vera.does(a_request())
    assert len(stage.requests) == 1


# ── blocked ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_blocked_visitor_is_refused_by_address_and_by_phone_for_a_day() -> None:
    stage = Stage()
    ana = stage.agent(ANA)
    eve = stage.visitor("Eve", address="hash of 192.0.2.1").asks(phone="+1555")
    ana.accepts().does(p.Block(chat=eve.chat))
    assert eve.hears(p.Erased).reason == "blocked"
    same_address = stage.visitor("Eva", address="hash of 192.0.2.1")
    same_phone = stage.visitor("Evelyn", address="hash of 192.0.2.2")

    assert eve.asks(phone="+1999").hears(p.Refused).code == "blocked"
    assert same_address.asks(phone="+1777").hears(p.Refused).code == "blocked"
    assert same_phone.asks(phone="+1555").hears(p.Refused).code == "blocked"
    assert same_phone.listens_anew().does(a_request(phone="+1555")).hears(p.Refused).code == "blocked"
    stage.run_for(3)
    assert stage.visitor("Vera", address="hash of 192.0.2.3").asks(phone="+1888").sees().status == "offered"

    stage.run_for(86_400 - 3.125)
    assert eve.listens_anew().asks(phone="+1555").hears(p.Refused).code == "blocked"
    stage.run_for(0.125)
    assert eve.listens_anew().asks(phone="+1555").sees().status in ("offered", "waiting")


def test_whoever_gave_neither_address_nor_phone_blocks_nobody_else(stage: Stage) -> None:
    ana, eve = stage.agent(ANA), stage.visitor("Eve").asks(phone="")
    ana.accepts().does(p.Block(chat=eve.chat))
    stage.run_for(3)

    assert stage.visitor("Vera").asks(phone="").sees().status == "offered"
