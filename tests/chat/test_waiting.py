"""What those who wait are told."""

from __future__ import annotations

from livesupport.chat import protocol as p
from livesupport.chat.events import AgentIdentity, Site, Topic
from livesupport.rules import Rules
from tests.chat.cast import ANA, BEN, Agent, Stage, Visitor, a_talk

ONE_SEAT = AgentIdentity(id=1, name="Ana", capacity=1)
TOPICS = (Topic(id=7, name="Orders"), Topic(id=8, name="Returns"))


def a_full_house(rules: Rules | None = None) -> tuple[Stage, Visitor, Agent]:
    """Ana's only seat is taken by Vera; whoever comes now waits."""
    stage = Stage(rules, agents=(ONE_SEAT, BEN))
    vera, ana = a_talk(stage)
    stage.run_for(5)
    return stage, vera, ana


# ── the place ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_place_is_shown_after_three_seconds() -> None:
    stage, _vera, _ana = a_full_house()
    olga = stage.visitor("Olga").asks()
    stage.run_for(2.875)
    assert olga.sees().position is None

    stage.run_for(0.125)
    assert olga.sees().position == 1


def test_whoever_is_accepted_at_once_never_sees_a_queue(stage: Stage) -> None:
    vera, _ana = a_talk(stage)
    stage.run_for(10)

    assert all(state.position is None for state in vera.all(p.VisitorChat))


def test_places_move_up_when_somebody_ahead_gives_up_within_a_second() -> None:
    stage, _vera, _ana = a_full_house()
    olga, nino = stage.visitor("Olga").asks(), stage.visitor("Nino").asks()
    stage.run_for(4)
    assert (olga.sees().position, nino.sees().position) == (1, 2)

    olga.does(p.VisitorEnd())
    stage.run_for(1)
    assert nino.sees().position == 1


def test_places_move_up_when_somebody_ahead_is_sent_away_after_half_an_hour() -> None:
    stage, vera, _ana = a_full_house(Rules(max_wait=60, idle_end_after=9000, idle_warning_after=8000))
    stage.visitor("Olga").asks()
    stage.run_for(30)
    nino = stage.visitor("Nino").asks()
    stage.run_for(29)
    assert nino.sees().position == 2
    assert vera.sees().status == "active"

    stage.run_for(2)
    assert nino.sees().position == 1


def test_places_are_told_once_a_second_at_most() -> None:
    stage, _vera, _ana = a_full_house()
    crowd = [stage.visitor(f"Visitor {number}").asks() for number in range(8)]
    stage.run_for(5)
    last = crowd[-1].listens_anew()
    for visitor in crowd[:5]:
        visitor.does(p.VisitorEnd())
        stage.run_for(0.125)
    stage.run_for(1)

    assert last.sees().position == 3
    assert len(last.all(p.VisitorChat)) <= 2


def test_a_place_counts_only_those_who_wait_for_the_same_topic() -> None:
    stage = Stage(sites=(Site(id="shop", name="Shop", topics=TOPICS),), agents=(ONE_SEAT,))
    a_talk(stage, topic=7)
    stage.visitor("Olga").asks(topic=7)
    nino = stage.visitor("Nino").asks(topic=8)
    stage.run_for(3)

    assert nino.sees().position == 1


def test_a_place_never_grows_but_an_overtaking_is_said_in_words() -> None:
    stage, vera, ana = a_full_house()
    olga, nino = stage.visitor("Olga").asks(), stage.visitor("Nino").asks()
    stage.run_for(4)
    ana.wants_to_be("away").does(p.Requeue(chat=vera.chat))
    stage.run_for(1)
    assert (olga.sees().position, olga.sees().overtaken) == (1, True)
    assert (nino.sees().position, nino.sees().overtaken) == (2, True)
    stage.run_for(3)
    assert (vera.sees().position, vera.sees().overtaken) == (1, False)

    vera.does(p.VisitorEnd())
    stage.run_for(1)
    assert (olga.sees().position, olga.sees().overtaken) == (1, False)
    assert (nino.sees().position, nino.sees().overtaken) == (2, False)


def test_somebody_who_is_offline_for_a_moment_keeps_the_place_ahead_of_others() -> None:
    stage, vera, ana = a_full_house()
    olga, nino = stage.visitor("Olga").asks(), stage.visitor("Nino").asks()
    stage.run_for(4)
    olga.loses_connection()
    stage.run_for(30)
    assert nino.sees().position == 2

    olga.arrives()
    vera.does(p.VisitorEnd())
    assert ana.accepts().chat == olga.chat


# ── the estimate ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_wait_is_estimated_once_there_are_five_samples() -> None:
    stage = Stage(agents=(ONE_SEAT,))
    ana = stage.agent(ONE_SEAT)
    for number in range(5):
        stage.run_for(3)
        stage.visitor(f"Visitor {number}").asks()
        ana.accepts()
        if number == 4:
            olga = stage.visitor("Olga").asks()
            stage.run_for(4)
            assert olga.sees().wait is None, "four samples say too little"
            stage.run_for(116)
        else:
            stage.run_for(120)
        ana.ends()
        stage.run_for(10)
    nino = stage.visitor("Nino").asks()
    stage.run_for(3)

    assert (nino.sees().position, nino.sees().wait) == (2, "3_to_5")  # 2 × 130 s ÷ 1 seat


def test_without_a_seat_there_is_no_estimate() -> None:
    stage = Stage(Rules(estimate_needs=0), agents=(ONE_SEAT,))
    vera, ana = a_talk(stage)
    ana.ends()
    stage.run_for(10)
    vera.does(p.VisitorEnd())
    olga = stage.visitor("Olga").asks()
    ana.wants_to_be("away")
    stage.run_for(3)

    assert (olga.sees().position, olga.sees().wait) == (1, None)


# ── the question whether to wait on ──────────────────────────────────────────────────────────────────────────────────


def test_after_a_minute_and_then_every_two_the_visitor_is_asked_whether_to_wait_on() -> None:
    stage, _vera, _ana = a_full_house()
    olga = stage.visitor("Olga").asks()
    for seconds in (60, 120, 120):
        stage.run_for(seconds - 0.125)
        assert not olga.sees().ask_wait
        stage.run_for(0.125)
        assert olga.sees().ask_wait
        olga.does(p.KeepWaiting())
        assert not olga.sees().ask_wait


def test_where_the_rules_say_so_the_visitor_is_asked_once() -> None:
    stage, _vera, _ana = a_full_house(Rules(wait_prompt_every=0, idle_end_after=9000, idle_warning_after=8000))
    olga = stage.visitor("Olga").asks()
    stage.run_for(60)
    olga.does(p.KeepWaiting())
    stage.run_for(600)

    assert (olga.sees().status, olga.sees().ask_wait) == ("waiting", False)


def test_whoever_does_not_answer_goes_on_waiting() -> None:
    stage, _vera, _ana = a_full_house(Rules(idle_end_after=9000, idle_warning_after=8000))
    olga = stage.visitor("Olga").asks()
    stage.run_for(1799.875)

    assert olga.sees().status == "waiting"
    assert olga.sees().ask_wait


def test_after_half_an_hour_the_wait_ends_honestly_and_can_still_become_a_request() -> None:
    stage, _vera, _ana = a_full_house(Rules(idle_end_after=9000, idle_warning_after=8000))
    olga = stage.visitor("Olga").asks()
    stage.run_for(1800)
    assert (olga.sees().status, olga.sees().reason, olga.sees().save_in) == ("ended", "waited_too_long", 60.0)

    olga.does(p.Save())
    stage.saves("1042-1")
    assert olga.sees().ticket == "1042-1"


# ── stop waiting, make this a request ────────────────────────────────────────────────────────────────────────────────


def test_olga_makes_her_question_a_request_from_the_queue() -> None:
    stage, _vera, _ana = a_full_house()
    olga = stage.visitor("Olga").asks("Can I pay later?").says("It is about order 7.")
    olga.does(p.Save())
    snapshot = stage.opened[-1].snapshot
    assert [line.text for line in snapshot.lines] == ["Can I pay later?", "It is about order 7."]
    assert (snapshot.agent, snapshot.saved_by) == (None, None)
    assert olga.sees().status == "waiting", "not before it is written"

    stage.saves("1042-1")
    assert (olga.sees().status, olga.sees().reason, olga.sees().ticket) == ("ended", "queue_to_ticket", "1042-1")
    assert stage.counted("ended") == ["queue_to_ticket"]


def test_whoever_waits_no_more_is_told_nothing_of_a_queue() -> None:
    stage, _vera, _ana = a_full_house()
    olga = stage.visitor("Olga").asks().does(p.Save())
    stage.saves()
    olga.listens_anew()
    stage.run_for(59.875)

    olga.hears_no(p.VisitorChat)


def test_nobody_is_rung_for_a_chat_that_is_becoming_a_request(stage: Stage) -> None:
    ana, vera = stage.agent(ANA), stage.visitor().asks()
    assert ana.rings()
    vera.does(p.Save())

    assert ana.hears(p.OfferClosed).reason == "withdrawn"
    stage.run_for(20)
    assert not ana.rings()
    assert ana.does(p.Accept(chat=vera.chat)).hears(p.Refused).code == "not_allowed"


def test_when_the_request_cannot_be_written_olga_waits_on_and_rings_again(stage: Stage) -> None:
    ana, vera = stage.agent(ANA), stage.visitor().asks()
    vera.does(p.Save())
    stage.run_for(5)
    stage.fails_to_save()

    assert vera.hears(p.Refused).code == "not_saved"
    assert vera.sees().status == "offered"
    assert ana.rings()


def test_a_chat_that_was_saved_before_its_agent_was_lost_needs_no_second_saving(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    vera.does(p.Save())
    stage.saves("1042-1")
    ana.does(p.Requeue(chat=vera.chat))
    vera.does(p.Save())

    assert (vera.sees().reason, vera.sees().ticket) == ("queue_to_ticket", "1042-1")
    assert len(stage.opened) == 1
