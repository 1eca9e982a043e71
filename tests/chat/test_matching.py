"""Bringing those who wait to those who answer."""

from __future__ import annotations

import pytest

from livesupport.chat import protocol as p
from livesupport.chat.events import AgentIdentity, Draining, Site, Topic
from livesupport.rules import Rules
from tests.chat.cast import ANA, BEN, Stage, a_talk

PULL = Site(id="shop", name="Shop", mode="pull")
STORE = Site(id="shop", name="Store", topics=(Topic(id=7, name="Orders"), Topic(id=8, name="Returns")))
CAREFUL_ANA = AgentIdentity(id=1, name="Ana", topics=frozenset({7}))


# ── offers ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_question_rings_at_once_and_says_nothing_of_name_and_phone(stage: Stage) -> None:
    ana = stage.agent(ANA)
    vera = stage.visitor().asks("Where is my parcel?", phone="+995555123456", language="ka")

    offer = ana.hears(p.Offer)
    assert (offer.question, offer.language, offer.waited, offer.expires_in) == ("Where is my parcel?", "ka", 0.0, 30.0)
    assert b"Vera" not in p.encode(offer)
    assert b"995555" not in b"".join(p.encode(push) for push in ana.heard)
    assert vera.sees().status == "offered"

    assert ana.accepts().sees().visitor.phone == "+995555123456"


def test_an_offer_rings_for_thirty_seconds_and_then_at_the_next_agent(stage: Stage) -> None:
    ana, ben = stage.agent(ANA), stage.agent(BEN)
    vera = stage.visitor().asks()
    stage.run_for(29.875)
    assert ana.rings()
    assert not ben.rings()

    stage.run_for(0.125)
    assert ana.hears(p.OfferClosed).reason == "expired"
    assert not ana.rings()
    assert ben.rings()
    assert vera.sees().status == "offered"
    assert stage.counted("missed") == ["queue"]


def test_whoever_missed_two_offers_in_a_row_is_away_and_told_so(stage: Stage) -> None:
    ana, ben = stage.agent(ANA), stage.agent(BEN, "away")
    stage.visitor().asks()
    stage.run_for(30)
    assert (ana.me().intent, ana.me().missed) == ("available", False)
    stage.visitor("Olga").asks()
    stage.run_for(30)
    assert (ana.me().intent, ana.me().missed) == ("away", True)

    stage.visitor("Nino").asks()
    assert not ana.rings()
    assert not ben.rings()
    ana.wants_to_be("available")
    assert (ana.me().intent, ana.me().missed) == ("available", False)


@pytest.mark.parametrize("sign_of_life", ["accepts", "declines"])
def test_a_sign_of_life_between_two_missed_offers_keeps_ana_available(stage: Stage, sign_of_life: str) -> None:
    ana = stage.agent(ANA)
    stage.visitor().asks()
    stage.run_for(30)
    stage.visitor("Olga").asks()
    getattr(ana, sign_of_life)()
    stage.run_for(3)
    stage.visitor("Nino").asks()
    assert ana.rings()
    stage.run_for(30)

    assert ana.me().intent == "available"


def test_an_offer_that_was_declined_goes_on_at_once_and_does_not_come_back(stage: Stage) -> None:
    ana, ben = stage.agent(ANA), stage.agent(BEN)
    stage.visitor().asks()
    ana.declines()
    assert ben.rings()

    ben.declines()
    stage.run_for(60)
    assert not ana.rings()


def test_several_consoles_of_one_agent_ring_and_any_of_them_may_accept(stage: Stage) -> None:
    ana = stage.agent(ANA)
    tab = ana.opens_another_tab()
    vera = stage.visitor().asks()
    assert ana.rings()
    assert tab.rings()
    tab.accepts()

    assert ana.hears(p.OfferClosed).reason == "accepted"
    ana.chat = vera.chat
    assert ana.texts == tab.texts == ["Where is my parcel?"]
    assert ana.sees().agent == "Ana"
    ana.accepts(vera.chat).hears_no(p.Refused)


def test_a_console_that_is_opened_while_it_rings_rings_too(stage: Stage) -> None:
    ana = stage.agent(ANA)
    stage.visitor().asks()
    stage.run_for(10)

    assert ana.opens_another_tab().hears(p.Offer).expires_in == 20.0


def test_when_her_last_console_is_gone_the_offer_goes_on_in_the_same_moment(stage: Stage) -> None:
    ana, ben = stage.agent(ANA), stage.agent(BEN)
    tab = ana.opens_another_tab()
    stage.visitor().asks()
    tab.loses_connection()
    assert ana.rings()
    assert not ben.rings()

    ana.loses_connection()
    assert ben.rings()
    assert stage.counted("missed") == []


def test_an_offer_that_was_withdrawn_is_held_against_nobody(stage: Stage) -> None:
    ana = stage.agent(ANA)
    stage.visitor().asks()
    ana.wants_to_be("away")
    assert not ana.rings()
    stage.run_for(3)
    ana.wants_to_be("available")

    assert ana.rings()


def test_whoever_comes_second_hears_who_has_it(stage: Stage) -> None:
    vera, _ana = a_talk(stage)
    ben = stage.agent(BEN)
    ben.does(p.Accept(chat=vera.chat, ref=9))

    refused = ben.hears(p.Refused)
    assert (refused.code, refused.by, refused.ref) == ("already_taken", "Ana", 9)
    assert vera.sees().agent == "Ana"


def test_a_chat_that_rings_at_ana_cannot_be_taken_by_ben(stage: Stage) -> None:
    stage.agent(ANA)
    ben, vera = stage.agent(BEN), stage.visitor().asks()

    assert ben.does(p.Accept(chat=vera.chat)).hears(p.Refused).by == "Ana"


def test_a_chat_that_is_over_or_never_was_is_no_such_chat(stage: Stage) -> None:
    ana, vera = stage.agent(ANA), stage.visitor().asks()
    vera.does(p.VisitorEnd())
    assert ana.hears(p.OfferClosed).reason == "withdrawn"

    assert ana.accepts(vera.chat).hears(p.Refused).code == "no_such_chat"
    assert ana.accepts("A" * 22).hears(p.Refused, chat="A" * 22).code == "no_such_chat"
    assert ana.does(p.Decline(chat=vera.chat)).hears(p.Refused).code == "no_such_chat"


# ── the best agent ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_how_long_somebody_waited_is_counted_by_topic() -> None:
    stage = Stage(sites=(STORE,))
    ana = stage.agent(ANA)
    stage.visitor().asks(topic=7)
    stage.run_for(12)
    ana.accepts()

    matched = [(each.label, each.seconds) for each in stage.counts if each.name == "matched"]
    assert matched == [("Orders", 12.0)]


def test_two_questions_at_once_reach_one_agent_three_seconds_apart(stage: Stage) -> None:
    ana = stage.agent(ANA)
    vera, olga = stage.visitor().asks(), stage.visitor("Olga").asks()
    assert [offer.chat for offer in ana.all(p.Offer)] == [vera.chat]
    stage.run_for(2.875)
    assert len(ana.all(p.Offer)) == 1

    stage.run_for(0.125)
    assert [offer.chat for offer in ana.all(p.Offer)] == [vera.chat, olga.chat]


def test_two_questions_at_once_reach_two_agents_at_once(stage: Stage) -> None:
    ana, ben = stage.agent(ANA), stage.agent(BEN)
    stage.visitor().asks()
    stage.visitor("Olga").asks()

    assert ana.rings()
    assert ben.rings()


def test_a_new_chat_never_exceeds_the_capacity() -> None:
    stage = Stage(agents=(AgentIdentity(id=1, name="Ana", capacity=2),))
    ana = stage.agent(stage.agents[0])
    for name in ("Vera", "Olga", "Nino"):
        stage.visitor(name).asks()
        stage.run_for(5)
    assert (ana.me().load, ana.me().capacity, ana.me().status) == (2, 2, "busy")
    assert len(ana.all(p.Offer)) == 2

    ana.declines()
    assert len(ana.all(p.Offer)) == 3, "the seat that was freed"


def test_a_georgian_question_goes_to_whoever_speaks_georgian() -> None:
    ben = AgentIdentity(id=2, name="Ben", languages=frozenset({"ka", "en"}))
    stage = Stage(agents=(AgentIdentity(id=1, name="Ana", languages=frozenset({"en"})), ben))
    ana_page, ben_page = stage.agent(ANA), stage.agent(ben)
    stage.visitor(language="ka").asks()
    assert ben_page.rings()

    stage.visitor("Sopo").asks(language="fa")
    assert ana_page.rings(), "nobody speaks it: whoever is free"


def test_a_question_rings_only_at_agents_of_its_topic() -> None:
    stage = Stage(sites=(STORE,), agents=(CAREFUL_ANA, BEN))
    ana, ben = stage.agent(CAREFUL_ANA), stage.agent(BEN, "away")
    stage.visitor().asks(topic=7)
    ben.wants_to_be("available")
    stage.visitor("Olga").asks(topic=8)

    assert [offer.topic for offer in ana.all(p.Offer)] == ["Orders"]
    assert [offer.topic for offer in ben.all(p.Offer)] == ["Returns"]


def test_wrap_up_keeps_an_agent_free_for_as_long_as_the_rules_say() -> None:
    stage = Stage(Rules(wrap_up_seconds=20), agents=(ANA,))
    vera, ana = a_talk(stage)
    vera.does(p.VisitorEnd())
    assert (ana.me().status, ana.me().wrap_up_in) == ("wrap_up", 20.0)
    stage.visitor("Olga").asks()
    stage.run_for(19.875)
    assert not ana.rings()

    stage.run_for(0.125)
    assert ana.rings()
    assert ana.me().wrap_up_in is None


def test_whoever_waited_longest_is_served_first_when_a_seat_gets_free() -> None:
    stage = Stage(agents=(AgentIdentity(id=1, name="Ana", capacity=1),))
    vera, ana = a_talk(stage)
    olga = stage.visitor("Olga").asks()
    stage.run_for(5)
    stage.visitor("Nino").asks()
    vera.does(p.VisitorEnd())

    assert ana.accepts().chat == olga.chat


def test_nobody_is_rung_for_an_empty_chair(stage: Stage) -> None:
    vera, ana = stage.visitor(), stage.agent(ANA)
    vera.asks()
    vera.loses_connection()
    stage.run_for(9.875)
    assert ana.rings()
    stage.run_for(0.125)
    assert ana.hears(p.OfferClosed).reason == "withdrawn"
    stage.run_for(60)
    assert not ana.rings()

    vera.arrives()
    assert ana.rings()


# ── stopping ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_server_that_is_about_to_stop_rings_nobody(stage: Stage) -> None:
    ana = stage.agent(ANA)
    vera = stage.visitor().asks()
    stage.happens(Draining())
    assert not ana.rings()
    stage.run_for(30)
    assert not ana.rings()

    assert vera.sees().status == "waiting"
