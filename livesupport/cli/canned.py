"""`livesupport canned`: ready answers that agents fetch by typing `/` and a shortcut."""

from __future__ import annotations

import click

from livesupport.cli.common import Place, Services, table, with_place, work
from livesupport.i18n import gettext as _


@click.group(help=_("Ready answers for the agents."))
def canned() -> None:
    pass


@canned.command(help=_('Add a ready answer, for example: livesupport canned add hello "Good day, how can I help?"'))
@click.argument("shortcut")
@click.argument("text")
@with_place
def add(place: Place, shortcut: str, text: str) -> None:
    async def deed(services: Services) -> None:
        await services.sites.add_canned(shortcut, text)
        click.echo(_("Agents can type /{shortcut} now.").format(shortcut=shortcut))

    work(place, deed)


@canned.command("list", help=_("List the ready answers."))
@with_place
def list_(place: Place) -> None:
    async def deed(services: Services) -> None:
        replies = await services.sites.canned()
        click.echo(table([("/" + reply.shortcut, reply.text) for reply in replies]) if replies else _("There are none yet."))

    work(place, deed)
