"""Markdown as agents and administrators write it, made into HTML that can do no harm: replies, notes, instructions, rules.

Twice guarded. The parser takes no HTML, makes no images (a remote picture would tell its server who reads what) and refuses
addresses that run; what it made then passes a list of the few tags, attributes and kinds of address that are meant.
"""

from __future__ import annotations

import html
import re

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore

LONGEST = 25_000  # characters; a longer text, or one with more marks, is shown as it was typed: parsing it takes too long
MOST_MARKS = 2_000  # more than anybody sets by hand

TOP_HEADING, LOWEST_HEADING = 3, 6  # a page has its own first and second

_BLOCKS = {"p", "ol", "ul", "h3", "h4", "h5", "h6", "blockquote", "td", "th"}  # each runs the way its own words do
_TAGS = _BLOCKS | {"a", "br", "code", "em", "hr", "li", "pre", "strong", "table", "tbody", "thead", "tr"}
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}, "td": {"align"}, "th": {"align"}}
_ADDED = {"a": {"target": "_blank"}} | {tag: {"dir": "auto"} for tag in _BLOCKS}
_SCHEMES = {"http", "https", "mailto", "tel"}
_ALIGNED = re.compile(r"text-align:(left|center|right)")
_MARK = re.compile(r"[\[\]()*_`<>!&~\\|]")


def render(text: str) -> str:
    """The HTML of a text in Markdown (CommonMark and tables; a line break stays one, an address becomes a link).

    Safe to put into a page as it is, whoever wrote the text, and quick however it was made.
    """
    if len(text) > LONGEST or len(_MARK.findall(text)) > MOST_MARKS:
        return f'<p dir="auto">{html.escape(text).replace(chr(10), "<br>")}</p>'
    return nh3.clean(
        _parser.render(text),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        set_tag_attribute_values=_ADDED,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer",
    )


def _fit_the_page(state: StateCore) -> None:
    """Headings below the page's own, and columns that are set right without a style, which our pages forbid."""
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(LOWEST_HEADING, int(token.tag[1]) + TOP_HEADING - 1)}"
        elif aligned := _ALIGNED.fullmatch(str(token.attrGet("style") or "")):
            token.attrs = {"align": aligned[1]}


def _new_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True, "linkify": True})
    parser.enable(["table", "linkify"]).disable("image")
    assert parser.linkify is not None
    parser.linkify.set({"fuzzy_link": False})  # "example.com" may be meant as a word
    parser.core.ruler.push("fit_the_page", _fit_the_page)
    return parser


_parser = _new_parser()
