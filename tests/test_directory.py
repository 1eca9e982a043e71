"""What the desk is told of sites, people and hours, and how soon."""

from __future__ import annotations

from typing import Any

import pytest
import structlog

from livesupport.accounts.service import Accounts
from livesupport.directory import Directory
from livesupport.errors import Unavailable
from livesupport.live import AgentIdentity, Desk, Site
from livesupport.model import Site as SiteRecord
from livesupport.sites.hours import parse_hours
from livesupport.sites.service import Sites
from tests.databases import Clock, only_sqlite

pytestmark = only_sqlite
PASSWORD = "a good long password"


class Listener(Desk):
    """A desk that writes down what it is told."""

    def __init__(self) -> None:
        self.sites: list[Site] = []
        self.agents: list[AgentIdentity] = []
        self.told = 0
        self.hours: list[tuple[str, bool, float | None]] = []
        self.open_sessions: set[str] = set()
        self.closed: set[str] = set()

    def set_directory(self, sites: Any, agents: Any) -> None:
        self.sites, self.agents = list(sites), list(agents)
        self.told += 1

    def set_hours(self, site: str, is_open: bool, opens_at: float | None = None) -> None:
        self.hours.append((site, is_open, opens_at))

    def sessions(self) -> set[str]:
        return self.open_sessions

    def close_sessions(self, ended: Any) -> None:
        self.closed |= set(ended)


@pytest.fixture
def directory(accounts: Accounts, sites: Sites, clock: Clock) -> Directory:
    return Directory(accounts, sites, clock)


@pytest.fixture
def desk() -> Listener:
    return Listener()


async def test_the_first_look_tells_everything(directory: Directory, desk: Listener, accounts: Accounts, sites: Sites) -> None:
    await sites.add(SiteRecord(id="shop", name="Shop", mode="pull", region="UA"))
    topic = await sites.add_topic("shop", "Orders")
    ana = await accounts.create_agent(login="ana", name="Ana", password=PASSWORD, languages=["ka"], topics=[topic.id])

    await directory.look(desk)

    assert {site.id: (site.name, site.mode, [t.name for t in site.topics]) for site in desk.sites}["shop"] == (
        "Shop",
        "pull",
        ["Orders"],
    )
    assert desk.agents == [AgentIdentity(id=ana.id, name="Ana", languages=frozenset({"ka"}), topics=frozenset({topic.id}))]
    assert directory.region_of("shop") == "UA"
    assert directory.region_of("elsewhere") == ""
    assert (directory.name_of(ana.id), directory.name_of(99)) == ("Ana", "")


async def test_without_a_change_the_desk_is_left_in_peace(directory: Directory, desk: Listener) -> None:
    for _ in range(40):
        await directory.look(desk)

    assert desk.told == 1
    assert desk.hours == []


async def test_a_disabled_agent_and_the_ended_session_are_told_at_the_next_look(
    directory: Directory, desk: Listener, accounts: Accounts
) -> None:
    for login in ("ana", "ben"):
        await accounts.create_agent(login=login, name=login.title(), password=PASSWORD)
    sessions = [(await accounts.sign_in(login, PASSWORD))[1].id for login in ("ana", "ben")]
    desk.open_sessions = set(sessions)
    await directory.look(desk)

    await accounts.disable_agent("ana")
    await directory.look(desk)

    assert [agent.name for agent in desk.agents] == ["Ben"]
    assert desk.closed == {sessions[0]}


async def test_a_session_that_ran_out_is_closed_without_any_write(
    directory: Directory, desk: Listener, accounts: Accounts, clock: Clock
) -> None:
    await accounts.create_agent(login="ana", name="Ana", password=PASSWORD)
    _secret, session = await accounts.sign_in("ana", PASSWORD)
    desk.open_sessions = {session.id}
    await directory.look(desk)

    clock.forward(hours=13)
    for _ in range(15):
        await directory.look(desk)

    assert desk.closed == {session.id}


async def test_hours_are_told_when_they_begin_and_end(directory: Directory, desk: Listener, sites: Sites, clock: Clock) -> None:
    await sites.change("default", hours=parse_hours("Sun 10:00-13:00; Mon 09:00-18:00", "UTC"))
    await directory.look(desk)  # Sunday noon: open, as every site is before anything is told
    assert desk.hours == []

    clock.forward(hours=1)
    for _ in range(15):
        await directory.look(desk)
    opens = clock.now.replace(day=23, hour=9).timestamp()
    assert desk.hours == [("default", False, opens)]

    clock.forward(hours=20)
    for _ in range(15):
        await directory.look(desk)
    assert desk.hours[1:] == [("default", True, None)]


async def test_while_the_database_is_away_the_desk_goes_on_and_the_next_look_catches_up(
    directory: Directory, desk: Listener, sites: Sites, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0
    look = Directory.look

    async def look_that_fails_first(self: Directory, desk: Desk) -> None:
        nonlocal looks
        looks += 1
        if looks == 1:
            raise Unavailable("locked")
        await look(self, desk)
        raise KeyboardInterrupt  # the test has seen enough

    async def at_once(_seconds: float) -> None:
        return

    monkeypatch.setattr(Directory, "look", look_that_fails_first)
    monkeypatch.setattr("livesupport.directory.asyncio.sleep", at_once)
    with structlog.testing.capture_logs() as logs, pytest.raises(KeyboardInterrupt):
        await directory.follow(desk)

    assert [(entry["event"], entry["error"]) for entry in logs] == [("directory_unread", "Unavailable")]
    assert desk.told == 1
