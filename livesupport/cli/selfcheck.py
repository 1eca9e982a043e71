"""`livesupport selfcheck`: anyone can look whether a chat leaves traces."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from livesupport.cli.common import Place, with_place
from livesupport.i18n import gettext as _


@click.command(help=_("Play a chat full of random words and search everything for them. Exit code 1: something was found."))
@click.option("--url", metavar="URL", help=_("Check the server that runs there, with its --data; else a temporary one."))
@click.option("--log", "logs", multiple=True, type=click.Path(exists=True, path_type=Path), help=_("A log to search too."))
@with_place
def selfcheck(place: Place, url: str | None, logs: tuple[Path, ...]) -> None:
    import asyncio
    from datetime import UTC, datetime

    from livesupport import __version__, lastcheck
    from livesupport import logs as logging
    from livesupport.selfcheck import check_running, check_temporary, drawn

    logging.silence()
    config = place.config()
    report = asyncio.run(check_running(config, _origin(url), logs) if url else check_temporary())
    if config.data.is_dir():
        last = lastcheck.LastCheck(
            at=datetime.now(UTC),
            version=__version__,
            octets=report.octets,
            hits=report.hits,
            is_proof=report.is_proof,
            running=bool(url),
        )
        lastcheck.write(config.data, last)
    click.echo(drawn(report))
    sys.exit(0 if report.is_proof and not report.hits else 1)


def _origin(url: str) -> str:
    """The address as a browser would name it; a mistyped one is a wrong call."""
    from livesupport.config import normal_origin

    origin = normal_origin(url)
    if origin is None:
        example = "https://support.example.org"
        raise click.BadParameter(_("Write the address of the server, such as {url}").format(url=example), param_hint="--url")
    return origin
