"""Looks at a file that has come in: is it of a kind that is taken, and is it what it says?"""

from __future__ import annotations

import hashlib
from typing import BinaryIO, NamedTuple

from livesupport.errors import Invalid, TooMuch
from livesupport.i18n import gettext as _
from livesupport.tickets.jpeg import strip_metadata
from livesupport.tickets.kinds import JPEG, MOST_PIXELS, Kind, is_markup, kind_of, pixels


class Examined(NamedTuple):
    """What was found: the kind, and size and SHA-256 of the bytes as they are kept."""

    kind: Kind
    size: int
    sha256: str


def examine(file: BinaryIO, name: str) -> Examined:
    """Judges a complete file and rewrites it where it tells too much. Raises `Invalid` with a sentence under "files"."""
    if file.seek(0, 2) == 0:
        raise Invalid({"files": _("This file is empty.")})
    kind = kind_of(file, name)
    if kind is None:
        raise Invalid({"files": _refusal(file)})
    if pixels(kind, file) > MOST_PIXELS:
        raise TooMuch({"files": _("This picture has too many pixels to be shown. Make it smaller and try again.")})
    if kind is JPEG:
        _strip(file)
    size = file.seek(0, 2)
    file.seek(0)
    return Examined(kind, size, hashlib.file_digest(file, "sha256").hexdigest())  # type: ignore[arg-type]  # reads only


def _refusal(file: BinaryIO) -> str:
    if is_markup(file):
        return _("Web pages and SVG drawings can carry programs. Send a picture (PNG, JPEG) or a PDF instead.")
    return _("This kind of file is not taken. Send a picture, video, PDF, text, table, document or ZIP.")


def _strip(file: BinaryIO) -> None:
    try:
        strip_metadata(file)
    except ValueError:
        raise Invalid({"files": _("This picture is damaged. Save it anew and try again.")}) from None
