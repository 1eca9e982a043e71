"""The text colour that can be read on a site's brand colour (WCAG 2.2, contrast ratio)."""

from __future__ import annotations

WHITE, BLACK = "#ffffff", "#000000"


def ink_on(background: str) -> str:
    """Black or white, whichever has the greater contrast on `#rrggbb`: it is never below 4.5 : 1."""
    light = luminance(background)
    return WHITE if 1.05 / (light + 0.05) >= (light + 0.05) / 0.05 else BLACK


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb` from 0 to 1, by WCAG's formula. Raises `ValueError` for anything else."""
    if len(colour) != 7 or colour[0] != "#":
        raise ValueError("not a colour of the form #rrggbb")
    red, green, blue = (_linear(int(colour[place : place + 2], 16) / 255) for place in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
