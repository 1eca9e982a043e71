"""`livesupport agent`: the people who answer."""

from __future__ import annotations

import sys

import click

from livesupport.cli.common import Place, Services, table, with_place, work
from livesupport.i18n import gettext as _

ROLES = ("agent", "supervisor", "administrator")


@click.group(help=_("The people who answer."))
def agent() -> None:
    pass


@agent.command(help=_("Add a person. The password is asked for, or read from standard input."))
@click.argument("login")
@click.option("--name", help=_("What visitors see; the login where it is left out."))
@click.option("--role", type=click.Choice(ROLES), default="agent", show_default=True, help=_("What the person may do."))
@click.option("--capacity", type=click.IntRange(1, 20), help=_("Chats at once."))
@click.option("--language", "languages", multiple=True, metavar="CODE", help=_("A language the person speaks, such as ka."))
@click.option("--topic", "topics", type=int, multiple=True, metavar="ID", help=_("A topic the person answers; none means all."))
@with_place
def create(
    place: Place,
    login: str,
    name: str | None,
    role: str,
    capacity: int | None,
    languages: tuple[str, ...],
    topics: tuple[int, ...],
) -> None:
    password = ask_password()

    async def deed(services: Services) -> None:
        await services.accounts.create_agent(
            login=login,
            name=name or login,
            password=password,
            role=role,  # type: ignore[arg-type]  # click has checked it
            capacity=capacity,
            languages=languages,
            topics=topics,
        )
        click.echo(_("{login} can sign in now.").format(login=login))

    work(place, deed)


@agent.command("list", help=_("List the people."))
@with_place
def list_(place: Place) -> None:
    async def deed(services: Services) -> None:
        people = await services.accounts.agents(disabled=True)
        rows = [
            (
                person.login,
                person.name,
                person.role,
                str(person.capacity or "-"),
                " ".join(person.languages) or "-",
                _("disabled") if person.disabled_at else _("enabled"),
            )
            for person in people
        ]
        click.echo(table([(_("LOGIN"), _("NAME"), _("ROLE"), _("CHATS"), _("LANGUAGES"), _("STATE")), *rows]))

    work(place, deed)


@agent.command(help=_("Sign a person out everywhere and keep them out; their tickets become unassigned."))
@click.argument("login")
@with_place
def disable(place: Place, login: str) -> None:
    async def deed(services: Services) -> None:
        left = await services.accounts.disable_agent(login)
        click.echo(_("{login} is disabled and signed out.").format(login=login))
        if left:
            click.echo(
                _("These tickets have no assignee now: {numbers}").format(numbers=", ".join(f"#{number}" for number in left))
            )

    work(place, deed)


@agent.command(help=_("Let a disabled person in again."))
@click.argument("login")
@with_place
def enable(place: Place, login: str) -> None:
    async def deed(services: Services) -> None:
        await services.accounts.enable_agent(login)
        click.echo(_("{login} can sign in again.").format(login=login))

    work(place, deed)


@agent.command(help=_("Set a new password; the person is signed out everywhere."))
@click.argument("login")
@with_place
def password(place: Place, login: str) -> None:
    secret = ask_password()

    async def deed(services: Services) -> None:
        await services.accounts.set_password(login, secret)
        click.echo(_("The password of {login} is changed; all sessions have ended.").format(login=login))

    work(place, deed)


def ask_password() -> str:
    """Asks twice at a terminal; else reads the first line of standard input, so that scripts need no flag that others see."""
    if sys.stdin.isatty():
        return str(click.prompt(_("Password"), hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\n")
