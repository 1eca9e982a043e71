"""Phone numbers as people write them (local forms, Persian digits) into the one form that machines share: E.164."""

from __future__ import annotations


def is_region(code: str) -> bool:
    """Whether `code` is that of a country whose local forms we know (ISO 3166)."""
    import phonenumbers

    return phonenumbers.country_code_for_region(code) != 0


def parse_phone(text: str, region: str) -> str | None:
    """`text` as E.164 ("+995555123456"), or None when it cannot be a phone number.

    `region`: ISO 3166 code of the country whose local forms are accepted. The length is judged, not the range of numbers:
    a new range that our tables do not know yet must not keep a person out.
    """
    import phonenumbers  # 50 ms of tables, paid by the first visitor and not by every start of the command line

    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
