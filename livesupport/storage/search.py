"""How to find a ticket by what somebody remembers of it: a folded copy of its short fields, searched word by word.

The folding is done in the program, so both databases find the same, in every alphabet: upper and lower case, full-width
forms and the digits of Persian or Arabic are one.
"""

from __future__ import annotations

import re
import unicodedata

from sqlalchemy import ColumnElement, and_

MOST_CHARACTERS = 200  # of a query; the rest is ignored
MOST_WORDS = 8

_PHONE = re.compile(r"[0-9\s()+./-]+")
_TICKET_NUMBER = re.compile(r"#?[1-9][0-9]*(-[0-9])?")


def searchable(number: str, name: str, phone: str, subject: str) -> str:
    """What goes into the search column of a ticket: one field per line, so that no word matches across two."""
    return "\n".join(["#" + number, *map(fold, (name, phone, subject))])


def matches(column: ColumnElement[str], query: str) -> ColumnElement[bool]:
    """True where every word of the query occurs; the query's own `%` and `_` are ordinary characters."""
    return and_(True, *(column.contains(word, autoescape=True) for word in words(query)))


def words(query: str) -> list[str]:
    """The words to look for. A phone number counts as one word however it is grouped, without the zeros of local dialling."""
    text = fold(query[:MOST_CHARACTERS])
    if _TICKET_NUMBER.fullmatch(text):
        return [text]
    if _PHONE.fullmatch(text) and (digits := re.sub("[^0-9]", "", text).lstrip("0")):
        return [digits]
    return text.split()[:MOST_WORDS]


def fold(text: str) -> str:
    """`text` as it is compared: compatible forms unified, case folded, digits as ASCII, no control characters."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(map(_plain, folded)).strip()


def _plain(character: str) -> str:
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    # Cc and Cs hold what PostgreSQL refuses to compare with: NUL and lone surrogates.
    return " " if unicodedata.category(character) in ("Cc", "Cs") else character
