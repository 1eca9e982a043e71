"""Finds words for people that go past the catalogues, in templates, JavaScript and Python.

It looks for what is certainly meant for a reader: text between tags, the attributes that are read aloud, sentences in
quotes. Each search first proves on an example that it finds something.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

import pytest
from pygments.lexers.javascript import JavascriptLexer
from pygments.token import Comment, String

ROOT = Path(__file__).parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
MODULES = sorted((ROOT / "web").rglob("*.js"))
# A description for programmers; what people of the demo and of the sample desk say.
DOCUMENTATION = {"protocol.py", "openapi.py", "demo.py", "words.py"}
SOURCES = sorted(path for path in (ROOT / "livesupport").rglob("*.py") if path.name not in DOCUMENTATION)

NAMES = {"livesupport"}  # stays as it is in every language
READ_ALOUD = {
    "alt",
    "aria-description",
    "aria-label",
    "aria-placeholder",
    "aria-roledescription",
    "label",
    "placeholder",
    "title",
}
SHOWN = READ_ALOUD | {"ariaLabel", "ariaDescription", "innerText", "textContent"}


# ── Templates ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Reader(HTMLParser):
    """Collects what a person would see or hear of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in ("script", "style", "code")
        self._look(*(value or "" for name, value in attrs if name in READ_ALOUD))

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style", "code")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._look(data)

    def _look(self, *texts: str) -> None:
        self.found += [text.strip() for text in texts if has_letters(text) and text.strip() not in NAMES]


def has_letters(text: str) -> bool:
    return any(character.isalpha() for character in re.sub(r"&\w+;", "", text))


def untranslated_in_template(html: str) -> list[str]:
    """Text outside `_()` and `{% trans %}`."""
    quoted = [text for code in re.findall(r"\{\{(.*?)\}\}", html, re.S) for text in sentences_of_jinja(code)]
    html = re.sub(r"\{% block (?:place|layout|room) %\}.*?\{% endblock %\}", "", html)  # these name a style, not a thing
    html = re.sub(r"\{%-?\s*trans\b.*?endtrans\s*-?%\}|\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}", "", html, flags=re.S)
    reader = Reader()
    reader.feed(html.replace("· livesupport", ""))
    return reader.found + quoted


def sentences_of_jinja(code: str) -> list[str]:
    """Capitalised words in quotes that `_` does not get."""
    return re.findall(r"""(?<!_\()["']([A-Z][a-z]+[^"']*)["']""", code)


def test_the_search_in_templates_finds_what_it_should() -> None:
    assert untranslated_in_template("<p>Hello {{ name }}</p>") == ["Hello"]
    assert untranslated_in_template('<input placeholder="Your name" class="big one">') == ["Your name"]
    assert untranslated_in_template("<p>{{ name or 'Nobody here' }}</p>") == ["Nobody here"]
    assert untranslated_in_template("{# Note #}<p>{{ _('Hello') }} {% trans %}you{% endtrans %} &middot; #12</p>") == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates(path: Path) -> None:
    assert untranslated_in_template(path.read_text("utf-8")) == []


# ── JavaScript ───────────────────────────────────────────────────────────────────────────────────────────────────────


class Token(NamedTuple):
    """A word of JavaScript. Of a template literal only the text, in its place: what it inserts follows as words of its own."""

    is_string: bool
    value: str


def tokens_of(source: str) -> list[Token]:
    """The words of a module, without comments and space."""
    found: list[Token] = []
    literals: list[int | None] = []  # where the open template literals stand in `found`; None inside their `${…}`
    for kind, value in JavascriptLexer().get_tokens(source):
        if kind in String.Interpol:
            literals.append(None) if value == "${" else literals.pop()
        elif kind in String.Backtick and literals and (place := literals[-1]) is not None:
            found[place] = Token(True, found[place].value + value)
            if value == "`":
                literals.pop()
        elif kind not in Comment and not value.isspace():
            if kind in String.Backtick:
                literals.append(len(found))
            found.append(Token(kind in String, value))
    return found


def untranslated_in_module(source: str) -> list[str]:
    """Strings that are put where people read, or that are sentences, and did not go through `t` or `n`."""
    tokens = tokens_of(source)
    return [
        token.value
        for place, token in enumerate(tokens)
        if token.is_string
        and not is_translated(tokens, place)
        and (is_sentence(token.value[1:-1]) or (is_shown(tokens, place) and has_letters(token.value)))
    ]


def is_sentence(text: str) -> bool:
    return re.match(r"[A-Z][\w'’-]*,? [a-z]", text) is not None


def is_translated(tokens: list[Token], place: int) -> bool:
    """Whether the string is an argument of `t(…)`, `n(…)` or of an error that only a developer meets."""
    depth = 0
    for earlier in range(place - 1, 0, -1):
        depth += {")": 1, "(": -1}.get(tokens[earlier].value, 0)
        if depth < 0:
            caller = tokens[earlier - 1].value
            return caller in ("t", "n") or caller.endswith("Error")
    return False


def is_shown(tokens: list[Token], place: int) -> bool:
    """`x.title = "…"`, `{ title: "…" }`, `setAttribute("title", "…")`."""
    before = ["", "", "", "", *(token.value.strip("\"'") for token in tokens[max(0, place - 4) : place])]
    caller, _bracket, name, sign = before[-4:]
    return name in SHOWN and (sign in ("=", ":") or (sign == "," and caller == "setAttribute"))


def test_the_search_in_modules_finds_what_it_should() -> None:
    assert untranslated_in_module('h("p", {}, "Hello there")') == ['"Hello there"']
    assert untranslated_in_module('node.textContent = "hello"') == ['"hello"']
    assert untranslated_in_module('h("button", { "aria-label": "close" })') == ['"close"']
    assert untranslated_in_module('node.setAttribute("title", `more ${x}`)') == ["`more `"]
    assert untranslated_in_module('t("Hello there"); n("One day", "{count} Days", 3); throw new Error("Not possible")') == []
    assert (
        untranslated_in_module('node.className = "big one"; if (key === "Enter") x.title = `${a}:${b}`; // Hello there') == []
    )


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_modules(path: Path) -> None:
    assert untranslated_in_module(path.read_text("utf-8")) == []


# ── Python ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def untranslated_in_python(source: str) -> list[str]:
    """Sentences that are neither documentation nor an argument of `_` or `ngettext`."""
    tree = ast.parse(source)
    told = {id(inner) for node in ast.walk(tree) if is_call_of(node, "_", "ngettext") for inner in ast.walk(node)}
    documented = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in told | documented
        and re.match(r"[A-Z][a-z]* .*[.?…]$", node.value)
    ]


def is_call_of(node: ast.AST, *names: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names


def test_the_search_in_python_finds_what_it_should() -> None:
    assert untranslated_in_python('"""A story."""\nproblem = "Write a name."\nother = _("Write a name.")') == ["Write a name."]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_python(path: Path) -> None:
    assert untranslated_in_python(path.read_text("utf-8")) == []


# ── Style sheets ─────────────────────────────────────────────────────────────────────────────────────────────────────

PHYSICAL = re.compile(
    r"(?<![\w-])((?:margin|padding|border)-(?:left|right|top|bottom)|(?:left|right|top|bottom|float|clear)(?=\s*:)"
    r"|(?:min-|max-)?(?:width|height)(?=\s*:)|text-align\s*:\s*(?:left|right))"
)


def physical_in_style(css: str) -> Iterator[str]:
    """Properties that name a side of the screen instead of a side of the text; in media queries they are meant."""
    css = re.sub(r"/\*.*?\*/|@media[^{]*\{", "", css, flags=re.S)
    return (found[1] for found in PHYSICAL.finditer(css))


def test_the_search_in_style_sheets_finds_what_it_should() -> None:
    css = "@media (max-width: 9px) { a { left: 0; margin-right: 1px; text-align: left; width: 2px; line-height: 1 } }"
    assert list(physical_in_style(css)) == ["left", "margin-right", "text-align: left", "width"]
    assert list(physical_in_style("a { inset-inline-start: 0; border-inline-end: 0; max-inline-size: 1px }")) == []


@pytest.mark.parametrize("path", sorted((ROOT / "web").rglob("*.css")), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_style_sheets_name_sides_of_the_text(path: Path) -> None:
    assert list(physical_in_style(path.read_text("utf-8"))) == []
