"""Supervision without surveillance."""

from __future__ import annotations

import pytest

from livesupport.chat import protocol as p
from livesupport.chat.events import AgentIdentity, Site, Topic
from tests.chat.cast import ANA, BEN, SUE, Agent, Stage, Visitor, a_talk


def joined(stage: Stage) -> tuple[Visitor, Agent, Agent]:
    """Ana talks with Vera, and Sue reads along."""
    vera, ana = a_talk(stage)
    vera.says("Order 7.")
    sue = stage.agent(SUE).does(p.Join(chat=vera.chat))
    sue.chat = vera.chat
    return vera, ana, sue


# ── joining ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_whoever_joins_is_announced_and_reads_from_the_first_line(stage: Stage) -> None:
    vera, ana, sue = joined(stage)
    ana.says("It is on its way.")

    line = vera.hears(p.Line, kind="joined")
    assert (line.by, line.name) == ("server", "Sue")
    assert vera.sees().supervisors == ana.sees().supervisors == ["Sue"]
    assert sue.lines == vera.lines
    assert not sue.sees().mine


def test_her_page_hears_of_the_chat_before_it_hears_a_line_of_it(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.opens_another_tab()
    sue = stage.agent(SUE).does(p.Join(chat=vera.chat))

    about = [push for push in sue.heard if isinstance(push, p.AgentChat | p.Lines | p.Line)]
    assert [type(push) for push in about[:2]] == [p.AgentChat, p.Lines]


def test_joining_twice_is_joining_once(stage: Stage) -> None:
    vera, _ana, sue = joined(stage)
    sue.does(p.Join(chat=vera.chat))

    assert vera.story.count("joined") == 1


def test_an_agent_does_not_join(stage: Stage) -> None:
    vera, _ana = a_talk(stage)
    ben = stage.agent(BEN).does(p.Join(chat=vera.chat, ref=2))

    assert (ben.hears(p.Refused).code, ben.hears(p.Refused).ref) == ("not_allowed", 2)
    ben.hears_no(p.Lines)
    assert vera.story == ["opened", "assigned"]


def test_there_is_nothing_to_join_once_it_is_over(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.ends()
    stage.run_for(10)

    assert stage.agent(SUE).does(p.Join(chat=vera.chat)).hears(p.Refused).code == "no_such_chat"


def test_sue_reads_and_does_not_write_before_she_has_taken_over(stage: Stage) -> None:
    vera, _ana, sue = joined(stage)
    sue.says("Hello, it is Sue.").converts().ends()

    assert [refused.code for refused in sue.all(p.Refused)] == ["not_your_chat"] * 3
    assert vera.texts == ["Where is my parcel?", "Order 7."]


def test_sue_leaves_and_hears_nothing_more(stage: Stage) -> None:
    vera, ana, sue = joined(stage)
    sue.does(p.Leave(chat=vera.chat)).listens_anew()
    ana.says("She is gone.")

    sue.hears_no(p.Line)
    assert (vera.story[-2], vera.sees().supervisors) == ("left", [])
    assert sue.does(p.Leave(chat=vera.chat)).hears(p.Refused).code == "no_such_chat"


def test_sue_who_is_lost_for_a_minute_reads_no_more(stage: Stage) -> None:
    vera, _ana, sue = joined(stage)
    sue.loses_connection()
    stage.run_for(59.875)
    assert vera.sees().supervisors == ["Sue"]

    stage.run_for(0.125)
    assert vera.sees().supervisors == []


def test_when_the_chat_ends_her_copy_ends_too(stage: Stage) -> None:
    vera, _ana, sue = joined(stage)
    vera.does(p.VisitorEnd())

    assert sue.hears(p.Erased).reason == "visitor_erased"


# ── taking over ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_sue_takes_over_and_ana_has_the_chat_no_more(stage: Stage) -> None:
    vera, ana, sue = joined(stage)
    sue.does(p.TakeOver(chat=vera.chat)).says("I am Sue.")

    line = vera.hears(p.Line, kind="took_over")
    assert (line.name, line.other) == ("Sue", "Ana")
    assert (vera.sees().agent, vera.sees().supervisors) == ("Sue", [])
    assert ana.hears(p.Released).chat == vera.chat
    assert ana.says("But").hears(p.Refused).code == "no_such_chat"
    assert vera.texts[-1] == "I am Sue."
    assert sue.sees().mine
    sue.does(p.Join(chat=vera.chat)).does(p.Leave(chat=vera.chat))
    assert sue.hears(p.Refused).code == "no_such_chat", "her own chat is nothing to read along"
    assert vera.sees().supervisors == []


def test_sue_takes_over_only_what_she_has_joined(stage: Stage) -> None:
    vera, _ana = a_talk(stage)

    assert stage.agent(SUE).does(p.TakeOver(chat=vera.chat)).hears(p.Refused).code == "no_such_chat"


def test_sue_takes_over_a_chat_that_rings_elsewhere(stage: Stage) -> None:
    ana = stage.agent(ANA)
    vera = stage.visitor().asks()
    stage.agent(SUE, "away").does(p.Join(chat=vera.chat)).does(p.TakeOver(chat=vera.chat))

    assert not ana.rings()
    assert (ana.hears(p.OfferClosed).reason, ana.hears(p.OfferClosed).by) == ("taken", "Sue")
    assert (vera.sees().status, vera.sees().agent) == ("active", "Sue")


def test_sue_takes_over_a_chat_that_is_on_its_way_to_ben(stage: Stage) -> None:
    ben = stage.agent(BEN, "away")
    vera, ana, sue = joined(stage)
    ben.does(p.SetIntent(intent="available"))
    ana.does(p.Transfer(chat=vera.chat, agent=BEN.id))
    sue.does(p.TakeOver(chat=vera.chat))

    for agent in (ana, ben):
        assert (agent.hears(p.OfferClosed).reason, agent.hears(p.OfferClosed).by) == ("taken", "Sue")
    assert ana.hears(p.Released).chat == vera.chat
    assert not ben.rings()


def test_a_waiting_chat_needs_a_seat_and_a_running_one_does_not() -> None:
    sue_of_one = AgentIdentity(id=3, name="Sue", role="supervisor", capacity=1)
    stage = Stage(agents=(ANA, sue_of_one))
    sue = stage.agent(sue_of_one)
    stage.visitor("Olga").asks()
    sue.accepts()
    vera = stage.visitor().asks()
    sue.does(p.Join(chat=vera.chat)).does(p.TakeOver(chat=vera.chat))
    assert sue.hears(p.Refused).code == "not_routable"
    assert vera.sees().status == "waiting"

    ana = stage.agent(ANA)
    ana.accepts()
    sue.does(p.TakeOver(chat=vera.chat))
    assert (vera.sees().agent, sue.me().load) == ("Sue", 2)


def test_a_take_over_stops_the_ending_that_ana_had_begun(stage: Stage) -> None:
    vera, ana, sue = joined(stage)
    ana.ends()
    sue.does(p.TakeOver(chat=vera.chat))
    stage.run_for(10)

    assert vera.sees().status == "active"


# ── the live wall ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_wall_shows_counts_and_names_of_agents_and_nothing_of_what_is_said() -> None:
    stage = Stage(sites=(Site(id="shop", name="Store", topics=(Topic(id=7, name="Orders"), Topic(id=8, name="Returns"))),))
    vera, _ana = a_talk(stage, topic=7)
    vera.says("My secret")
    stage.agent(BEN, "away")
    stage.run_for(10)
    sue = stage.agent(SUE, "away").does(p.Watch(on=True))

    wall = sue.hears(p.Wall)
    assert (wall.waiting, wall.active, wall.seats) == (0, 1, 3)
    assert {agent.name: (agent.status, agent.load) for agent in wall.agents} == {
        "Ana": ("available", 1), "Ben": ("away", 0), "Sue": ("away", 0)
    }  # fmt: skip
    assert [(topic.name, topic.active, topic.state) for topic in wall.topics] == [("Orders", 1, "open"), ("Returns", 0, "open")]
    assert [(chat.agent, chat.status, chat.age) for chat in wall.chats] == [("Ana", "active", 10.0)]
    encoded = p.encode(wall)
    assert not any(word in encoded for word in (b"secret", b"Vera", b"parcel", b"995"))


def test_the_wall_knows_the_longest_wait(stage: Stage) -> None:
    stage.agent(ANA)
    stage.visitor().asks()
    stage.run_for(20)
    sue = stage.agent(SUE, "away").does(p.Watch(on=True))

    assert (sue.hears(p.Wall).waiting, sue.hears(p.Wall).longest_wait) == (1, 20.0)
    assert sue.hears(p.Wall).topics[0].longest_wait == 20.0


def test_the_wall_follows_within_a_second_until_it_is_switched_off(stage: Stage) -> None:
    sue = stage.agent(SUE, "away").does(p.Watch(on=True))
    a_talk(stage)
    stage.run_for(1)
    assert sue.hears(p.Wall).active == 1

    sue.does(p.Watch(on=False)).listens_anew()
    stage.visitor("Olga").asks()
    stage.run_for(5)
    sue.hears_no(p.Wall)


@pytest.mark.parametrize("on", [True, False])
def test_the_wall_is_for_supervisors(stage: Stage, on: bool) -> None:
    ana = stage.agent(ANA).does(p.Watch(on=on))

    assert ana.hears(p.Refused).code == "not_allowed"
    stage.run_for(5)
    ana.hears_no(p.Wall)
