"""What somebody asks, and whether it can be taken: the same for page, panel and API."""

from __future__ import annotations

from typing import Literal

import msgspec

from livesupport import emails
from livesupport.cleaning import clean, clean_line
from livesupport.emails import folded_email, is_email
from livesupport.i18n import gettext as _
from livesupport.model import Answer, Priority, Requester, RequestType, Site
from livesupport.phones import parse_phone
from livesupport.tickets import answers
from livesupport.tickets.opening import shortened
from livesupport.tickets.requests import TEXT_LIMIT, Request, refuse, too_long

NAME_LIMIT, SUBJECT_LIMIT, PHONE_LIMIT, PLACE_LIMIT = 80, 150, 32, 2000
DIAGNOSTICS = ("browser", "system", "screen", "page", "language", "zone")
DIAGNOSTIC_LIMIT = 300


class NewRequest(Request, frozen=True):
    """What somebody asks, as it was typed. `id` names the form and opens one request only, however often it is sent.

    `answers` are those to the type's own questions, by `answers.name_of`; `files` were uploaded by `owner`. `is_short`: it
    is one question, which becomes the subject too, and needs no topic.
    """

    id: str
    site: str
    name: str
    subject: str
    message: str
    answer_by: Literal["email", "account"] = "email"
    email: str = ""
    phone: str = ""
    topic: int | None = None
    type: int | None = None
    priority: Priority = "normal"
    answers: dict[str, str] = {}
    diagnostics: dict[str, str] = {}
    owner: str = ""
    files: tuple[str, ...] = ()
    page: str = ""
    language: str = ""
    is_short: bool = False


class Content(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A request as it will be opened; what a pending one keeps. `ticket`: the address is for this ticket, which is open
    already, and nothing else is set."""

    name: str = ""
    subject: str = ""
    message: str = ""
    phone: str = ""
    topic: int | None = None
    type: int | None = None
    priority: Priority = "normal"
    answers: tuple[Answer, ...] = ()
    diagnostics: dict[str, str] = {}
    page: str = ""
    language: str = ""
    ticket: int | None = None

    def __repr__(self) -> str:
        return "<Content>"


def judged(new: NewRequest, site: Site, kind: RequestType | None, requester: Requester | None) -> tuple[Content, str]:
    """The request as it is kept, and the address to answer to (empty: in the account of `requester`, who is signed in).

    `kind`: the type that it names, if there is one. Raises `Invalid` with a sentence for each field that cannot be taken.
    """
    given, problems = answers.judged(kind.fields if kind else (), new.answers, site.region)
    email = folded_email(clean_line(new.email)) if new.answer_by == "email" else ""
    phone = clean_line(new.phone)
    content = Content(
        name=clean_line(new.name),
        subject=shortened(new.message) if new.is_short else clean_line(new.subject),
        message=clean(new.message),
        phone=(parse_phone(phone, site.region) or "") if phone else "",
        topic=kind.topic if kind and kind.topic else new.topic,
        type=kind.id if kind else None,
        priority=new.priority,
        answers=given,
        diagnostics=_diagnostics(new.diagnostics),
        page=clean_line(new.page)[:PLACE_LIMIT],
        language=new.language,
    )
    problems |= _problems(content) | _choice_problems(new, content, site, kind)
    if phone and not content.phone:
        problems["phone"] = _("We cannot read this phone number. Check the digits, or begin with + and the country code.")
    if new.answer_by == "email":
        problems |= email_problems(email)
    elif requester is None:
        problems["answer_by"] = _("You are not signed in any more. Sign in again, or give an e-mail address.")
    refuse(problems)
    return content, email


def _problems(content: Content) -> dict[str, str]:
    problems = too_long({"message": content.message}, TEXT_LIMIT)
    for field, limit in (("name", NAME_LIMIT), ("subject", SUBJECT_LIMIT)):
        problems |= too_long({field: getattr(content, field)}, limit)
    if not content.name:
        problems["name"] = _("Please tell us your name.")
    if not content.subject:
        problems["subject"] = _("Say in a few words what it is about.")
    if not content.message:
        problems["message"] = _("Describe what happened, and what you need.")
    return problems


def _choice_problems(new: NewRequest, content: Content, site: Site, kind: RequestType | None) -> dict[str, str]:
    if new.type and (kind is None or kind.site != site.id or kind.retired_at):
        return {"type": _("This kind of request is no longer offered. Please choose another.")}
    if content.topic not in {None, *(topic.id for topic in site.topics)}:
        return {"topic": _("This topic is no longer offered. Please choose another.")}
    if site.topics and content.topic is None and not new.is_short:
        return {"topic": _("Please choose a topic.")}
    return {}


def email_problems(email: str) -> dict[str, str]:
    """The sentence for an address to which nothing can be sent."""
    if len(email) > emails.LONGEST or not is_email(email):
        return {"email": _("Enter an e-mail address such as ana@example.com.")}
    return {}


def _diagnostics(given: dict[str, str]) -> dict[str, str]:
    """Of what the browser tells about itself only what the page has shown before."""
    known = {name: clean_line(given.get(name, ""))[:DIAGNOSTIC_LIMIT] for name in DIAGNOSTICS}
    return {name: value for name, value in known.items() if value}
