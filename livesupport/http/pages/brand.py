"""/brand/<site>.css: the site's own colour for its public pages, as a file because no page may carry styles inline; and
/brand/<site>/logo: its logo."""

from __future__ import annotations

from starlette.responses import Response, StreamingResponse

from livesupport.http.colours import ink_on
from livesupport.http.state import Request

SECONDS = 300  # a new colour reaches every page within five minutes


async def logo(request: Request) -> Response:
    """The site's logo, as a picture and nothing else. Raises `NotFound`."""
    site = await request.state["sites"].get(request.path_params["site"])
    file, chunks = await request.state["files"].open_of_house(site.logo)
    headers = {
        "Content-Type": file.media_type,
        "Content-Length": str(file.size),
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": f"public, max-age={SECONDS}",
        "ETag": f'"{file.id}"',
    }
    return StreamingResponse(chunks, headers=headers)


async def brand(request: Request) -> Response:
    """The tokens that a site overwrites. Raises `NotFound`."""
    site = await request.state["sites"].get(request.path_params["site"])
    tokens = f":root {{ --accent: {site.accent}; --accent-ink: {ink_on(site.accent)}; }}\n"
    return Response(tokens, headers={"Cache-Control": f"public, max-age={SECONDS}"}, media_type="text/css")
