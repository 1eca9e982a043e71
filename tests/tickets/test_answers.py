"""The questions of a type: what is taken as an answer, in which form it is kept, and that the browser is told the same."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from livesupport.model import Field, FieldKind
from livesupport.tickets.answers import LONGEST, judged, name_of, rule

EXAMPLES: tuple[tuple[FieldKind, str, str | None], ...] = (
    ("text", "  A kettle\nwith a  handle ", "A kettle with a handle"),
    ("text", "x" * (LONGEST + 1), None),
    ("text", "safe\u202eexe.gpj", "safeexe.gpj"),
    ("number", "4,5", "4.5"),
    ("number", "-12", "-12"),
    ("number", "+7", "7"),
    ("number", "۱۲٫۵", "12.5"),
    ("number", "1e9", None),
    ("number", "NaN", None),
    ("number", "9" * 16, None),
    ("amount", "1200.50", "1200.50"),
    ("amount", "1,200.50", "1200.50"),
    ("amount", "1.200,50", "1200.50"),
    ("amount", "1 200,5", "1200.5"),
    ("amount", "1\u00a0200", "1200"),
    ("amount", "12,345", "12345"),
    ("amount", "۱٬۲۰۰٫۵۰", "1200.50"),
    ("amount", "-5", None),
    ("amount", "12 GEL", None),
    ("date", "2026-11-03", "2026-11-03"),
    ("date", "۲۰۲۶-۱۱-۰۳", "2026-11-03"),
    ("date", "2026-02-30", None),
    ("date", "3.11.2026", None),
    ("date", "0001-01-01", None),
    ("choice", "Broken", "Broken"),
    ("choice", "Stolen", None),
    ("checkbox", "yes", "yes"),
    ("checkbox", "on", None),
    ("email", "nino@kiln.example", "nino@kiln.example"),
    ("email", "ნინო@კილნ.გე", "ნინო@კილნ.გე"),
    ("email", " nino@kiln.example ", "nino@kiln.example"),
    ("email", "nino", None),
    ("email", "Eve, victim@x.test", None),
    ("phone", "555 12 34 56", "+995555123456"),
    ("phone", "۰۵۵۵۱۲۳۴۵۶", "+995555123456"),
    ("phone", "call me", None),
    ("phone", "12", None),
)


def a_field(kind: FieldKind, **other: Any) -> Field:
    return Field(**{"id": "it", "label": "The question", "kind": kind, **other})


def kept(kind: FieldKind, typed: str, **other: Any) -> str | None:
    """What is kept of an answer; None when it is refused."""
    answers, problems = judged([a_field(kind, **other)], {"answer-it": typed}, "GE")
    assert (len(answers) + len(problems) == 1) or not typed.strip()
    return answers[0].value if answers else None


@pytest.mark.parametrize(("kind", "typed", "value"), EXAMPLES)
def test_an_answer_is_kept_in_one_form_or_refused(kind: FieldKind, typed: str, value: str | None) -> None:
    assert kept(kind, typed, choices=("Broken", "Lost") if kind == "choice" else ()) == value


@pytest.mark.parametrize("kind", get_args(FieldKind))
def test_what_must_be_answered_is_asked_for_and_anything_else_may_stay_empty(kind: FieldKind) -> None:
    assert judged([a_field(kind)], {}, "GE") == ((), {})
    assert judged([a_field(kind, required=True)], {"answer-it": "  "}, "GE") == ((), {"answer-it": rule(a_field(kind)).missing})


def test_answers_to_questions_that_nobody_asked_are_left_out() -> None:
    assert judged([], {"answer-status": "closed"}, "GE") == ((), {})


def test_a_question_that_is_called_like_a_field_of_the_form_is_apart_from_it() -> None:
    assert name_of(Field(id="email", label="", kind="text")) == "answer-email"


def test_an_answer_carries_its_question_so_that_it_can_be_read_when_the_type_has_changed() -> None:
    (answer,), _ = judged([a_field("amount")], {"answer-it": "5"}, "GE")
    assert (answer.field, answer.label, answer.kind) == ("it", "The question", "amount")
