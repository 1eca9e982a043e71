"""Phone numbers as people write them."""

from __future__ import annotations

import pytest

from livesupport.phones import parse_phone


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("555 12 34 56", "GE", "+995555123456"),
        ("+995 (555) 12-34-56", "UA", "+995555123456"),
        ("00995555123456", "GE", "+995555123456"),
        ("۰۹۱۲۱۲۳۴۵۶۷", "IR", "+989121234567"),
        ("٠٩١٢١٢٣٤٥٦٧", "IR", "+989121234567"),
        ("050 123 45 67", "UA", "+380501234567"),
        ("8 (916) 123-45-67", "RU", "+79161234567"),
        ("tel:+12125550100", "GE", "+12125550100"),
    ],
)
def test_local_and_international_forms_are_understood(text: str, region: str, number: str) -> None:
    assert parse_phone(text, region) == number


@pytest.mark.parametrize("text", ["", "12", "call me", "+", "+999", "5" * 40, "\ud800", "555\x0012"])
def test_what_cannot_be_a_number_is_none(text: str) -> None:
    assert parse_phone(text, "GE") is None


def test_without_a_region_only_international_forms_count() -> None:
    assert parse_phone("555 12 34 56", "") is None
    assert parse_phone("+995555123456", "") == "+995555123456"
