"""A full desk: `python -m bench.desk [--quick] [--json FILE]`.

100,000 made-up tickets with some 600,000 messages, on SQLite and, where there is one, on PostgreSQL: how long the pages of
agents take at the server, how long opening a ticket takes, and what ten agents who work the inbox mean for those who chat.
The data stays in ./.bench, and in the PostgreSQL database `livesupport_bench`, for the next time; remove it to begin anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import statistics
import sys
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import msgspec
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from bench import browsing, report
from bench.browsing import Browser, Page
from bench.measure import Pace, paced
from bench.report import mark
from bench.servers import PASSWORD, SETTINGS, Product
from livesupport.accounts.service import Accounts
from livesupport.config import Config, load
from livesupport.errors import Conflict
from livesupport.model import Role, Site
from livesupport.sample import filling
from livesupport.sites.service import Sites
from livesupport.storage.database import Database
from livesupport.storage.migrate import upgrade
from livesupport.tickets.finding import Finder
from livesupport.tickets.importing import Importer
from livesupport.tickets.requests import NewTicket, TicketFilter
from livesupport.tickets.service import Tickets

POSTGRES = os.environ.get("LIVESUPPORT_TEST_POSTGRES", "postgresql+asyncpg://root@127.0.0.1:5432/postgres")
DATA = Path(".bench")
SITE = "desk"  # whose tickets they are; those who chat do so on another, which has no topics
PAGE_TARGET = 60.0  # ms, 95th percentile, on SQLite
OPEN_TARGET = 15.0  # ms, likewise
CHAT_TARGET = 2.0  # times the latency without anybody in the inbox
SEARCHES = {"search en": "kettle leaks", "search ru": "чайник протекает", "search fa": "کتری", "search rare": "KL-12345"}


class Plan(msgspec.Struct, frozen=True):
    """How much is measured. `pause`: seconds between two pages of one agent."""

    tickets: int = 100_000
    pages: int = 200
    opened: int = 300
    agents: int = 10
    pause: float = 2.0
    pairs: int = 50
    rate: int = 200
    seconds: float = 20.0
    data: str = str(DATA)
    postgres: str = "livesupport_bench"  # empty: not measured


QUICK = Plan(tickets=2000, pages=30, opened=30, seconds=3.0, data=f"{DATA}/quick", postgres="livesupport_bench_quick")


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one database. `load`: the machine's, at the end; with more than its cores, nothing is worth much."""

    database: str
    tickets: int
    pages: list[Page]
    opening: Page
    idle: Pace
    busy: Pace
    load: float


class FullDesk(Product):
    """The server over a database full of tickets."""

    def __init__(self, plan: Plan, url: str) -> None:
        super().__init__(Path(plan.data), plan.agents)
        self._plan = plan
        self.settings = SETTINGS + (f'[database]\nurl = "{url}"\n' if url else "")

    @property
    def config(self) -> Config:
        """What it runs with."""
        return load(self._config, {}, {"data_dir": str(self._data)})

    async def prepare(self) -> None:
        """Makes what is missing; the sessions of agents are new each time."""
        self._data.mkdir(parents=True, exist_ok=True)
        self._config.write_text(self.settings)
        await upgrade(self.config.database_url)
        await filling.fill(self.config, self._plan.tickets, SITE, self._staff, _say_where_it_is(self._plan.tickets))

    async def _staff(self, accounts: Accounts, sites: Sites) -> None:
        for number in range(self._agents):
            name = f"agent{number}"
            role: Role = "agent" if number else "administrator"
            with contextlib.suppress(Conflict):
                await accounts.create_agent(login=name, name=f"Agent {number}", password=PASSWORD, role=role)
            secret, _ = await accounts.sign_in(name, PASSWORD)
            self.secrets.append(secret)
        with contextlib.suppress(Conflict):
            await sites.add(Site(id=SITE, name="Kiln & Leaf"))
        for topic in {"Orders", "Delivery", "Something else"} - {topic.name for topic in (await sites.get(SITE)).topics}:
            await sites.add_topic(SITE, topic)


def _say_where_it_is(total: int) -> Callable[[int], None]:
    there = 0

    def told(more: int) -> None:
        nonlocal there
        there += more
        if sys.stderr.isatty():
            print(f"\rmaking tickets up: {there} of {total}", end="\n" if there >= total else "", file=sys.stderr)

    return told


async def measure(plan: Plan) -> list[Result]:
    """Runs the whole plan, on one database after the other."""
    results = [await _on(plan, "SQLite", "")]
    if plan.postgres and (url := await _postgres(plan.postgres)):
        results.append(await _on(plan, "PostgreSQL", url))
    return results


async def _on(plan: Plan, name: str, url: str) -> Result:
    desk = FullDesk(plan, url)
    await desk.prepare()
    opening = await _open_tickets(desk, plan.opened)
    numbers, count = await _numbers(desk)
    dice = random.Random(1)
    paths = {"inbox": ["/inbox", "/inbox?status=all", "/inbox?status=closed", "/inbox?assignee=me"]}
    paths |= {kind: [f"/inbox?status=all&q={quote(words)}"] for kind, words in SEARCHES.items()}
    paths["ticket"] = [f"/tickets/{number}" for number in numbers]
    async with desk.running() as pid:
        browser = await Browser(desk.port, desk.secrets[0]).open()
        pages = [
            await browsing.measure(browser, pid, kind, dice.choices(several, k=plan.pages)) for kind, several in paths.items()
        ]
        browser.close()
        pairs, clients = await desk.pairs(plan.pairs)
        idle = await paced(pid, pairs, plan.rate, plan.seconds)
        everything = [path for several in paths.values() for path in several[:4]]
        async with _working(desk, everything, plan.pause, dice):
            busy = await paced(pid, pairs, plan.rate, plan.seconds)
        for client in clients:
            client.close()
    load = os.getloadavg()[0]
    return Result(database=name, tickets=count, pages=pages, opening=opening, idle=idle, busy=busy, load=load)


@contextlib.asynccontextmanager
async def _working(desk: FullDesk, paths: list[str], pause: float, dice: random.Random) -> AsyncIterator[None]:
    """All agents of the desk ask for pages while the block runs."""
    browsers = [await Browser(desk.port, secret).open() for secret in desk.secrets]
    tasks = [asyncio.create_task(browsing.work(one, paths, pause, dice)) for one in browsers]
    yield
    for task, browser in zip(tasks, browsers, strict=True):
        if task.done():
            task.result()  # an agent who got no page says why
        task.cancel()
        browser.close()


async def _open_tickets(desk: FullDesk, count: int) -> Page:
    """Opens tickets by the service, as every door does: number, ticket, message, history, search; and waits for the disk."""
    async with Database.open(desk.config.database_url) as database:
        tickets = Tickets(database, _now)
        taken, cpu = [], time.process_time()
        for number in range(count):
            began = time.perf_counter()
            await tickets.open(_new(f"bench-{os.getpid()}-{time.time_ns()}", number))
            taken.append(time.perf_counter() - began)
        spent = (time.process_time() - cpu) / count
    percentiles = statistics.quantiles(taken, n=20)
    return Page(kind="opening", p50=percentiles[9] * 1e3, p95=percentiles[18] * 1e3, cpu=spent * 1e3)


def _new(origin: str, number: int) -> NewTicket:
    question = f"The kettle from order KL-{number:05} leaks since Monday. I have attached a photograph. Please call me."
    return NewTicket(origin=origin, site=SITE, name="Nino", phone="+995555123456", question=question, actor="Nino")


async def _numbers(desk: FullDesk) -> tuple[list[str], int]:
    """The numbers of tickets that were changed lately, and how many tickets there are."""
    async with Database.open(desk.config.database_url) as database:
        agents = await Accounts(database, _now).agents()
        administrator = next(agent for agent in agents if agent.role == "administrator")
        page = await Finder(database, _now).inbox(TicketFilter(statuses=("closed",)), actor=administrator)
        return [ticket.number for ticket in page.items], await Importer(database).count()


async def _postgres(name: str) -> str:
    """The URL of the bench's own database, made where there is none; empty when no server answers."""
    engine = create_async_engine(POSTGRES, isolation_level="AUTOCOMMIT", connect_args={"timeout": 5})
    try:
        async with engine.connect() as connection:
            known = text("SELECT 1 FROM pg_database WHERE datname = :name")
            if not (await connection.execute(known, {"name": name})).scalar():
                await connection.execute(text(f"CREATE DATABASE {name}"))
    except (DBAPIError, OSError):
        return ""
    finally:
        await engine.dispose()
    return make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)


def _now() -> datetime:
    return datetime.now(UTC)


def table(results: list[Result]) -> str:
    """For people."""
    lines = []
    for result in results:
        lines += [f"\n{result.database}, {result.tickets:,} tickets; load of the machine {result.load:.1f}"]
        lines += [f"{'':16}{'p50 ms':>10}{'p95 ms':>10}{'CPU ms':>10}"]
        for page in (*result.pages, result.opening):
            lines.append(f"{page.kind:16}{page.p50:10.1f}{page.p95:10.1f}{page.cpu:10.1f}")
        lines += [f"{'a line of a chat':16}{'p50 ms':>10}{'p95 ms':>10}{'p99 ms':>10}"]
        for name, chat in (("nobody in inbox", result.idle), ("10 in the inbox", result.busy)):
            lines.append(f"{name:16}{chat.p50_us / 1e3:10.2f}{chat.p95_us / 1e3:10.2f}{chat.p99_us / 1e3:10.2f}")
    return "\n".join([*lines, "", *(line for result in results for line in verdict(result))])


def verdict(result: Result) -> list[str]:
    """The targets, and whether they were met; those for pages are set for SQLite."""
    lines = []
    name = result.database
    if name == "SQLite":
        lines += [
            f"{mark(page.p95 < PAGE_TARGET)} {name}, {page.kind}: p95 {page.p95:.1f} ms, below {PAGE_TARGET:.0f}"
            for page in result.pages
        ]
        opening = result.opening.p95
        lines.append(f"{mark(opening < OPEN_TARGET)} {name}, opening a ticket: p95 {opening:.1f} ms, below {OPEN_TARGET:.0f}")
    ratio = result.busy.p50_us / result.idle.p50_us
    lines.append(f"{mark(ratio <= CHAT_TARGET)} {name}, a line of a chat beside ten agents in the inbox: {ratio:.2f} × idle")
    return lines


if __name__ == "__main__":
    report.run("bench.desk", __doc__, (Plan(), QUICK), measure, table)
