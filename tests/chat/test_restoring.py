"""The server dies, and chats go on: in the same place, with the same people, with every line that any page held."""

from __future__ import annotations

from itertools import count

import pytest

from livesupport.chat import protocol as p
from livesupport.chat.epochs import number_of
from livesupport.chat.filling import WAIT_FOR_GAPS
from tests.chat.cast import ANA, BEN, SUE, Agent, Stage, Visitor

TALK = ["Where is my parcel?", "Hello?", "Let me look.", "Thank you."]


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
    assert {number_of(line.epoch) for line in vera.lines} == {1, 2}
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
    stage.run_for(stage.rules.restore_wait)

    assert vera.texts == TALK[:2]
    assert vera.sees().missing == 2


def test_a_claimed_tip_cannot_make_the_count_absurd(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, _ = talk
    stage.server_dies()
    vera.comes_back(remembered=p.Tip(epoch=2**53 - 1, seq=2**53 - 1))
    stage.run_for(WAIT_FOR_GAPS)

    assert vera.sees().missing == stage.rules.messages_per_chat


@pytest.mark.parametrize("seconds", [1.0, -900.0])
def test_waiting_visitors_come_back_in_their_old_order(stage: Stage, seconds: float) -> None:
    """Also when the clock was set back by more than they had waited; their ids, which are random, tell nothing."""
    stage.ids = count(999, -1)
    ana = stage.agent(ANA)
    others = [stage.visitor(f"Visitor {number}").asks() for number in range(3)]
    waiting = [stage.visitor(name) for name in ("Levan", "Nino", "Otar")]
    for visitor in (*others, *waiting):
        stage.run_for(5)
        visitor.asks()
    ana.wants_to_be("away")
    order = [entry.chat for entry in ana.queue()]

    stage.server_dies(seconds)
    for visitor in (*reversed(waiting), *others):
        visitor.comes_back()
        stage.run_for(1)
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


def reads_no_more(stage: Stage, page: Visitor | Agent) -> None:
    """What is sent to the page from now on is lost on the way."""
    stage.pages[page.connection] = Visitor(stage, "nobody", "nobody", "shop", "")


def test_a_tab_that_read_further_comes_second_and_is_asked_before_it_is_shown_anything(
    stage: Stage, talk: tuple[Visitor, Agent]
) -> None:
    vera, ana = talk
    tab = vera.opens_another_tab()
    reads_no_more(stage, vera)
    reads_no_more(stage, ana)
    ana.says("Only one tab heard this.")

    stage.server_dies()
    vera.comes_back()
    vera.says("Hello again")
    tab.comes_back()
    ana.comes_back()

    assert vera.texts == [*TALK, "Only one tab heard this.", "Hello again"]
    assert vera.lines == tab.lines == ana.lines


def test_a_page_that_was_asked_and_does_not_answer_is_shown_the_chat_as_it_is(
    stage: Stage, talk: tuple[Visitor, Agent]
) -> None:
    vera, ana = talk
    reads_no_more(stage, vera)
    ana.says("Vera never heard this.")
    stage.server_dies()
    vera.comes_back()
    ana.gives_back = lambda wanted: None  # type: ignore[method-assign]
    ana.listens_anew().comes_back()
    ana.hears_no(p.Lines)

    stage.run_for(2)

    assert ana.texts == TALK
    assert ana.lines == vera.lines


def test_a_console_on_a_slow_line_still_gives_what_it_alone_held(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, ana = talk
    reads_no_more(stage, vera)
    ana.says("Vera never heard this.")
    stage.server_dies()
    vera.comes_back()
    on_its_way = ana.kept.page(vera.chat, 0)
    ana.gives_back = lambda wanted: None  # type: ignore[method-assign]
    ana.listens_anew().comes_back()
    stage.run_for(2)

    ana.tells(on_its_way)
    ana.tells(on_its_way)

    assert vera.texts == [*TALK, "Vera never heard this."]
    assert ana.lines == vera.lines


def test_a_tab_on_a_slow_line_still_gives_what_it_alone_held(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, ana = talk
    tab = vera.opens_another_tab()
    reads_no_more(stage, vera)
    reads_no_more(stage, ana)
    ana.says("Only one tab heard this.")
    stage.server_dies()
    vera.comes_back()
    ana.comes_back()
    vera.says("Hello again")
    on_its_way = tab.kept.page(vera.chat, 0)
    tab.gives_back = lambda wanted: None  # type: ignore[method-assign]
    tab.comes_back()
    stage.run_for(2)

    tab.tells(on_its_way)

    assert vera.texts == [*TALK, "Only one tab heard this.", "Hello again"]
    assert tab.lines == vera.lines == ana.lines


def test_words_that_a_page_brings_back_while_their_author_says_them_again_keep_their_order(
    stage: Stage, talk: tuple[Visitor, Agent]
) -> None:
    vera, ana = talk
    reads_no_more(stage, vera)
    again = [p.VisitorSay(id=letter * 22, text=letter) for letter in "ab"]
    for command in again:
        vera.does(command)
    stage.server_dies()
    vera.comes_back()
    vera.does(again[0])
    ana.comes_back()
    vera.does(again[1])
    vera.does(p.Save())

    saved = [line.text for line in stage.opened[-1].snapshot.lines if line.kind in ("opened", "message")]
    assert saved == [*TALK, "a", "b"]
    assert vera.lines == ana.lines


def test_lines_that_come_while_the_ticket_is_written_reach_it_too(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    vera, ana = talk
    reads_no_more(stage, vera)
    ana.says("Vera never heard this.")
    stage.server_dies()
    vera.comes_back()
    vera.does(p.Save())
    ana.comes_back()
    stage.saves()
    stage.run_for(stage.rules.append_every)

    assert "Vera never heard this." in [text for batch in stage.appended_texts() for text in batch]


def test_an_agent_whom_the_visitor_does_not_know_yet_gives_back_all(stage: Stage, talk: tuple[Visitor, Agent]) -> None:
    """The handing on was heard by the colleague alone."""
    vera, ana = talk
    ben = stage.agent(BEN)
    reads_no_more(stage, vera)
    ana.does(p.Transfer(chat=ana.chat, agent=BEN.id))
    ben.accepts()
    ben.says("Ben here.")

    stage.server_dies()
    ana.comes_back()
    ben.comes_back()
    vera.comes_back()

    assert vera.texts == [*TALK, "Ben here."]
    assert vera.sees().agent == "Ben"
