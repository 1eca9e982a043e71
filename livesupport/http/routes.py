"""Every address of the server over HTTP, one route per path; the two sockets belong to `live`."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route

from livesupport.http.api import OPERATIONS
from livesupport.http.api.operations import routes as api_routes
from livesupport.http.pages.api import api, openapi
from livesupport.http.pages.assets import asset
from livesupport.http.pages.brand import brand
from livesupport.http.pages.console import console, home
from livesupport.http.pages.files import StagedFile, Upload, download
from livesupport.http.pages.health import healthz, metrics, protocol, readyz
from livesupport.http.pages.inbox import inbox
from livesupport.http.pages.login import Login, Logout
from livesupport.http.pages.privacy import privacy
from livesupport.http.pages.setup import Setup
from livesupport.http.pages.ticket import Ticket
from livesupport.http.pages.tokens import Tokens
from livesupport.http.pages.widget import loader, panel


def routes() -> list[BaseRoute]:
    """The list for Starlette."""
    return [
        Route("/", home),
        Route("/setup", Setup),
        Route("/login", Login),
        Route("/logout", Logout),
        Route("/console", console),
        Route("/inbox", inbox),
        Route("/tickets/{number}", Ticket),
        Route("/files", Upload),
        Route("/files/{id}", StagedFile),
        Route("/files/{id}/{name}", download),
        Route("/privacy", privacy),
        Route("/brand/{site}.css", brand),
        Route("/widget.js", loader),
        Route("/widget/panel", panel),
        Route("/assets/{hash}/{path:path}", asset),
        Route("/account/tokens", Tokens),
        Route("/api", api),
        Route("/openapi.json", openapi),
        *api_routes(OPERATIONS),
        Route("/protocol.json", protocol),
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        Route("/metrics", metrics),
    ]
