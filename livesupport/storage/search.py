"""How a ticket is found by what somebody remembers of it: the words of its subject, messages, names, numbers and tags.

`ticket_search` holds the stems of every ticket, the same rows in both databases. What makes them quick to find is the
database's own: SQLite keeps an FTS5 index beside the table (triggers carry every change over), PostgreSQL a `tsvector` in
it. Only this file knows the difference.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from itertools import accumulate
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    cast,
    column,
    false,
    insert,
    literal,
    literal_column,
    select,
    table,
    text,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.storage import analyser
from livesupport.storage.analyser import fold
from livesupport.storage.schema import ticket, ticket_message, ticket_search, ticket_tag

MOST_CHARACTERS = 200  # of a query; the rest is ignored
MOST_WORDS = 8
MANY = 1000  # tickets with the same words, from which on they are no longer all looked at
SHORTEST_BEGINNING = 3  # characters by which a longer word is found
MOST_BYTES = 500_000  # of the words of one ticket: PostgreSQL takes less than 1 MiB, and would refuse all that is written later
COLUMNS = frozenset({"number", "subject", "name", "phone", "email", "fields"})  # of a ticket, that are searched

_PHONE = re.compile(r"[0-9\s()+./-]+")
_NUMBER = re.compile(r"#?[1-9][0-9]*(-[0-9])?")
_BEGINNING_OF_NUMBER = re.compile(r"#?([0-9]+)")
_INDEX = table("ticket_index", column("rowid"), column("ticket_index"))


# ── What is found ────────────────────────────────────────────────────────────────────────────────────────────────────


async def matches(connection: AsyncConnection, query: str) -> ColumnElement[bool]:
    """True of tickets that have every word of the query. A query without a word finds nothing, an empty one everything.

    Of words that few tickets have, those are fetched and sorted; of common ones the tickets are gone through in the order
    that is wanted, until a page is full.
    """
    if not query.strip():
        return true()
    wanted = terms(query)
    if not wanted:
        return false()
    found = _found(connection, wanted)
    ids = (await connection.execute(found.limit(MANY))).scalars().all()
    if len(ids) < MANY:
        return ticket.c.id.in_(ids)
    return (ticket.c.id + literal_column("0")).in_(found)  # an expression: nothing leads from it to the tickets


def _found(connection: AsyncConnection, wanted: list[tuple[str, bool]]) -> Select[tuple[int]]:
    """The ids of the tickets that have these words."""
    if connection.dialect.name == "sqlite":
        written = " AND ".join(f'"{word}"*' if beginning else f'"{word}"' for word, beginning in wanted)
        return select(_INDEX.c.rowid).where(_INDEX.c.ticket_index.op("MATCH")(written))
    written = " & ".join(f"'{word}':*" if beginning else f"'{word}'" for word, beginning in wanted)
    vector: ColumnElement[Any] = column("vector", _selectable=ticket_search)
    has_all = vector.op("@@")(cast(cast(literal(written), Text), TSQUERY))
    return select(ticket_search.c.ticket_id).where(has_all)


def terms(query: str) -> list[tuple[str, bool]]:
    """What the index is asked for, and whether words that only begin so count too: they do where the query's word is no
    inflected form, so that it may be a beginning. A phone number is one word however it is grouped, without the zeros of
    local dialling."""
    folded = fold(query[:MOST_CHARACTERS])
    if analyser.NUMBER.fullmatch(number := folded.removeprefix("#")):
        return [(number, False)]
    if beginning := _BEGINNING_OF_NUMBER.fullmatch(folded):
        return [_digits(beginning[1])]
    if _PHONE.fullmatch(folded) and (digits := re.sub("[^0-9]", "", folded)):
        return [_digits(digits)]
    return [_term(word) for word in analyser.words(folded)[:MOST_WORDS]]


def _digits(digits: str) -> tuple[str, bool]:
    digits = digits.lstrip("0") or "0"
    return digits, len(digits) >= SHORTEST_BEGINNING


def _term(word: str) -> tuple[str, bool]:
    stem = analyser.stem(word)
    return stem, len(word) >= SHORTEST_BEGINNING and (stem == word or analyser.is_georgian(word))


def words(query: str) -> list[str]:
    """The words of a query as they stand in a folded text; a phone number is one, without the zeros of local dialling."""
    folded = fold(query[:MOST_CHARACTERS])
    if _NUMBER.fullmatch(folded):
        return [folded]
    if _PHONE.fullmatch(folded) and (digits := re.sub("[^0-9]", "", folded).lstrip("0")):
        return [digits]
    return folded.split()[:MOST_WORDS]


# ── What is kept ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def add(connection: AsyncConnection, ticket_id: int, texts: Iterable[str]) -> None:
    """Lets the ticket be found by these texts too, in the transaction that writes them down."""
    await _add_tokens(connection, ticket_id, analyser.tokens(texts))


async def add_columns(connection: AsyncConnection, ticket_id: int, columns: Mapping[str, Any]) -> None:
    """Lets the ticket be found by those of these columns that are searched."""
    await _add_tokens(connection, ticket_id, _of_columns(columns))


async def add_new(connection: AsyncConnection, tickets: Iterable[tuple[Mapping[str, Any], Iterable[str]]]) -> None:
    """Lets tickets that have just been added be found, by their columns and by all that was said in them."""
    rows = [
        {"ticket_id": columns["id"], "words": _joined(_of_columns(columns), analyser.tokens(texts))}
        for columns, texts in tickets
    ]
    if rows:
        await connection.execute(insert(ticket_search), rows)


async def renew(connection: AsyncConnection, ticket_id: int) -> None:
    """Finds out anew by what the ticket is found: after something of it was taken away."""
    row = (await connection.execute(select(ticket).where(ticket.c.id == ticket_id))).mappings().one()
    messages = select(ticket_message.c.text, ticket_message.c.name).where(ticket_message.c.ticket_id == ticket_id)
    tags = select(ticket_tag.c.tag).where(ticket_tag.c.ticket_id == ticket_id)
    texts = [said for one in await connection.execute(messages) for said in one]
    texts += (await connection.execute(tags)).scalars()
    await _put(connection, ticket_id, _joined(_of_columns(dict(row)), analyser.tokens(texts)))


async def compact(connection: AsyncConnection) -> None:
    """Takes what is no longer in any ticket out of the index's own storage, which otherwise keeps it for a while (M12)."""
    if connection.dialect.name == "sqlite":
        await connection.execute(text("INSERT INTO ticket_index (ticket_index) VALUES ('optimize')"))


def _of_columns(columns: Mapping[str, Any]) -> set[str]:
    given = {name: columns[name] for name in COLUMNS & columns.keys()}
    answers = [str(answer["value"]) for answer in given.pop("fields", None) or ()]
    digits = re.sub("[^0-9]", "", fold(given.get("phone", "")))
    return analyser.tokens([*given.values(), *answers]) | analyser.suffixes(digits)


async def _add_tokens(connection: AsyncConnection, ticket_id: int, tokens: Collection[str]) -> None:
    query = select(ticket_search.c.words).where(ticket_search.c.ticket_id == ticket_id).with_for_update()
    known = set(((await connection.execute(query)).scalar_one_or_none() or "").split(" "))
    if not known.issuperset(tokens):
        await _put(connection, ticket_id, _joined(known, set(tokens)))


def _joined(first: set[str], others: set[str]) -> str:
    """The words as they are kept. What is beyond `MOST_BYTES` is not: the ticket is found by the others."""
    words = [*sorted(first), *sorted(others - first)]
    ends = accumulate(len(word.encode()) + 1 for word in words)
    return " ".join(sorted(word for word, end in zip(words, ends, strict=True) if end <= MOST_BYTES)).strip()


async def _put(connection: AsyncConnection, ticket_id: int, joined: str) -> None:
    changed = await connection.execute(update(ticket_search).where(ticket_search.c.ticket_id == ticket_id).values(words=joined))
    if not changed.rowcount:
        await connection.execute(insert(ticket_search).values(ticket_id=ticket_id, words=joined))
