"""Finds what a JavaScript module imports, so that a page can ask for all of it at once instead of one level after another."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import cache

from livesupport.assets import Assets

_IMPORT = re.compile(rb"""^(?:import|export)\b[^;"']*["'](\.{1,2}/[^"']+)["']""", re.MULTILINE)


@cache
def imports(assets: Assets, entry: str) -> tuple[str, ...]:
    """All modules that `entry` ("pages/pages.js") needs, itself left out, each once, the nearest first."""
    found = [entry]
    for path in found:  # grows as it is read
        found += [needed for needed in dict.fromkeys(_direct(assets, path)) if needed not in found]
    return tuple(found[1:])


def _direct(assets: Assets, path: str) -> Iterator[str]:
    for match in _IMPORT.finditer(assets.files[path].body):
        yield posixpath.normpath(posixpath.join(posixpath.dirname(path), match[1].decode()))
