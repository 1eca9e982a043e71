"""A page that holds nothing but our modules: for the parts of web/ that need no server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, Page, Route

from livesupport.assets import Assets, locate

ORIGIN = "http://lab.test"
BLANK = """<!doctype html><html lang="{language}" dir="{dir}"><head><title>Lab</title>
<link rel="stylesheet" href="/widget/panel.css">
<script type="application/json" id="page">{page}</script></head><body></body></html>"""


async def lab(context: BrowserContext, *, language: str = "en", direction: str = "ltr", **page: Any) -> Page:
    """Opens the page; its modules are imported from "/shared/…" and "/widget/…". `page`: more of its page data."""
    assets = Assets.read(locate("web"))
    data = json.dumps({"language": language, "dir": direction, "strings": {}, "site": {"id": "lab", "name": "Lab"}, **page})

    async def serve(route: Route) -> None:
        path = Path(route.request.url.removeprefix(ORIGIN + "/")).as_posix()
        if path in assets.files:
            await route.fulfill(body=assets.files[path].body, content_type=assets.files[path].type)
        else:
            await route.fulfill(body=BLANK.format(language=language, dir=direction, page=data), content_type="text/html")

    await context.route(f"{ORIGIN}/**", serve)
    blank = await context.new_page()
    await blank.goto(ORIGIN)
    return blank
