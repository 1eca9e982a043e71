"""The rows of guarantees.md that take long, once for real: with the settings as they are shipped, and minutes that last
minutes. They run in `make soak` alone; `make test` has the same rows with shortened settings (tests/faults)."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

import pytest

collect_ignore_glob = [] if os.environ.get("SOAK") else ["test_*.py"]

Tell = Callable[[str], None]


@pytest.fixture
def tell() -> Tell:
    """Puts a figure into the report (`pytest -rP` shows it)."""
    return lambda figure: print(figure, file=sys.stdout)  # noqa: T201


def seconds(name: str, usual: float) -> float:
    """How long a row lasts: as in guarantees.md, or as the environment says, to see that it works at all."""
    return float(os.environ.get(f"SOAK_{name}", usual))
