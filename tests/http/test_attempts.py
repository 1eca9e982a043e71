"""Guessing passwords gets slower with every guess; the person who knows it is not in the way of others."""

from __future__ import annotations

import pytest

from livesupport.http import attempts
from livesupport.http.attempts import FREE_PER_ADDRESS, FREE_PER_LOGIN, LONGEST_PAUSE, Attempts


class Watch:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def door(watch: Watch) -> Attempts:
    return Attempts(watch)


def test_the_first_mistakes_cost_nothing_and_then_the_pause_doubles(door: Attempts, watch: Watch) -> None:
    for _ in range(FREE_PER_LOGIN):
        assert door.begin("ana", "192.0.2.1") == 0
    pauses = []
    for _ in range(4):
        pauses.append(door.begin("ana", "192.0.2.1"))
        watch.now += pauses[-1]
        assert door.begin("ana", "192.0.2.1") == 0
    assert pauses == [1, 2, 4, 8]


def test_an_attempt_during_the_pause_does_not_make_it_longer(door: Attempts, watch: Watch) -> None:
    for _ in range(FREE_PER_LOGIN):
        door.begin("ana", "192.0.2.1")
    assert [door.begin("ana", "192.0.2.1") for _ in range(50)] == [1.0] * 50


def test_the_pause_has_an_end(door: Attempts, watch: Watch) -> None:
    for _ in range(FREE_PER_LOGIN + 30):
        watch.now += door.begin("ana", "192.0.2.1")
        door.begin("ana", "192.0.2.1")
    assert door.begin("ana", "192.0.2.1") <= LONGEST_PAUSE


def test_many_at_once_are_counted_before_any_of_them_is_answered(door: Attempts) -> None:
    assert sum(door.begin("ana", f"192.0.2.{place}") == 0 for place in range(100)) == FREE_PER_LOGIN


def test_one_password_tried_on_a_thousand_names_stops_at_the_address(door: Attempts) -> None:
    heard = sum(door.begin(f"name{number}", "2001:db8::1") == 0 for number in range(1000))
    assert heard == FREE_PER_ADDRESS
    assert door.begin("somebody", "2001:db8::ffff") > 0  # the same /64
    assert door.begin("somebody", "2001:db8:0:1::1") == 0


def test_a_right_password_clears_the_name_and_does_not_use_up_the_address(door: Attempts) -> None:
    for _ in range(FREE_PER_ADDRESS * 3):
        assert door.begin("ana", "192.0.2.1") == 0
        door.succeeded("ana", "192.0.2.1")


def test_a_thousand_guesses_from_everywhere_are_hardly_heard_and_keep_nobody_from_their_own_browser(
    door: Attempts, watch: Watch
) -> None:
    heard = 0
    for number in range(1000):
        heard += door.begin("ana", f"198.51.{number // 250}.{number % 250}") == 0
        watch.now += 3.6  # an hour of it
    assert heard < 30
    assert door.begin("ana", "192.0.2.1") > 0  # anywhere else Ana has to wait, too
    assert door.begin("ana", "192.0.2.1", device="her own") == 0


def test_a_stolen_mark_is_worth_no_more_tries_than_a_name(door: Attempts) -> None:
    assert sum(door.begin("ana", f"192.0.2.{place}", device="her own") == 0 for place in range(50)) == FREE_PER_LOGIN
    assert door.begin("ana", "192.0.2.1", device="her other one") == 0


def test_capitals_and_spaces_do_not_make_another_name(door: Attempts) -> None:
    for spelling in ("ana", "ANA", " Ana", "aNa ", "ana"):
        door.begin(spelling, "192.0.2.1")
    assert door.begin("Ana", "192.0.2.9") > 0


def test_an_hour_of_quiet_forgets(door: Attempts, watch: Watch) -> None:
    for _ in range(FREE_PER_LOGIN):
        door.begin("ana", "192.0.2.1")
    watch.now += attempts.FORGET_AFTER + 1
    assert [door.begin("ana", "192.0.2.1") for _ in range(FREE_PER_LOGIN)] == [0.0] * FREE_PER_LOGIN


def test_a_swarm_does_not_fill_the_memory(door: Attempts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "MOST_KEYS", 10)
    for number in range(100):
        door.begin(f"name{number}", f"192.0.2.{number}")
    assert len(door._failures) <= 11
