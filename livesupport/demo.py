"""`livesupport demo`: the server with its data in ./.demo, and beside it a shop that embeds the widget from another origin.

Everything is renewed at each start: the agents' passwords, the shop's site, its topics and ready answers.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from socket import socket

import click
import msgspec
import uvicorn
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from livesupport import i18n, logs
from livesupport.accounts.service import Accounts
from livesupport.assets import locate
from livesupport.config import Config, load
from livesupport.errors import Conflict
from livesupport.http import State
from livesupport.i18n import gettext as _
from livesupport.model import Contact, Field, RequestType, Role
from livesupport.sample import filling
from livesupport.server import Server, bind, limit_process
from livesupport.sites.service import Sites

DATA = ".demo"
SITE = "default"
SHOP_HOST = "localhost"  # another site than 127.0.0.1 for a browser, as a customer's shop would be

PEOPLE: tuple[tuple[str, str, Role], ...] = (
    ("ana", "Ana", "agent"),
    ("ben", "Ben", "agent"),
    ("sofia", "Sofia", "supervisor"),
    ("dato", "Dato", "administrator"),
)
GREETING = "Hello. How can we help?"
TOPICS = ("Orders", "Delivery", "Something else")
RULES = """We answer on working days, mostly within four hours.

Returns are taken back within **14 days**; please keep the box until then."""
CONTACTS = (
    Contact(label="Shop in Tbilisi", value="+995 32 220 00 00", hours="Mon–Sat 10:00–19:00"),
    Contact(label="Billing", value="billing@kiln.example", hours="Mon–Fri 9:00–17:00"),
)
TYPES = {  # by topic
    "Orders": (
        RequestType(
            id=0,
            site=SITE,
            name="Refund of a payment",
            instructions="""### Before you write

Most payments that seem lost come back by themselves:

1. A **reserved** amount is released by your bank within 3 working days.
2. If you paid twice, the second payment is returned automatically the next night.
3. Gift cards cannot be refunded.

A refund can be asked for within **14 days** of the payment.""",
            fields=(
                Field(
                    id="transaction",
                    label="Transaction number",
                    kind="text",
                    required=True,
                    hint="On the receipt, e.g. TX-20931",
                ),
                Field(id="paid_on", label="Date of the payment", kind="date", required=True),
                Field(id="amount", label="Amount in GEL", kind="amount", required=True),
                Field(
                    id="reason",
                    label="Reason",
                    kind="choice",
                    required=True,
                    choices=("Paid twice", "The goods never came", "The goods are broken", "Something else"),
                ),
                Field(id="kept", label="I still have the receipt", kind="checkbox"),
            ),
        ),
    ),
    "Delivery": (
        RequestType(
            id=0,
            site=SITE,
            name="A parcel has not arrived",
            instructions="""### Where it may be

- Look at the **tracking link** in the mail that confirmed your order.
- Couriers often leave parcels with a neighbour: there is a card in your letter box then.
- In the mountains a parcel takes up to 5 working days.""",
            fields=(
                Field(id="order", label="Order number", kind="text", required=True, hint="For example KL-4411"),
                Field(id="phone", label="Phone for the courier", kind="phone"),
            ),
        ),
    ),
    "Something else": (RequestType(id=0, site=SITE, name="A complaint, thanks or an idea", instructions="", fields=()),),
}
CANNED = {
    "hello": "Good day, how can I help you?",
    "moment": "One moment, I am looking that up.",
    "number": "Could you tell me your order number? It is in the mail that confirmed your order.",
    "thanks": "Thank you for writing to us. Have a good day.",
}


def run(port: int, shop_port: int, tickets: int = 0) -> None:
    """Serves until SIGTERM or SIGINT, with so many made-up tickets at least.

    Raises `CannotListen`, `ConfigError`, `LeaseHeld`, `Unavailable`.
    """
    config = load(None, os.environ, {"data_dir": DATA, "log.level": "warning", "server.port": port})
    shop_url = f"http://{SHOP_HOST}:{shop_port}"
    logs.configure(config.log)
    limit_process()
    passwords = {login: secrets.token_urlsafe(9) for login, _name, _role in PEOPLE}

    if tickets:
        asyncio.run(_make_tickets(config, tickets, passwords, shop_url))

    async def when_ready(state: State) -> None:
        await fill(state["accounts"], state["sites"], passwords, shop_url)
        announce(config, passwords, shop_url)

    server = Server(config, when_ready, is_demo=True)
    with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
        runner.run(_serve_both(server, bind(config.server.host, port), Shop(config), bind(SHOP_HOST, shop_port, "--shop-port")))


async def _make_tickets(config: Config, count: int, passwords: Mapping[str, str], shop_url: str) -> None:
    async def prepare(accounts: Accounts, sites: Sites) -> None:
        await fill(accounts, sites, passwords, shop_url)

    with click.progressbar(length=count, label=_("Making tickets up"), file=sys.stderr) as bar:
        await filling.fill(config, count, SITE, prepare, bar.update)


async def _serve_both(server: Server, sockets: list[socket], shop: Shop, shop_sockets: list[socket]) -> None:
    beside = asyncio.create_task(shop.serve(shop_sockets))
    try:
        await server.serve(sockets)
    finally:
        shop.should_exit = True
        await beside


async def fill(accounts: Accounts, sites: Sites, passwords: Mapping[str, str], shop_url: str) -> None:
    """Makes what is missing and renews what must be: people with these passwords, the shop's site, topics, ready answers."""
    for login, name, role in PEOPLE:
        try:
            await accounts.create_agent(login=login, name=name, password=passwords[login], role=role)
        except Conflict:
            await accounts.set_password(login, passwords[login])
    site = await sites.get(SITE)
    await sites.change(
        SITE,
        name="Kiln & Leaf",
        accent="#a4492b",
        origins=(shop_url,),
        greeting=GREETING,
        rules=RULES,
        contacts=CONTACTS,
    )
    for topic in TOPICS:
        if topic not in {known.name for known in site.topics}:
            await sites.add_topic(SITE, topic)
    await _fill_types(sites)
    ready = {reply.shortcut for reply in await sites.canned()}
    for shortcut, text in CANNED.items():
        if shortcut not in ready:
            await sites.add_canned(shortcut, text)


async def _fill_types(sites: Sites) -> None:
    topics = {topic.name: topic.id for topic in (await sites.get(SITE)).topics}
    known = {kind.name for kind in await sites.types(SITE, retired=True)}
    for topic, kinds in TYPES.items():
        for kind in kinds:
            if kind.name not in known:
                await sites.add_type(msgspec.structs.replace(kind, topic=topics[topic]))


def announce(config: Config, passwords: Mapping[str, str], shop_url: str) -> None:
    """Says where to look and who may sign in; to standard error, like every secret."""
    places = [
        (_("Shop, for visitors"), shop_url),
        (_("New request"), f"{config.server.public_url}/requests/new"),
        (_("Outgoing mail"), f"{config.server.public_url}/demo/mail"),
        (_("Console, for agents"), f"{config.server.public_url}/console"),
    ]
    people = [(name, login, passwords[login], role) for login, name, role in PEOPLE]
    lines = [
        _("The demo is ready. Open both pages side by side; Ctrl+C stops it."),
        *(f"  {title:<22}{url}" for title, url in places),
        "",
        f"  {_('Sign in as'):<12}{_('login'):<10}{_('password'):<16}{_('role')}",
        *(f"  {name:<12}{login:<10}{password:<16}{role}" for name, login, password, role in people),
    ]
    click.echo("\n" + "\n".join(lines) + "\n", err=True)


class Shop(uvicorn.Server):
    """A small web server of its own for the shop's one page."""

    def __init__(self, config: Config) -> None:
        app = Starlette(routes=[Route("/", _shop_page(config)), Mount("/demo", StaticFiles(directory=locate("web") / "demo"))])
        super().__init__(uvicorn.Config(app, lifespan="off", log_config=None, access_log=False, server_header=False))

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """None: the shop ends with the server beside it."""
        yield


def _shop_page(config: Config) -> Callable[[Request], Response]:
    environment = Environment(
        loader=FileSystemLoader(locate("templates")), autoescape=True, undefined=StrictUndefined, extensions=["jinja2.ext.i18n"]
    )
    environment.install_gettext_callables(i18n.gettext, i18n.ngettext, newstyle=True)  # type: ignore[attr-defined]

    def page(request: Request) -> Response:
        language = i18n.negotiate(request.query_params.get("lang"), request.headers.get("accept-language", ""))
        with i18n.use(language):
            html = environment.get_template("demo_shop.html").render(
                language=language, dir=i18n.direction(language), server=config.server.public_url, site=SITE
            )
        return HTMLResponse(html)

    return page
