"""How pages speak of files: where one is fetched, how large it is; Jinja filters."""

from __future__ import annotations

import json
from collections.abc import Iterable
from urllib.parse import quote

from livesupport.i18n import gettext as _
from livesupport.model import StoredFile

KILOBYTE, MEGABYTE = 1024, 1024 * 1024


def file_address(file: StoredFile) -> str:
    """Where a file is downloaded; its name is part of the address only so that people know what it is."""
    return f"/files/{file.id}/{quote(file.name, safe='')}"


def file_size(size: int) -> str:
    """A size in bytes as people read it."""
    if size < MEGABYTE:
        return _("{size} KB").format(size=max(1, round(size / KILOBYTE)))
    return _("{size} MB").format(size=f"{size / MEGABYTE:.1f}".removesuffix(".0"))


def staged_files(files: Iterable[StoredFile]) -> str:
    """Files that wait for their form, as web/shared/uploads.js reads them."""
    return json.dumps([{"id": file.id, "name": file.name, "size": file.size} for file in files])
