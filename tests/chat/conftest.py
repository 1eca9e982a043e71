"""A stage with the usual rules."""

from __future__ import annotations

import pytest

from tests.chat.cast import Agent, Stage, Visitor, a_talk


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def talk(stage: Stage) -> tuple[Visitor, Agent]:
    """Vera and Ana are talking."""
    vera, ana = a_talk(stage)
    vera.says("Hello?")
    ana.says("Let me look.")
    vera.says("Thank you.")
    return vera, ana
