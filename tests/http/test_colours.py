"""Text on a brand colour can always be read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from livesupport.http.colours import BLACK, WHITE, ink_on, luminance


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@given(some.integers(0, 0xFFFFFF))
def test_every_colour_has_an_ink_of_enough_contrast(number: int) -> None:
    colour = f"#{number:06x}"
    assert contrast(colour, ink_on(colour)) >= 4.5


def test_examples_of_the_standard() -> None:
    assert contrast(BLACK, WHITE) == pytest.approx(21)
    assert contrast("#777777", WHITE) == pytest.approx(4.48, abs=0.01)
    assert (ink_on("#ffd400"), ink_on("#2f5bd7")) == (BLACK, WHITE)


@pytest.mark.parametrize("text", ["", "red", "#fff", "#12345g", "rgb(0,0,0)"])
def test_what_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        luminance(text)
