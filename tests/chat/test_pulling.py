"""Chats that do not ring: picked from the queue, or open to everybody because all have missed them."""

from __future__ import annotations

from livesupport.chat import protocol as p
from livesupport.chat.events import AgentIdentity, Site, Topic
from livesupport.rules import Rules
from tests.chat.cast import ANA, BEN, SUE, Stage

PULL = Site(id="shop", name="Shop", mode="pull")
STORE = Site(id="shop", name="Store", topics=(Topic(id=7, name="Orders"), Topic(id=8, name="Returns")))
CAREFUL_ANA = AgentIdentity(id=1, name="Ana", topics=frozenset({7}))


# ── when all have missed it ──────────────────────────────────────────────────────────────────────────────────────────


def test_when_all_have_missed_it_every_connected_agent_may_take_it_whatever_the_switch_says(stage: Stage) -> None:
    ana, ben, sue = stage.agent(ANA), stage.agent(BEN), stage.agent(SUE, "offline")
    vera = stage.visitor().asks()
    stage.run_for(30)
    assert not sue.queue()[0].escalated
    stage.run_for(29)
    for agent in (ana, ben, sue):
        entry = agent.queue()[0]
        assert (entry.chat, entry.escalated, entry.may_pull) == (vera.chat, True, True)

    sue.accepts(vera.chat)
    assert vera.sees().agent == "Sue"


def test_a_chat_that_all_have_missed_keeps_its_place_and_rings_at_whoever_comes_anew(stage: Stage) -> None:
    stage.agent(ANA)
    vera, olga = stage.visitor().asks(), stage.visitor("Olga").asks()
    stage.run_for(31)
    ben = stage.agent(BEN)

    assert ben.hears(p.Offer).chat == vera.chat
    assert olga.sees().status == "offered", "rings at Ana meanwhile"


def test_an_agent_whose_seats_are_taken_or_who_is_writing_up_is_still_somebody_to_wait_for() -> None:
    stage = Stage(Rules(wrap_up_seconds=60), agents=(ANA, AgentIdentity(id=2, name="Ben", capacity=1)))
    ben = stage.agent(BEN)
    olga = stage.visitor("Olga").asks()
    ben.accepts()
    ana = stage.agent(ANA)
    stage.visitor().asks()
    stage.run_for(30)
    assert [entry.escalated for entry in ana.queue()] == [False]

    olga.does(p.VisitorEnd())
    assert [entry.escalated for entry in ana.queue()] == [False]
    stage.run_for(60)
    assert ben.rings()


def test_an_escalated_chat_is_not_for_agents_of_another_topic_nor_beyond_the_capacity() -> None:
    stage = Stage(sites=(STORE,), agents=(CAREFUL_ANA, BEN, AgentIdentity(id=3, name="Sue", capacity=1)))
    ben, ana, sue = stage.agent(BEN), stage.agent(CAREFUL_ANA), stage.agent(stage.agents[2], "away")
    vera = stage.visitor().asks(topic=8)
    stage.run_for(30)
    assert ben.queue()[0].escalated, "must be for this test to mean anything"

    assert ana.queue() == []
    assert ana.does(p.Accept(chat=vera.chat)).hears(p.Refused).code == "not_allowed"
    sue.accepts(vera.chat)
    assert vera.sees().agent == "Sue"


def test_before_that_a_chat_that_is_meant_to_ring_cannot_be_grabbed(stage: Stage) -> None:
    ana = stage.agent(ANA)
    stage.visitor().asks()
    olga = stage.visitor("Olga").asks()
    assert [entry.may_pull for entry in ana.queue() if entry.chat == olga.chat] == [False]

    assert ana.does(p.Accept(chat=olga.chat)).hears(p.Refused).code == "not_allowed"


# ── pull mode ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_in_pull_mode_nothing_rings_and_every_routable_agent_picks() -> None:
    stage = Stage(sites=(PULL,))
    ana, ben, sue = stage.agent(ANA), stage.agent(BEN), stage.agent(SUE, "away")
    vera, olga = stage.visitor().asks(), stage.visitor("Olga").asks()
    stage.run_for(60)
    assert not ana.rings()
    assert [(entry.chat, entry.may_pull) for entry in ana.queue()] == [(vera.chat, True), (olga.chat, True)]
    assert [entry.may_pull for entry in sue.queue()] == [False, False]
    assert sue.does(p.Accept(chat=vera.chat)).hears(p.Refused).code == "not_allowed"

    ben.accepts(olga.chat)
    assert olga.sees().agent == "Ben"
    assert ana.does(p.Accept(chat=olga.chat)).hears(p.Refused).by == "Ben"


def test_in_pull_mode_the_capacity_holds_too() -> None:
    stage = Stage(sites=(PULL,), agents=(AgentIdentity(id=1, name="Ana", capacity=1),))
    ana = stage.agent(stage.agents[0])
    vera, olga = stage.visitor().asks(), stage.visitor("Olga").asks()
    ana.accepts(vera.chat).accepts(olga.chat)

    assert ana.hears(p.Refused, chat=olga.chat).code == "not_allowed"
    assert olga.sees().status == "waiting"


def test_the_console_knows_whether_to_offer_picking(stage: Stage) -> None:
    assert not stage.agent(ANA).hears(p.AgentWelcome).pull
    assert Stage(sites=(PULL,)).agent(ANA).hears(p.AgentWelcome).pull
