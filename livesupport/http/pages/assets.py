"""/assets/<hash>/…: the files of web/ as written, from memory. A changed file has a changed address, so browsers keep them."""

from __future__ import annotations

import gzip
from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.responses import Response

from livesupport.assets import Asset
from livesupport.http.state import Request

FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}


async def asset(request: Request) -> Response:
    """One file. Another hash than the present one is not found: it would be kept for ever under a wrong name."""
    assets = request.state["assets"]
    found = assets.files.get(request.path_params["path"])
    if found is None or request.path_params["hash"] != assets.hash:
        raise HTTPException(404)
    return file_response(request, found, FOR_EVER)


def file_response(request: Request, file: Asset, headers: Mapping[str, str]) -> Response:
    """The file, compressed where the browser takes that."""
    compressed = file.compressed if _takes_gzip(request.headers.get("accept-encoding", "")) else None
    headers = {**headers, "Vary": "Accept-Encoding", **({"Content-Encoding": "gzip"} if compressed else {})}
    return Response(compressed or file.body, headers=headers, media_type=file.type)


def compressed(request: Request, page: Response) -> Response:
    """The page, compressed where the browser takes that. For pages without secrets: the size of others could betray theirs."""
    page.headers["Vary"] = "Accept-Encoding"
    if _takes_gzip(request.headers.get("accept-encoding", "")):
        page.body = gzip.compress(bytes(page.body))
        page.headers.update({"Content-Encoding": "gzip", "Content-Length": str(len(page.body))})
    return page


def _takes_gzip(accept_encoding: str) -> bool:
    """Whether gzip is listed and not refused with a quality of 0 (RFC 9110, 12.5.3)."""
    for part in accept_encoding.split(","):
        coding, _, parameter = part.partition(";")
        if coding.strip().lower() in ("gzip", "x-gzip", "*"):
            return parameter.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
