"""The application: opens everything in one lifespan, hands each room what it needs, closes in reverse."""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import partial

import structlog
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import WebSocketRoute

from livesupport import bridge, http, live, logs
from livesupport.accounts.requesters import Requesters
from livesupport.assets import Assets, locate
from livesupport.cleaning import clean
from livesupport.config import Config
from livesupport.data import hold_lease, make_directories, prepare_database
from livesupport.directory import Directory
from livesupport.gathering import Gathered
from livesupport.http import State
from livesupport.http.colours import ink_on
from livesupport.http.known_devices import LASTS as DEVICE_LASTS
from livesupport.http.proxies import TrustedProxies
from livesupport.http.robots import Robots
from livesupport.jobs import schedule
from livesupport.jobs.runner import Runner
from livesupport.jobs.tasks import Rooms, tasks
from livesupport.lease import StillHeld
from livesupport.live import Desk, KeyRing, NewsPorts, Ports, Reader, SignedIn, Who
from livesupport.mail.room import MailRoom
from livesupport.metrics import Metrics
from livesupport.phones import parse_phone
from livesupport.sealkeys import SealKeys
from livesupport.services import Services, open_services
from livesupport.signing import ConfirmLinks, Fingerprints, Signed, load_key
from livesupport.storage.database import Database
from livesupport.storage.settings import is_well, next_epoch
from livesupport.tickets.files import Files, Room

log = structlog.get_logger()

KEYS_EVERY = 600.0  # seconds between two looks at the sealing keys
SESSIONS_EVERY = 1.0  # seconds between two looks at the sessions of those who ask (guarantees.md, G7: 2)
FIND_MOST = 50  # chats whose tickets are looked for in one question: what follows the answer is one turn of the loop
ROOM_EVERY = 60.0  # seconds between two looks at the room on the disk
LEASE_EVERY = 15.0  # seconds between two looks whether the lease is still ours


class SeveralWorkers(RuntimeError):
    """More than one process was to serve the same chats."""


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def build_app(config: Config, clock: Callable[[], datetime] = now, *, is_demo: bool = False) -> Starlette:
    """The ASGI application; nothing is opened before its lifespan begins.

    It needs uvicorn with `ws=livesupport.live.SocketProtocol` (see `server.py`), in one process: a chat lives in memory, and
    a second worker would split visitors from agents. `is_demo`: anybody may read the outgoing mail.
    Raises `SeveralWorkers`; opening raises `LeaseHeld`,
    `ConfigError` and `Unavailable`.
    """
    if multiprocessing.parent_process() is not None:
        raise SeveralWorkers("livesupport runs in one process: start it with `livesupport serve`, without workers")

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[State]:
        async with opened(config, clock, is_demo) as state:
            yield state

    app = Starlette(
        routes=[
            *http.routes(),
            WebSocketRoute("/ws/visitor", live.visitor_socket),
            WebSocketRoute("/ws/agent", live.agent_socket),
            WebSocketRoute("/ws/news", live.news_socket),
        ],
        middleware=[Middleware(TrustedProxies, trusted=config.server.trusted_proxies), *http.middleware(config)],
        exception_handlers=http.EXCEPTION_HANDLERS,
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False  # it would build an address from the Host header
    return app


@asynccontextmanager
async def opened(config: Config, clock: Callable[[], datetime], is_demo: bool = False) -> AsyncIterator[State]:
    """Everything that a running server holds, in the order in which each needs the one before."""
    logs.catch_loop_errors(asyncio.get_running_loop())
    make_directories(config)
    key = load_key(config.keys, "signing.key")
    keys = SealKeys(config.keys, config.chat.max_chat_age)
    async with hold_lease(config) as still_held:
        await prepare_database(config)
        async with Database.open(config.database_url) as database:
            services = open_services(database, config, clock, lambda change: news.publish(change), key)
            directory, metrics = Directory(services["accounts"], services["sites"], clock), Metrics()
            ports = _ports(services, directory, metrics, lambda: directory.look(desk))
            desk = live.open_desk(config.chat, config.limits, await next_epoch(database), KeyRing(*keys.ring()), ports)
            news = live.News(desk, _news_ports(ports.authenticate, services, directory))
            metrics.watch(desk.stats)
            metrics.watch_disk(services["files"].store.free)
            await directory.look(desk)
            await schedule.renew(database, clock())
            async with background(
                directory.follow(desk),
                _runner(database, clock, services, metrics).work(),
                repeated("lease", partial(_watch_lease, still_held), LEASE_EVERY),
                repeated("seal_keys", partial(_renew_keys, desk, keys), KEYS_EVERY),
                repeated("sessions", partial(_close_sessions, services["requesters"], news), SESSIONS_EVERY),
                repeated("disk", _watch_room(services["files"]), ROOM_EVERY),
            ):
                yield http.new_state(
                    config=config,
                    services=services,
                    robots=Robots(desk, key),
                    waiting=Signed(key, "waiting-request", ConfirmLinks.MAX_AGE),
                    devices=Signed(key, "known-device", DEVICE_LASTS),
                    mail=MailRoom(database, config.server.public_url, key, services["requesters"].code_to_mail, ink_on),
                    is_demo=is_demo,
                    desk=desk,
                    news=news,
                    assets=Assets.read(locate("web")),
                    metrics=metrics,
                    is_ready=partial(is_well, database),
                )
            news.close()
            desk.close()


def _runner(database: Database, clock: Callable[[], datetime], services: Services, metrics: Metrics) -> Runner:
    """Does the work that is done later."""
    rooms = Rooms(
        database=database,
        clock=clock,
        alerts=services["alerts"],
        lifecycle=services["lifecycle"],
        files=services["files"],
        asking=services["asking"],
    )
    return Runner(database, tasks(rooms), clock, metrics.job)


def _ports(services: Services, directory: Directory, metrics: Metrics, look: Callable[[], Awaitable[None]]) -> Ports:
    """What the sockets may ask of the rest of the house."""
    tickets, tokens = services["tickets"], services["visitor_tokens"]

    async def authenticate(secret: str) -> SignedIn | None:
        session = await services["accounts"].session(secret)
        if session is None:
            return None
        if not directory.knows(session.agent.id):  # somebody new, who signed in before the next look
            await look()
        return SignedIn(session.agent.id, session.id)

    return Ports(
        open_ticket=partial(bridge.convert_chat_to_ticket, tickets, directory.name_of),
        find_ticket=Gathered(partial(bridge.find_tickets, tickets), FIND_MOST),
        append_lines=partial(bridge.append_to_ticket, tickets),
        save_request=partial(bridge.save_request, tickets, services["asking"]),
        authenticate=authenticate,
        sign_token=tokens.sign,
        read_token=tokens.read,
        parse_phone=parse_phone,
        region_of=directory.region_of,
        fingerprint=Fingerprints(),
        count=lambda event: metrics.chat(event.name, event.label, event.seconds),
        clean=clean,
    )


def _news_ports(
    authenticate: Callable[[str], Awaitable[SignedIn | None]], services: Services, directory: Directory
) -> NewsPorts:
    """What the news may ask of the rest of the house."""

    async def identify(who: Who, secret: str) -> Reader | None:
        if who == "requester":
            asking = await services["requesters"].session(secret)
            return Reader(who, asking.requester.id, asking.id) if asking else None
        session = await authenticate(secret)
        return Reader(who, session.agent_id, session.session_id) if session else None

    async def may_see(agent_id: int, number: str) -> bool:
        agent = directory.agent(agent_id)
        return agent is not None and await services["finder"].may_see(agent, number)

    return NewsPorts(identify=identify, may_see=may_see, serves=directory.serves, name_of=directory.name_of)


async def repeated(what: str, look: Callable[[], Awaitable[None]], every: float) -> None:
    """Looks now and then again after `every` seconds, until cancelled. One look that fails, however it does, stops no other."""
    while True:
        try:
            await look()
        except Exception as error:
            log.warning("look_failed", what=what, error=type(error).__name__)
        await asyncio.sleep(every)


async def _renew_keys(desk: Desk, keys: SealKeys) -> None:
    """Takes over new sealing keys, and lets go of those that are too old to be needed."""
    desk.set_keys(KeyRing(*keys.ring()))


async def _close_sessions(requesters: Requesters, news: live.News) -> None:
    """Ends the sockets of people who ask when their session has ended, here or by another process."""
    news.close_sessions(await requesters.ended(news.requester_sessions()))


async def _watch_lease(still_held: StillHeld) -> None:
    """Stops this process once another one has taken over; two would split the chats."""
    if not await still_held():
        log.error("lease_lost")
        signal.raise_signal(signal.SIGTERM)


def _watch_room(files: Files) -> Callable[[], Awaitable[None]]:
    """Writes into the log when the disk gets full, and when there is room again."""
    told: Room = "ample"

    async def look() -> None:
        nonlocal told
        room, free_mb = files.room(), files.store.free() // 2**20
        if room != told and room == "none":
            log.error("disk_full", free_mb=free_mb)
        elif room != told and room == "low":
            log.warning("disk_low", free_mb=free_mb)
        elif room != told:
            log.info("disk_ample", free_mb=free_mb)
        told = room

    return look


@asynccontextmanager
async def background(*work: Awaitable[None]) -> AsyncIterator[None]:
    """Runs these beside the block and cancels them at its end."""
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task
