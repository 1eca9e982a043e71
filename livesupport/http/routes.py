"""Every address of the server over HTTP, one route per path; the two sockets belong to `live`."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route

from livesupport.http.api import OPERATIONS
from livesupport.http.api.operations import routes as api_routes
from livesupport.http.pages.account import Account, Unlock
from livesupport.http.pages.admin.audit import audit
from livesupport.http.pages.admin.common import overview
from livesupport.http.pages.admin.people import People, Person
from livesupport.http.pages.admin.persons import Persons
from livesupport.http.pages.admin.promises import SitePromises
from livesupport.http.pages.admin.replies import Replies
from livesupport.http.pages.admin.sites import OneSite, SiteLogo, Sites
from livesupport.http.pages.admin.types import NewType, OneType, Types
from livesupport.http.pages.api import api, openapi
from livesupport.http.pages.assets import asset
from livesupport.http.pages.brand import brand, logo
from livesupport.http.pages.channel import Channel
from livesupport.http.pages.confirm import Confirm, Waiting
from livesupport.http.pages.console import console, home
from livesupport.http.pages.files import StagedFile, Upload, download
from livesupport.http.pages.health import healthz, metrics, protocol, readyz
from livesupport.http.pages.inbox import inbox, waiting
from livesupport.http.pages.inbox_deeds import BulkActions, ColumnsChosen, SavedViews, UndoBulk
from livesupport.http.pages.login import Login, Logout
from livesupport.http.pages.mail import mail, mail_html, outbox
from livesupport.http.pages.notices import notice, notices
from livesupport.http.pages.privacy import privacy
from livesupport.http.pages.request import RequestPage
from livesupport.http.pages.request_new import NewRequestPage
from livesupport.http.pages.requests import requests
from livesupport.http.pages.setup import Setup, SetupPerson, SetupSite
from livesupport.http.pages.sign_in import EnterCode, SignIn, SignOut
from livesupport.http.pages.ticket import Preview, Ticket, TicketDraft
from livesupport.http.pages.tokens import Tokens
from livesupport.http.pages.vouched import Claim, Enter, Session
from livesupport.http.pages.widget import loader, panel


def routes() -> list[BaseRoute]:
    """The list for Starlette."""
    return [
        Route("/", home),
        Route("/setup", Setup),
        Route("/setup/site", SetupSite),
        Route("/setup/person", SetupPerson),
        Route("/login", Login),
        Route("/logout", Logout),
        Route("/console", console),
        Route("/inbox", inbox),
        Route("/inbox/waiting", waiting),
        Route("/inbox/many", BulkActions),
        Route("/inbox/undo", UndoBulk),
        Route("/inbox/views", SavedViews),
        Route("/inbox/columns", ColumnsChosen),
        Route("/tickets/preview", Preview),
        Route("/tickets/{number}", Ticket),
        Route("/tickets/{number}/draft", TicketDraft),
        Route("/files", Upload),
        Route("/files/{id}", StagedFile),
        Route("/files/{id}/{name}", download),
        Route("/requests/new", NewRequestPage),
        Route("/requests/waiting/{token}", Waiting),
        Route("/requests/confirm/{key}", Confirm),
        Route("/requests/channel", Channel),
        Route("/requests/sign-in", SignIn),
        Route("/requests/code", EnterCode),
        Route("/requests/sign-out", SignOut),
        Route("/requests/session", Session),
        Route("/requests/enter", Enter),
        Route("/requests/claim", Claim),
        Route("/requests/notices", notices),
        Route("/requests/notices/{id:int}", notice, methods=["POST"]),
        Route("/requests", requests),
        Route("/requests/{number}", RequestPage),
        Route("/demo/mail", outbox),
        Route("/demo/mail/{id}", mail),
        Route("/demo/mail/{id}/html", mail_html),
        Route("/privacy", privacy),
        Route("/brand/{site}.css", brand),
        Route("/brand/{site}/logo", logo),
        Route("/widget.js", loader),
        Route("/widget/panel", panel),
        Route("/assets/{hash}/{path:path}", asset),
        Route("/account", Account),
        Route("/account/tokens", Tokens),
        Route("/unlock", Unlock),
        Route("/admin", overview),
        Route("/admin/sites", Sites),
        Route("/admin/sites/{site}", OneSite),
        Route("/admin/sites/{site}/promises", SitePromises),
        Route("/admin/sites/{site}/logo", SiteLogo),
        Route("/admin/types", Types),
        Route("/admin/types/new", NewType),
        Route("/admin/types/{id}", OneType),
        Route("/admin/replies", Replies),
        Route("/admin/people", People),
        Route("/admin/people/{login}", Person),
        Route("/admin/audit", audit),
        Route("/admin/persons", Persons),
        Route("/api", api),
        Route("/openapi.json", openapi),
        *api_routes(OPERATIONS),
        Route("/protocol.json", protocol),
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        Route("/metrics", metrics),
    ]
