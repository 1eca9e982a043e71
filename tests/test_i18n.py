"""Languages: who gets which, and whether the catalogues hold what the program says."""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel import Locale
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg

from livesupport import i18n
from livesupport.i18n import LANGUAGES, SOURCE, browser_strings, direction, negotiate, ngettext, use
from livesupport.i18n import gettext as _

ROOT = Path(__file__).parent.parent

UKRAINIAN = r"""
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\n"
"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\n"

#: web/widget/panel.js web/shared/words.js
msgid "Start chat"
msgstr "Почати чат"

#: web/console/console.js
msgid "Sign in"
msgstr "Увійти"

#: web/shared/words.js
msgid "{count} message"
msgid_plural "{count} messages"
msgstr[0] "{count} повідомлення одне"
msgstr[1] "{count} повідомлення кілька"
msgstr[2] "{count} повідомлень багато"

#: web/shared/words.js
#, fuzzy
msgid "Close"
msgstr "Зачинено?"

#: web/shared/words.js
msgid "Send"
msgstr ""
"""


@pytest.fixture
def in_ukrainian(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A catalogue that is partly translated."""
    (tmp_path / "uk.po").write_text(UKRAINIAN, "utf-8")
    monkeypatch.setattr(i18n, "LOCALES", tmp_path)
    forget()
    yield
    forget()


def forget() -> None:
    for cached in (i18n.catalogue, i18n.translations, i18n.translated_share, i18n.browser_strings):
        cached.cache_clear()


def test_words_are_translated_where_somebody_speaks_the_language(in_ukrainian: None) -> None:
    assert _("Sign in") == "Sign in"
    with use("uk"):
        assert _("Sign in") == "Увійти"
        assert _("Send") == "Send"  # not translated yet
        assert _("Close") == "Close"  # a guess that nobody has confirmed
        assert _("Never seen") == "Never seen"
        with use("en"):
            assert _("Sign in") == "Sign in"
        assert _("Sign in") == "Увійти"


def test_counted_words_follow_the_languages_own_rule(in_ukrainian: None) -> None:
    assert [ngettext("one", "many", count) for count in (0, 1, 2)] == ["many", "one", "many"]
    with use("uk"):
        forms = [ngettext("{count} message", "{count} messages", count).split()[-1] for count in (1, 2, 5, 11, 21, 22)]
    assert forms == ["одне", "кілька", "багато", "багато", "одне", "кілька"]


def test_a_page_gets_the_strings_of_its_own_folders(in_ukrainian: None) -> None:
    assert browser_strings("uk", ("web/shared", "web/widget")) == {
        "Start chat": "Почати чат",
        "{count} message": ["{count} повідомлення одне", "{count} повідомлення кілька", "{count} повідомлень багато"],
    }
    assert browser_strings("uk", ("web/cons",)) == {}
    assert browser_strings(SOURCE, ("web/shared",)) == {}


def test_a_half_translated_language_is_given_only_to_those_who_ask(in_ukrainian: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert negotiate(None, "uk") == "en"
    assert negotiate("uk", "en") == "uk"
    monkeypatch.setattr(i18n, "OFFERED_FROM", 0.5)
    assert negotiate(None, "uk") == "uk"


class TestNegotiation:
    """With all catalogues complete."""

    @pytest.fixture(autouse=True)
    def all_are_complete(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(i18n, "is_offered", lambda _language: True)

    @pytest.mark.parametrize(
        ("explicit", "header", "language"),
        [
            (None, "", "en"),
            (None, "ka", "ka"),
            (None, "uk-UA,ru;q=0.8,en;q=0.5", "uk"),
            (None, "de-DE, fa-IR;q=0.9, en;q=0.8", "fa"),
            (None, "ru;q=0.3, ka;q=0.9", "ka"),
            (None, "ru;q=0, en", "en"),
            (None, "de, fr", "en"),
            (None, "*", "en"),
            (None, "ru;q=lots, ;;;,,q=1", "en"),
            (None, "ru;q=" + "9" * 10_000, "en"),
            ("fa_IR", "en", "fa"),
            ("FA", "en", "fa"),
            ("tlh", "uk", "uk"),
            ("../../etc/passwd", "", "en"),
            ("", "ru", "ru"),
        ],
    )
    def test_the_wish_of_the_page_comes_before_that_of_the_browser(
        self, explicit: str | None, header: str, language: str
    ) -> None:
        assert negotiate(explicit, header) == language

    def test_then_comes_the_default(self) -> None:
        assert negotiate(None, "de", "ka") == "ka"
        assert negotiate(None, "de", "xx") == "en"


def test_persian_runs_from_right_to_left() -> None:
    assert {language: direction(language) for language in LANGUAGES if direction(language) == "rtl"} == {"fa": "rtl"}
    assert all(Locale.parse(language).text_direction == direction(language) for language in LANGUAGES)


# ── The catalogues of this checkout ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("language", LANGUAGES)
def test_counting_agrees_with_the_unicode_cldr(language: str) -> None:
    plural = gettext.c2py(i18n.catalogue(language).plural_expr)
    rule = Locale.parse(language).plural_form
    used = {rule(count) for count in range(1000)}
    order = [category for category in ("one", "few", "many", "other") if category in used]
    assert [order[plural(count)] for count in range(1000)] == [rule(count) for count in range(1000)]
    assert i18n.catalogue(language).num_plurals == len(order)


@cache
def said() -> set[str | tuple[str, ...]]:
    """Every message of the sources."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    keywords = parse_keywords(["_", "gettext", "ngettext:1,2"])
    found = extract_from_dir(str(ROOT), methods, options, keywords)
    return {message for _path, _line, message, _comments, _context in found}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_holds_all_that_is_said_and_nothing_else(language: str) -> None:
    held = {message.id for message in i18n.catalogue(language) if message.id}
    assert (said() - held, held - said()) == (set(), set()), "run `make messages`"


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_the_placeholders(language: str) -> None:
    for message in i18n.catalogue(language):
        assert not broken(message), message.id


def test_the_check_of_the_placeholders_can_fail() -> None:
    assert broken(Message("Hello {name}", "Вітаю {ім'я}"))
    assert broken(Message(("{count} day", "{count} days"), ("{count} день", "дні")))
    assert not broken(Message("Hello {name}", "{name}, вітаю"))


def broken(message: Message) -> bool:
    """Whether a translation names other values than its source."""
    source = message.id if isinstance(message.id, str) else message.id[-1]
    strings = [message.string] if isinstance(message.string, str) else list(message.string or ())
    return any(placeholders(string) != placeholders(source) for string in strings if string and message.id)


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{\w*\}|%\(\w+\)s", text))
