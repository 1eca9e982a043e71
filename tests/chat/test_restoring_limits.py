"""The server dies: borrowed ids, several tabs, pages that never send, floods of records, full memory."""

from __future__ import annotations

import pytest

from livesupport.chat import events as ev
from livesupport.chat import protocol as p
from livesupport.chat.restoring import MOST_AT_ONCE
from livesupport.rules import Rules
from tests.chat.cast import ANA, SHOP, Agent, Stage, Visitor

TALK = ["Where is my parcel?", "Hello?", "Let me look.", "Thank you."]


def test_a_borrowed_client_id_takes_nobodys_place(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    """Vera withholds Ana's line and says her own words under its id."""
    vera, ana = talk
    said = next(line for line in vera.lines if line.text == "Let me look.")
    stage.server_dies()
    vera.kept.lines[vera.chat] = {at: raw for at, raw in vera.kept.lines[vera.chat].items() if at != (said.epoch, said.seq)}
    vera.comes_back()
    vera.does(p.VisitorSay(id=said.id or "", text="I refund you."))
    ana.comes_back()

    assert vera.lines == ana.lines
    by = {line.text: line.by for line in ana.lines}
    assert (by["Let me look."], by["I refund you."]) == ("agent", "visitor")
    vera.does(p.VisitorSay(id=said.id or "", text="I never said that."))
    vera.hears(p.Refused, code="bad_text")


def test_two_tabs_hold_together_what_each_has_lost(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, _ = talk
    tab = vera.opens_another_tab()
    vera.says("From here on in both.")
    stage.server_dies()
    tab.kept.lines.clear()

    held = vera.gives_back
    waiting: list[p.Wanted] = []
    vera.gives_back = waiting.append  # type: ignore[method-assign]
    vera.comes_back()
    tab.comes_back()  # has nothing, and says so first
    held(waiting[0])

    assert vera.texts == [*TALK, "From here on in both."]
    assert tab.lines == vera.lines


def test_a_tab_that_is_closed_meanwhile_takes_nothing_with_it(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, _ = talk
    tab = vera.opens_another_tab()
    stage.server_dies()
    tab.gives_back = lambda wanted: None  # type: ignore[method-assign]
    tab.comes_back()
    vera.comes_back()
    assert stage.machine.stats().chats == 0

    tab.leaves()

    assert vera.sees().status == "active"


def test_a_page_that_never_sends_loses_its_turn_to_those_who_wait(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, _ = talk
    dead = [stage.visitor(f"Visitor {number}") for number in range(MOST_AT_ONCE)]
    stage.server_dies()
    for number, page in enumerate(dead):
        page.gives_back = lambda wanted: None  # type: ignore[method-assign]
        page.chat = f"chat-that-was-{number:04}"
        page.comes_back()
    vera.listens_anew().comes_back()
    assert stage.machine.stats().chats == 0
    assert stage.closed == []

    stage.run_for(30)

    assert stage.closed == [(page, p.CloseCode.TRY_LATER) for page in dead]
    assert vera.sees().status == "active"


def test_a_visitor_who_leaves_the_line_of_those_who_come_back_gives_up_the_turn(
    stage: Stage, talk: tuple[Visitor, Agent]
) -> None:
    vera, _ = talk
    dead = [stage.visitor(f"Visitor {number}") for number in range(MOST_AT_ONCE)]
    stage.server_dies()
    for number, page in enumerate(dead):
        page.gives_back = lambda wanted: None  # type: ignore[method-assign]
        page.chat = f"chat-that-was-{number:04}"
        page.comes_back()
    vera.listens_anew().comes_back()
    vera.leaves()

    stage.run_for(30)

    assert stage.machine.stats().chats == 0
    vera.comes_back()
    assert vera.sees().status == "active"


def test_memory_that_is_full_takes_nobody_in(stage: Stage) -> None:
    vera, other = stage.visitor(), stage.visitor("Levan")
    stage.agent(ANA)
    vera.asks()
    other.asks()
    stage.rules = Rules(bytes_of_all_chats=100)
    stage.server_dies()
    vera.comes_back()
    other.comes_back()

    assert stage.closed == [(other, p.CloseCode.TRY_LATER)]


@pytest.mark.parametrize("record", ["", "x" * 15000])
def test_endless_records_are_cut_off(stage: Stage, talk: tuple[Visitor, Agent], record: str) -> None:
    vera, _ = talk
    frames = 0

    def floods(_: p.Wanted) -> None:
        nonlocal frames
        frames += 1
        vera.does(p.Records(chat=vera.chat, lines=[record] * (1000 if not record else 1), last=False))

    stage.server_dies()
    vera.gives_back = floods  # type: ignore[method-assign]
    vera.comes_back()

    vera.hears(p.Refused, code="not_restored")
    assert 1 < frames < 100


def test_long_chats_travel_in_pages(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, ana = talk
    for number in range(1, 120):
        (vera if number % 2 else ana).says(f"{number} " + "word " * 100)
    before = vera.lines
    stage.server_dies()
    vera.comes_back()
    ana.comes_back()

    assert vera.lines == ana.lines == before
    assert len(vera.all(p.Wanted)) > 3


def test_records_that_nobody_asked_for_change_nothing(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, ana = talk
    before = list(vera.lines)

    for page in (vera, ana):
        page.tells(page.kept.page(vera.chat, 0))
        page.tells(p.Records(chat="chat-of-nobody-01", lines=["{}"], notes=["{}"]))

    assert vera.lines == ana.lines == before


def test_a_new_chat_ends_the_bringing_back_of_the_old_one(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, ana = talk
    stage.server_dies()
    ana.comes_back(tips={})
    old = vera.chat
    vera.kept.lines.clear()
    vera.listens_anew().comes_back()
    vera.asks("A new one")

    stage.run_for(60)

    assert vera.chat != old
    vera.hears_no(p.Refused)
    assert stage.machine.stats().chats == 1


def test_a_counter_that_was_restored_with_an_old_database_keeps_both_lines(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, ana = talk
    stage.server_dies()
    vera.comes_back()
    ana.comes_back()
    vera.says("In the second life")
    stage.server_dies(epoch=1)
    ana.comes_back()
    vera.comes_back()
    vera.says("In the first life again")

    assert vera.texts == [*TALK, "In the second life", "In the first life again"]
    assert vera.lines == ana.lines


def test_nothing_of_a_chat_that_did_not_come_back_stays_in_memory(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, _ = talk
    stage.server_dies()
    vera.kept.lines.clear()
    vera.comes_back()
    stage.run_for(stage.rules.restore_wait)

    vera.hears(p.Refused, code="not_restored")
    floor = stage.machine._floor
    assert (floor.restoring, floor.chats, floor.bytes) == ({}, {}, 0)


def test_a_site_that_is_gone_brings_nothing_back(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, _ = talk
    stage.server_dies()
    stage.directory(sites=(ev.Site(id="other", name="Other"),))
    vera.listens_anew().comes_back()

    vera.hears_no(p.Wanted)
    assert stage.closed[-1] == (vera, p.CloseCode.FORBIDDEN)
    assert SHOP.id == vera.site
