"""The command line on a data directory of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
import structlog
from click.testing import CliRunner, Result

from livesupport.cli.common import Services, open_services
from livesupport.cli.root import root
from livesupport.config import Config

Found = TypeVar("Found")


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Commands silence the log of their process, which here is that of other tests too."""
    yield
    structlog.reset_defaults()


class Terminal:
    """Somebody who types commands."""

    def __init__(self, data: Path) -> None:
        self.data = data

    def __call__(self, *words: str, typed: str = "") -> Result:
        """Runs `livesupport` with these words."""
        return CliRunner().invoke(root, [*words, "--data", str(self.data)], input=typed)

    def ask(self, question: Callable[[Services], Awaitable[Found]]) -> Found:
        """Looks into the data directory, past the command line."""

        async def look() -> Found:
            async with open_services(Config(data_dir=str(self.data))) as services:
                return await question(services)

        return asyncio.run(look())


@pytest.fixture
def livesupport(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path / "data")
