"""What people say to each other: once, in one order, within limits."""

from __future__ import annotations

import pytest

from livesupport.chat import protocol as p
from livesupport.rules import Rules
from tests.chat.cast import ANA, BEN, SUE, Stage, a_talk

ID = "A" * 22


# ── once and in order ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_message_reaches_both_sides_and_its_own_line_is_the_acknowledgement(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    stage.run_for(5)
    vera.says("Hello", id=ID)

    line = vera.hears(p.Line, id=ID)
    assert line == ana.hears(p.Line, id=ID)
    assert (line.by, line.name, line.text, line.epoch, line.seq) == ("visitor", "Vera", "Hello", stage.epoch, 3)
    assert line.at == stage.now.wall


def test_all_pages_hold_the_same_lines_in_the_same_order(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    vera_tab, ana_tab = vera.opens_another_tab(), ana.opens_another_tab()
    ana_tab.chat = vera.chat
    for number in range(5):
        vera.says(f"question {number}")
        ana_tab.says(f"answer {number}")
        vera_tab.says("and?")

    assert vera.lines == vera_tab.lines == ana.lines == ana_tab.lines
    assert [line.seq for line in vera.lines] == list(range(1, 18))


def test_an_agents_line_carries_the_agents_name_whatever_else(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.says("Let me look.")

    line = vera.hears(p.Line, text="Let me look.")
    assert (line.by, line.name) == ("agent", "Ana")


def test_a_message_sent_twice_is_taken_once_and_acknowledged_twice(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    vera.says("Hello", id=ID).says("Hello", id=ID)
    ana.says("Hi", id=ID).says("Hi", id=ID)

    assert vera.texts == ana.texts == ["Where is my parcel?", "Hello", "Hi"]
    assert len(vera.all(p.Line, text="Hello")) == 2
    assert len(ana.all(p.Line, text="Hello")) == 1


def test_a_message_that_is_repeated_from_another_tab_or_after_a_reload_is_taken_once(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    vera.says("Hello", id=ID)
    vera.loses_connection()
    vera.arrives(tip=p.Tip(epoch=stage.epoch, seq=2)).says("Hello", id=ID)
    vera.opens_another_tab().says("Hello", id=ID)

    assert ana.texts == ["Where is my parcel?", "Hello"]


def test_another_text_under_a_known_id_is_refused(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    vera.says("Yes", id=ID).says("No", id=ID, ref=5)
    ana.says("Yes", id=ID).says("No", id=ID)

    assert (vera.hears(p.Refused).code, vera.hears(p.Refused).ref) == ("bad_text", 5)
    assert ana.hears(p.Refused).code == "bad_text"
    assert vera.texts == ["Where is my parcel?", "Yes", "Yes"]


def test_vera_may_use_an_id_that_anas_message_has_and_silences_nobody(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.says("Your parcel is lost.", id=ID)
    vera.says("Ana said it is found.", id=ID)

    assert [(line.by, line.text) for line in ana.lines if line.id == ID] == [
        ("agent", "Your parcel is lost."),
        ("visitor", "Ana said it is found."),
    ]


def test_the_id_of_the_question_cannot_be_borrowed_either(stage: Stage) -> None:
    stage.agent(ANA)
    vera = stage.visitor().asks("Where is my parcel?", id=ID)

    assert vera.says("I never asked.", id=ID).hears(p.Refused).code == "bad_text"


def test_what_vera_says_while_she_waits_is_there_for_whoever_comes(stage: Stage) -> None:
    ana = stage.agent(ANA)
    stage.visitor().asks().says("Order 7.").says("It was a gift.")

    assert ana.accepts().texts == ["Where is my parcel?", "Order 7.", "It was a gift."]


def test_what_ana_says_while_vera_is_away_waits_for_her(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    vera.loses_connection()
    ana.says("One moment.").says("Found it.")
    stage.run_for(60)
    vera.arrives(tip=p.Tip(epoch=stage.epoch, seq=2))

    assert vera.texts == ["Where is my parcel?", "One moment.", "Found it."]
    assert (vera.hears(p.Lines).count, vera.hears(p.Lines).reset) == (2, False)


# ── not everybody may speak ──────────────────────────────────────────────────────────────────────────────────────────


def test_nobody_speaks_in_a_chat_that_is_not_theirs(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ben = stage.agent(BEN)
    ben.chat = vera.chat
    before = list(vera.heard)
    ben.says("Let me in", ref=3)
    ben.does(p.AgentTyping(chat=vera.chat)).does(p.AgentReceipt(chat=vera.chat, received=2)).does(p.Block(chat=vera.chat))

    assert [(refused.code, refused.ref) for refused in ben.all(p.Refused)] == [("no_such_chat", 3), ("no_such_chat", 0)]
    assert vera.heard == before
    assert ana.texts == ["Where is my parcel?"]


def test_a_foreign_chat_and_one_that_does_not_exist_look_the_same(stage: Stage) -> None:
    vera, _ana = a_talk(stage)
    ben = stage.agent(BEN)
    answers = [ben.does(p.Convert(chat=chat)).hears(p.Refused) for chat in (vera.chat, "N" * 22)]

    assert [answer.code for answer in answers] == ["no_such_chat", "no_such_chat"]


def test_a_visitor_without_a_chat_has_nothing_to_say_to(stage: Stage) -> None:
    stage.agent(ANA)
    eve = stage.visitor("Eve").says("Hello?", ref=4)

    assert (eve.hears(p.Refused).code, eve.hears(p.Refused).ref) == ("no_such_chat", 4)
    for command in (p.VisitorTyping(), p.VisitorReceipt(received=1), p.KeepWaiting(), p.VisitorEnd(), p.VisitorUndoEnd()):
        eve.does(command)
    assert len(eve.all(p.Refused)) == 1


def test_after_the_end_vera_is_told_that_it_is_over(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.ends()
    stage.run_for(10)

    assert vera.says("Wait").hears(p.Refused).code == "ended"
    assert ana.says("Bye").hears(p.Refused).code == "no_such_chat"
    assert vera.texts == ["Where is my parcel?"]


# ── limits ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_text_has_a_greatest_length_in_code_points(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    vera.says("🙂" * 2000)
    vera.hears_no(p.Refused)
    vera.says("🙂" * 2001)
    ana.says("a" * 2001)

    assert vera.hears(p.Refused).code == "too_long"
    assert ana.hears(p.Refused).code == "too_long"
    assert len(ana.texts) == 2


@pytest.mark.parametrize("text", ["", " ", "\n\t "])
def test_a_text_without_anything_in_it_is_refused(stage: Stage, text: str) -> None:
    vera, _ana = a_talk(stage)

    assert vera.says(text).hears(p.Refused).code == "bad_text"


def test_a_chat_has_room_for_five_hundred_messages_and_then_asks_to_be_saved() -> None:
    stage = Stage(Rules(messages_per_chat=3))
    vera, ana = a_talk(stage)
    vera.says("1").says("2")
    ana.says("3")

    assert ana.says("4").hears(p.Refused).code == "chat_full"
    assert vera.says("4").hears(p.Refused).code == "chat_full"
    vera.does(p.Save())
    assert len(stage.opened) == 1


def test_a_chat_has_room_for_so_many_bytes() -> None:
    stage = Stage(Rules(bytes_per_chat=1000))
    vera, _ana = a_talk(stage)
    vera.says("a" * 400)

    assert vera.says("one more").hears(p.Refused).code == "chat_full"


def test_a_repeated_message_is_acknowledged_even_when_the_chat_is_full() -> None:
    stage = Stage(Rules(messages_per_chat=1))
    vera, _ana = a_talk(stage)
    vera.says("1", id=ID).says("1", id=ID)

    vera.hears_no(p.Refused)


# ── notes ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_private_note_is_for_agents_only(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    sue = stage.agent(SUE).does(p.Join(chat=vera.chat))
    ana.does(p.Note(chat=vera.chat, id=ID, text="Rude again."))

    assert ana.hears(p.NoteLine) == sue.hears(p.NoteLine)
    assert (ana.hears(p.NoteLine).name, ana.hears(p.NoteLine).seq) == ("Ana", 1)
    assert b"Rude" not in b"".join(p.encode(push) for push in vera.heard)


def test_a_note_is_taken_once_and_its_id_cannot_be_borrowed(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    note = p.Note(chat=vera.chat, id=ID, text="Calls twice a week.")
    ana.does(note).does(note).does(p.Note(chat=vera.chat, id=ID, text="Never calls."))

    assert [each.seq for each in ana.all(p.NoteLine)] == [1, 1]
    assert ana.hears(p.Refused).code == "bad_text"


def test_a_note_has_its_limits_too() -> None:
    stage = Stage(Rules(note_limit=5, messages_per_chat=1))
    vera, ana = a_talk(stage)
    notes = [
        p.Note(chat=vera.chat, id=ID + str(number), text=text) for number, text in enumerate(["123456", " ", "12345", "x"])
    ]
    for note in notes:
        ana.does(note)

    assert [refused.code for refused in ana.all(p.Refused)] == ["too_long", "bad_text", "chat_full"]


def test_ben_who_takes_over_reads_the_notes(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.does(p.Note(chat=vera.chat, id=ID, text="Order 7 is stuck."))
    ben = stage.agent(BEN)
    ana.does(p.Requeue(chat=vera.chat))

    assert ben.accepts().hears(p.NoteLine).text == "Order 7 is stuck."


# ── typing ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_typing_shows_on_the_other_side_only(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    vera.does(p.VisitorTyping())
    ana.does(p.AgentTyping(chat=vera.chat))

    assert [each.by for each in ana.all(p.Typing, on=True)] == ["visitor"]
    assert [each.by for each in vera.all(p.Typing, on=True)] == ["agent"]


def test_typing_stops_when_told_when_the_visitor_is_gone_and_when_the_agent_leaves(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    vera.does(p.VisitorTyping()).does(p.VisitorTyping(on=False))
    assert not ana.hears(p.Typing).on
    vera.does(p.VisitorTyping())
    vera.loses_connection()
    stage.run_for(10)
    assert not ana.hears(p.Typing).on

    vera.arrives()
    ana.does(p.AgentTyping(chat=vera.chat)).does(p.Requeue(chat=vera.chat))
    assert not vera.hears(p.Typing).on


def test_somebody_who_types_in_the_queue_types_for_nobody(stage: Stage) -> None:
    ana = stage.agent(ANA)
    stage.visitor().asks().does(p.VisitorTyping())

    ana.hears_no(p.Typing)


# ── receipts ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_ana_sees_how_far_vera_has_received_and_seen(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.says("Found it.")
    vera.does(p.VisitorReceipt(received=3, seen=2))

    receipt = ana.hears(p.Receipt, by="visitor")
    assert (receipt.received, receipt.seen) == (3, 2)


def test_receipts_only_grow_and_never_beyond_what_there_is(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.does(p.AgentReceipt(chat=vera.chat, received=1000, seen=999))
    assert (vera.hears(p.Receipt, by="agent").received, vera.hears(p.Receipt, by="agent").seen) == (2, 2)
    told = len(vera.all(p.Receipt))
    ana.does(p.AgentReceipt(chat=vera.chat, received=1, seen=0))

    assert len(vera.all(p.Receipt)) == told


def test_whoever_has_seen_a_line_has_received_it(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    vera.does(p.VisitorReceipt(received=0, seen=2))

    assert ana.hears(p.Receipt, by="visitor").received == 2


def test_a_page_that_comes_back_learns_how_far_both_have_read(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.does(p.AgentReceipt(chat=vera.chat, received=2, seen=1))
    vera.does(p.VisitorReceipt(received=2, seen=2))
    vera.loses_connection()
    vera.listens_anew().arrives()

    assert {(each.by, each.received, each.seen) for each in vera.all(p.Receipt)} == {("visitor", 2, 2), ("agent", 2, 1)}


def test_a_supervisor_who_reads_along_does_not_count_as_the_agent(stage: Stage) -> None:
    vera, _ana = a_talk(stage)
    stage.agent(SUE).does(p.Join(chat=vera.chat)).does(p.AgentReceipt(chat=vera.chat, received=3, seen=3))

    assert vera.all(p.Receipt, by="agent", received=3) == []


# ── signs of life ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_whoever_asks_for_a_sign_of_life_gets_one_alone(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    passer_by = stage.visitor("Olga").does(p.Ping())
    assert passer_by.hears(p.Pong)
    vera.hears_no(p.Pong)

    ana.does(p.Ping()).hears(p.Pong)
