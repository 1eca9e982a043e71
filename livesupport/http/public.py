"""What all pages for people who ask have in common: their site's brand, its language, its hours and its contacts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

from livesupport import i18n
from livesupport.http.state import Request
from livesupport.model import Hours, Site

DAYS = 7


class Open(msgspec.Struct, frozen=True):
    """One line of the opening hours: "Mon–Fri", "09:00–18:00"; no times mean closed."""

    days: str
    times: str


class Choice(msgspec.Struct, frozen=True):
    """A language that the page can be read in."""

    code: str
    name: str
    href: str


@contextmanager
def speaking(request: Request, site: Site) -> Iterator[None]:
    """Speaks the reader's language inside the block: the one asked for in the address, else the browser's, else the site's."""
    asked, wishes = request.query_params.get("lang"), request.headers.get("accept-language", "")
    with i18n.use(i18n.negotiate(asked, wishes, site.language)):
        yield


def public_page(request: Request, site: Site, template: str, status: int = 200, **context: Any) -> Response:
    """Renders a template that extends public.html, for a person who asks this site. Call it inside `speaking`."""
    return request.state["templates"].page(
        template,
        status,
        site=site,
        opening=opening(site.hours),
        languages=_languages(request),
        address=lambda path, **query: address(request, path, **query),
        **context,
    )


def address(request: Request, path: str, **query: object) -> str:
    """A path of ours with a query that keeps the language which the person has asked for by name."""
    fields = {name: value for name, value in query.items() if value not in (None, "")}
    if (asked := i18n.primary(request.query_params.get("lang", ""))) in i18n.LANGUAGES:
        fields["lang"] = asked
    return path + (f"?{urlencode(fields)}" if fields else "")


def opening(hours: Hours) -> list[Open]:
    """The week in as few lines as it takes, days with the same hours together; none for a desk that never closes."""
    if not hours.weekly:
        return []
    times = [_times(hours, day) for day in range(DAYS)]
    runs = [list(run) for _, run in groupby(range(DAYS), key=times.__getitem__)]
    return [Open(_days(run[0], run[-1]), times[run[0]]) for run in runs]


def _times(hours: Hours, day: int) -> str:
    spans = sorted((opens, closes) for weekday, opens, closes in hours.weekly if weekday == day)
    return ", ".join(f"{_clock(opens)}–{_clock(closes)}" for opens, closes in spans)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _days(first: int, last: int) -> str:
    from babel.dates import get_day_names  # a slow import, and only pages need it

    names = get_day_names("abbreviated", locale=i18n.current())
    return names[first] if first == last else f"{names[first]}–{names[last]}"


def _languages(request: Request) -> list[Choice]:
    """Those whose catalogues are complete, under the address of this page; none when there is no choice."""
    offered = [code for code in i18n.LANGUAGES if i18n.is_offered(code) or code == i18n.current()]
    others = {name: value for name, value in request.query_params.items() if name != "lang"}
    links = [Choice(code, i18n.LANGUAGES[code], "?" + urlencode({**others, "lang": code})) for code in offered]
    return links if len(links) > 1 else []
