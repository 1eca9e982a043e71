"""`livesupport migrate` and `livesupport config`: what an operator asks before and after an upgrade."""

from __future__ import annotations

import os

import click

from livesupport.cli.common import Place, with_place
from livesupport.i18n import gettext as _


@click.command(help=_("Bring the database to this version's schema. A SQLite file is copied first."))
@with_place
def migrate(place: Place) -> None:
    import asyncio

    async def run() -> None:
        from livesupport import logs
        from livesupport.data import hold_lease, make_directories
        from livesupport.storage.migrate import upgrade

        logs.silence()
        config = place.config()
        make_directories(config)
        async with hold_lease(config):  # a running server must not find its tables changed
            await upgrade(config.database_url)

    asyncio.run(run())
    click.echo(_("The database is up to date."))


@click.command(help=_("Show every setting, and where it came from; secrets are masked."))
@with_place
def config(place: Place) -> None:
    import msgspec

    from livesupport.config import SECRETS, load_with_origins, settings

    effective, origins = load_with_origins(place.file, os.environ, place.overrides)
    tables = msgspec.to_builtins(effective)
    rows = []
    for setting in settings():
        section, _dot, name = setting.key.rpartition(".")
        value = (tables[section] if section else tables)[name]
        shown = '"********"' if setting.key in SECRETS and value else msgspec.json.encode(value).decode()
        rows.append((f"{setting.key} = {shown}", f"# {origins[setting.key]}"))
    width = max(len(left) for left, _origin in rows)
    click.echo("\n".join(f"{left.ljust(width)}  {origin}" for left, origin in rows))
