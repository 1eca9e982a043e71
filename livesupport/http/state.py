"""What every request finds in `request.state`: the open resources that `app.py` hands down, typed, instead of globals."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypedDict

from starlette.requests import Request as AnyRequest

from livesupport.accounts.requesters import Requesters
from livesupport.accounts.service import Accounts
from livesupport.accounts.tokens import Tokens
from livesupport.assets import Assets
from livesupport.config import Config
from livesupport.http.attempts import Attempts
from livesupport.http.robots import Robots
from livesupport.http.templating import Templates
from livesupport.http.upload_gate import UploadGate
from livesupport.live import Desk, News
from livesupport.mail.room import MailRoom
from livesupport.metrics import Metrics
from livesupport.signing import RequestLinks, Signed, VisitorTokens
from livesupport.sites.service import Sites
from livesupport.tickets.asking import Asking
from livesupport.tickets.bulk import Bulk
from livesupport.tickets.files import Files
from livesupport.tickets.finding import Finder
from livesupport.tickets.mine import Mine
from livesupport.tickets.notices import Notices
from livesupport.tickets.persons import Persons
from livesupport.tickets.service import Tickets
from livesupport.tickets.views import Views


class State(TypedDict):
    """`waiting` signs the addresses at which people see what became of a request that they have to confirm; `is_ready` says
    whether the database answers."""

    config: Config
    accounts: Accounts
    requesters: Requesters
    links: RequestLinks
    visitor_tokens: VisitorTokens
    tokens: Tokens
    sites: Sites
    tickets: Tickets
    finder: Finder
    bulk: Bulk
    views: Views
    mine: Mine
    notices: Notices
    files: Files
    persons: Persons
    asking: Asking
    robots: Robots
    waiting: Signed
    mail: MailRoom
    is_demo: bool
    uploads: UploadGate
    desk: Desk
    news: News
    assets: Assets
    metrics: Metrics
    templates: Templates
    attempts: Attempts
    code_attempts: Attempts
    is_ready: Callable[[], Awaitable[bool]]


Request = AnyRequest[State]


def new_state(
    *,
    config: Config,
    accounts: Accounts,
    requesters: Requesters,
    links: RequestLinks,
    visitor_tokens: VisitorTokens,
    tokens: Tokens,
    sites: Sites,
    tickets: Tickets,
    finder: Finder,
    bulk: Bulk,
    views: Views,
    mine: Mine,
    notices: Notices,
    files: Files,
    persons: Persons,
    asking: Asking,
    robots: Robots,
    waiting: Signed,
    mail: MailRoom,
    is_demo: bool,
    desk: Desk,
    news: News,
    assets: Assets,
    metrics: Metrics,
    is_ready: Callable[[], Awaitable[bool]],
) -> State:
    """The state of one running server, for the lifespan to yield; what only the pages need is made here."""
    return State(
        config=config,
        accounts=accounts,
        requesters=requesters,
        links=links,
        visitor_tokens=visitor_tokens,
        tokens=tokens,
        sites=sites,
        tickets=tickets,
        finder=finder,
        bulk=bulk,
        views=views,
        mine=mine,
        notices=notices,
        files=files,
        persons=persons,
        asking=asking,
        robots=robots,
        waiting=waiting,
        mail=mail,
        is_demo=is_demo,
        uploads=UploadGate(config),
        desk=desk,
        news=news,
        assets=assets,
        metrics=metrics,
        templates=Templates(assets, config.data / "templates", config.files, config.desk.idle_lock, files.room),
        attempts=Attempts(),
        code_attempts=Attempts(per_login=3, per_address=60, first_pause=3600.0, longest_pause=3600.0),  # T60: mails
        is_ready=is_ready,
    )
