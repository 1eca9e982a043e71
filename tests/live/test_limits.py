"""Limits, on a clock that the test moves."""

from __future__ import annotations

import pytest

from livesupport.config import Limits
from livesupport.live.limits import SWEEP_AT, Admission, Bucket, Rate, Recent, Seats, Throttle, neighbourhood

EXEMPTING = Admission(Limits(exempt=("127.0.0.0/8", "2001:db8::/32")))


def test_nino_may_say_ten_at_once_and_then_one_a_second() -> None:
    bucket = Bucket(Rate(1.0, 10))
    assert [bucket.take(100.0) for _ in range(10)] == [0.0] * 10
    assert bucket.take(100.0) == pytest.approx(1.0)
    assert bucket.take(100.4) == pytest.approx(0.6)
    assert bucket.take(101.0) == 0.0
    assert bucket.take(101.0) > 0


def test_a_refusal_costs_nothing() -> None:
    bucket = Bucket(Rate(1.0, 1))
    bucket.take(0.0)
    for _ in range(1000):
        bucket.take(0.5)
    assert bucket.take(1.0) == 0.0


def test_silence_earns_no_more_than_the_burst() -> None:
    bucket = Bucket(Rate(1.0, 3))
    bucket.take(0.0)
    assert [bool(bucket.take(1e6)) for _ in range(4)] == [False, False, False, True]


def test_each_address_has_its_own_credit() -> None:
    throttle = Throttle(Rate(120.0, 5))
    for _ in range(5):
        assert throttle.take("198.51.100.1", 0.0) == 0.0
    assert throttle.wait("198.51.100.1", 0.0) == pytest.approx(120.0)
    assert throttle.wait("198.51.100.2", 0.0) == 0.0


def test_asking_how_long_takes_nothing() -> None:
    throttle = Throttle(Rate(60.0, 1))
    assert [throttle.wait("here", 0.0) for _ in range(3)] == [0.0, 0.0, 0.0]
    assert throttle.take("here", 0.0) == 0.0


def test_addresses_with_all_their_credit_are_forgotten() -> None:
    throttle = Throttle(Rate(1.0, 1))
    for number in range(5 * SWEEP_AT):
        throttle.take(f"address {number}", float(number))
    assert len(throttle) <= SWEEP_AT


def test_what_happened_is_counted_for_so_long_and_then_forgotten() -> None:
    recent = Recent(600.0)
    for moment in (0.0, 100.0, 200.0):
        recent.add("here", moment)
    assert [recent.count("here", now) for now in (200.0, 599.0, 600.0, 800.0)] == [3, 3, 2, 0]
    assert [recent.wait("here", 3, now) for now in (200.0, 600.0)] == [400.0, 0.0]
    assert recent.wait("here", 2, 200.0) == 500.0
    assert recent.count("there", 200.0) == 0


def test_addresses_that_start_nothing_any_more_are_forgotten() -> None:
    recent = Recent(1.0)
    for number in range(5 * SWEEP_AT):
        recent.add(f"address {number}", float(number))
    assert len(recent) <= SWEEP_AT


def test_a_seat_that_is_given_back_can_be_taken_again() -> None:
    seats = Seats(2)
    assert [seats.take("here"), seats.take("here"), seats.take("here"), seats.take("there")] == [True, True, False, True]
    seats.give_back("here")
    assert seats.take("here")


@pytest.mark.parametrize(
    ("host", "counted_as"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unix", "unix"),
    ],
)
def test_a_subscriber_counts_as_one_address(host: str, counted_as: str) -> None:
    assert neighbourhood(host) == counted_as


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::ffff:127.0.0.1", "2001:db8::5"])
def test_exempt_networks_cover_their_hosts(host: str) -> None:
    assert EXEMPTING.is_exempt(host)


@pytest.mark.parametrize("host", ["128.0.0.1", "2001:db9::5", "", "localhost"])
def test_exempt_networks_cover_nobody_else(host: str) -> None:
    assert not EXEMPTING.is_exempt(host)


def test_a_console_may_say_as_much_as_twenty_visitors() -> None:
    admission = Admission(Limits())
    assert admission.agent_frames.burst == 20 * admission.visitor_frames.burst
    assert admission.agent_frames.interval == pytest.approx(admission.visitor_frames.interval / 20)
