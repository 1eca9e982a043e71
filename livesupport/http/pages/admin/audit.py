"""/admin/audit: who has administered what, and when."""

from __future__ import annotations

from starlette.responses import Response

from livesupport.http.forms import Form, RowId, read_query
from livesupport.http.pages.admin.acts import act_words
from livesupport.http.pages.admin.common import administrator
from livesupport.http.state import Request


class Query(Form, frozen=True):
    """The page that begins before this entry; 0: the newest."""

    before: RowId = "0"
    lang: str = ""


async def audit(request: Request) -> Response:
    """The log, newest first."""
    me = await administrator(request)
    query = read_query(request, Query)
    page = await request.state["accounts"].audit_log(before=int(query.before) or None, actor=me)
    return request.state["templates"].page(
        "admin/audit.html", me=me, entries=page.items, words=act_words(), next=page.next, first=query.before != "0"
    )
