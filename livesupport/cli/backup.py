"""`livesupport backup`, `restore` and `check`: everything that must last, kept and looked after."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from livesupport.cli.common import Place, now, table, with_place
from livesupport.i18n import gettext as _
from livesupport.i18n import ngettext

if TYPE_CHECKING:
    from livesupport.backup.checking import Findings
    from livesupport.backup.manifest import Manifest
    from livesupport.storage.snapshots import Step


@click.command(help=_("Copy database and files into the new folder DEST, and check the copy. A server may go on meanwhile."))
@click.argument("dest", type=click.Path(path_type=Path))
@with_place
def backup(place: Place, dest: Path) -> None:
    import asyncio

    from livesupport import logs
    from livesupport.backup.making import back_up

    logs.silence()
    made = asyncio.run(back_up(place.config(), dest, now(), progress))
    click.echo(_("{folder} holds {content}.").format(folder=dest, content=_content(made)))
    if made.damaged:
        sentence = ngettext(
            "{count} file is missing or damaged, and is not in it: see livesupport check",
            "{count} files are missing or damaged, and are not in it: see livesupport check",
            len(made.damaged),
        )
        click.echo(sentence.format(count=len(made.damaged)), err=True)
        sys.exit(1)


@click.command(help=_("Put the backup in the folder SOURCE in the place of this installation's data. The server must not run."))
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help=_("Even though there is data already: it is lost."))
@with_place
def restore(place: Place, source: Path, replace: bool) -> None:
    import asyncio

    from livesupport import logs
    from livesupport.backup.restoring import restore as put_back

    logs.silence()
    made = asyncio.run(put_back(place.config(), source, now(), replace=replace, progress=progress))
    click.echo(_("Restored as of {moment}: {content}.").format(moment=_moment(made), content=_content(made)))
    click.echo(_("Everybody has to sign in again, and API tokens have to be made anew."))


@click.command(help=_("Look whether database and files are sound. Exit code 1: something is wrong."))
@with_place
def check(place: Place) -> None:
    import asyncio

    from livesupport import logs
    from livesupport.backup.checking import look

    logs.silence()
    findings = asyncio.run(look(place.config(), now(), progress))
    click.echo(_drawn(findings))
    sys.exit(0 if findings.is_sound else 1)


@contextmanager
def progress(name: str, length: int) -> Iterator[Step]:
    """A bar on a terminal; elsewhere nothing, so that what is piped on is the result alone."""
    if not (sys.stderr.isatty() and length):
        yield lambda done: None
        return
    with click.progressbar(length=length, label=name, file=sys.stderr) as bar:
        yield bar.update


def _content(made: Manifest) -> str:
    tickets = ngettext("{count} ticket", "{count} tickets", made.counts["ticket"]).format(count=made.counts["ticket"])
    files = ngettext("{count} file", "{count} files", len(made.files)).format(count=len(made.files))
    return _("{tickets} and {files}").format(tickets=tickets, files=files)


def _moment(made: Manifest) -> str:
    return made.made_at.strftime("%Y-%m-%d %H:%M UTC")


def _drawn(findings: Findings) -> str:
    """What was found, as a table, and below it every single thing that is wrong."""
    sound = _("sound")
    rows = [
        (_("database"), str(findings.rows), ", ".join(findings.damage) or sound),
        (_("files"), str(findings.files), _of_files(findings) or sound),
    ]
    if findings.given_up:
        rows.append((_("work given up"), str(findings.given_up), _("see the log for job_given_up")))
    wrong = [(_("missing"), findings.missing), (_("altered"), findings.altered), (_("orphaned"), findings.orphaned)]
    single = [f"{word}: {each}" for word, ids in wrong for each in ids]
    return "\n".join([table([(_("WHAT"), _("COUNT"), _("STATE")), *rows]), *single])


def _of_files(findings: Findings) -> str:
    wrong = {_("missing"): findings.missing, _("altered"): findings.altered, _("orphaned"): findings.orphaned}
    return ", ".join(f"{len(ids)} {word}" for word, ids in wrong.items() if ids)
