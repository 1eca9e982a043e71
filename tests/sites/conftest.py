"""The room of sites."""

from __future__ import annotations

import pytest

from livesupport.sites.service import Sites
from livesupport.storage.database import Database
from tests.databases import Clock


@pytest.fixture
def sites(database: Database, clock: Clock) -> Sites:
    return Sites(database, clock)
