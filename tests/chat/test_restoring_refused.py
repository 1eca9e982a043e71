"""The server dies: who gets nothing, however he tries, and what stays as it was sealed."""

from __future__ import annotations

import pytest

from livesupport.chat import protocol as p
from livesupport.chat.filling import WAIT_FOR_GAPS
from livesupport.chat.seal import KeyRing
from tests.chat.cast import ANA, BEN, Agent, Stage, Visitor, a_saved_talk, a_talk
from tests.keys import RING

TALK = ["Where is my parcel?", "Hello?", "Let me look.", "Thank you."]


def test_an_agents_page_never_resurrects_a_chat(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    _, ana = talk
    stage.server_dies()
    ana.comes_back()
    ana.does(ana.kept.page(ana.chat, 0))
    stage.run_for(60)

    assert stage.machine.stats().chats == 0


def test_a_third_visitor_with_stolen_records_gets_nothing(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, _ = talk
    eve = stage.visitor("Eve")
    eve.asks("Hello?")
    stage.server_dies()
    eve.kept.lines[eve.chat] = dict(vera.kept.lines[vera.chat])
    eve.comes_back()
    stage.run_for(60)

    assert eve.hears(p.Refused, code="not_restored").chat == eve.chat
    assert stage.machine.stats().chats == 0


def test_a_former_owner_fills_nothing(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ben = stage.agent(BEN)
    copy = dict(ana.kept.lines[ana.chat])
    ana.does(p.Transfer(chat=ana.chat, agent=BEN.id))
    ben.accepts()
    assert ana.chat not in ana.kept.lines  # the page's copy ends with the transfer
    vera.says("Hello Ben.")

    stage.server_dies()
    ana.kept.lines[vera.chat] = copy
    vera.comes_back()
    ana.listens_anew().comes_back()

    ana.hears(p.Released, chat=vera.chat)
    ana.hears_no(p.AgentChat)
    assert vera.sees().agent == "Ben"


def test_even_with_the_only_copy_a_former_owner_who_shows_the_handing_on_is_not_believed(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ben = stage.agent(BEN)
    ana.does(p.Transfer(chat=ana.chat, agent=BEN.id))
    ben.accepts()
    copy = dict(ben.kept.lines[ben.chat])

    stage.server_dies()
    ana.kept.lines[vera.chat] = copy
    vera.kept.lines.clear()
    vera.listens_anew().comes_back()
    ana.comes_back()
    stage.run_for(stage.rules.restore_wait)

    vera.hears(p.Refused, code="not_restored")
    vera.hears_no(p.Line)


def test_an_agent_who_is_disabled_is_not_even_asked(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, ana = talk
    stage.server_dies()
    stage.directory(agents=(BEN,))
    vera.comes_back()
    ana.listens_anew().comes_back()

    ana.hears_no(p.Wanted)
    assert stage.closed[-1] == (ana, p.CloseCode.FORBIDDEN)
    assert (vera.sees().status, vera.sees().agent) == ("waiting", None)


def test_without_the_agents_page_the_chat_queues_as_returning(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, _ = talk
    stage.server_dies()
    reloaded = stage.agent(ANA, intent="away")
    vera.comes_back()

    assert vera.sees().status == "waiting"
    assert reloaded.queue()[0].returning


def test_a_token_that_is_too_old_brings_nothing_back(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, _ = talk
    stage.server_dies()
    vera.listens_anew().comes_back(recent=False)

    assert not vera.hears(p.VisitorWelcome).restoring
    vera.hears_no(p.Wanted)


def test_a_chat_that_is_too_old_is_over(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, _ = talk
    stage.server_dies(stage.rules.max_chat_age + 1)
    vera.comes_back()

    vera.hears(p.Refused, code="not_restored")


def test_a_clock_that_was_set_back_does_no_harm(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, ana = talk
    stage.server_dies(-500)
    vera.comes_back()
    ana.comes_back()

    assert vera.sees().status == "active"
    assert vera.texts == TALK


@pytest.mark.parametrize("how", ["erased", "blocked", "abandoned"])
def test_a_living_server_refuses_a_chat_that_ended_there(stage: Stage, talk: tuple[Visitor, Agent], how: str) -> None:
    vera, ana = talk
    lines = dict(vera.kept.lines[vera.chat])
    if how == "erased":
        vera.does(p.VisitorEnd())
    elif how == "blocked":
        ana.does(p.Block(chat=ana.chat))
    else:
        vera.loses_connection()
        stage.run_for(stage.rules.visitor_grace)
    vera.kept.lines[vera.chat] = lines

    vera.listens_anew().comes_back()

    assert not vera.hears(p.VisitorWelcome).restoring
    assert stage.machine.stats().chats == 0


def test_a_chat_that_an_agents_page_saw_ending_stays_ended(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, ana = talk
    lines = dict(vera.kept.lines[vera.chat])
    ana.does(p.Block(chat=ana.chat))
    vera.kept.lines[vera.chat] = lines

    stage.server_dies()
    vera.comes_back()
    assert vera.sees().status == "active"  # nobody is here who could know better

    stage.server_dies()
    ana.comes_back()
    vera.listens_anew().comes_back()
    assert not vera.hears(p.VisitorWelcome).restoring


def test_a_sealed_end_is_an_end(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, ana = talk
    ana.ends()
    stage.run_for(10)
    assert vera.story[-1] == "ended"

    stage.server_dies()
    vera.comes_back()

    vera.hears(p.Refused, code="not_restored")


def test_a_key_that_was_destroyed_brings_nothing_back(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, _ = talk
    stage.server_dies(ring=KeyRing("second", {"second": bytes(range(1, 33))}))
    vera.comes_back()
    stage.run_for(60)

    vera.hears(p.Refused, code="not_restored")


def test_a_renewed_key_seals_what_comes_next_and_the_old_one_still_verifies(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, ana = talk
    both = KeyRing("second", {**RING.keys, "second": bytes(range(1, 33))})
    for _ in range(2):
        stage.server_dies(ring=both)
        vera.comes_back()
        ana.comes_back()
        vera.says("Still here.")

    assert [(line.seal or "").split(".")[0] for line in vera.lines][-1] == "second"
    assert vera.texts == [*TALK, "Still here.", "Still here."]


def test_a_refusal_stays_sealed(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, ana = talk
    ana.converts()
    vera.does(p.Refuse())
    stage.server_dies()
    vera.comes_back()
    ana.comes_back()

    ana.converts()

    ana.hears(p.Refused, code="visitor_refused")
    assert stage.opened == []


def test_armed_is_re_armed_with_its_full_time(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, ana = talk
    ana.converts()
    stage.server_dies()
    ana.comes_back()
    vera.comes_back()

    assert vera.sees().armed_in == stage.rules.convert_seconds
    stage.run_for(stage.rules.convert_seconds)
    assert len(stage.opened) == 1


def test_only_a_sealed_wish_is_re_armed(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, ana = talk
    ana.converts()
    stage.server_dies()
    for page in (vera, ana):
        page.kept.lines[vera.chat] = {
            place: raw.replace('"kind":"armed"', '"kind":"joined"') for place, raw in page.kept.lines[vera.chat].items()
        }
    ana.comes_back()
    vera.comes_back()
    stage.run_for(WAIT_FOR_GAPS)

    assert vera.sees().armed_in is None


def test_nobody_wishes_in_the_name_of_another_agent(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, ana = talk
    ben = stage.agent(BEN)
    ana.converts()
    ana.does(p.Transfer(chat=ana.chat, agent=BEN.id))
    ben.accepts()
    stage.server_dies()
    ben.comes_back()
    vera.comes_back()

    assert (vera.sees().agent, vera.sees().armed_in) == ("Ben", None)


def test_a_saved_chat_is_never_saved_again(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, ana = talk
    vera.does(p.Save())
    stage.tickets[vera.chat] = "1001-7"  # written, but the server died before it could say so

    stage.server_dies()
    ana.comes_back()
    vera.comes_back()
    vera.does(p.Save())
    ana.converts()

    assert (vera.sees().ticket, ana.sees().ticket) == ("1001-7", "1001-7")
    assert len(stage.opened) == 1
    assert vera.story.count("converted") == 1


def test_a_saved_chat_stays_saved_though_nobody_can_look_for_its_ticket(stage: Stage) -> None:
    vera, ana = a_saved_talk(stage, "1042-1")
    stage.server_dies()
    stage.has_storage = False
    vera.comes_back()
    ana.comes_back()
    vera.does(p.Save())

    assert (vera.sees().ticket, ana.sees().ticket) == ("1042-1", "1042-1")
    assert vera.hears(p.Refused).code == "already_saved"
    assert vera.story.count("converted") == 1


def test_a_ticket_that_was_erased_is_not_claimed_by_the_chats_own_word(stage: Stage) -> None:
    vera, ana = a_saved_talk(stage, "1042-1")
    stage.tickets.clear()
    stage.server_dies()
    vera.comes_back()
    ana.comes_back()

    assert vera.sees().ticket is None
