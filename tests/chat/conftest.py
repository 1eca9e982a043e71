"""A stage with the usual rules."""

from __future__ import annotations

import pytest

from tests.chat.cast import Stage


@pytest.fixture
def stage() -> Stage:
    return Stage()
