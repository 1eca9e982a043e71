"""What strangers send is made harmless without changing what it says (T43, T44)."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livesupport.cleaning import clean, clean_line


@pytest.mark.parametrize(
    "text",
    [
        "Where is my parcel?",
        "გამარჯობა, სად არის ჩემი შეკვეთა?",
        "سفارش من کجاست؟ می\u200cخواهم",  # a joiner that Persian needs
        "👩\u200d👩\u200d👧 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",  # emoji made of several
        "Привіт, де моє замовлення?",
        "line one\nline two\ttabbed",
        "Việt Nam, crème brûlée",
    ],
)
def test_what_people_write_stays_as_it_is(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("a\x00b\x07c\x1b[2Jd", "abc[2Jd"),
        ("a\ud800b\udfffc", "abc"),
        ("a\ufffe\uffff\U0001fffeb\ufdd0", "ab"),
        ("invoice\u202egpj.exe", "invoicegpj.exe"),
        ("\u2066hidden\u2069", "hidden"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("a\u2028b\u2029c", "abc"),
        ("  \n around \n ", "around"),
        ("e\u0301", "é"),
        ("\ufeffBOM", "BOM"),
    ],
)
def test_what_no_person_types_is_removed(sent: str, kept: str) -> None:
    assert clean(sent) == kept


def test_marks_piled_on_a_letter_are_cut_and_the_letter_stays() -> None:
    piled = "e" + "\u0316\u0301" * 2500

    assert unicodedata.normalize("NFC", clean(piled))[0] in "eé"
    assert len(clean(piled)) < 12


def test_a_name_is_one_line() -> None:
    assert clean_line(" Nino\n\t  Beridze ") == "Nino Beridze"


@given(st.text(st.characters(), max_size=50))
def test_every_cleaned_text_can_be_stored_and_sent_and_is_clean_already(text: str) -> None:
    cleaned = clean(text)

    cleaned.encode()
    assert "\x00" not in cleaned
    assert clean(cleaned) == cleaned
