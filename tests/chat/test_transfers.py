"""Handing a chat on: to a colleague, who must agree, or to a topic."""

from __future__ import annotations

import pytest

from livesupport.chat import protocol as p
from livesupport.chat.events import AgentIdentity, Draining, HoursChanged, Site, Topic
from livesupport.rules import Rules
from tests.chat.cast import ANA, BEN, SUE, Agent, Stage, Visitor, a_talk

STORE = Site(id="shop", name="Store", topics=(Topic(id=7, name="Orders"), Topic(id=8, name="Returns")))
BEN_OF_RETURNS = AgentIdentity(id=2, name="Ben", topics=frozenset({8}))


def handed(stage: Stage, note: str = "") -> tuple[Visitor, Agent, Agent]:
    """Ana talks with Vera and hands her on to Ben."""
    vera, ana = a_talk(stage)
    ben = stage.agent(BEN)
    ana.does(p.Transfer(chat=vera.chat, agent=2, note=note))
    return vera, ana, ben


# ── to a colleague ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_transfer_rings_at_ben_with_anas_note_while_ana_keeps_the_chat(stage: Stage) -> None:
    vera, ana, ben = handed(stage, note="He knows parcels.")

    offer = ben.hears(p.Offer)
    assert (offer.from_agent, offer.note, offer.expires_in) == ("Ana", "He knows parcels.", 30.0)
    assert ana.sees().transfer_to == "Ben"
    assert (vera.sees().status, vera.sees().agent) == ("active", "Ana")
    ana.says("One moment, please.")
    assert vera.texts[-1] == "One moment, please."


def test_ben_accepts_and_has_transcript_and_note_and_vera_is_told(stage: Stage) -> None:
    vera, ana, ben = handed(stage, note="He knows parcels.")
    ben.accepts()

    line = vera.hears(p.Line, kind="transferred")
    assert (line.name, line.other) == ("Ana", "Ben")
    assert ben.texts == ["Where is my parcel?"]
    assert ben.hears(p.NoteLine).text == "He knows parcels."
    assert b"He knows" not in b"".join(p.encode(push) for push in vera.heard)
    assert (ana.hears(p.OfferClosed).reason, ana.hears(p.OfferClosed).by) == ("accepted", "Ben")
    assert ana.hears(p.Released).chat == vera.chat
    assert ana.says("And").hears(p.Refused).code == "no_such_chat"
    assert (ana.me().load, ben.me().load) == (0, 1)


def test_ben_declines_and_nothing_has_changed(stage: Stage) -> None:
    vera, ana, ben = handed(stage)
    ben.declines()

    assert (ana.hears(p.OfferClosed).reason, ana.hears(p.OfferClosed).by) == ("declined", "Ben")
    assert ana.sees().transfer_to is None
    assert vera.story == ["opened", "assigned"]


def test_a_transfer_that_nobody_answers_comes_back_after_thirty_seconds(stage: Stage) -> None:
    vera, ana, ben = handed(stage)
    stage.run_for(29.875)
    assert ben.rings()
    stage.run_for(0.125)

    assert not ben.rings()
    assert ana.hears(p.OfferClosed).reason == "expired"
    assert vera.sees().agent == "Ana"
    assert stage.counted("missed") == ["transfer"]
    ana.does(p.Transfer(chat=vera.chat, agent=2))
    assert ben.rings(), "a missed transfer may be tried again"


def test_ana_withdraws_a_transfer(stage: Stage) -> None:
    vera, ana, ben = handed(stage)
    ana.does(p.Withdraw(chat=vera.chat))
    assert ben.hears(p.OfferClosed).reason == "withdrawn"
    assert not ben.rings()

    assert ana.does(p.Withdraw(chat=vera.chat, ref=2)).hears(p.Refused).ref == 2
    assert ben.does(p.Accept(chat=vera.chat)).hears(p.Refused).by == "Ana"


def test_ben_whose_console_is_lost_gives_the_chat_back_to_ana(stage: Stage) -> None:
    _vera, ana, ben = handed(stage)
    ben.loses_connection()

    assert (ana.hears(p.OfferClosed).reason, ana.sees().transfer_to) == ("withdrawn", None)


def test_ana_may_be_lost_while_it_rings_and_ben_takes_it_all_the_same(stage: Stage) -> None:
    vera, ana, ben = handed(stage)
    ana.loses_connection()
    stage.run_for(10)
    ben.accepts()

    assert (vera.sees().agent, vera.sees().agent_gone) == ("Ben", False)


def test_vera_who_ends_it_while_it_rings_leaves_nobody_ringing(stage: Stage) -> None:
    vera, ana, ben = handed(stage)
    vera.does(p.VisitorEnd())

    assert not ben.rings()
    assert ana.hears(p.Erased).reason == "visitor_erased"


def test_a_transfer_may_exceed_the_capacity_by_one_and_no_more() -> None:
    stage = Stage(agents=(ANA, AgentIdentity(id=2, name="Ben", capacity=1)))
    ben = stage.agent(stage.agents[1])
    stage.visitor("Olga").asks()
    ben.accepts()
    stage.run_for(3)
    vera, ana = a_talk(stage)
    stage.run_for(3)
    nino = stage.visitor("Nino").asks()
    ana.accepts(nino.chat)
    ana.does(p.Transfer(chat=vera.chat, agent=2))
    ben.accepts()
    assert (ben.me().load, ben.me().capacity) == (2, 1)

    assert ana.does(p.Transfer(chat=nino.chat, agent=2)).hears(p.Refused).code == "not_routable"


def test_only_somebody_who_can_take_it_now_is_a_target(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    stage.agent(SUE, "away")
    for target in (1, 2, 3, 99):  # herself, offline, away, nobody
        ana.listens_anew().does(p.Transfer(chat=vera.chat, agent=target))
        assert ana.hears(p.Refused).code == "not_routable"
    for nowhere in (p.Transfer(chat=vera.chat), p.Transfer(chat=vera.chat, agent=2, topic=7)):
        assert ana.listens_anew().does(nowhere).hears(p.Refused).code == "not_routable"

    assert vera.story == ["opened", "assigned"]


def test_while_a_transfer_rings_there_is_no_second_one(stage: Stage) -> None:
    vera, ana, _ben = handed(stage)
    stage.agent(SUE)
    ana.does(p.Transfer(chat=vera.chat, agent=3))

    assert (ana.hears(p.Refused).code, ana.hears(p.Refused).by) == ("already_taken", "Ben")


def test_a_note_that_is_too_long_is_refused_with_the_transfer() -> None:
    stage = Stage(Rules(note_limit=5))
    _vera, ana, ben = handed(stage, note="123456")

    assert ana.hears(p.Refused).code == "too_long"
    assert not ben.rings()


def test_a_server_that_is_about_to_stop_hands_nothing_on(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    stage.agent(BEN)
    stage.happens(Draining())

    assert ana.does(p.Transfer(chat=vera.chat, agent=2)).hears(p.Refused).code == "not_routable"


def test_ben_who_takes_the_chat_while_ana_was_ending_it_goes_on_with_it(stage: Stage) -> None:
    vera, ana, ben = handed(stage)
    ana.ends()
    stage.run_for(9)
    ben.accepts()
    stage.run_for(10)

    assert (vera.sees().status, vera.sees().ending_in) == ("active", None)


# ── to a topic ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def store() -> Stage:
    return Stage(sites=(STORE,), agents=(ANA, BEN_OF_RETURNS, SUE))


def test_a_chat_that_is_handed_to_a_topic_leaves_ana_at_once_and_is_ahead_of_that_queue() -> None:
    ben_of_one = AgentIdentity(id=2, name="Ben", topics=frozenset({8}), capacity=1)
    stage = Stage(sites=(STORE,), agents=(AgentIdentity(id=1, name="Ana", topics=frozenset({7})), ben_of_one))
    ben = stage.agent(ben_of_one)
    stage.visitor("Nino").asks(topic=8)
    ben.accepts()
    olga = stage.visitor("Olga").asks(topic=8)
    stage.run_for(3)
    vera, ana = a_talk(stage, topic=7)
    ana.does(p.Transfer(chat=vera.chat, topic=8, note="A return."))

    line = vera.hears(p.Line, kind="transferred")
    assert (line.name, line.other) == ("Ana", "Returns")
    assert ana.hears(p.Released).chat == vera.chat
    assert (ben.hears(p.Offer).chat, ben.hears(p.Offer).returning) == (vera.chat, True)
    assert olga.sees().status == "waiting"
    assert ben.accepts().hears(p.NoteLine).text == "A return."
    assert ben.sees().topic == "Returns"


def test_the_offer_never_returns_to_the_agent_who_transferred_it(store: Stage) -> None:
    vera, ana = a_talk(store, topic=7)
    ben = store.agent(BEN_OF_RETURNS)
    ana.listens_anew().does(p.Transfer(chat=vera.chat, topic=8))
    ben.declines()
    store.run_for(60)

    ana.hears_no(p.Offer)
    assert vera.sees().status == "waiting"
    assert not vera.sees().agent_lost, "nobody was lost: she was handed on"


@pytest.mark.parametrize("topic", [7, 8, 9], ids=["its own", "nobody there", "unknown"])
def test_a_topic_that_cannot_take_it_is_refused_and_ana_keeps_the_chat(store: Stage, topic: int) -> None:
    vera, ana = a_talk(store, topic=7)
    store.directory(agents=(AgentIdentity(id=1, name="Ana", topics=frozenset({7})), BEN_OF_RETURNS))
    ana.does(p.Transfer(chat=vera.chat, topic=topic))

    assert ana.hears(p.Refused).code == "not_routable"
    assert vera.sees().agent == "Ana"


def test_a_topic_is_closed_outside_business_hours(store: Stage) -> None:
    vera, ana = a_talk(store, topic=7)
    store.agent(BEN_OF_RETURNS)
    store.happens(HoursChanged(site="shop", is_open=False))

    assert ana.does(p.Transfer(chat=vera.chat, topic=8)).hears(p.Refused).code == "not_routable"
