"""/requests/new: what it is about, what may help at once, and the form. Works without JavaScript; web/shared/request-form.js
checks while one types, keeps the text, and sends in the background."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec
from starlette.endpoints import HTTPEndpoint
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from livesupport import i18n
from livesupport.errors import Invalid
from livesupport.http.errors import come_back, status_of
from livesupport.http.forms import Form, RowId, read_query
from livesupport.http.public import address, public_page, speaking
from livesupport.http.requester import requester_of
from livesupport.http.robots import Held
from livesupport.http.state import Request
from livesupport.http.uploads import read_form_with_files
from livesupport.i18n import gettext as _
from livesupport.model import PendingRequest, Priority, Requester, RequestType, Site, StoredFile, Ticket, Topic
from livesupport.tickets import answers
from livesupport.tickets.files import read_chosen
from livesupport.tickets.new_request import DIAGNOSTICS, NewRequest

ABOUT = "about-"  # before the names of what the browser tells about itself, in the form


class Query(Form, frozen=True):
    """The address: how far the person has come. `step`: "write" after instructions that did not help, "solved" if they did."""

    site: str = "default"
    type: RowId = "0"
    topic: RowId = "0"
    step: Literal["", "write", "solved"] = ""
    lang: str = ""


class Sent(Form, frozen=True):
    """The fields that every form has; a type's own questions and what the browser tells come beside them."""

    stamp: str = ""
    website: str = ""  # people do not see this field
    proof: str = ""
    topic: RowId = "0"
    priority: Priority = "normal"
    subject: str = ""
    message: str = ""
    answer_by: Literal["email", "account"] = "email"
    name: str = ""
    email: str = ""
    phone: str = ""
    files: str = ""
    page: str = ""
    diagnose: Literal["", "yes"] = ""


class Group(msgspec.Struct, frozen=True):
    """The types of a topic. `topic` None: those that are offered under every topic."""

    topic: Topic | None
    types: list[RequestType]


class NewRequestPage(HTTPEndpoint):
    """GET: the step that the address names. POST: sends the request, once for each form."""

    async def get(self, request: Request) -> Response:
        query = read_query(request, Query)
        site = await request.state["sites"].get(query.site)
        with speaking(request, site):
            types = await request.state["sites"].types(site.id)
            kind = _chosen(types, query.type)
            if query.step == "solved":
                return public_page(request, site, "request_solved.html")
            if types and kind is None and query.step != "write":
                return public_page(request, site, "request_choose.html", groups=groups(site, types))
            if kind and kind.instructions and query.step != "write":
                return public_page(request, site, "request_instructions.html", kind=kind, topic=query.topic)
            requester = await _requester(request, site)
            return await _form(request, site, kind, requester, _first(query, requester))

    async def post(self, request: Request) -> Response:
        query = read_query(request, Query)
        site = await request.state["sites"].get(query.site)
        with speaking(request, site):
            kind = _chosen(await request.state["sites"].types(site.id), query.type)
            if kind is None and query.type != "0":
                raise Invalid({"type": _("This kind of request is no longer offered. Please choose another.")})
            requester = await _requester(request, site)
            fields, problems = await read_form_with_files(request, dict[str, str])
            sent, given = _split(fields)
            try:
                if problems:
                    raise Invalid(problems)
                done = await _ask(request, site, kind, requester, sent, given)
            except Invalid as invalid:
                if _is_module(request):
                    return _refusal(invalid, request.state["robots"].renewed(sent.stamp))
                return await _form(request, site, kind, requester, sent, given, invalid)
            return _sent(request, site, done)


async def _requester(request: Request, site: Site) -> Requester | None:
    """Who is signed in on this site's pages, if anybody is."""
    person = await requester_of(request)
    return person if person and person.site == site.id else None


def groups(site: Site, types: Iterable[RequestType]) -> list[Group]:
    """The types under their topics, in the order of the topics; last those that belong to none."""
    by_topic: dict[int | None, list[RequestType]] = {}
    for kind in types:
        by_topic.setdefault(kind.topic, []).append(kind)
    named = [Group(topic, by_topic[topic.id]) for topic in site.topics if topic.id in by_topic]
    return named + ([Group(None, by_topic[None])] if None in by_topic else [])


async def _ask(
    request: Request,
    site: Site,
    kind: RequestType | None,
    requester: Requester | None,
    sent: Sent,
    given: Mapping[str, str],
) -> Ticket | PendingRequest:
    robots, host = request.state["robots"], request.client.host if request.client else ""
    form = robots.read(sent.stamp, sent.website)
    if known := await request.state["asking"].known(form):  # sent before, and perhaps the answer was lost on its way
        return known
    robots.check_pace(form, sent.proof, host)
    files = read_chosen(sent.files)
    about = {name: given.get(ABOUT + name, "") for name in DIAGNOSTICS} if sent.diagnose else {}
    wish = NewRequest(
        id=form,
        site=site.id,
        name=sent.name,
        subject=sent.subject,
        message=sent.message,
        answer_by=sent.answer_by,
        email=sent.email,
        phone=sent.phone,
        topic=int(sent.topic) or None,
        type=kind.id if kind else None,
        priority=sent.priority,
        answers=dict(given),
        diagnostics=about,
        owner=files.owner,
        files=files.ids,
        page=sent.page,
        language=i18n.current(),
    )
    done = await request.state["asking"].ask(wish, requester)
    robots.count(host)
    return done


def _sent(request: Request, site: Site, done: Ticket | PendingRequest) -> Response:
    """Where it goes on: at the waiting page, or at the request itself."""
    if isinstance(done, PendingRequest):
        place = address(request, f"/requests/waiting/{request.state['waiting'].sign(done.id)}")
    else:
        place = address(request, f"/requests/{done.number}", site=site.id)
    if _is_module(request):
        return Response(msgspec.json.encode({"next": place}), 201, media_type="application/json")
    return RedirectResponse(place, 303)


def _refusal(invalid: Invalid, stamp: str) -> Response:
    """For the page's module: the sentences by field, the stamp to send it with once more, and what to compute, if that would
    help."""
    body: dict[str, object] = {"problems": invalid.problems, "stamp": stamp}
    if isinstance(invalid, Held):
        body |= {"challenge": invalid.challenge, "bits": invalid.bits}
    return Response(msgspec.json.encode(body), status_of(invalid), come_back(invalid), "application/json")


async def _form(
    request: Request,
    site: Site,
    kind: RequestType | None,
    requester: Requester | None,
    sent: Sent,
    given: Mapping[str, str] | None = None,
    refused: Invalid | None = None,
) -> Response:
    """The form; after a refusal with everything that was typed."""
    robots, staged = request.state["robots"], await _staged(request, sent)
    return public_page(
        request,
        site,
        "request_new.html",
        status_of(refused) if refused else 200,
        headers=come_back(refused) if refused else None,
        kind=kind,
        topic=next((topic for topic in site.topics if kind and topic.id == kind.topic), None),
        questions=[(field, answers.name_of(field), answers.rule(field)) for field in (kind.fields if kind else ())],
        requester=requester,
        form=sent,
        given=given or {},
        problems=refused.problems if refused else {},
        stamp=robots.renewed(sent.stamp) if sent.stamp else robots.stamp(),
        staged=staged,
        chosen=" ".join((sent.files.split()[0], *(file.id for file in staged))) if staged else "",
        email_pattern=answers.EMAIL,
        phone_pattern=answers.PHONE,
    )


async def _staged(request: Request, sent: Sent) -> list[StoredFile]:
    """Those of the files that still wait, to be shown with the form."""
    try:
        return await request.state["files"].staged(read_chosen(sent.files))
    except Invalid:
        return []


def _first(query: Query, requester: Requester | None) -> Sent:
    """The form as it is shown first: what is known of somebody who is signed in need not be typed."""
    if requester is None:
        return Sent(topic=query.topic)
    return Sent(topic=query.topic, name=requester.name, phone=requester.phone, email=requester.email or "", answer_by="account")


def _split(fields: Mapping[str, str]) -> tuple[Sent, dict[str, str]]:
    """The fields of every form, and the answers and facts beside them. Raises `HTTPException` for any other field."""
    beside = {name: value for name, value in fields.items() if name.startswith((answers.PREFIX, ABOUT))}
    rest = {name: value for name, value in fields.items() if name not in beside and (name, value) != ("topic", "")}
    try:
        return msgspec.convert(rest, Sent), beside
    except msgspec.ValidationError:
        raise HTTPException(422) from None


def _chosen(types: Iterable[RequestType], type_id: str) -> RequestType | None:
    return next((kind for kind in types if str(kind.id) == type_id), None)


def _is_module(request: Request) -> bool:
    """Whether the page's own module sends the form, and shows what comes of it."""
    return request.headers.get("accept", "") == "application/json"
