"""After a restart those who were here come back first: no seat and no place goes to whoever is merely quicker."""

from __future__ import annotations

from livesupport.chat import protocol as p
from livesupport.chat.restoring import SETTLE_SECONDS
from livesupport.rules import Rules
from tests.chat.cast import ANA, Stage


def test_a_seat_is_kept_for_the_chat_that_is_still_on_its_way() -> None:
    stage = Stage(Rules(default_capacity=1, between_assignments=0.0), agents=(ANA,))
    ana = stage.agent(ANA)
    vera = stage.visitor().asks()
    ana.accepts()
    levan = stage.visitor("Levan").asks()
    stage.server_dies()
    ana.listens_anew().comes_back()
    levan.comes_back()
    stage.run_for(SETTLE_SECONDS - 1)
    vera.comes_back()
    stage.run_for(2)

    ana.hears_no(p.Offer)
    assert vera.sees().agent == "Ana"
    assert levan.sees().status == "waiting"


def test_who_came_first_is_rung_first_though_another_is_back_sooner() -> None:
    stage = Stage(Rules(default_capacity=1), agents=(ANA,))
    ana = stage.agent(ANA)
    stage.visitor().asks()
    ana.accepts()
    first = stage.visitor("First").asks()
    stage.run_for(1)
    second = stage.visitor("Second").asks()
    stage.server_dies()
    ana.listens_anew().comes_back()
    second.comes_back()
    stage.run_for(1)
    first.comes_back()
    stage.run_for(SETTLE_SECONDS)

    assert ana.hears(p.Offer).chat == first.chat


def test_the_wait_ends_and_whoever_is_here_is_served() -> None:
    stage = Stage(Rules(default_capacity=1), agents=(ANA,))
    ana = stage.agent(ANA)
    stage.visitor().asks()
    ana.accepts()
    levan = stage.visitor("Levan").asks()
    stage.server_dies()
    ana.listens_anew().comes_back()
    levan.comes_back()
    ana.hears_no(p.Offer)

    stage.run_for(SETTLE_SECONDS)

    assert ana.hears(p.Offer).chat == levan.chat
