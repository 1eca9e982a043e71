"""The services, each once, all on one database: what pages, API, sockets and jobs work with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypedDict

from livesupport.accounts.requesters import Requesters
from livesupport.accounts.service import Accounts
from livesupport.accounts.tokens import Tokens
from livesupport.config import Config
from livesupport.model import TicketNews
from livesupport.signing import ConfirmLinks, RequestLinks, SignInCodes, VisitorTokens
from livesupport.sites.service import Sites
from livesupport.storage.database import Database
from livesupport.storage.files import FileStore
from livesupport.tickets.alerts import Alerts
from livesupport.tickets.asking import Asking
from livesupport.tickets.bulk import Bulk
from livesupport.tickets.files import Files
from livesupport.tickets.finding import Finder
from livesupport.tickets.lifecycle import Lifecycle
from livesupport.tickets.mine import Mine
from livesupport.tickets.notices import Notices
from livesupport.tickets.persons import Persons
from livesupport.tickets.service import Tickets
from livesupport.tickets.views import Views


class Services(TypedDict):
    """Every service by its name, and what signs the links and tokens that lead to them."""

    accounts: Accounts
    tokens: Tokens
    requesters: Requesters
    sites: Sites
    tickets: Tickets
    finder: Finder
    bulk: Bulk
    views: Views
    asking: Asking
    mine: Mine
    notices: Notices
    files: Files
    persons: Persons
    alerts: Alerts
    lifecycle: Lifecycle
    links: RequestLinks
    visitor_tokens: VisitorTokens


def open_services(
    database: Database, config: Config, clock: Callable[[], datetime], announce: Callable[[TicketNews], None], key: bytes
) -> Services:
    """All of them. `announce` is told of every change of a ticket after its commit; `key` signs."""

    def seconds() -> float:
        return clock().timestamp()

    files = Files(database, FileStore(config.files_folder), config.files, clock)
    return Services(
        accounts=Accounts(database, clock, announce),
        tokens=Tokens(database, clock),
        requesters=Requesters(database, clock, SignInCodes(key)),
        sites=Sites(database, clock),
        tickets=Tickets(database, clock, announce, files),
        finder=Finder(database, clock),
        bulk=Bulk(database, clock, announce),
        views=Views(database),
        asking=Asking(database, clock, announce, files, ConfirmLinks(key, seconds)),
        mine=Mine(database, clock, announce, files),
        notices=Notices(database, clock, announce),
        files=files,
        persons=Persons(database, clock, announce),
        alerts=Alerts(database, clock, announce),
        lifecycle=Lifecycle(database, clock, announce, files, config.tickets.close_after),
        links=RequestLinks(key, seconds),
        visitor_tokens=VisitorTokens(key, config.chat.max_chat_age, seconds),
    )
