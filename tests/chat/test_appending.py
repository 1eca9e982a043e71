"""What is said after a chat was saved follows into its ticket, each line once."""

from __future__ import annotations

from livesupport.chat import protocol as p
from livesupport.chat.events import AppendLines, Draining, LinesAppended
from tests.chat.cast import SUE, Stage, a_saved_talk, a_talk

ID = "A" * 22


def test_what_is_said_later_follows_in_batches_of_two_seconds(stage: Stage) -> None:
    vera, ana = a_saved_talk(stage)
    vera.says("One more thing.")
    stage.run_for(1)
    ana.says("Yes?").does(p.Note(chat=vera.chat, id=ID, text="Chatty."))
    stage.run_for(0.875)
    assert stage.appended == []

    stage.run_for(0.125)
    batch = stage.appended[0]
    assert ([line.text for line in batch.lines], [note.text for note in batch.notes]) == (
        ["One more thing.", "Yes?"],
        ["Chatty."],
    )
    assert [line.seq for line in batch.lines] == [4, 5]


def test_what_was_said_during_the_writing_follows_too(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    ana.converts()
    stage.run_for(5)
    vera.says("Meanwhile.")
    stage.saves()
    stage.run_for(2)

    seqs = [line.seq for line in (*stage.opened[0].snapshot.lines, *stage.appended[0].lines)]
    assert seqs == [line.seq for line in vera.lines] == [1, 2, 3, 4, 5]


def test_lines_that_were_not_written_are_handed_over_again_until_they_are(stage: Stage) -> None:
    vera, _ana = a_saved_talk(stage)
    vera.says("First.")
    stage.run_for(2)
    stage.appends(stage.appended[0], saved=False)
    stage.run_for(4.875)
    assert stage.appended_texts() == [["First."]]
    stage.run_for(0.125)
    assert stage.appended_texts() == [["First."], ["First."]]

    stage.appends(stage.appended[1])
    stage.run_for(60)
    assert len(stage.appended) == 2


def test_lines_that_come_while_others_are_being_written_are_written_once_whatever_answers_first(stage: Stage) -> None:
    vera, _ana = a_saved_talk(stage)
    vera.says("First.")
    stage.run_for(2)
    vera.says("Second.")
    stage.run_for(2)
    first, both = stage.appended
    assert [line.text for line in both.lines] == ["First.", "Second."]
    stage.appends(first)
    stage.appends(both)
    vera.says("Third.")
    stage.run_for(2)

    assert [line.text for line in stage.appended[-1].lines] == ["Third."]
    assert len(stage.appended) == 3


def test_a_late_failure_of_what_has_been_written_since_is_no_matter(stage: Stage) -> None:
    vera, _ana = a_saved_talk(stage)
    vera.says("First.")
    stage.run_for(2)
    vera.says("Second.")
    stage.run_for(2)
    first, both = stage.appended
    stage.appends(both)
    stage.appends(first, saved=False)
    stage.run_for(60)

    assert len(stage.appended) == 2


def test_the_last_words_reach_the_ticket_after_the_chat_is_erased_even_if_it_takes_a_while(stage: Stage) -> None:
    vera, _ana = a_saved_talk(stage)
    vera.says("Goodbye.").does(p.VisitorEnd())
    assert stage.appended_texts() == [["Goodbye."]]
    assert stage.machine.stats().chats == 0
    for number in range(3):
        stage.appends(stage.appended[number], saved=False)
        stage.run_for(5)

    assert stage.appended_texts() == [["Goodbye."]] * 4
    stage.appends(stage.appended[-1])
    assert stage.machine._floor.unwritten == {}
    assert stage.machine.next_deadline() is None or stage.machine._floor.timers.get("rewrite", vera.chat) is None


def test_an_answer_for_lines_that_nobody_handed_over_is_no_matter(stage: Stage) -> None:
    stray = AppendLines(chat="no such chat", lines=(), notes=())

    assert stage.happens(LinesAppended(handed=stray, saved=False)) == []


def test_a_server_that_is_about_to_stop_writes_what_is_left(stage: Stage) -> None:
    vera, _ana = a_saved_talk(stage)
    vera.says("Just in time.")
    stage.happens(Draining())

    assert stage.appended_texts() == [["Just in time."]]


def test_a_chat_that_was_never_saved_appends_nothing(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    sue = stage.agent(SUE).does(p.Join(chat=vera.chat))
    ana.says("Bye.").converts()
    vera.does(p.Refuse()).does(p.VisitorEnd())
    stage.happens(Draining())
    stage.run_for(100)

    assert (stage.opened, stage.appended) == ([], [])
    assert sue.hears(p.Erased)
