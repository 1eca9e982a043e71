"""The server dies: borrowed ids, several tabs, pages that never send, floods of records, full memory."""

from __future__ import annotations

import pytest

from livesupport.chat import events as ev
from livesupport.chat import protocol as p
from livesupport.chat.believing import missing_lines
from livesupport.chat.filling import WAIT_FOR_GAPS
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
    stage.run_for(WAIT_FOR_GAPS)
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
def test_a_page_whose_first_records_are_not_ours_is_asked_for_no_more(
    stage: Stage, talk: tuple[Visitor, Agent], record: str
) -> None:
    vera, _ = talk
    asked: list[p.Wanted] = []

    def floods(wanted: p.Wanted) -> None:
        asked.append(wanted)
        vera.does(p.Records(chat=vera.chat, lines=[record], last=False))

    stage.server_dies()
    vera.gives_back = floods  # type: ignore[method-assign]
    vera.comes_back()
    assert stage.machine.stats().bytes == 0
    stage.run_for(stage.rules.restore_wait)

    vera.hears(p.Refused, code="not_restored")
    assert len(asked) == 1


@pytest.mark.parametrize("record", ["", "x" * 15000])
def test_endless_records_behind_genuine_ones_are_cut_off_and_never_kept(
    stage: Stage, talk: tuple[Visitor, Agent], record: str
) -> None:
    vera, _ = talk
    genuine, sizes = vera.kept.records(vera.chat), []

    def floods(wanted: p.Wanted) -> None:
        sizes.append(stage.machine.stats().bytes)
        junk = [record] * (1000 if not record else 1)
        vera.does(p.Records(chat=vera.chat, lines=junk if wanted.after else genuine, last=False))

    stage.server_dies()
    vera.gives_back = floods  # type: ignore[method-assign]
    vera.comes_back()
    stage.run_for(stage.rules.restore_wait)

    vera.hears(p.Refused, code="not_restored")
    assert 2 < len(sizes) < 100
    assert len(set(sizes[1:])) == 1
    assert sizes[1] > 0
    assert stage.machine.stats().bytes == 0


def test_chats_that_are_on_their_way_count_as_memory(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, _ = talk
    levan = stage.visitor("Levan").asks()
    stage.rules = Rules(bytes_of_all_chats=200)
    stage.server_dies()

    def gives_most(wanted: p.Wanted) -> None:
        if not wanted.after:
            vera.tells(p.Records(chat=vera.chat, lines=vera.kept.records(vera.chat), last=False))

    vera.gives_back = gives_most  # type: ignore[method-assign]
    vera.comes_back()
    levan.comes_back()

    assert stage.closed == [(levan, p.CloseCode.TRY_LATER)]


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
    stage.server_dies(start=1)
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


@pytest.mark.parametrize("comes_back", [True, False])
def test_half_a_copy_does_not_outlive_its_chat(stage: Stage, talk: tuple[Visitor, Agent], comes_back: bool) -> None:
    vera, ana = talk
    tip, lines = vera.kept.tip(vera.chat), ana.kept.records(ana.chat)
    stage.server_dies()
    if not comes_back:
        vera.kept.lines.clear()
    vera.comes_back(remembered=tip)
    gave = p.Records(chat=ana.chat, lines=lines[:2], last=False)
    ana.gives_back = lambda wanted: None if wanted.after else ana.tells(gave)  # type: ignore[method-assign]
    ana.comes_back()
    console = stage.machine._floor.agent_sockets[ana.connection]
    assert console.copies

    if comes_back:
        stage.run_for(WAIT_FOR_GAPS)
        assert console.late
        vera.does(p.VisitorEnd())
    else:
        stage.run_for(stage.rules.restore_wait)
        vera.hears(p.Refused, code="not_restored")

    assert (console.copies, console.late) == ({}, {})


def test_a_site_that_is_gone_brings_nothing_back(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, _ = talk
    stage.server_dies()
    stage.directory(sites=(ev.Site(id="other", name="Other"),))
    vera.listens_anew().comes_back()

    vera.hears_no(p.Wanted)
    assert stage.closed[-1] == (vera, p.CloseCode.FORBIDDEN)
    assert SHOP.id == vera.site


# ── an old copy of the database ──────────────────────────────────────────────────────────────────────────────────────


def test_two_starts_with_the_same_number_keep_the_lines_of_both(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    """Vera heard nothing of the first of them: both go on from the same place, under the same numbers."""
    vera, ana = talk
    stage.server_dies()
    vera.comes_back()
    ana.comes_back()
    copy = dict(vera.kept.lines[vera.chat])
    ana.says("It is in Kutaisi.")
    ana.says("It comes tomorrow.")
    vera.kept.lines[vera.chat] = copy
    assert stage.alarms == []

    stage.server_dies(start=2)
    vera.comes_back()
    vera.says("Hello? Are you there?")
    ana.comes_back()
    vera.says("I see.")

    assert sorted(vera.texts) == sorted([*TALK, "It is in Kutaisi.", "It comes tomorrow.", "Hello? Are you there?", "I see."])
    assert vera.texts[-1] == "I see."
    assert vera.lines == ana.lines
    assert len(stage.alarms) == 1
    vera.does(p.Save())
    assert (stage.opened[-1].snapshot.checked, len(stage.opened[-1].snapshot.lines)) == (True, len(vera.lines))

    stage.server_dies()
    vera.comes_back()
    ana.comes_back()
    assert vera.lines == ana.lines
    assert vera.texts[-1] == "I see."


@pytest.mark.parametrize("later", [True, False])
def test_whichever_of_the_two_stands_behind_the_chat_goes_on_behind_both(
    stage: Stage, talk: tuple[Visitor, Agent], later: bool
) -> None:
    """The random bits decide the order of the two, and may decide it either way."""
    vera, ana = talk
    stage.server_dies()
    vera.comes_back()
    ana.comes_back()
    copy = dict(vera.kept.lines[vera.chat])
    ana.says("It is in Kutaisi.")
    vera.kept.lines[vera.chat] = copy

    stage.chances = iter(range(100, 110)) if later else iter([0])
    stage.server_dies(start=2)
    vera.comes_back()
    vera.says("Hello?")
    ana.comes_back()
    vera.says("I see.")

    said = ["It is in Kutaisi.", "Hello?"] if later else ["Hello?", "It is in Kutaisi."]
    assert vera.texts == [*TALK, *said, "I see."]
    assert vera.lines == ana.lines
    vera.does(p.Save())
    assert stage.opened[-1].snapshot.checked


@pytest.mark.parametrize(
    ("places", "tip", "missing"),
    [
        ([], None, 0),
        ([(1, 1), (1, 2), (2, 3)], None, 0),
        ([(1, 1), (1, 2), (2, 5)], None, 2),
        ([(1, 1), (1, 2), (1, 3), (1, 4), (1, 5), (2, 4), (2, 5), (2, 6), (3, 8)], None, 1),  # two starts overlap
        ([(1, 2), (1, 3)], None, 1),
        ([(1, 1), (1, 2)], p.Tip(epoch=1, seq=4), 2),
        ([(1, 1), (1, 2)], p.Tip(epoch=2, seq=1), 1),
        ([(1, 1), (2, 2)], p.Tip(epoch=1, seq=4), 0),
    ],
)
def test_lines_that_nobody_holds_are_counted_by_the_numbers_that_are_left_out(
    places: list[tuple[int, int]], tip: p.Tip | None, missing: int
) -> None:
    lines = [p.Line(chat="c" * 22, epoch=epoch, seq=seq, at=0.0, kind="message", by="visitor") for epoch, seq in places]
    assert missing_lines(lines, tip, 500) == missing
