"""The result of a check as a person reads it at a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from livesupport.i18n import gettext as _
from livesupport.selfcheck.check import Report

Row = tuple[str, ...]


def drawn(report: Report) -> str:
    """What happened, what was searched, and what it means."""
    return "\n".join([*_story(report), "", *_aligned(_rows(report)), "", *_traces(report), _verdict(report)])


def _story(report: Report) -> Iterable[str]:
    played = report.played
    refused = ", ".join(f"{code} ×{count}" if count > 1 else code for code, count in Counter(played.refused).items())
    yield _("A chat full of random words, through {url}").format(url=report.url)
    yield _("  relayed: {count} messages; refused: {refused}; brought back: {times}×").format(
        count=played.messages, refused=refused, times=played.resumed
    )
    yield _(
        "  looked for: {count} words and numbers, in {forms} forms (plain, UTF-16, JSON, hex, base64, compressed …)"
    ).format(count=report.canaries, forms=report.forms)


def _rows(report: Report) -> list[Row]:
    rows: list[Row] = [(_("place"), _("searched"), _("bytes"), _("found"))]
    planted = _("{found} of {all}")
    rows += [(_("control"), it.what, "", planted.format(found=it.found, all=it.planted)) for it in report.controls]
    if report.memory:
        rows.append((_("control"), _("memory, while the chat ran"), "", str(report.memory[0])))
    searched = _("files or tables: {count}")
    rows += [
        (place, searched.format(count=found.items), f"{found.octets:,}", str(len(found.hits)))
        for place, found in report.swept.items()
    ]
    if report.memory:
        rows.append((_("memory"), _("after the end"), "", str(report.memory[1])))
    return rows


def _aligned(rows: list[Row]) -> Iterable[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for place, searched, octets, found in rows:
        yield f"{place:<{widths[0]}}  {searched:<{widths[1]}}  {octets:>{widths[2]}}  {found:>{widths[3]}}"


def _traces(report: Report) -> Iterable[str]:
    for place, found in report.swept.items():
        for hit in found.hits:
            yield _("FOUND in {place}: {what}, as {form}, in {file}").format(
                place=place, what=hit.needle.what, form=hit.needle.form, file=hit.where
            )


def _verdict(report: Report) -> str:
    if not report.is_proof:
        return _("No proof: a leak that was planted was not found. Please report this.")
    if report.hits:
        return _("The chat left traces. Please report this: see SECURITY.md.")
    return _("Clean: every planted leak was found, and nothing of the chat.")
