"""`livesupport serve` and `livesupport demo`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from livesupport.cli.common import Place, with_place
from livesupport.i18n import gettext as _

if TYPE_CHECKING:
    from livesupport.http import State


@click.command(help=_("Start the server. What it needs is made at the first start."))
@click.option("--host", help=_("Address to listen on."))
@click.option("--port", type=int, help=_("Port to listen on."))
@with_place
def serve(place: Place, host: str | None, port: int | None) -> None:
    from livesupport import logs, server

    flags = {"server.host": host, "server.port": port}
    config = place.having(**{key: value for key, value in flags.items() if value is not None}).config()
    logs.configure(config.log)
    server.run(config, announce)


async def announce(state: State) -> None:
    """Says where everything is. It goes to standard error: the link is a secret, and standard output is the log."""
    config = state["config"]
    url = config.server.public_url
    lines = [
        (_("Console"), f"{url}/console"),
        (_("Embed this on your pages"), config.embed_line("default")),
    ]
    if await state["accounts"].setup_needed():
        secret = await state["accounts"].new_setup_secret()
        lines.insert(0, (_("Become the administrator (this link works once, for 24 hours)"), f"{url}/setup?token={secret}"))
    click.echo("\n" + "\n".join(f"{title}:\n  {value}\n" for title, value in lines), err=True)


@click.command(help=_("Start a server with a demo shop beside it, to try everything."))
@click.option("--port", type=int, default=8000, show_default=True, help=_("Port of the server."))
@click.option("--shop-port", type=int, default=8001, show_default=True, help=_("Port of the shop."))
@click.option(
    "--tickets", type=click.IntRange(0, 1_000_000), default=0, metavar="N", help=_("Make tickets up until there are N.")
)
def demo(port: int, shop_port: int, tickets: int) -> None:
    from livesupport.demo import run

    run(port, shop_port, tickets)
