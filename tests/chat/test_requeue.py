"""Back to the queue: given back by an agent, or lost with one."""

from __future__ import annotations

from livesupport.chat import protocol as p
from livesupport.chat.events import AgentIdentity
from livesupport.rules import Rules
from tests.chat.cast import ANA, BEN, Agent, Stage, Visitor, a_talk

# ── given back ────────────────────────────────────────────────────────────────────────────────────────────────────────


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

    assert ana.queue()[0].may_pull, "but she may change her mind"


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


def test_ben_who_declined_it_once_is_asked_again_when_ana_is_lost(stage: Stage) -> None:
    ben, vera = stage.agent(BEN), stage.visitor().asks()
    ben.declines()
    stage.run_for(3)
    ana = stage.agent(ANA)
    ana.accepts().loses_connection()
    stage.run_for(60)

    assert ben.rings()
    assert vera.sees().status == "offered"


def test_requeueing_keeps_the_place_in_time_among_others_who_return(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    stage.run_for(5)
    olga = stage.visitor("Olga").asks()
    ana.accepts()
    ana.wants_to_be("away")
    ana.does(p.Requeue(chat=olga.chat)).does(p.Requeue(chat=vera.chat))

    assert [entry.chat for entry in ana.queue()] == [vera.chat, olga.chat]


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

    assert (vera.sees().status, vera.sees().agent_lost) == ("waiting", False)


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
    assert ana.queue()[0].may_pull, "a person may still decide to take it"

    vera.does(p.KeepWaiting())
    assert ana.rings()
