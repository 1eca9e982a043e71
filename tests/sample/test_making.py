"""Made-up tickets look as if they had happened: the same for the same seed, at dates within two years, in five languages."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from livesupport.model import Agent, Site, Topic
from livesupport.sample.making import Desk, tickets
from livesupport.sample.words import LANGUAGES
from tests.databases import Clock

NOW = Clock().now
DESK = Desk(
    site=Site(id="default", name="Shop", topics=(Topic(id=1, site="default", name="Orders"),)),
    types=(),
    agents=(Agent(id=1, login="ana", name="Ana", role="agent"), Agent(id=2, login="ben", name="Ben", role="agent")),
    now=NOW,
)
MADE = list(tickets(DESK, 3000))


def test_the_same_seed_makes_the_same_and_another_makes_others() -> None:
    assert list(tickets(DESK, 20, seed=7)) == list(tickets(DESK, 20, seed=7))
    assert not {one.origin for one in tickets(DESK, 20, seed=7)} & {one.origin for one in tickets(DESK, 20, seed=8)}


def test_they_spread_over_two_years_and_nothing_happens_in_the_future_or_backwards() -> None:
    assert MADE[0].created_at < NOW - timedelta(days=729)
    assert MADE[-1].created_at > NOW - timedelta(days=2)
    for ticket in MADE:
        moments = [ticket.created_at, *(message.at for message in ticket.messages), ticket.updated_at]
        assert moments == sorted(moments)
        assert max(moments) <= NOW


def test_they_have_about_six_messages_and_every_state_and_language() -> None:
    assert 5 < sum(len(ticket.messages) for ticket in MADE) / len(MADE) < 7
    assert set(Counter(ticket.language for ticket in MADE)) == set(LANGUAGES)
    assert {ticket.status for ticket in MADE} == {"new", "open", "pending", "on_hold", "solved", "closed", "spam"}
    assert {ticket.topic for ticket in MADE} == {1, None}


def test_who_answered_has_the_ticket_and_a_new_one_has_nobody() -> None:
    for ticket in MADE:
        writers = {message.agent for message in ticket.messages if message.author == "agent"}
        assert writers <= {ticket.assignee}
        assert (ticket.assignee is None) == (ticket.status in ("new", "spam"))


def test_every_gap_in_a_sentence_is_filled() -> None:
    said = [text for ticket in MADE for text in (ticket.subject, *(message.text for message in ticket.messages))]
    assert not [text for text in said if "{" in text or not text.strip()]
