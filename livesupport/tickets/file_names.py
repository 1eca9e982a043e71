"""A file's name as it is shown and offered for saving. It never becomes a path of ours, but it will be one on somebody's
disk: so nothing in it may lead elsewhere, hide its ending or give orders."""

from __future__ import annotations

import re
import unicodedata

from livesupport.cleaning import clean_line
from livesupport.tickets.kinds import Kind

LONGEST_NAME = 200  # bytes before the ending: most file systems take 255 in all

_PATH = re.compile(r"[/\\:]")
_UNWANTED = re.compile(r'[<>"|?*\x00-\x1f]')
_RESERVED = re.compile(r"(?i)\A(con|prn|aux|nul|com[0-9]|lpt[0-9])\Z")  # devices of Windows, with any ending


def clean_name(name: str, kind: Kind) -> str:
    """The last part of `name`, cleaned, with an ending that tells what the file is: "../x.p\u200bhp" of a picture is
    "x.php.png"."""
    last = _PATH.split(clean_line(name))[-1]
    visible = "".join(character for character in last if unicodedata.category(character) not in ("Cf", "Cc", "Cs", "Co"))
    stem, dot, suffix = _UNWANTED.sub("", visible).strip(" .").rpartition(".")
    if not dot or suffix.lower() not in kind.suffixes:
        stem, suffix = (f"{stem}{dot}{suffix}", kind.suffixes[0])
    stem = stem.strip(" .")
    if not stem or _RESERVED.match(stem.partition(".")[0]):
        stem = f"file {stem}".strip()
    short = stem.encode()[:LONGEST_NAME].decode(errors="ignore").rstrip(" .")
    return f"{short}.{suffix.lower()}"
