"""The command `livesupport` itself: its subcommands, and how an error is told. Scripts can rely on `EXIT_CODES`."""

from __future__ import annotations

import sys
from typing import Any

import click

from livesupport import __version__
from livesupport.cli import agents, backup, canned, data, selfcheck, serve, sites
from livesupport.config import ConfigError
from livesupport.errors import Invalid, NotFound, ServiceError
from livesupport.i18n import gettext as _
from livesupport.lease import LeaseHeld

FAILED = 1
TEMPORARY = 75  # EX_TEMPFAIL of sysexits.h: another process has the data
MISCONFIGURED = 78  # EX_CONFIG

EXIT_CODES: dict[type[Exception], int] = {
    ConfigError: MISCONFIGURED,
    LeaseHeld: TEMPORARY,
    ServiceError: FAILED,
}


class Root(click.Group):
    """A group that tells what went wrong in a sentence and an exit code, never by a stack trace."""

    def invoke(self, context: click.Context) -> Any:
        """Runs the subcommand."""
        try:
            return super().invoke(context)
        except tuple(EXIT_CODES) as error:
            click.echo(told(error), err=True)
            sys.exit(next(code for kind, code in EXIT_CODES.items() if isinstance(error, kind)))


def told(error: Exception) -> str:
    """The error as the person at the terminal reads it."""
    if isinstance(error, Invalid):
        return "\n".join(f"{field}: {sentence}" for field, sentence in error.problems.items())
    if isinstance(error, NotFound):
        return str(error) or _("There is no such thing.")
    return str(error) or type(error).__name__


@click.group(cls=Root, help=_("Live chat that forgets and tickets that remember, on your own server."))
@click.version_option(__version__, prog_name="livesupport")
def root() -> None:
    pass


for command in (
    *(serve.serve, serve.demo, agents.agent, sites.site, sites.topic, canned.canned, data.migrate, data.config),
    *(backup.backup, backup.restore, backup.check, selfcheck.selfcheck),
):
    root.add_command(command)
