"""What programs ask for, under /api/v1: JSON, and errors as RFC 9457 problem details. Thin doors to the same services.

Each module registers its deeds with `operation`; importing them here is what makes them routes.
"""

from livesupport.http.api import (
    account,
    asking,
    bulk,
    drafts,
    files,
    messages,
    mine,
    notices,
    people,
    persons,
    relations,
    replies,
    service,
    sites,
    tickets,
    tokens,
    types,
    views,
)
from livesupport.http.api.operations import OPERATIONS

__all__ = [
    "OPERATIONS",
    "account",
    "asking",
    "bulk",
    "drafts",
    "files",
    "messages",
    "mine",
    "notices",
    "people",
    "persons",
    "relations",
    "replies",
    "service",
    "sites",
    "tickets",
    "tokens",
    "types",
    "views",
]
