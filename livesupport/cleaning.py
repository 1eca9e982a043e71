"""Makes text that a stranger sent safe to relay, draw and store, without changing what it says.

Removed are characters that no person types and that make a database, a terminal or a page misbehave. Kept is whatever
writing needs: joiners (Persian, emoji), marks of direction, accents.
"""

from __future__ import annotations

import re
import unicodedata

MOST_MARKS = 8  # combining marks on one letter: more than any writing system uses, far fewer than "Zalgo" text

_UNWANTED = re.compile(
    "["
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # control characters except tab, line feed, carriage return
    "\u2028\u2029"  # line and paragraph separators: end a string or a log line early
    "\u202a-\u202e\u2066-\u2069"  # embeddings, overrides and isolates: make text read in another order than it is
    "\ufeff\ufff9-\ufffb"  # byte order mark, interlinear annotations
    "\ud800-\udfff"  # lone surrogates: no UTF-8 can hold them
    "\ufdd0-\ufdef"  # noncharacters, here and as the last two of each plane
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
    + "]"
)
_NEWLINE = re.compile(r"\r\n?")
_SPACE = re.compile(r"\s+")


def clean(text: str) -> str:
    """`text` without harmful characters, with `\\n` as its only line break and no white space around it."""
    if text.isascii() and text.isprintable():  # most of what is said: nothing below would find anything
        return text.strip()
    text = _UNWANTED.sub("", _NEWLINE.sub("\n", text))
    if not text.isascii():  # the rest of the work is for what ASCII cannot hold
        text = unicodedata.normalize("NFC", text)
        if any(map(unicodedata.combining, text)):
            text = _fewer_marks(text)
    return text.strip()


def clean_line(text: str) -> str:
    """`clean`, on one line: for names, subjects and other short things."""
    return _SPACE.sub(" ", clean(text))


def _fewer_marks(text: str) -> str:
    kept = []
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= MOST_MARKS:
            kept.append(character)
    return "".join(kept)
