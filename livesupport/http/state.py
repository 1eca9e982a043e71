"""What every request finds in `request.state`: the open resources that `app.py` hands down, typed, instead of globals."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypedDict

from starlette.requests import Request as AnyRequest

from livesupport.accounts.service import Accounts
from livesupport.accounts.tokens import Tokens
from livesupport.assets import Assets
from livesupport.config import Config
from livesupport.http.attempts import Attempts
from livesupport.http.templating import Templates
from livesupport.http.upload_gate import UploadGate
from livesupport.live import Desk, News
from livesupport.metrics import Metrics
from livesupport.sites.service import Sites
from livesupport.tickets.files import Files
from livesupport.tickets.finding import Finder
from livesupport.tickets.service import Tickets


class State(TypedDict):
    """`is_ready` says whether the database answers."""

    config: Config
    accounts: Accounts
    tokens: Tokens
    sites: Sites
    tickets: Tickets
    finder: Finder
    files: Files
    uploads: UploadGate
    desk: Desk
    news: News
    assets: Assets
    metrics: Metrics
    templates: Templates
    attempts: Attempts
    is_ready: Callable[[], Awaitable[bool]]


Request = AnyRequest[State]


def new_state(
    *,
    config: Config,
    accounts: Accounts,
    tokens: Tokens,
    sites: Sites,
    tickets: Tickets,
    finder: Finder,
    files: Files,
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
        tokens=tokens,
        sites=sites,
        tickets=tickets,
        finder=finder,
        files=files,
        uploads=UploadGate(config),
        desk=desk,
        news=news,
        assets=assets,
        metrics=metrics,
        templates=Templates(assets, config.data / "templates", config.files),
        attempts=Attempts(),
        is_ready=is_ready,
    )
