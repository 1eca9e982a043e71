"""The questions that a type of request asks: by which rules an answer is judged, in the browser and here, and how it is kept.

A rule is a pattern that Python and a browser read alike, and the sentence for whoever breaks it. The page carries both, so
nobody is told one thing by the form and another by the server.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date

import msgspec

from livesupport.cleaning import clean_line
from livesupport.emails import is_email
from livesupport.i18n import gettext as _
from livesupport.model import Answer, Field, FieldKind
from livesupport.phones import parse_phone

LONGEST = 500  # characters of an answer
TICKED = "yes"
PREFIX = "answer-"  # before a question's id, in a form

# In these patterns nothing may stand that Python and the `v` flag of a browser's regular expressions read differently.
EMAIL = r"""[^@\s<>\(\),;:"\\]{1,64}@[^@\s<>\(\),;:"\\]{1,189}"""  # as `emails.is_email`
PHONE = r"\+?[0-9۰-۹٠-٩\s\(\).\/\-]{3,32}"
_DIGIT = "[0-9۰-۹٠-٩]"
_PATTERNS: dict[FieldKind, str] = {
    "number": rf"[\-+]?{_DIGIT}{{1,15}}([.,٫]{_DIGIT}{{1,6}})?",
    "amount": rf"{_DIGIT}{{1,3}}(([\s',.٬]{_DIGIT}{{3}}){{1,4}}|{_DIGIT}{{0,12}})([.,٫]{_DIGIT}{{1,2}})?",
    "date": rf"{_DIGIT}{{4}}-{_DIGIT}{{2}}-{_DIGIT}{{2}}",
    "email": EMAIL,
    "phone": r"\+?[0-9۰-۹٠-٩\s\(\).\/\-]{3,32}",
}
_GROUPS = re.compile(r"[\s',.](?=[0-9]{3}(?![0-9]))")  # three digits after a mark are no cents
_YEARS = range(1900, 2200)


class Rule(msgspec.Struct, frozen=True):
    """How an answer is judged. `pattern`: "" takes anything; `wrong`, `missing`: what somebody is told who breaks it."""

    pattern: str
    longest: int
    wrong: str
    missing: str


def rule(field: Field) -> Rule:
    """The rule for a question, with its sentences in the language spoken here and now."""
    return Rule(_PATTERNS.get(field.kind, ""), LONGEST, _wrong(field.kind), _missing(field.kind))


def name_of(field: Field) -> str:
    """The name of the question in a form, apart from those that every form has."""
    return PREFIX + field.id


def judged(fields: Iterable[Field], given: Mapping[str, str], region: str) -> tuple[tuple[Answer, ...], dict[str, str]]:
    """The answers in the one form in which they are kept, and a sentence for each that cannot be taken, by `name_of`.

    `given` maps `name_of` to what was typed; what is left out counts as empty, and names of no question are left out.
    `region`: whose local phone numbers are understood (ISO 3166).
    """
    answers, problems = [], {}
    for field in fields:
        typed = clean_line(given.get(name_of(field), ""))
        value = _kept(field, typed, region) if typed else ""
        if typed and value is None:
            problems[name_of(field)] = _wrong(field.kind)
        elif field.required and not value:
            problems[name_of(field)] = _missing(field.kind)
        elif value:
            answers.append(Answer(field=field.id, label=field.label, kind=field.kind, value=value))
    return tuple(answers), problems


def _kept(field: Field, typed: str, region: str) -> str | None:
    """What is kept of an answer; None when it cannot be taken."""
    if len(typed) > LONGEST or ((pattern := _PATTERNS.get(field.kind)) and not re.fullmatch(pattern, typed)):
        return None
    match field.kind:
        case "number":
            return _plain(typed).replace(",", ".").removeprefix("+")
        case "amount":
            return _GROUPS.sub("", _plain(typed)).replace(",", ".")
        case "date":
            return _date(_plain(typed))
        case "choice":
            return typed if typed in field.choices else None
        case "checkbox":
            return TICKED if typed == TICKED else None
        case "email":
            return typed if is_email(typed) else None
        case "phone":
            return parse_phone(typed, region)
        case _:
            return typed


def _plain(typed: str) -> str:
    """With the digits and marks of ASCII."""
    digits = (str(unicodedata.decimal(one)) if one.isdecimal() else one for one in typed)
    return "".join(digits).replace("٫", ".").replace("٬", ",")


def _date(text: str) -> str | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return text if day.year in _YEARS else None


def _wrong(kind: FieldKind) -> str:
    match kind:
        case "number":
            return _("Write a number, such as 12 or 4.5.")
        case "amount":
            return _("Write an amount, such as 1200.50, without the currency.")
        case "date":
            return _("Choose a date, or write it as year-month-day, such as 2026-11-03.")
        case "choice":
            return _("Choose one of the answers.")
        case "email":
            return _("Enter an e-mail address such as ana@example.com.")
        case "phone":
            return _("We cannot read this phone number. Check the digits, or begin with + and the country code.")
        case _:
            return _("This is too long: at most {limit} characters.").format(limit=LONGEST)


def _missing(kind: FieldKind) -> str:
    match kind:
        case "choice":
            return _("Please choose one of the answers.")
        case "checkbox":
            return _("Please tick this to go on.")
        case _:
            return _("Please fill this in.")
