"""Two doors, one room: whatever is done on a page can be done over the API, or docs/api.md says why not."""

from __future__ import annotations

import inspect
import re
import types
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin, get_type_hints

from starlette.endpoints import HTTPEndpoint
from starlette.routing import Route

from livesupport.http import routes
from livesupport.http.api import OPERATIONS
from livesupport.http.forms import Form
from tests.documents import read, rows, section

CHANGES = frozenset({"post", "put", "patch", "delete"})

# Every act of a page, by its address and what its form says is to be done, and the deed that is the same act.
DEEDS = {
    "/account end_session": "end_session",
    "/account password": "change_password",
    "/account/tokens create": "create_token",
    "/account/tokens revoke": "revoke_token",
    "/admin/people": "add_person",
    "/admin/people/{login} disable": "disable_person",
    "/admin/people/{login} enable": "enable_person",
    "/admin/people/{login} password": "set_person_password",
    "/admin/people/{login} properties": "change_person",
    "/admin/people/{login} revoke": "revoke_token_of_person",
    "/admin/persons erase": "erase_person",
    "/admin/persons export": "export_person",
    "/admin/persons look": "look_for_person",
    "/admin/replies remove": "remove_reply",
    "/admin/replies save": "change_reply",
    "/admin/sites": "add_site",
    "/admin/sites/{site} add_topic": "add_topic",
    "/admin/sites/{site} properties": "change_site",
    "/admin/sites/{site} remove_topic": "remove_topic",
    "/admin/sites/{site} rename_topic": "rename_topic",
    "/admin/sites/{site}/logo": "set_logo",
    "/admin/sites/{site}/promises": "change_site",
    "/admin/types/new properties": "add_type",
    "/admin/types/{id} offer": "offer_type",
    "/admin/types/{id} properties": "change_type",
    "/admin/types/{id} retire": "retire_type",
    "/files": "upload_file",
    "/files/{id}": "discard_file",
    "/inbox/many": "change_many",
    "/inbox/undo": "undo_many",
    "/inbox/views delete": "remove_view",
    "/inbox/views rename": "change_view",
    "/inbox/views replace": "change_view",
    "/inbox/views save": "add_view",
    "/requests/channel": "choose_channel",
    "/requests/claim": "claim_chat",
    "/requests/confirm/{key} confirm": "confirm_request",
    "/requests/confirm/{key} discard": "discard_request",
    "/requests/notices/{id:int} dismiss": "dismiss_notice",
    "/requests/notices/{id:int} later": "put_notice_off",
    "/requests/waiting/{token}": "send_again",
    "/requests/{number} reply": "reply_to_my_request",
    "/requests/{number} thank": "thank_for_my_request",
    "/setup/person": "add_person",
    "/setup/site": "change_site",
    "/tickets/preview": "preview",
    "/tickets/{number} change": "change_ticket",
    "/tickets/{number} follow_up": "follow_up_ticket",
    "/tickets/{number} link": "link_tickets",
    "/tickets/{number} merge": "merge_ticket",
    "/tickets/{number} note": "write_message",
    "/tickets/{number} reply": "write_message",
    "/tickets/{number} tag": "add_tag",
    "/tickets/{number} take_back": "take_back",
    "/tickets/{number} unlink": "unlink_tickets",
    "/tickets/{number} untag": "remove_tag",
    "/tickets/{number} watch": "watch_ticket",
    "/tickets/{number}/draft": "keep_draft",
}


def acts() -> set[str]:
    """Every act of every page, read from the routes and the forms that their endpoints name."""
    found: set[str] = set()
    for route in routes():
        if isinstance(route, Route) and not route.path.startswith("/api/v1/") and _writes(route):
            told = sorted(set(_told(route.endpoint)))
            found |= {f"{route.path} {act}" for act in told} or {route.path}
    return found


def _writes(route: Route) -> bool:
    if isinstance(route.endpoint, type) and issubclass(route.endpoint, HTTPEndpoint):
        return any(hasattr(route.endpoint, method) for method in CHANGES)
    return bool(CHANGES & {method.lower() for method in route.methods or ()})


def _told(endpoint: Any) -> Iterator[str]:
    """What the forms that an endpoint names say is to be done."""
    module = inspect.getmodule(endpoint)
    for name in set(re.findall(r"\b[A-Z]\w+", inspect.getsource(endpoint))):
        for kind in _forms(getattr(module, name, None)):
            yield from _acts_of(kind)


def _forms(value: Any) -> list[type[Form]]:
    kinds = get_args(value) if isinstance(value, types.UnionType) else (value,)
    return [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Form)]


def _acts_of(kind: type[Form]) -> list[str]:
    if tag := kind.__struct_config__.tag:
        return [str(tag)]
    hints = get_type_hints(kind)
    said = next((hints[name] for name in ("action", "deed") if get_origin(hints.get(name)) is Literal), None)
    return [str(value) for value in get_args(said)] if said else []


def only_on_pages() -> set[str]:
    """The acts of the table in docs/api.md; an address alone stands for all of its acts."""
    told = rows(section(read("docs/api.md"), "Only on the pages"))
    return {act.replace("`", "").strip() for address, _why in told for act in address.split(",")}


def test_every_act_of_a_page_is_a_deed_of_the_api_or_is_named_with_the_reason_why_not() -> None:
    assert acts() == set(DEEDS) | only_on_pages()
    assert not set(DEEDS) & only_on_pages()


def test_the_deeds_that_stand_for_them_exist() -> None:
    assert set(DEEDS.values()) <= {one.deed.__name__ for one in OPERATIONS}


def test_an_act_that_is_new_on_a_page_would_be_seen() -> None:
    class Burn(Form, frozen=True, tag_field="action", tag="burn"):
        """Something that no deed does."""

    assert _acts_of(Burn) == ["burn"]
    assert {"/tickets/{number} take_back", "/requests/confirm/{key} discard", "/files/{id}"} <= acts()
