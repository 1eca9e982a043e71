"""What a query looks for, before any database is asked."""

from __future__ import annotations

import pytest

from livesupport.storage import analyser, search


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
        ("ёлка", "елка"),
        ("п’ять", "п'ять"),
        ("كتاب علي", "کتاب علی"),
        ("کِتـاب", "کتاب"),
        ("می\u200cخواهم", "می خواهم"),
        ("a\u202eb\u200fc", "abc"),
    ],
)
def test_what_looks_the_same_to_a_person_is_the_same(one: str, other: str) -> None:
    assert analyser.fold(one) == analyser.fold(other)


@pytest.mark.parametrize(
    "forms",
    [
        "invoice invoices invoiced",
        "оплата оплаты оплату оплатой",
        "неправильний неправильні неправильна",
        "пʼятниця п'ятниці",
        "فاکتور فاکتورها فاکتورهای فاکتور\u200cها",
        "გადახდა გადახდე გადახდი",
    ],
)
def test_the_forms_of_a_word_are_one(forms: str) -> None:
    assert len(analyser.tokens([forms])) == 1


@pytest.mark.parametrize(
    ("query", "terms"),
    [
        ("  Broken   INVOICE ", [("broken", True), ("invoic", False)]),
        ("beri", [("beri", True)]),
        ("an", [("an", False)]),
        ("გადახდა", [("გადახდ", True)]),
        ("+995 (555) 12-34-56", [("995555123456", True)]),
        ("0555 123 456", [("555123456", True)]),
        ("۰۹۱۲ ۳۴۵", [("912345", True)]),
        ("1001-7", [("1001-7", False)]),
        ("#1001-7", [("1001-7", False)]),
        ("#1001", [("1001", True)]),
        ("see 1001-7", [("see", True), ("1001-7", True)]),
        ("---", []),
        ("", []),
        ("\x00\ud800 \x07", []),
    ],
)
def test_a_query_is_cut_into_what_the_index_is_asked_for(query: str, terms: list[tuple[str, bool]]) -> None:
    assert search.terms(query) == terms


@pytest.mark.parametrize("query", ['"', "' OR 1=1", "a* b:c ^d (e NEAR f)", "%_\\", "x" * 10_000, "a " * 10_000, ":* & | !"])
def test_nothing_reaches_the_index_but_words_and_few_of_them(query: str) -> None:
    terms = search.terms(query)
    assert len(terms) <= search.MOST_WORDS
    assert all(word.replace("-", "").isalnum() and len(word) <= analyser.LONGEST_WORD for word, _beginning in terms)


def test_any_part_of_a_phone_number_begins_one_of_its_ends() -> None:
    assert analyser.suffixes("123456") == {"123456", "23456", "3456"}
    assert analyser.suffixes("123") == {"123"}
    assert analyser.suffixes("") == set()
