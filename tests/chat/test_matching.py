"""Bringing those who wait to those who answer."""

from __future__ import annotations

import pytest

from livesupport.chat import protocol as p
from livesupport.chat.events import AgentIdentity, Draining, Site, Topic
from livesupport.rules import Rules
from tests.chat.cast import ANA, BEN, SUE, Agent, Stage, Visitor, a_talk

PULL = Site(id="shop", name="Shop", mode="pull")
STORE = Site(id="shop", name="Store", topics=(Topic(id=7, name="Orders"), Topic(id=8, name="Returns")))
CAREFUL_ANA = AgentIdentity(id=1, name="Ana", topics=frozenset({7}))


def queue_of(agent: Agent) -> list[p.QueueEntry]:
    """What the agent's console shows as waiting, after the list had time to come."""
    agent.stage.run_for(1)
    return agent.hears(p.Queue).waiting


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


# ── when all have missed it ──────────────────────────────────────────────────────────────────────────────────────────


def test_when_all_have_missed_it_every_connected_agent_may_take_it_whatever_the_switch_says(stage: Stage) -> None:
    ana, ben, sue = stage.agent(ANA), stage.agent(BEN), stage.agent(SUE, "offline")
    vera = stage.visitor().asks()
    stage.run_for(30)
    assert not queue_of(sue)[0].escalated
    stage.run_for(29)
    for agent in (ana, ben, sue):
        entry = queue_of(agent)[0]
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
    assert [entry.escalated for entry in queue_of(ana)] == [False]

    olga.does(p.VisitorEnd())
    assert [entry.escalated for entry in queue_of(ana)] == [False]
    stage.run_for(60)
    assert ben.rings()


def test_an_escalated_chat_is_not_for_agents_of_another_topic_nor_beyond_the_capacity() -> None:
    stage = Stage(sites=(STORE,), agents=(CAREFUL_ANA, BEN, AgentIdentity(id=3, name="Sue", capacity=1)))
    ben, ana, sue = stage.agent(BEN), stage.agent(CAREFUL_ANA), stage.agent(stage.agents[2], "away")
    vera = stage.visitor().asks(topic=8)
    stage.run_for(30)
    assert queue_of(ben)[0].escalated, "must be for this test to mean anything"

    assert queue_of(ana) == []
    assert ana.does(p.Accept(chat=vera.chat)).hears(p.Refused).code == "not_allowed"
    sue.accepts(vera.chat)
    assert vera.sees().agent == "Sue"


# ── pull mode ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_in_pull_mode_nothing_rings_and_every_routable_agent_picks() -> None:
    stage = Stage(sites=(PULL,))
    ana, ben, sue = stage.agent(ANA), stage.agent(BEN), stage.agent(SUE, "away")
    vera, olga = stage.visitor().asks(), stage.visitor("Olga").asks()
    stage.run_for(60)
    assert not ana.rings()
    assert [(entry.chat, entry.may_pull) for entry in queue_of(ana)] == [(vera.chat, True), (olga.chat, True)]
    assert [entry.may_pull for entry in queue_of(sue)] == [False, False]
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


# ── back to the queue ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_chat_that_ana_gives_back_is_head_of_the_queue_and_goes_to_ben_with_all_that_was_said(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    vera.says("Order 7.")
    ben = stage.agent(BEN)
    ana.says("I am not sure.").does(p.Requeue(chat=vera.chat))
    assert ana.hears(p.Released).chat == vera.chat
    assert vera.sees().status == "offered"

    ben.accepts()
    assert ben.hears(p.Offer).returning
    assert ben.texts == vera.texts == ["Where is my parcel?", "Order 7.", "I am not sure."]
    assert vera.story == ["opened", "assigned", "message", "message", "requeued", "assigned"]


def test_a_chat_that_ana_gave_back_is_not_offered_to_her_again(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.listens_anew().does(p.Requeue(chat=vera.chat))
    stage.run_for(120)
    ana.hears_no(p.Offer)

    assert queue_of(ana)[0].may_pull, "but she may change her mind"


def test_a_returning_chat_goes_before_those_who_came_earlier_and_may_exceed_the_capacity_by_one() -> None:
    stage = Stage(agents=(ANA, AgentIdentity(id=2, name="Ben", capacity=1)))
    ben = stage.agent(BEN)
    stage.visitor("Olga").asks()
    ben.accepts()
    stage.run_for(3)
    vera, ana = a_talk(stage)
    stage.run_for(3)
    ana.wants_to_be("away")
    nino = stage.visitor("Nino").asks()
    ana.does(p.Requeue(chat=vera.chat))

    assert ben.accepts().chat == vera.chat
    assert (ben.me().load, ben.me().capacity) == (2, 1)
    assert nino.sees().status == "waiting"


def test_requeueing_keeps_the_place_in_time_among_others_who_return(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    stage.run_for(5)
    olga = stage.visitor("Olga").asks()
    ana.accepts()
    ana.wants_to_be("away")
    ana.does(p.Requeue(chat=olga.chat)).does(p.Requeue(chat=vera.chat))

    assert [entry.chat for entry in queue_of(ana)] == [vera.chat, olga.chat]


def test_ben_who_is_offered_a_chat_gives_it_back_to_the_queue_and_ana_may_have_it(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ben = stage.agent(BEN)
    ana.does(p.Requeue(chat=vera.chat))
    ben.accepts().does(p.Requeue(chat=vera.chat))

    assert ana.hears(p.Offer).chat == vera.chat


# ── the agent is lost and nobody is left ─────────────────────────────────────────────────────────────────────────────


def lost(stage: Stage) -> tuple[Visitor, Agent]:
    """Ana vanishes in mid-chat and does not come back within the minute."""
    vera, ana = a_talk(stage)
    ana.loses_connection()
    stage.run_for(60)
    return vera, ana


def test_when_nobody_is_left_vera_is_offered_other_ways(stage: Stage) -> None:
    vera, _ana = lost(stage)

    assert (vera.sees().status, vera.sees().agent_lost, vera.sees().agent) == ("waiting", True, None)


def test_after_ten_minutes_without_a_choice_the_chat_ends(stage: Stage) -> None:
    vera, _ana = lost(stage)
    stage.run_for(599.875)
    assert vera.sees().status == "waiting"

    stage.run_for(0.125)
    assert vera.sees().reason == "agent_lost"


def test_whoever_chooses_to_wait_waits_on(stage: Stage) -> None:
    vera, _ana = lost(stage)
    vera.does(p.KeepWaiting())
    assert not vera.sees().agent_lost
    stage.run_for(600)

    assert vera.sees().status == "waiting"


def test_whoever_chooses_the_request_gets_it_with_all_that_was_said(stage: Stage) -> None:
    vera, _ana = lost(stage)
    vera.does(p.Save())
    assert [line.kind for line in stage.opened[-1].snapshot.lines] == ["opened", "assigned", "requeued"]
    stage.saves()

    assert vera.sees().reason == "queue_to_ticket"


def test_when_ana_comes_back_late_the_chat_rings_at_her_and_she_has_it_all(stage: Stage) -> None:
    vera, ana = lost(stage)
    stage.run_for(595)
    ana.arrives()
    assert ana.rings()
    assert not vera.sees().agent_lost

    stage.run_for(10)
    assert vera.sees().status == "offered", "nobody ends a chat that is ringing"
    ana.accepts()
    assert ana.texts == ["Where is my parcel?"]


def test_an_agent_who_is_there_but_busy_is_somebody_left(stage: Stage) -> None:
    ben = stage.agent(BEN)
    stage.visitor("Olga").asks()
    ben.accepts()
    stage.run_for(3)
    for name in ("Nino", "Omid", "Sopo"):
        stage.visitor(name).asks()
        stage.run_for(3)
        if ben.rings():
            ben.accepts()
    vera, _ana = lost(stage)

    assert not vera.sees().agent_lost


def test_when_the_last_one_who_could_be_asked_misses_it_vera_is_offered_other_ways_again(stage: Stage) -> None:
    vera, _ana = lost(stage)
    ben = stage.agent(BEN)
    assert ben.rings()
    assert not vera.sees().agent_lost
    stage.run_for(30)

    assert vera.sees().agent_lost


def test_a_queue_that_is_long_or_closed_is_no_reason_to_give_vera_up() -> None:
    stage = Stage(Rules(queue_limit=1, queue_limit_per_seat=0), agents=(ANA, AgentIdentity(id=2, name="Ben", capacity=1)))
    ben = stage.agent(BEN)
    stage.visitor("Olga").asks()
    ben.accepts()
    vera, ana = a_talk(stage)
    stage.run_for(3)
    ana.wants_to_be("away").does(p.Requeue(chat=vera.chat))

    assert vera.sees().status == "offered"
    assert not vera.sees().agent_lost


def test_after_three_hops_the_chat_rings_no_more_and_vera_chooses(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    for hop in range(4):
        ana.loses_connection()
        stage.run_for(60)
        ana.arrives()
        if hop < 3:
            ana.accepts()
    assert not ana.rings()
    assert vera.sees().agent_lost
    assert queue_of(ana)[0].may_pull, "a person may still decide to take it"

    vera.does(p.KeepWaiting())
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
