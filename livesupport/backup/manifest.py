"""What is in a backup, told by a file of its own, and whether it is still so."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec

from livesupport.errors import Unavailable
from livesupport.i18n import gettext as _
from livesupport.storage import snapshots
from livesupport.storage.files import FileStore
from livesupport.storage.snapshots import KnownFile, Step

NAME = "backup.json"
FILES = "files"
FORMAT = 1

Kind = Literal["sqlite", "postgresql"]
DATABASE: dict[Kind, str] = {"sqlite": "livesupport.db", "postgresql": "livesupport.dump"}

Progress = Callable[[str, int], AbstractContextManager[Step]]
"""Shows how far something is: given its name and how much there is to do."""


def silent(_name: str, _length: int) -> AbstractContextManager[Step]:
    """Shows nothing."""
    return nullcontext(lambda done: None)


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A backup. `damaged`: files that the database names, and that were missing or altered when it was made."""

    format: int
    version: str  # of the program
    kind: Kind
    revision: str  # of the schema
    made_at: datetime
    database_sha256: str
    counts: dict[str, int]
    files: list[KnownFile]
    damaged: list[str]

    @property
    def octets(self) -> int:
        """The bytes of its files."""
        return sum(one.size for one in self.files)


def write(folder: Path, manifest: Manifest) -> None:
    """Writes the manifest into a backup, last of all: a folder without it is no backup."""
    (folder / NAME).write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n")


def read(folder: Path) -> Manifest:
    """The manifest of a backup. Raises `Unavailable` where there is none that this program can read."""
    try:
        manifest = msgspec.json.decode((folder / NAME).read_bytes(), type=Manifest)
    except OSError:
        raise Unavailable(_("{folder} is no backup: it has no {name}").format(folder=folder, name=NAME)) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Unavailable(_("{name} of this backup cannot be read").format(name=NAME)) from None
    if manifest.format != FORMAT:
        raise Unavailable(_("the backup was made by a newer program ({version})").format(version=manifest.version))
    return manifest


def verify(folder: Path, manifest: Manifest, progress: Progress) -> None:
    """Reads a backup from end to end. Raises `Unavailable` unless every byte is as it was when it was made."""
    database = folder / DATABASE[manifest.kind]
    if not database.is_file() or sha256(database) != manifest.database_sha256:
        raise Unavailable(_("the database of this backup was altered, or is missing"))
    if manifest.kind == "sqlite" and snapshots.damage(database):
        raise Unavailable(_("the database of this backup is damaged"))
    store = FileStore(folder / FILES)
    with progress(_("Reading files"), manifest.octets) as step:
        for one in manifest.files:
            if store.digest(one.id) != one.sha256:
                raise Unavailable(_("the file {id} of this backup was altered, or is missing").format(id=one.id))
            step(one.size)


def sha256(path: Path) -> str:
    """The digest of a file. Raises `OSError`."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
