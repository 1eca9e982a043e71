"""What a query finds, before any database is asked."""

from __future__ import annotations

import pytest

from livesupport.storage import search


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ANA", "ana"),
        ("Straße", "STRASSE"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("ЇЖАК", "їжак"),
        ("ნინო", "ᲜᲘᲜᲝ"),
        ("۰۹۱۲", "0912"),
        ("٤٢", "42"),
        ("Ａｎａ", "ana"),
        ("e\u0301", "é"),
    ],
)
def test_what_looks_the_same_to_a_person_is_the_same(one: str, other: str) -> None:
    assert search.fold(one) == search.fold(other)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("  Broken   INVOICE ", ["broken", "invoice"]),
        ("+995 (555) 12-34-56", ["995555123456"]),
        ("0555 123 456", ["555123456"]),
        ("۰۹۱۲ ۳۴۵", ["912345"]),
        ("1001-7", ["1001-7"]),
        ("#1001", ["#1001"]),
        ("---", ["---"]),
        ("", []),
        ("\x00\ud800 \x07", []),
    ],
)
def test_a_query_is_cut_into_words_and_a_phone_number_is_one(query: str, words: list[str]) -> None:
    assert search.words(query) == words


def test_an_endless_query_is_cut_short() -> None:
    assert len(search.words("a " * 10_000)) == search.MOST_WORDS
    assert search.words("x" * 10_000) == ["x" * search.MOST_CHARACTERS]


def test_no_word_matches_across_two_fields() -> None:
    stored = search.searchable("1001-7", "Ana", "+995555123456", "Invoice")
    assert "ana+995" not in stored
    assert stored.splitlines() == ["#1001-7", "ana", "+995555123456", "invoice"]
