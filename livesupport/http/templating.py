"""Renders `templates/*.html` in the reader's language, with everything a page needs to find its files and its words."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

import jinja2
from jinja2.sandbox import SandboxedEnvironment
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup
from starlette.responses import HTMLResponse

import livesupport
from livesupport import i18n
from livesupport.assets import Assets, locate
from livesupport.config import Desk, Files
from livesupport.http import wording
from livesupport.http.attachments import file_address, file_size, staged_files
from livesupport.http.modules import imports
from livesupport.model import Agent
from livesupport.tickets.files import Room
from livesupport.tickets.kinds import SUFFIXES

PAGE_FOLDERS = ("web/shared", "web/pages")

_PHONE = re.compile(r"\+?[0-9\s()-]+")
_GAPS = re.compile(r"[\s()]")


class Templates:
    """One Jinja environment. Names that a template uses and nobody gave are errors, and every value is escaped."""

    def __init__(
        self,
        assets: Assets,
        own: Path | None = None,
        files: Files | None = None,
        desk: Desk | None = None,
        room: Callable[[], Room] = lambda: "ample",
    ) -> None:
        """`own`: a directory in which the operator may put templates to use instead of ours of the same name. `files`: the
        limits that a form with files tells before they are reached. `desk`: after how long agents' pages
        lock, and agents count as away.
        `room` tells how full the disk is.

        With templates of the operator's own all of them run in a sandbox: a text that was pasted into one may print what its
        page is given, and reach nothing behind it (guarantees.md, T37).
        """
        desk = desk or Desk()
        kind = SandboxedEnvironment if own and own.is_dir() else jinja2.Environment
        self._environment = kind(
            loader=jinja2.FileSystemLoader([*([own] if own else []), locate("templates")]),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        self._environment.install_gettext_callables(i18n.gettext, i18n.ngettext, newstyle=True)  # type: ignore[attr-defined]
        self._environment.policies["ext.i18n.trimmed"] = True
        self._environment.globals.update(
            asset=assets.url,
            imports=partial(imports, assets),
            file_limits=files or Files(),
            file_suffixes=SUFFIXES,
            idle_lock=desk.idle_lock,
            idle_away=desk.idle_away,
            room=room,
        )
        self._environment.filters.update(
            moment=moment,
            clock=clock,
            status=wording.status_word,
            status_hint=wording.status_hint,
            priority=wording.priority_word,
            promise=wording.promise_word,
            diagnostic=wording.diagnostic_word,
            column=wording.column_word,
            countdown=countdown,
            sentence=wording.event_sentence,
            step=wording.step_word,
            step_hint=wording.step_hint,
            told=wording.told_sentence,
            language_name=language_name,
            way=way,
            markdown=markdown,
            file_address=file_address,
            file_size=file_size,
            staged_files=staged_files,
        )

    def page(
        self,
        name: str,
        status: int = 200,
        *,
        me: Agent | None = None,
        folders: tuple[str, ...] = PAGE_FOLDERS,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        **context: Any,
    ) -> HTMLResponse:
        """Renders a template as a response.

        `me`: who is signed in, for the navigation. `data`: what the page's modules find in `<script id="page">`, beside
        the language and the strings of the given web/ folders.
        """
        language = i18n.current()
        direction = i18n.direction(language)
        page = {
            "language": language,
            "dir": direction,
            "strings": i18n.browser_strings(language, folders),
            "version": livesupport.__version__,
            **(data or {}),
        }
        body = self._environment.get_template(name).render(
            {**context, "me": me, "language": language, "dir": direction, "page": as_json(page)}
        )
        return HTMLResponse(body, status, headers)


def as_json(value: Any) -> Markup:
    """JSON that may stand inside a `<script type="application/json">`: no character in it can end the element."""
    return htmlsafe_json_dumps(value, dumps=json.dumps, ensure_ascii=False, separators=(",", ":"))


def moment(at: datetime) -> Markup:
    """A point in time as `<time>`: in UTC as it comes from here; web/pages/pages.js tells it in the reader's zone."""
    # A list has a hundred of them: Babel's own formatting, and escaping what needs none, would be half of the page's time.
    words = f"{at.day} {_months(i18n.current())[at.month]} {at.year}, {at:%H:%M} UTC"
    return Markup(f'<time datetime="{_iso(at)}">{words}</time>')  # noqa: S704  # numbers, and names of months


@cache
def _months(language: str) -> Mapping[int, str]:
    from babel.dates import get_month_names  # a slow import, and only pages need it

    return dict(get_month_names("abbreviated", locale=language))


def countdown(at: datetime) -> Markup:
    """Like `moment`, for the end of something: told as the time that is left, or that has passed since."""
    return Markup('<time datetime="{}" data-due>{}</time>').format(_iso(at), at.strftime("%d.%m. %H:%M UTC"))


def clock(at: datetime) -> Markup:
    """Like `moment`, where the day is known: hours and minutes only."""
    return Markup('<time datetime="{}" data-clock>{}</time>').format(_iso(at), at.strftime("%H:%M UTC"))


def _iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def way(value: str) -> Markup:
    """A contact: a telephone number or an e-mail address can be followed, anything else is only read."""
    scheme = "mailto:" if "@" in value else "tel:" if _PHONE.fullmatch(value) else ""
    text = Markup('<bdi dir="{}">{}</bdi>').format("ltr" if scheme else "auto", value)
    return Markup('<a href="{}{}">{}</a>').format(scheme, _GAPS.sub("", value), text) if scheme else text


def markdown(text: str) -> Markup:
    """What somebody of the house has written in Markdown."""
    from livesupport.markdown import render  # a slow import, and few pages need it

    return Markup(render(text))  # noqa: S704 - render() lets only harmless HTML out


def language_name(tag: str) -> str:
    """A language by its name: "Georgian" for `ka-GE`; the tag itself where nobody knows it."""
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(i18n.primary(tag)).get_display_name(i18n.current()) or tag
    except (UnknownLocaleError, ValueError):
        return tag
