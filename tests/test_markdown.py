"""Markdown becomes HTML that says what was meant and does no harm, quickly (T36, T37, T39)."""

from __future__ import annotations

import re

import pytest

from livesupport.markdown import LONGEST, MOST_MARKS, render
from tests.browser.hostile import HOSTILE

SAFE_TAG = re.compile(
    r"</?(p|li|h[3-6]|blockquote|td|th|a|br|code|em|hr|ol|pre|strong|table|tbody|thead|tr|ul)"
    r'( (href|title|start|align|dir|target|rel)="[^"<>]*")*>'
)


def test_what_people_mean_is_what_others_read() -> None:
    html = render("Dear **Nino**,\nit is *fixed*: `restart`\n\n1. one\n2. two\n\n> you wrote")
    assert '<p dir="auto">Dear <strong>Nino</strong>,<br>\nit is <em>fixed</em>: <code>restart</code></p>' in html
    assert html.count("<li") == 2
    assert "<blockquote" in html


def test_a_heading_stays_below_those_of_the_page() -> None:
    assert [f"<h{n}" in render("#" * level + " Title") for level, n in ((1, 3), (2, 4), (4, 6), (6, 6))] == [True] * 4


def test_a_table_keeps_its_columns_set_without_a_style() -> None:
    html = render("|a|b|\n|--|-:|\n|1|2|")
    assert '<td align="right" dir="auto">2</td>' in html
    assert "style" not in html


def test_addresses_become_links_that_tell_nobody_where_they_were_read() -> None:
    html = render("See https://example.com/a or write to ana@example.com, not example.org")
    assert 'href="https://example.com/a" target="_blank" rel="noopener noreferrer"' in html
    assert 'href="mailto:ana@example.com"' in html
    assert "//example.org" not in html


@pytest.mark.parametrize(
    "text",
    [
        "[a](javascript:alert(1))",
        "[a](javascript&#58;alert(1))",
        "[a](JaVaScRiPt:alert(1))",
        "[a](data:text/html;base64,PHNjcmlwdD4=)",
        "[a](vbscript:x)",
        "[a]: javascript:alert(1)\n\n[a]",
        "<javascript:alert(1)>",
        "[x [a](javascript:a) y](javascript:b)",
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![a](https://tracker.example/p.png)",
        "<a href='https://x' onclick='alert(1)'>x</a>",
        "```html\n<script>alert(1)</script>\n```",
        '[a](https://x "\\"onmouseover=alert(1) x=\\"")',
        *HOSTILE,
    ],
)
def test_nothing_in_it_runs_and_nothing_is_fetched(text: str) -> None:
    html = render(text)
    assert "<" not in SAFE_TAG.sub("", html), html
    assert not re.search(r'href="(?!https?://|mailto:|tel:)[^"]*:', html), html


def test_the_check_of_harmlessness_can_fail() -> None:
    for harm in ("<script>", '<img src="x">', '<a href="x" onclick="y">', '<p style="x">'):
        assert "<" in SAFE_TAG.sub("", harm)


@pytest.mark.parametrize("text", ["{{7*7}}", "${7*7}", "{{''.mro()}}", "{% raw %}"])
def test_what_looks_like_a_template_is_text(text: str) -> None:
    assert render(text) == f'<p dir="auto">{text}</p>\n'


@pytest.mark.parametrize("unit", ["[", "*", "![", "[a](", "*a_", "&#", "http://a ", "\n- ", "> "])
def test_a_text_that_would_take_too_long_is_shown_as_it_was_typed(unit: str) -> None:
    text = (unit * 100_000)[:100_000]
    assert render(text).count("<") == 2 + text.count("\n")


def test_an_ordinary_long_letter_is_still_set() -> None:
    letter = "**Dear Nino**, this is what we found. " * (LONGEST // 50)
    assert "<strong>Dear Nino</strong>" in render(letter)
    assert "<strong>" not in render("**a** " * MOST_MARKS)
