"""Who gets whom: the pure questions."""

from __future__ import annotations

import pytest

from livesupport.chat import routing
from livesupport.chat.events import AgentIdentity, Moment
from livesupport.chat.protocol import Intent, VisitorCard
from livesupport.chat.seal import LINES, Chain, ChatName
from livesupport.chat.state import Agent, Chat
from livesupport.chat.transcript import Notes, Transcript
from livesupport.rules import Rules
from tests.keys import RING

NOW = Moment(1000.0, 0.0)
RULES = Rules()

CHAIN = Chain(RING, ChatName("shop", "vera", "vera"), LINES)


def an_agent(
    id: int = 1, *, chats: int = 0, rings: int = 0, intent: Intent | None = "available", connected: bool = True,
    capacity: int | None = None, languages: str = "", topics: tuple[int, ...] = (), last_assigned: float = 0.0,
) -> Agent:  # fmt: skip
    identity = AgentIdentity(
        id=id, name=f"Agent {id}", capacity=capacity, languages=frozenset(languages.split()), topics=frozenset(topics)
    )
    agent = Agent(identity=identity, intent=intent, sockets={id} if connected else set(), last_assigned=last_assigned)
    agent.chats = {f"chat {number}": a_chat(f"chat {number}") for number in range(chats)}
    agent.offers = {f"offer {number}": a_chat(f"offer {number}") for number in range(rings)}
    return agent


def a_chat(id: str = "vera", *, at: float = 0.0, returning: bool = False, language: str = "", topic: int | None = None) -> Chat:
    card = VisitorCard(name="Vera", phone="", question="?", language=language)
    return Chat(
        id=id, site="shop", topic=topic, visitor=id, card=card, start_id="", transcript=Transcript(id, 1, CHAIN),
        notes=Notes(id, 1, CHAIN),        started_wall=0.0, started_at=at, enqueued_at=at, last_said_at=at, returning=returning,
    )  # fmt: skip


# ── the order of the queue ───────────────────────────────────────────────────────────────────────────────────────────


def test_whoever_was_served_before_comes_first_then_whoever_came_first_then_the_id() -> None:
    vera, olga, nino, omid = (
        a_chat("vera", at=5),
        a_chat("olga", at=3),
        a_chat("nino", at=9, returning=True),
        a_chat("omid", at=3),
    )

    assert [chat.id for chat in sorted([vera, olga, nino, omid], key=lambda chat: chat.order)] == [
        "nino",
        "olga",
        "omid",
        "vera",
    ]


# ── the best agent ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_agent_who_speaks_the_visitors_language_comes_before_an_idle_one() -> None:
    speaks, idle = an_agent(1, chats=2, languages="ka en"), an_agent(2, languages="en")

    assert routing.best_agent([idle, speaks], a_chat(language="ka-GE")) is speaks


def test_without_a_named_language_an_agent_is_taken_to_manage_any() -> None:
    assert routing.speaks(an_agent(), "fa")
    assert routing.speaks(an_agent(languages="en"), "")
    assert routing.speaks(an_agent(languages="fa"), "FA-ir")
    assert not routing.speaks(an_agent(languages="en"), "fa")


def test_then_the_fewest_chats_then_the_longest_rest_then_the_lowest_id_decide() -> None:
    busy, rested, fresh = an_agent(1, chats=1), an_agent(2, last_assigned=10.0), an_agent(3, last_assigned=20.0)

    assert routing.best_agent([fresh, busy, rested], a_chat()) is rested
    twin_a, twin_b = an_agent(4), an_agent(5)
    assert routing.best_agent([twin_b, twin_a], a_chat()) is twin_a
    assert routing.best_agent([], a_chat()) is None


# ── who may be asked at all ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "agent",
    [
        an_agent(intent="away"),
        an_agent(intent="offline"),
        an_agent(intent=None),
        an_agent(connected=False),
        an_agent(chats=3),
        an_agent(chats=2, rings=1),
        an_agent(topics=(8,)),
    ],
    ids=["away", "offline", "never said", "not connected", "full", "full with one that rings", "another topic"],
)
def test_somebody_who_cannot_answer_is_not_asked(agent: Agent) -> None:
    assert routing.may_be_offered(an_agent(), a_chat(topic=7), NOW, RULES), "must be able to for this test to mean anything"
    assert not routing.may_be_offered(agent, a_chat(topic=7), NOW, RULES)


def test_an_agent_is_asked_again_when_the_wrap_up_is_over_to_the_second() -> None:
    agent = an_agent()
    agent.wrap_up_until = NOW.mono + 0.125
    assert not routing.may_be_offered(agent, a_chat(), NOW, RULES)

    agent.wrap_up_until = NOW.mono
    assert routing.may_be_offered(agent, a_chat(), NOW, RULES)


def test_whoever_missed_a_chat_is_not_asked_for_it_again() -> None:
    chat = a_chat()
    chat.missed.add(1)

    assert not routing.may_be_offered(an_agent(1), chat, NOW, RULES)
    assert routing.may_be_offered(an_agent(2), chat, NOW, RULES)


def test_between_two_assignments_an_agent_rests_three_seconds() -> None:
    assert not routing.rested(an_agent(last_assigned=NOW.mono - 2.875), NOW, RULES)
    assert routing.rested(an_agent(last_assigned=NOW.mono - 3.0), NOW, RULES)


# ── seats ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_persons_own_capacity_goes_before_the_general_one() -> None:
    assert routing.capacity(an_agent(), RULES) == 3
    assert routing.capacity(an_agent(capacity=1), RULES) == 1


def test_a_returning_chat_may_exceed_the_capacity_by_one_and_no_more() -> None:
    assert routing.has_seat(an_agent(chats=3), RULES, returning=True)
    assert not routing.has_seat(an_agent(chats=4), RULES, returning=True)
    assert not routing.has_seat(an_agent(chats=3), RULES, returning=False)


def test_a_sleeping_chat_frees_its_seat() -> None:
    agent = an_agent(chats=3)
    next(iter(agent.chats.values())).inactive = True

    assert agent.load == 2
    assert routing.has_seat(agent, RULES, returning=False)


@pytest.mark.parametrize(
    ("agent", "status"),
    [
        (an_agent(), "available"),
        (an_agent(chats=3), "busy"),
        (an_agent(intent="away"), "away"),
        (an_agent(intent="offline"), "offline"),
        (an_agent(connected=False), "offline"),
    ],
)
def test_what_colleagues_see(agent: Agent, status: str) -> None:
    assert routing.status(agent, NOW, RULES) == status


def test_a_lost_agent_is_reconnecting_for_a_minute() -> None:
    agent = an_agent(connected=False)
    agent.lost_at = NOW.mono - 59.875
    assert routing.status(agent, NOW, RULES) == "reconnecting"

    agent.lost_at = NOW.mono - 60.0
    assert routing.status(agent, NOW, RULES) == "offline"


# ── estimates ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("position", "bucket"),
    [(1, "under_1"), (2, "1_to_3"), (5, "1_to_3"), (6, "3_to_5"), (9, "3_to_5"), (10, "5_to_10"), (20, "over_10")],
)
def test_the_wait_is_position_times_handle_time_over_seats_in_a_bucket(position: int, bucket: str) -> None:
    assert routing.wait_bucket(position, handle_seconds=60.0, seats=2) == bucket


def test_the_queue_may_hold_ten_or_three_per_seat() -> None:
    assert routing.queue_limit(0, RULES) == 10
    assert routing.queue_limit(3, RULES) == 10
    assert routing.queue_limit(4, RULES) == 12


def test_seats_are_those_of_agents_who_can_be_asked_for_the_topic_busy_or_not() -> None:
    agents = [an_agent(1, chats=3), an_agent(2, capacity=5, topics=(7,)), an_agent(3, intent="away"), an_agent(4, topics=(8,))]

    assert routing.seats(agents, ("shop", 7), NOW, RULES) == 3 + 5
