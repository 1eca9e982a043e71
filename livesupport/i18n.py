"""The words people read, in their language: one `locales/<language>.po` for Python, templates and the browser together.

English is the source: its text is the message id. The catalogues are read as they are written, on first use, so there is
nothing to compile. Whoever serves a person says `with use(language):` once; below it `_("…")` finds the right words.
"""

from __future__ import annotations

import gettext as standard
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

SOURCE = "en"
LANGUAGES = {"en": "English", "ka": "ქართული", "fa": "فارسی", "uk": "Українська", "ru": "Русский"}  # by their own names
RIGHT_TO_LEFT = frozenset({"fa"})
LOCALES = Path(__file__).parent / "locales"
OFFERED_FROM = 0.9  # of its messages translated: below it, a browser's wish is not enough to get half a translation

Strings = dict[str, str | list[str]]

_current: ContextVar[str] = ContextVar("language", default=SOURCE)


@contextmanager
def use(language: str) -> Iterator[None]:
    """Speaks `language` (one of LANGUAGES) inside the block, in this task only."""
    token = _current.set(language)
    try:
        yield
    finally:
        _current.reset(token)


def current() -> str:
    """The language spoken here and now."""
    return _current.get()


def gettext(message: str) -> str:
    """The message in the current language; the message itself where it is not translated. Imported as `_`."""
    return translations(current()).gettext(message)


def ngettext(one: str, many: str, count: int) -> str:
    """The form that the current language uses for `count` things."""
    return translations(current()).ngettext(one, many, count)


def direction(language: str) -> Literal["ltr", "rtl"]:
    """Which way the language is written, for the `dir` attribute."""
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


def negotiate(explicit: str | None, accept_language: str = "", default: str = SOURCE) -> str:
    """The language to speak: the one asked for by name, else the best of `Accept-Language` (RFC 9110, 12.5.4), else `default`.

    A name is honoured as soon as there is a catalogue; a browser's wish only when the catalogue is nearly complete.
    """
    if explicit and (asked := primary(explicit)) in LANGUAGES:
        return asked
    for tag in _wishes(accept_language):
        if tag in LANGUAGES and is_offered(tag):
            return tag
    return default if default in LANGUAGES else SOURCE


def primary(tag: str) -> str:
    """`uk` of `uk-UA` or `uk_UA`."""
    return tag.strip().lower().replace("_", "-").split("-", 1)[0]


def is_offered(language: str) -> bool:
    """Whether so much of the catalogue is translated that people may be given it unasked."""
    return language == SOURCE or translated_share(language) >= OFFERED_FROM


@cache
def translated_share(language: str) -> float:
    """How much of a language's catalogue is translated, from 0 to 1; messages marked fuzzy are not."""
    messages = [message for message in catalogue(language) if message.id]
    done = sum(1 for message in messages if _is_translated(message.string) and not message.fuzzy)
    return done / len(messages) if messages else 0.0


@cache
def translations(language: str) -> standard.NullTranslations:
    """The catalogue as the standard library's gettext wants it; messages marked fuzzy are left out."""
    if language == SOURCE:
        return standard.NullTranslations()  # the message ids are English; the command line need not load Babel for that
    from babel.messages.mofile import write_mo

    compiled = io.BytesIO()
    write_mo(compiled, catalogue(language))
    compiled.seek(0)
    return standard.GNUTranslations(compiled)


@cache
def browser_strings(language: str, folders: tuple[str, ...]) -> Strings:
    """What the modules in these folders of web/ may say: {msgid: translation, or the list of plural forms}.

    `folders` are paths such as ("web/shared", "web/widget"). What is not translated is left out: the browser then shows
    the message id, which is English.
    """
    if language == SOURCE:
        return {}
    strings: Strings = {}
    for message in catalogue(language):
        if message.id and not message.fuzzy and _is_translated(message.string) and _is_from(message.locations, folders):
            key = message.id if isinstance(message.id, str) else message.id[0]
            strings[key] = message.string if isinstance(message.string, str) else list(message.string or ())
    return strings


@cache
def catalogue(language: str) -> Catalog:
    """The `.po` file of a language (one of LANGUAGES), read once."""
    # Babel is imported here so that commands that print nothing translated start without it.
    from babel.messages.pofile import read_po

    with (LOCALES / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def _wishes(accept_language: str) -> list[str]:
    """The primary tags of the header, best first; a quality of 0 means "not this one"."""
    weighed: list[tuple[float, int, str]] = []
    for place, part in enumerate(accept_language[:500].split(",")):
        tag, _, parameter = part.partition(";")
        quality = _quality(parameter)
        if quality > 0:
            weighed.append((-quality, place, primary(tag)))
    return [tag for _, _, tag in sorted(weighed)]


def _quality(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        quality = float(value)
    except ValueError:
        return 0.0
    return quality if 0 <= quality <= 1 else 0.0


def _is_translated(string: str | Sequence[str] | None) -> bool:
    return bool(string) if string is None or isinstance(string, str) else all(string)


def _is_from(locations: Sequence[tuple[str, int | None]], folders: tuple[str, ...]) -> bool:
    return any(path.startswith(folder.rstrip("/") + "/") for path, _ in locations for folder in folders)
