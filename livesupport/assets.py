"""Finds web/ and templates/ in a checkout or in a wheel, and serves web/ from memory under the hash of the whole tree.

Files are served as written, less comments and indentation: `/assets/<hash>/widget/panel.js` imports `../shared/dom.js`.
A change of any file changes the address of all, so browsers may keep them for ever.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

PACKAGE = Path(__file__).parent
TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml; charset=utf-8"}


# Comments are for those who read the source; on the wire they would be a third of a module (product.md, 2.7, counts bytes).
# Comments on lines of their own and behind code, JSDoc and indentation go; our style keeps all of them out of strings and
# patterns.
FOR_READERS = re.compile(
    rb"""^[ \t]*(?:/\*(?:(?!\*/).)*\*/|//[^\n]*|)[ \t]*\n  # whole lines, empty ones too
    |/\*\*(?:(?!\*/).)*\*/[ ]?                           # JSDoc in the middle of a line: a type
    |(?<=[;,{(\[])[ ]//[ ][^\n]*                          # behind code
    |^[ \t]+
    """,
    re.MULTILINE | re.DOTALL | re.VERBOSE,
)

# What a style sheet is written with, and read without.
SPACE_IN_STYLES = re.compile(rb"(?<=[{;,}])\n|(?<=:) | (?=\{)")

IMPORT = re.compile(rb'^@import "([^"]+)";$', re.MULTILINE)


def locate(name: str, package: Path = PACKAGE) -> Path:
    """The directory or file `name` as a wheel carries it, else as a checkout has it. Raises `FileNotFoundError`."""
    for place in (package / "_resources" / name, package.parent / name):
        if place.exists():
            return place
    raise FileNotFoundError(f"{name} is missing from this installation of livesupport: install it again")


class Asset(msgspec.Struct, frozen=True):
    """One file of web/, without what only readers need, and compressed where that is smaller."""

    body: bytes
    compressed: bytes | None
    type: str

    def __repr__(self) -> str:
        return f"<Asset {self.type} {len(self.body)} B>"


class Assets:
    """All files of a directory, read once.

    `files` maps the path inside it ("widget/panel.js") to its `Asset`; `hash` names this state of the whole tree.
    """

    def __init__(self, files: Mapping[str, Asset]) -> None:
        self.files = files
        digest = hashlib.sha256()
        for path in sorted(files):
            digest.update(b"%s\0%d\0%s" % (path.encode(), len(files[path].body), files[path].body))
        self.hash = digest.hexdigest()[:16]

    @classmethod
    def read(cls, root: Path) -> Assets:
        """Reads and compresses the tree under `root`; hidden files stay out."""
        paths = sorted(path for path in root.rglob("*") if path.is_file())
        inside = {path.relative_to(root).as_posix(): path for path in paths}
        return cls({name: _asset(path) for name, path in inside.items() if not any(p.startswith(".") for p in name.split("/"))})

    def url(self, path: str) -> str:
        """The address of a file, for templates. Raises `KeyError` when there is no such file."""
        if path not in self.files:
            raise KeyError(path)
        return f"/assets/{self.hash}/{path}"


def _asset(path: Path) -> Asset:
    body = _read(path)
    smaller = gzip.compress(body, 9, mtime=0)
    kind = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Asset(body, smaller if len(smaller) < len(body) else None, kind)


def _read(path: Path) -> bytes:
    """The file as it goes out. A style sheet that imports others carries them: one request in place of a chain of them."""
    body = path.read_bytes()
    if path.suffix in (".js", ".css"):
        body = FOR_READERS.sub(b"", body)
    if path.suffix == ".css":
        body = IMPORT.sub(lambda found: _read(path.parent / found[1].decode()), body)
        body = SPACE_IN_STYLES.sub(b"", body)
    return body
