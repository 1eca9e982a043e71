"""The machine as a whole: what it forgets, when it wants to be woken, how it tells, how it stops."""

from __future__ import annotations

import gc
from types import FunctionType, ModuleType
from typing import Any

from livesupport.chat import protocol as p
from livesupport.chat.events import AgentLost, AgentSaid, Draining, HoursChanged, Tick, VisitorLost, VisitorSaid
from livesupport.chat.state import Chat
from livesupport.rules import Rules
from tests.chat.cast import ANA, BEN, SUE, WALL, Agent, Stage, Visitor, a_talk

CANARY = "6f1d5c-canary"


def reachable(root: object) -> list[Any]:
    """All data that can be reached from here, however deep; what code knows is not the machine's."""
    seen: dict[int, Any] = {id(root): root}
    found = [root]
    while found:
        for each in gc.get_referents(found.pop()):
            if id(each) not in seen and not isinstance(each, type | FunctionType | ModuleType):
                seen[id(each)] = each
                found.append(each)
    return list(seen.values())


def traces(stage: Stage) -> list[str]:
    """Where the machine still knows something that Vera or Ana said."""
    kept = reachable(stage.machine._floor.__dict__)
    words = [each for each in kept if isinstance(each, str) and CANARY in each]
    return words + [f"chat {each.status}" for each in kept if isinstance(each, Chat)]


def a_long_story() -> tuple[Stage, Visitor, Agent]:
    """A chat that has been everywhere: tabs, notes, transfer, supervisor, requeue, a refused saving."""
    stage = Stage()
    ana, ben = stage.agent(ANA), stage.agent(BEN)
    vera = stage.visitor(f"Vera {CANARY}", address=f"hash {CANARY}")
    vera.asks(f"Where is {CANARY}?", phone=f"+995 {CANARY}", page=f"https://shop.test/{CANARY}")
    ana.accepts()
    tab, sue = vera.opens_another_tab(), stage.agent(SUE, "away")
    sue.does(p.Join(chat=vera.chat))
    tab.says(f"It is {CANARY}.")
    ana.does(p.Note(chat=vera.chat, id="A" * 22, text=f"note {CANARY}"))
    stage.run_for(3)
    ana.does(p.Transfer(chat=vera.chat, agent=2, note=f"yours {CANARY}"))
    ben.accepts().says(f"Found {CANARY}.").converts()
    tab.does(p.Refuse())
    stage.run_for(540)
    ben.does(p.Requeue(chat=vera.chat))
    stage.run_for(5)
    ana.accepts(vera.chat).does(p.Transfer(chat=vera.chat, agent=2, note=f"again {CANARY}"))
    return stage, vera, ana


# ── forgetting ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_while_the_chat_runs_the_machine_knows_of_it_or_the_next_tests_mean_nothing() -> None:
    stage, _vera, _ana = a_long_story()
    gc.collect()

    assert len(traces(stage)) > 5


def test_after_end_and_erase_nothing_of_the_chat_can_be_reached() -> None:
    stage, vera, _ana = a_long_story()
    vera.does(p.VisitorEnd())
    forgotten_with_its_pages(stage, vera)


def test_after_the_grace_nothing_of_the_chat_can_be_reached() -> None:
    stage, vera, _ana = a_long_story()
    for page in [page for page in stage.pages.values() if isinstance(page, Visitor)]:
        page.loses_connection()
    stage.run_for(90)
    forgotten_with_its_pages(stage, vera)


def test_a_minute_after_anas_end_nothing_of_the_chat_can_be_reached() -> None:
    stage, vera, ana = a_long_story()
    ana.ends()
    stage.run_for(70)
    forgotten_with_its_pages(stage, vera)


def test_after_a_saved_chat_has_been_erased_and_its_last_lines_written_nothing_can_be_reached() -> None:
    stage, vera, _ana = a_long_story()
    vera.does(p.Save())
    stage.saves()
    vera.says(f"Last {CANARY}").does(p.VisitorEnd())
    stage.appends(stage.appended[-1])
    forgotten_with_its_pages(stage, vera)


def forgotten_with_its_pages(stage: Stage, vera: Visitor) -> None:
    """The keyed hash of an address is the page's own; with the page that goes too."""
    for page in [page for page in stage.pages.values() if isinstance(page, Visitor)]:
        page.loses_connection()
    gc.collect()

    assert traces(stage) == []
    assert stage.machine.stats().bytes == 0
    for what in ("age", "grace", "idle", "forget", "offer", "append"):
        assert stage.machine._floor.timers.get(what, vera.chat) is None


def test_no_chat_object_survives_anywhere_in_the_process() -> None:
    def numbers() -> set[int]:
        gc.collect()
        return {id(each) for each in gc.get_objects() if isinstance(each, Chat)}

    before = numbers()
    _stage, vera, _ana = a_long_story()
    assert numbers() - before, "must be there for this test to mean anything"
    vera.does(p.VisitorEnd())

    assert numbers() - before == set()


# ── telling ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_however_much_one_event_changes_each_side_hears_one_new_state_and_after_the_lines(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.converts()
    stage.run_for(5)
    vera.listens_anew()
    stage.saves()

    kinds = [type(push) for push in vera.heard]
    assert kinds == [p.Line, p.VisitorChat]


def test_a_plain_message_is_one_push_and_nothing_else(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    stage.run_for(5)
    vera.listens_anew()
    ana.listens_anew()
    ana.says("Hello")

    assert [type(push) for push in vera.heard + ana.heard] == [p.Line, p.Line]


def test_lists_are_told_at_once_after_a_quiet_second_and_then_once_a_second(stage: Stage) -> None:
    ana = stage.agent(ANA)
    stage.run_for(5)
    ana.listens_anew()
    ben = stage.agent(BEN)
    stage.run_for(0)
    assert len(ana.all(p.Team)) == 1
    for _ in range(4):
        ben.wants_to_be("away").wants_to_be("available")
        stage.run_for(0.125)
    assert len(ana.all(p.Team)) == 1

    stage.run_for(0.5)
    assert len(ana.all(p.Team)) == 2


# ── waking ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_empty_house_sleeps(stage: Stage) -> None:
    stage.run_for(10)

    assert stage.machine.next_deadline() is None
    assert stage.happens(Tick()) == []


def test_a_tick_that_comes_too_early_or_hours_too_late_does_no_harm(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    assert stage.happens(Tick()) is not None
    vera.says("Hello")
    stage.time += 100_000
    stage.happens(Tick())
    stage.run_for(120)

    assert vera.hears(p.Erased)
    assert ana.hears(p.Erased)
    assert stage.machine.stats().chats == 0


def test_events_of_sockets_that_nobody_knows_are_no_matter(stage: Stage) -> None:
    for event in (
        VisitorLost(connection=99, leaving=True),
        AgentLost(connection=99),
        VisitorSaid(connection=99, command=p.VisitorEnd()),
        AgentSaid(connection=99, command=p.SetIntent(intent="away")),
        HoursChanged(site="nowhere", is_open=False),
    ):
        stage.happens(event)

    assert stage.machine.stats().chats == 0


# ── stopping and starting again ──────────────────────────────────────────────────────────────────────────────────────


def test_before_a_planned_restart_everybody_hears_a_moment_of_their_own(stage: Stage) -> None:
    visitors = [stage.visitor(f"Visitor {number}") for number in range(20)]
    ana = stage.agent(ANA)
    stage.happens(Draining())
    delays = [page.hears(p.GoingAway).resume_after for page in (*visitors, ana)]

    assert all(0 <= delay <= 5 for delay in delays)
    assert len(set(delays)) == len(delays)
    assert max(delays) - min(delays) > 4


def test_a_running_chat_goes_on_while_the_server_stops(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    stage.happens(Draining())
    vera.says("Are you leaving?")
    ana.converts()
    stage.run_for(5)

    assert ana.texts[-1] == "Are you leaving?"
    assert len(stage.opened) == 1


def test_a_chat_that_a_stopping_server_has_lost_waits_for_the_next_one(stage: Stage) -> None:
    vera, _ana = a_talk(stage)
    stage.server_dies()
    stage.happens(Draining())
    vera.listens_anew().comes_back()

    assert stage.closed == [(vera, p.CloseCode.RESTART)]
    vera.hears_no(p.VisitorWelcome)

    stage.server_dies()
    vera.comes_back()
    assert vera.sees().status == "active"


def test_lines_carry_the_epoch_of_the_start_and_the_time_of_the_server() -> None:
    stage = Stage(start=7)
    vera, _ana = a_talk(stage)

    assert {line.epoch for line in vera.lines} == {stage.epoch}
    assert vera.lines[0].at == WALL + stage.time


def test_the_counts_are_those_of_the_house() -> None:
    stage = Stage(Rules(default_capacity=1), agents=(ANA, BEN))
    vera, ana = a_talk(stage)
    ana.opens_another_tab()
    vera.says("Hello")
    stage.visitor("Olga").asks()
    stats = stage.machine.stats()

    assert (stats.visitors, stats.agents, stats.waiting, stats.active, stats.chats) == (2, 1, 1, 1, 2)
    assert stats.bytes > 0
