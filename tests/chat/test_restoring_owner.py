"""The server dies: whose chat it is, when those who come back do not tell everything, or not at once."""

from __future__ import annotations

import pytest

from livesupport.chat import protocol as p
from livesupport.chat.events import CountStart
from tests.chat.cast import ANA, BEN, Agent, Stage, Visitor, a_talk


@pytest.fixture
def handed_on(stage: Stage) -> tuple[Visitor, Agent, Agent]:
    """Ana has handed Vera on to Ben, and has kept her copy of what was said until then; Vera's page was reloaded."""
    vera, ana = a_talk(stage)
    ben = stage.agent(BEN)
    copy = dict(ana.kept.lines[ana.chat])
    ana.does(p.Transfer(chat=ana.chat, agent=BEN.id))
    ben.accepts()
    ben.says("Ben here.")
    tip = vera.kept.tip(vera.chat)
    stage.server_dies()
    ana.kept.lines[vera.chat] = copy
    vera.kept.lines.clear()
    vera.listens_anew().comes_back(remembered=tip)
    return vera, ana.listens_anew(), ben


def test_a_former_owner_who_comes_first_without_the_handing_on_gets_nothing(
    stage: Stage, handed_on: tuple[Visitor, Agent, Agent]
) -> None:
    vera, ana, ben = handed_on
    ana.comes_back()
    stage.run_for(stage.rules.restore_wait - 1)
    ana.hears_no(p.AgentChat)
    ben.comes_back()

    assert (vera.sees().agent, vera.sees().missing) == ("Ben", 0)
    assert vera.texts[-1] == "Ben here."
    ana.hears_no(p.AgentChat)
    ana.hears(p.Released, chat=vera.chat)


def test_if_nobody_else_comes_the_visitor_waits_for_whoever_is_free(
    stage: Stage, handed_on: tuple[Visitor, Agent, Agent]
) -> None:
    vera, ana, ben = handed_on
    ana.comes_back()
    stage.run_for(stage.rules.restore_wait)
    assert (vera.sees().agent, vera.sees().missing) == (None, 2)
    assert ana.rings()

    ben.comes_back()
    assert (vera.sees().agent, vera.sees().missing) == ("Ben", 0)
    assert vera.lines == ben.lines
    assert not ana.rings()


def test_the_handing_on_that_the_visitor_had_not_heard_of_moves_the_chat_when_it_is_found(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ben = stage.agent(BEN)
    copy = dict(ana.kept.lines[ana.chat])
    stage.pages[vera.connection] = Visitor(stage, "nobody", "nobody", "shop", "")  # half open
    ana.does(p.Transfer(chat=ana.chat, agent=BEN.id))
    ben.accepts()
    stage.server_dies()
    ana.kept.lines[vera.chat] = copy
    vera.comes_back()
    ana.listens_anew().comes_back()
    vera.says("Is it you?")

    ben.comes_back()

    assert vera.sees().agent == "Ben"
    ana.hears(p.Released, chat=vera.chat)
    assert ben.lines == vera.lines
    assert [chat.id for chat in stage.machine._floor.agents[BEN.id].chats.values()] == [vera.chat]
    assert not stage.machine._floor.agents[ANA.id].chats


def a_refusal(stage: Stage, vera: Visitor, ana: Agent) -> tuple[p.Tip | None, dict[tuple[int, int], str]]:
    """Ana wished, Vera refused. Returns how far Vera read, and Ana's copy without the refusal."""
    ana.converts()
    copy = dict(ana.kept.lines[ana.chat])
    vera.does(p.Refuse())
    return vera.kept.tip(vera.chat), copy


def test_a_refusal_that_was_cut_off_re_arms_nothing(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, ana = talk
    tip, copy = a_refusal(stage, vera, ana)
    stage.server_dies()
    ana.kept.lines[vera.chat] = copy
    ana.comes_back()
    vera.kept.lines.clear()
    vera.listens_anew().comes_back(remembered=tip)
    stage.run_for(stage.rules.restore_wait)

    assert vera.story[-1] == "armed"
    assert vera.sees().armed_in is None
    stage.run_for(60)
    assert stage.opened == []


def test_a_line_that_is_lost_behind_a_wish_may_be_the_refusal(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, ana = talk
    ana.converts()
    vera.does(p.Refuse())
    refusal = vera.hears(p.Line, kind="refused")
    for last in (False, True):
        stage.server_dies()
        if last:
            for page in (vera, ana):
                del page.kept.lines[vera.chat][(refusal.epoch, refusal.seq)]
        ana.comes_back()
        vera.comes_back()
        vera.says("Hello?")

    assert (vera.sees().agent, vera.sees().missing, vera.sees().armed_in) == ("Ana", 1, None)


def test_a_refusal_that_is_found_later_stops_what_was_armed_again(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, ana = talk
    tab = vera.opens_another_tab()
    ana.converts()
    stage.pages[vera.connection] = Visitor(stage, "nobody", "nobody", "shop", "")
    stage.pages[ana.connection] = Visitor(stage, "nobody", "nobody", "shop", "")
    tab.does(p.Refuse())
    stage.server_dies()
    ana.comes_back()
    vera.comes_back()
    assert vera.sees().armed_in is not None

    tab.comes_back()

    assert vera.sees().armed_in is None
    ana.converts()
    ana.hears(p.Refused, code="visitor_refused")


def test_who_was_blocked_meanwhile_does_not_bring_the_old_chat_back(stage: Stage) -> None:
    ana = stage.agent(ANA)
    vera = stage.visitor(address="here").asks()
    ana.accepts()
    lines = dict(vera.kept.lines[vera.chat])
    stage.server_dies()
    ana.kept.lines.clear()
    ana.listens_anew().comes_back()
    again = stage.visitor("Vera again", address="here").asks("It is me", phone="+995555000009")
    stage.run_for(5)
    ana.accepts(again.chat).does(p.Block(chat=again.chat))

    vera.kept.lines[vera.chat] = lines
    vera.listens_anew().comes_back()

    vera.hears(p.Refused, code="not_restored")
    assert stage.machine.stats().chats == 0


@pytest.mark.parametrize(("vouched", "counted"), [(True, []), (False, [CountStart(address="here")])])
def test_a_chat_that_no_agents_page_vouches_for_counts_as_a_start(
    stage: Stage, vouched: bool, counted: list[CountStart]
) -> None:
    ana = stage.agent(ANA)
    vera = stage.visitor(address="here").asks()
    ana.accepts()
    stage.server_dies()
    if not vouched:
        ana.kept.lines.clear()
    ana.comes_back()
    vera.comes_back()
    stage.run_for(stage.rules.agent_reclaim)

    assert stage.starts == counted


def test_the_chat_of_an_agent_who_did_not_return_belongs_to_the_next_one_for_good(stage: Stage) -> None:
    """Whoever opens a second console must not lose what they have taken over."""
    vera, _ana = a_talk(stage)
    stage.server_dies()
    vera.comes_back()
    ben = stage.agent(BEN)
    stage.run_for(stage.rules.agent_reclaim + 1)
    ben.accepts()

    ben.opens_another_tab()

    assert (vera.sees().status, vera.sees().agent) == ("active", "Ben")
