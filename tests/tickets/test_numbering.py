"""Ticket numbers and their check digit (T30)."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livesupport.errors import NotFound
from livesupport.tickets.numbering import check_digit, read, written

numbers = st.integers(1, 10**15 - 1)


@pytest.mark.parametrize(("number", "digit"), [(7992739871, 3), (1001, 7), (1042, 1), (1, 8), (10**15 - 1, 5)])
def test_the_check_digit_is_luhns(number: int, digit: int) -> None:
    assert check_digit(number) == digit


@given(numbers)
def test_a_number_is_read_with_and_without_its_digit(number: int) -> None:
    assert read(str(number)) == read(written(number)) == written(number)


@given(numbers, st.integers(1, 9))
def test_every_other_digit_finds_nothing(number: int, slip: int) -> None:
    with pytest.raises(NotFound):
        read(f"{number}-{(check_digit(number) + slip) % 10}")


@given(numbers, st.data())
def test_one_mistaken_figure_changes_the_check_digit(number: int, data: st.DataObject) -> None:
    figures = list(str(number))
    place = data.draw(st.integers(0, len(figures) - 1))
    figures[place] = str((int(figures[place]) + data.draw(st.integers(1, 9))) % 10)
    assert check_digit(int("".join(figures))) != check_digit(number)


HOSTILE = [
    "",
    "0",
    "-1",
    "+1001",
    "1e3",
    "1001.0",
    "0x3e9",
    "01001",
    " 1001",
    "1001\n",
    "1001-7\n",
    "1001-",
    "1001-77",
    "1001-x",
    "1_001",
    "١٠٠١",
    "１００１",
    str(2**53),
    str(2**63),
    "1" * 10_240,
    "true",
    "null",
    "[]",
    '{"$ne":null}',
    "1001' OR '1'='1",
    "\x00",
    "\ud800",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_no_number_is_not_found(text: str) -> None:
    with pytest.raises(NotFound):
        read(text)


@given(st.text())
def test_no_text_makes_it_fail_in_another_way(text: str) -> None:
    with suppress(NotFound):
        assert read(text).split("-")[0] == text.split("-")[0]
