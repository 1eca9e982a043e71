"""Clocks that are set forward and back: only the steady clock decides when something is due (F18)."""

from __future__ import annotations

import pytest

from livesupport.chat.events import Moment
from tests.chat.cast import ANA, WALL, Stage

HOUR = 3600.0


class Wrong(Stage):
    """A stage whose wall clock can be set; the steady one runs on."""

    wall = WALL

    @property
    def now(self) -> Moment:
        return Moment(self.time, self.wall + self.time)


@pytest.fixture
def stage() -> Wrong:
    return Wrong()


@pytest.mark.parametrize("step", [HOUR, -HOUR, 1.0, -1.0, -400 * 24 * HOUR])
def test_a_clock_that_is_set_moves_no_deadline_and_no_line(stage: Wrong, step: float) -> None:
    ana = stage.agent(ANA)
    vera = stage.visitor().asks()
    ana.accepts()
    vera.says("before")
    ana.converts()
    stage.wall += step
    vera.says("after")
    stage.run_for(4.9)
    assert vera.sees().armed_in is not None
    assert vera.texts[-2:] == ["before", "after"]

    stage.run_for(0.2)
    stage.saves()

    assert vera.sees().ticket == "1001-7"


@pytest.mark.parametrize("step", [HOUR, -HOUR])
def test_a_chat_that_outlived_its_server_keeps_its_order_though_the_clock_was_set(stage: Wrong, step: float) -> None:
    ana = stage.agent(ANA)
    vera = stage.visitor().asks()
    ana.accepts()
    vera.says("first")
    ana.says("second")
    stage.server_dies()
    stage.wall += step
    vera.comes_back()
    ana.comes_back()
    vera.says("third")

    assert vera.texts[-3:] == ana.texts[-3:] == ["first", "second", "third"]
