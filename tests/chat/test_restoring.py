"""The server dies: who brings a chat back, who may fill its gaps, and who gets nothing however he tries."""

from __future__ import annotations

import pytest

from livesupport.chat import events as ev
from livesupport.chat import protocol as p
from livesupport.chat.restoring import MOST_AT_ONCE
from livesupport.chat.seal import KeyRing
from livesupport.rules import Rules
from tests.chat.cast import ANA, BEN, SHOP, SUE, Agent, Stage, Visitor, a_talk
from tests.keys import RING

TALK = ["Where is my parcel?", "Hello?", "Let me look.", "Thank you."]


@pytest.fixture
def talk(stage: Stage) -> tuple[Visitor, Agent]:
    """Vera and Ana are talking."""
    vera, ana = a_talk(stage)
    vera.says("Hello?")
    ana.says("Let me look.")
    vera.says("Thank you.")
    return vera, ana


def test_a_chat_goes_on_in_the_same_place_with_the_same_agent_and_numbers(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, ana = talk
    before = vera.lines

    stage.server_dies()
    vera.comes_back()
    ana.comes_back()
    vera.says("Are you still there?")
    ana.says("Yes.")

    assert vera.lines[: len(before)] == before
    assert vera.lines == ana.lines
    assert [line.seq for line in vera.lines] == list(range(1, len(before) + 3))
    assert {line.epoch for line in vera.lines} == {1, 2}
    assert (vera.sees().status, vera.sees().agent, vera.sees().missing) == ("active", "Ana", 0)
    assert "requeued" not in vera.story


@pytest.mark.parametrize("first", ["the visitor", "the agent"])
def test_pages_that_held_everything_are_sent_no_line_again(stage: Stage, talk: tuple[Visitor, Agent], first: str) -> None:
    vera, ana = talk
    stage.server_dies()
    vera.listens_anew()
    ana.listens_anew()

    for page in (vera, ana) if first == "the visitor" else (ana, vera):
        page.comes_back()

    for page in (vera, ana):
        assert page.hears(p.Lines, chat=vera.chat).count == 0
        page.hears_no(p.Lines, reset=True)


def test_the_agents_page_fills_what_the_visitor_had_not_heard(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, ana = talk
    del stage.pages[vera.connection]  # half open: the server does not know yet
    stage.pages[vera.connection] = Visitor(stage, "nobody", "nobody", "shop", "")
    ana.says("It is in Kutaisi.")

    stage.server_dies()
    vera.comes_back()
    assert vera.texts == TALK
    vera.says("And now?")
    ana.comes_back()

    assert vera.texts == [*TALK, "It is in Kutaisi.", "And now?"]
    assert vera.lines == ana.lines


def test_a_message_that_was_sent_again_because_its_line_was_lost_counts_once(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, ana = talk
    stage.pages[vera.connection] = Visitor(stage, "nobody", "nobody", "shop", "")
    again = p.VisitorSay(id="x" * 22, text="My number is 1234.")
    vera.does(again)

    stage.server_dies()
    vera.comes_back()
    vera.does(again)
    ana.comes_back()
    vera.does(p.Save())

    assert vera.lines == ana.lines
    assert [line.text for line in stage.opened[-1].snapshot.lines].count("My number is 1234.") == 1
    stage.saves()
    stage.server_dies()
    vera.comes_back()
    ana.comes_back()
    assert vera.lines == ana.lines


def test_a_reloaded_visitor_finds_everything_in_the_agents_page(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, ana = talk
    tip = vera.kept.tip(vera.chat)
    stage.server_dies()
    ana.comes_back()
    vera.kept.lines.clear()
    vera.listens_anew().comes_back(remembered=tip)

    assert vera.texts == TALK
    assert vera.sees().missing == 0


def test_the_visitors_tip_tells_what_a_cut_agents_copy_lacks(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, ana = talk
    tip = vera.kept.tip(vera.chat)
    assert tip is not None
    stage.server_dies()
    for place in sorted(ana.kept.lines[vera.chat])[-2:]:
        del ana.kept.lines[vera.chat][place]
    ana.comes_back()
    vera.kept.lines.clear()
    vera.listens_anew().comes_back(remembered=tip)

    assert vera.texts == TALK[:2]
    assert vera.sees().missing == 2
    assert ana.sees().missing == 2


def test_a_claimed_tip_cannot_make_the_count_absurd(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, _ = talk
    stage.server_dies()
    vera.comes_back(remembered=p.Tip(epoch=2**53 - 1, seq=2**53 - 1))

    assert vera.sees().missing == stage.rules.messages_per_chat


def test_waiting_visitors_come_back_in_their_old_order(stage: Stage) -> None:
    ana = stage.agent(ANA)
    others = [stage.visitor(f"Visitor {number}").asks() for number in range(3)]
    waiting = [stage.visitor(name) for name in ("Levan", "Nino", "Otar")]
    for visitor in (*others, *waiting):
        stage.run_for(5)
        visitor.asks()
    ana.wants_to_be("away")
    order = [entry.chat for entry in ana.queue()]

    stage.server_dies()
    for visitor in (*reversed(waiting), *others):
        visitor.comes_back()
    again = stage.agent(ANA, intent="away")

    assert [entry.chat for entry in again.queue()] == order


def test_notes_come_back_to_agents_and_never_reach_the_visitor(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, ana = talk
    ana.does(p.Note(chat=ana.chat, id="n" * 22, text="Third time this month."))
    note = next(iter(ana.kept.notes[ana.chat].values()))

    stage.server_dies()
    vera.kept.notes[vera.chat] = {(1, 1): note}  # stolen, and handed in by the visitor's page
    vera.comes_back()
    other = stage.agent(SUE)
    other.chat = vera.chat
    other.does(p.Join(chat=vera.chat))
    other.hears_no(p.NoteLine)
    ana.comes_back()

    assert ana.hears(p.NoteLine).text == "Third time this month."
    assert len(ana.all(p.NoteLine, text="Third time this month.")) >= 2
    vera.hears_no(p.NoteLine)


# ── who gets nothing ─────────────────────────────────────────────────────────────────────────────────────────────────


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


# ── saving ───────────────────────────────────────────────────────────────────────────────────────────────────────────


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


# ── ids, tabs, slots, sizes ──────────────────────────────────────────────────────────────────────────────────────────


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
