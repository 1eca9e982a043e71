"""`livesupport site` and `livesupport topic`: the web sites that embed the widget, and their queues."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from livesupport.cli.common import Place, Services, table, with_place, work
from livesupport.i18n import gettext as _

if TYPE_CHECKING:
    from livesupport.model import Site


def properties(command: Callable[..., Any]) -> Callable[..., Any]:
    """The flags that `add` and `set` share."""
    for option in reversed(
        (
            click.option("--title", help=_("The name that visitors see.")),
            click.option(
                "--mode", type=click.Choice(("match", "pull")), help=_("Match: the best agent is rung. Pull: agents pick.")
            ),
            click.option(
                "--convert",
                type=click.Choice(("notify", "ask", "recorded")),
                help=_("How visitors learn that a chat is saved."),
            ),
            click.option("--region", metavar="CC", help=_("Country of phone numbers without a country code, such as GE.")),
            click.option("--language", metavar="CODE", help=_("The language where a visitor's own is not offered.")),
            click.option("--accent", metavar="#RRGGBB", help=_("The brand's colour.")),
            click.option("--greeting", help=_("The first words in the panel.")),
            click.option("--hours", metavar="TEXT", help=_('Business hours, such as "Mon-Fri 09:00-18:00; Sat 10:00-14:00".')),
            click.option("--zone", metavar="NAME", help=_("The hours' time zone, such as Asia/Tbilisi.")),
            click.option(
                "--contact",
                "contacts",
                nargs=3,
                multiple=True,
                metavar="LABEL VALUE HOURS",
                help=_("Another way to reach you; may be repeated."),
            ),
        )
    ):
        command = option(command)
    return command


@click.group(help=_("The web sites that embed the widget."))
def site() -> None:
    pass


@site.command(help=_("Add a web site, for example: livesupport site add shop https://shop.example.org"))
@click.argument("name")
@click.argument("origins", nargs=-1)
@properties
@with_place
def add(place: Place, name: str, origins: tuple[str, ...], **flags: Any) -> None:
    async def deed(services: Services) -> None:
        import msgspec

        from livesupport.model import Site

        new = Site(id=new_id(name, origins), name=name, origins=origins)
        new = msgspec.structs.replace(new, **named(new, flags))
        await services.sites.add(new)
        click.echo(_("Paste this before </body> on every page of {name}:").format(name=new.name))
        click.echo(place.config().embed_line(new.id))

    work(place, deed)


@site.command("set", help=_("Change a web site; what is left out stays as it is."))
@click.argument("id_", metavar="ID")
@click.option(
    "--origin", "origins", multiple=True, metavar="URL", help=_("An origin whose pages may embed it; may be repeated.")
)
@properties
@with_place
def set_(place: Place, id_: str, origins: tuple[str, ...], **flags: Any) -> None:
    async def deed(services: Services) -> None:
        given = named(await services.sites.get(id_), {"origins": origins, **flags})
        await services.sites.change(id_, **given)
        click.echo(_("{site} is changed; open panels follow within two seconds.").format(site=id_))

    work(place, deed)


@site.command("list", help=_("List the web sites and their topics."))
@with_place
def list_(place: Place) -> None:
    async def deed(services: Services) -> None:
        rows = [
            (
                site.id,
                site.name,
                " ".join(site.origins) or "-",
                ", ".join(f"{topic.name} ({topic.id})" for topic in site.topics) or "-",
            )
            for site in await services.sites.all()
        ]
        click.echo(table([(_("ID"), _("NAME"), _("ORIGINS"), _("TOPICS")), *rows]))

    work(place, deed)


@site.command(
    "user-key", help=_("Print the key with which a web site signs its people in (setUser); made when first asked for.")
)
@click.argument("id_", metavar="ID")
@click.option("--renew", is_flag=True, help=_("Make another one; the former is worth nothing from now on."))
@with_place
def user_key(place: Place, id_: str, renew: bool) -> None:
    async def deed(services: Services) -> None:
        click.echo(await services.sites.user_key(id_, renew=renew))

    work(place, deed)


@click.group(help=_("The queues of a web site."))
def topic() -> None:
    pass


@topic.command("add", help=_("Add a topic to a web site, for example: livesupport topic add shop Delivery"))
@click.argument("site_id", metavar="SITE")
@click.argument("name")
@with_place
def add_topic(place: Place, site_id: str, name: str) -> None:
    async def deed(services: Services) -> None:
        new = await services.sites.add_topic(site_id, name)
        click.echo(_("Topic {name} has the id {id}.").format(name=new.name, id=new.id))

    work(place, deed)


def named(site: Site, flags: dict[str, Any]) -> dict[str, Any]:
    """The fields of `site` that were given, and what they are to be. Raises `Invalid` for hours that cannot be read."""
    import msgspec

    from livesupport.model import Contact
    from livesupport.sites.hours import parse_hours

    given = {key: value for key, value in flags.items() if value}
    zone, hours = given.pop("zone", site.hours.zone), given.pop("hours", None)
    if title := given.pop("title", None):
        given["name"] = title
    if contacts := given.pop("contacts", ()):
        given["contacts"] = tuple(Contact(label, value, times) for label, value, times in contacts)
    if hours:
        given["hours"] = parse_hours(hours, zone)
    elif zone != site.hours.zone:
        given["hours"] = msgspec.structs.replace(site.hours, zone=zone)
    return given


def new_id(name: str, origins: tuple[str, ...]) -> str:
    """From the name, "My Shop" gives "my-shop"; from the first host, where the name has no Latin letter or digit."""
    host = origins[0].partition("//")[2] if origins else ""
    return _slug(name) or _slug(host)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
