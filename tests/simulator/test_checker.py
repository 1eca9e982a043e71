"""The judge can say no: for each promise a history that breaks it, beside one that keeps it."""

from __future__ import annotations

from tests.simulator.checker import judge
from tests.simulator.history import Entry, History, Shown, Told

CHAT = "chat-1"
VERA, TAB, ANA, BEN = "visitor-1.1", "visitor-1.2", "agent-1.1", "agent-2.1"
OPENED = Shown((1, 1), "opened", "visitor", "q", None)
ASSIGNED = Shown((1, 2), "assigned", "agent None", "", 1)
HELLO = Shown((1, 3), "message", "visitor", "m1", None)
ANSWER = Shown((1, 4), "message", "agent 1", "m2", 1)
THANKS = Shown((1, 5), "message", "visitor", "m3", None)
TALK = [OPENED, ASSIGNED, HELLO, ANSWER, THANKS]
STATE = {"status": "active", "agent": "Ana", "ticket": None, "missing": 0}


def a_talk(lines: list[Shown] = TALK) -> History:
    """Vera and Ana have said all this, both have heard it, and every word was acknowledged."""
    history = History(Entry(console, 0, "up") for console in (ANA, BEN))
    history.append(Entry(VERA, 0, "state", CHAT, data=STATE))
    for line in lines:
        if line.kind == "message":
            who = VERA if line.author == "visitor" else ANA
            history.append(Entry(who, 0, "invoke", CHAT, line.id, line.author))
        for who in (VERA, ANA):
            history.append(
                Entry(who, 0, "seen", CHAT, line.id, line.author, line.place, Told(line.kind, line.agent, line.place[1]))
            )
        if line.kind == "message":
            history.append(Entry(who, 0, "ack", CHAT, line.id, line.author))
    return history


def shows(who: str, lines: list[Shown], chat: str = CHAT) -> Entry:
    return Entry(who, 0, "view", chat, data=lines)


def crash_and_return() -> list[Entry]:
    return [Entry("server", 0, "crash"), Entry(VERA, 0, "state", CHAT, data=STATE)]


def verdict(*more: Entry, history: History | None = None) -> set[str]:
    """The promises that are broken."""
    return {found[:2] for found in judge(History([*(history or a_talk()), *more]))}


def test_a_good_history_is_let_pass() -> None:
    assert judge(History([*a_talk(), *crash_and_return(), shows(VERA, TALK), shows(ANA, TALK)])) == []


def test_g1_an_acknowledged_message_is_missing() -> None:
    assert verdict(*crash_and_return(), shows(VERA, TALK[:4]), shows(ANA, TALK[:4])) == {"G1"}


def test_g1_is_kept_when_nobody_was_left_who_held_it() -> None:
    gone = [Entry("server", 0, "crash"), Entry(VERA, 0, "gone", CHAT), Entry(ANA, 0, "gone", CHAT)]

    assert verdict(*gone, Entry(TAB, 0, "state", CHAT, data=STATE), shows(TAB, TALK[:2])) == set()
    one_is_left = [gone[0], gone[1]]
    assert "G1" in verdict(*one_is_left, Entry(TAB, 0, "state", CHAT, data=STATE), shows(TAB, TALK[:2]))


def test_g1_is_broken_when_the_server_takes_the_copies_away() -> None:
    taken = [Entry("server", 0, "crash"), Entry(VERA, 0, "gone", CHAT), Entry(ANA, 0, "released", CHAT)]

    assert "G1" in verdict(*taken, Entry(TAB, 0, "state", CHAT, data=STATE), shows(TAB, TALK[:2]))


LATE = Shown((1, 6), "message", "visitor", "m4", None)


def a_tab_alone_held(*then: Entry) -> History:
    """Only her other tab has heard of her last words; the first one has brought the chat back without it."""
    history = a_talk()
    for line in [*TALK, LATE]:
        history.append(Entry(TAB, 0, "seen", CHAT, line.id, line.author, line.place, Told(line.kind, line.agent, 0)))
    said = [Entry(TAB, 0, "invoke", CHAT, "m4", "visitor"), Entry(TAB, 0, "ack", CHAT, "m4", "visitor")]
    return History([*history, *said, *crash_and_return(), *then, shows(VERA, TALK), shows(ANA, TALK)])


def test_g1_a_page_that_is_gone_before_it_was_asked_takes_along_what_it_alone_held() -> None:
    assert verdict(history=a_tab_alone_held(Entry(TAB, 0, "gone", CHAT))) == set()
    soon = [Entry(TAB, 0, "up", true=100), Entry(TAB, 0, "gone", CHAT, true=114)]
    assert verdict(history=a_tab_alone_held(*soon)) == set()


def test_g1_is_broken_when_a_page_was_not_asked_in_time_or_its_copy_was_not_taken() -> None:
    late = [Entry(TAB, 0, "up", true=100), Entry(TAB, 0, "gone", CHAT, true=115)]
    assert verdict(history=a_tab_alone_held(*late)) == {"G1"}
    shown = [Entry(TAB, 0, "up", true=100), Entry(TAB, 0, "state", CHAT, data=STATE, true=101)]
    assert verdict(history=a_tab_alone_held(*shown, Entry(TAB, 0, "gone", CHAT, true=102))) == {"G1"}
    assert verdict(history=a_tab_alone_held()) == {"G1"}


def test_g1_a_chat_is_lost_of_which_somebody_held_the_beginning() -> None:
    """That some of it is gone does not excuse that all of it is."""
    gone = [Entry(TAB, 0, "gone", CHAT), Entry(VERA, 0, "over", CHAT, data="lost")]

    assert verdict(history=a_tab_alone_held(*gone)) == {"G1"}


def test_g1_a_chat_is_called_lost_that_somebody_held() -> None:
    assert verdict(Entry("server", 0, "crash"), Entry(VERA, 0, "over", CHAT, data="lost")) == {"G1"}
    ended = [Entry(ANA, 0, "over", CHAT, data="agent_ended"), Entry("server", 0, "crash")]
    assert verdict(*ended, Entry(VERA, 0, "over", CHAT, data="lost")) == set()


def test_g2_a_message_is_shown_twice() -> None:
    twice = [*TALK, HELLO._replace(place=(2, 6))]

    assert verdict(shows(VERA, twice), shows(ANA, twice)) == {"G2"}


def test_g2_a_message_is_taken_twice_although_each_page_shows_it_once() -> None:
    again = Entry(VERA, 0, "seen", CHAT, "m1", "visitor", (1, 6), Told("message", None, 6))

    assert verdict(again) == {"G2"}
    assert verdict(again._replace(place=(2, 6))) == set()  # said again to a server that had lost it


def test_g2_an_authors_order_is_changed() -> None:
    changed = [OPENED, ASSIGNED, THANKS._replace(place=(1, 3)), ANSWER, HELLO._replace(place=(1, 5))]

    assert verdict(shows(VERA, changed), shows(ANA, changed)) == {"G2"}


def test_g2_two_pages_show_different_orders() -> None:
    other = [OPENED, ASSIGNED, ANSWER._replace(place=(1, 3)), HELLO._replace(place=(1, 4)), THANKS]

    assert verdict(shows(VERA, TALK), shows(ANA, other)) == {"G2"}


def test_g3_a_message_is_dropped_in_silence() -> None:
    said = Entry(VERA, 0, "invoke", CHAT, "m9", "visitor")

    assert verdict(said, shows(VERA, TALK)) == {"G3"}
    assert verdict(said, Entry(VERA, 0, "refuse", CHAT, "m9"), shows(VERA, TALK)) == set()
    assert verdict(said, Entry(VERA, 0, "gone", CHAT), shows(TAB, TALK)) == set()


def test_g3_a_message_is_never_sent_although_all_is_well() -> None:
    said = Entry(VERA, 0, "invoke", CHAT, "m9", "visitor")

    assert verdict(said, Entry(VERA, 0, "unsent", CHAT, "m9", "visitor"), shows(VERA, TALK)) == {"G3"}


def test_g3_a_page_never_comes_back() -> None:
    assert verdict(Entry(VERA, 0, "offline")) == {"G3"}


def saved(number: str = "1001") -> Entry:
    return Entry(ANA, 0, "state", CHAT, data=STATE | {"ticket": number})


def ticket(*lines: Shown, number: str = "1001") -> Entry:
    return Entry("storage", 0, "ticket", CHAT, data=(number, [(line.author, line.id) for line in lines]))


def test_g4_one_ticket_with_everything_is_right() -> None:
    assert verdict(saved(), shows(VERA, TALK), ticket(HELLO, ANSWER, THANKS)) == set()


def test_g4_a_ticket_lacks_an_acknowledged_message() -> None:
    assert verdict(saved(), shows(VERA, TALK), ticket(HELLO, ANSWER)) == {"G4"}


def test_g4_a_message_that_was_said_again_stands_in_the_ticket_twice() -> None:
    assert verdict(saved(), shows(VERA, TALK), ticket(HELLO, ANSWER, HELLO, THANKS)) == {"G4"}


def test_g4_a_ticket_changes_an_authors_order() -> None:
    assert verdict(saved(), shows(VERA, TALK), ticket(THANKS, ANSWER, HELLO)) == {"G4"}


def test_g4_a_chat_has_two_tickets() -> None:
    assert verdict(saved(), ticket(HELLO, ANSWER, THANKS), ticket(HELLO, ANSWER, THANKS)) == {"G4"}


def test_g4_somebody_was_told_of_a_ticket_that_is_not_there() -> None:
    assert verdict(saved()) == {"G4"}
    assert verdict(saved("1002"), ticket(HELLO, ANSWER, THANKS)) == {"G4"}


def test_g5_a_second_agent_is_assigned() -> None:
    second = [*TALK, Shown((1, 6), "assigned", "agent None", "", 2)]

    assert verdict(shows(VERA, second)) == {"G5"}
    handed_on = [*TALK, Shown((1, 6), "transferred", "agent None", "", 2), Shown((1, 7), "message", "agent 2", "m8", 2)]
    assert verdict(shows(VERA, handed_on)) == set()


def test_g5_somebody_speaks_who_does_not_serve() -> None:
    assert verdict(shows(VERA, [*TALK, Shown((1, 6), "message", "agent 2", "m8", 2)])) == {"G5"}
    given_back = [*TALK, Shown((1, 6), "requeued", "agent None", "", None)]
    assert verdict(shows(VERA, [*given_back, Shown((1, 7), "message", "agent 1", "m8", 1)])) == {"G5"}
    assert verdict(shows(VERA, [*given_back, Shown((2, 6), "message", "agent 1", "m8", 1)])) == set()
    assert verdict(shows(VERA, [*given_back, Shown((2, 6), "message", "agent 2", "m8", 2)])) == {"G5"}


def begun(chat: str, at: float) -> Entry:
    """Vera has asked for a human."""
    return Entry(VERA, 0, "seen", chat, "q", "visitor", (1, 1), Told("opened", None, at))


def test_g5_a_chat_goes_on_after_its_visitor_has_begun_another() -> None:
    said = Entry(VERA, 0, "seen", "chat-2", "m", "visitor", (1, 2), Told("message", None, 40))
    waits = Entry(VERA, 0, "state", "chat-2", data=STATE | {"status": "waiting"}, true=60)

    assert verdict(begun("chat-2", 20), begun("chat-3", 41), said) == set()
    assert verdict(begun("chat-2", 20), begun("chat-3", 39), said) == {"G5"}
    assert verdict(begun("chat-2", 20), begun("chat-3", 39), waits) == {"G5"}
    assert verdict(begun("chat-2", 20), begun("chat-3", 51), waits) == set()  # it was on its way for so long
    ended = waits._replace(data=STATE | {"status": "ended"})
    assert verdict(begun("chat-2", 20), begun("chat-3", 39), ended) == set()


def test_g5_a_new_chat_rings_where_no_seat_is_left() -> None:
    ring = {"load": 3, "capacity": 2, "is_new": True}

    assert verdict(Entry(ANA, 0, "offer", CHAT, data=ring)) == {"G5"}
    assert verdict(Entry(ANA, 0, "offer", CHAT, data=ring | {"load": 2})) == set()
    assert verdict(Entry(ANA, 0, "offer", CHAT, data=ring | {"is_new": False})) == set()


def test_g5_somebody_is_matched_who_was_not_within_reach() -> None:
    given = Entry(VERA, 0, "seen", CHAT, "", "agent None", (1, 6), Told("transferred", 2, 100))
    gone = Entry(BEN, 0, "down", true=79)

    assert verdict(gone, given) == {"G5"}
    assert verdict(gone._replace(true=81), given) == set()
    assert verdict(gone, Entry("agent-2.9", 0, "up", true=99), given) == set()
    assert verdict(gone, Entry("agent-2.9", 0, "up", true=101), given) == {"G5"}
    assert verdict(gone, Entry("agent-21.1", 0, "up", true=99), given) == {"G5"}


# ── who is there ─────────────────────────────────────────────────────────────────────────────────────────────────────

TEAM = {1: "available", 2: "available"}


def team(at: float, **ben: str) -> Entry:
    """What the server tells Ana's console."""
    return Entry(ANA, 0, "team", data=TEAM | {2: ben.get("ben", "available")}, true=at)


def there(*more: Entry) -> set[str]:
    """What is found when both consoles were there from the first second on."""
    both = [Entry(console, 0, "up", true=1) for console in (ANA, BEN)]
    return verdict(history=History([*both, team(2), *more]))


def test_g6_a_clean_end_is_not_told_within_a_second() -> None:
    ended = [Entry(BEN, 0, "down", true=100), Entry(BEN, 0, "left", true=100.1)]

    assert there(*ended, team(102, ben="offline")) == set()
    assert there(*ended, team(103, ben="offline")) == {"G6"}
    assert there(*ended, Entry("agent-2.9", 0, "up", true=101)) == set()
    assert there(*ended, Entry(ANA, 0, "down", true=101)) == set()


def test_g6_a_dead_line_is_not_told_within_twenty_seconds() -> None:
    dead = Entry(BEN, 0, "down", true=100)

    assert there(dead, team(120.9, ben="reconnecting")) == set()
    assert there(dead, team(122, ben="reconnecting")) == {"G6"}


def test_g6_somebody_is_called_away_who_is_there() -> None:
    assert there(team(50, ben="reconnecting")) == {"G6"}
    assert there(Entry(BEN, 0, "down", true=49), team(50, ben="reconnecting")) == set()


def test_g6_a_page_comes_back_late_after_a_start() -> None:
    lost, start = Entry(VERA, 0, "lost", true=100), Entry("server", 0, "start", true=105)

    assert verdict(lost, start, Entry(VERA, 0, "up", true=114)) == set()
    assert verdict(lost, start, Entry(VERA, 0, "up", true=116)) == {"G6"}
    hindered = Entry(VERA, 0, "lost", true=110)
    assert verdict(lost, start, hindered, Entry(VERA, 0, "up", true=124)) == set()
    assert verdict(lost._replace(true=90), start, Entry(VERA, 0, "up", true=124)) == set()  # it was away for long


def test_g7_a_console_is_open_two_seconds_after_its_agent_was_disabled() -> None:
    revoked, down = Entry("agent-2", 0, "revoked", true=100), Entry(BEN, 0, "down", true=101)
    told = team(103, ben="offline")

    assert there(revoked, down, told) == set()
    assert there(revoked, down._replace(true=103), told) == {"G7"}
    assert there(revoked, down, told, Entry("agent-2.9", 0, "up", true=110)) == {"G7"}
    back = [Entry("agent-2", 0, "restored", true=109), Entry("agent-2.9", 0, "up", true=110)]
    assert there(revoked, down, told, *back) == set()


def test_g7_words_of_somebody_are_taken_who_is_no_agent() -> None:
    words = Entry(VERA, 0, "seen", CHAT, "m8", "agent 2", (1, 6), Told("message", 2, 103))
    revoked, down = Entry("agent-2", 0, "revoked", true=100), Entry(BEN, 0, "down", true=101)

    assert there(revoked, down, team(103, ben="offline"), words) == {"G7"}
    assert there(revoked, down, team(103, ben="offline"), words._replace(data=Told("message", 2, 102))) == set()
