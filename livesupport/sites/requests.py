"""What a site, a topic and a canned reply may be: checks that pages and the command line share."""

from __future__ import annotations

import re
from typing import get_args
from urllib.parse import urlsplit

import msgspec

from livesupport.cleaning import clean, clean_line
from livesupport.errors import Invalid
from livesupport.i18n import gettext as _
from livesupport.model import Contact, RoutingMode, Site
from livesupport.phones import is_region
from livesupport.rules import ConvertMode
from livesupport.sites.hours import hours_problems

NAME_LIMIT = 80
GREETING_LIMIT = 500
CANNED_LIMIT = 2000  # what fits into one message of a chat
CONTACT_LIMIT = 200
MOST_ORIGINS = 50
MOST_CONTACTS = 20

_SITE_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_ACCENT = re.compile(r"#[0-9a-f]{6}")
_REGION = re.compile(r"[A-Z]{2}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_SHORTCUT = re.compile(r"[\w-]{1,40}")


def is_site_id(text: str) -> bool:
    """Whether a site could have this id."""
    return _SITE_ID.fullmatch(text) is not None


def tidied(site: Site) -> Site:
    """The site with its texts cleaned and its origins as browsers write them."""
    return msgspec.structs.replace(
        site,
        name=clean_line(site.name),
        greeting=clean(site.greeting),
        accent=site.accent.lower(),
        region=site.region.upper(),
        origins=tuple(dict.fromkeys(map(_origin, site.origins))),
        contacts=tuple(map(_tidied_contact, site.contacts)),
    )


def check_site(site: Site) -> None:
    """Raises `Invalid`, with a sentence for each field, for a tidied site that cannot be one."""
    if problems := _name_problems(site) | _look_problems(site) | _service_problems(site) | hours_problems(site.hours):
        raise Invalid(problems)


def _name_problems(site: Site) -> dict[str, str]:
    problems = {}
    if not is_site_id(site.id):
        problems["id"] = _("Use 1 to 64 small letters, digits or hyphens.")
    if not 1 <= len(site.name) <= NAME_LIMIT:
        problems["name"] = _("Write a name of at most {limit} characters.").format(limit=NAME_LIMIT)
    if "" in site.origins or len(site.origins) > MOST_ORIGINS:
        problems["origins"] = _("Write origins such as https://shop.example, at most {limit}.").format(limit=MOST_ORIGINS)
    return problems


def _look_problems(site: Site) -> dict[str, str]:
    problems = {}
    if not _ACCENT.fullmatch(site.accent):
        problems["accent"] = _("Write a colour such as #2f5bd7.")
    if len(site.greeting) > GREETING_LIMIT:
        problems["greeting"] = _("This is too long: at most {limit} characters.").format(limit=GREETING_LIMIT)
    if len(site.contacts) > MOST_CONTACTS or not all(map(_is_contact, site.contacts)):
        sentence = _("Write at most {most} contacts, each with a name and at most {limit} characters.")
        problems["contacts"] = sentence.format(most=MOST_CONTACTS, limit=CONTACT_LIMIT)
    return problems


def _service_problems(site: Site) -> dict[str, str]:
    problems = {}
    if site.mode not in get_args(RoutingMode):
        problems["mode"] = _("Choose one of: {modes}.").format(modes=", ".join(get_args(RoutingMode)))
    if site.convert not in (None, *get_args(ConvertMode)):
        problems["convert"] = _("Choose one of: {modes}.").format(modes=", ".join(get_args(ConvertMode)))
    if not (_REGION.fullmatch(site.region) and is_region(site.region)):
        problems["region"] = _("Write a country code of two letters, such as GE.")
    if not _LANGUAGE.fullmatch(site.language):
        problems["language"] = _("Write a language code such as en or ka.")
    return problems


def check_topic(name: str) -> None:
    """Raises `Invalid` for a name that no topic can have."""
    if not 1 <= len(name) <= NAME_LIMIT:
        raise Invalid({"name": _("Write a name of at most {limit} characters.").format(limit=NAME_LIMIT)})


def check_canned(shortcut: str, text: str) -> None:
    """Raises `Invalid` for what cannot be a canned reply."""
    problems = {}
    if not _SHORTCUT.fullmatch(shortcut):
        problems["shortcut"] = _("Use 1 to 40 letters, digits or hyphens without spaces.")
    if not 1 <= len(text) <= CANNED_LIMIT:
        problems["text"] = _("Write a text of at most {limit} characters.").format(limit=CANNED_LIMIT)
    if problems:
        raise Invalid(problems)


def _tidied_contact(contact: Contact) -> Contact:
    return Contact(label=clean_line(contact.label), value=clean_line(contact.value), hours=clean_line(contact.hours))


def _is_contact(contact: Contact) -> bool:
    longest = max(map(len, (contact.label, contact.value, contact.hours)))
    return bool(contact.label and contact.value) and longest <= CONTACT_LIMIT


def _origin(text: str) -> str:
    """scheme://host[:port] as a browser sends it (RFC 6454, 6.2); empty when the text is not exactly an origin."""
    try:
        parts = urlsplit(text.strip().rstrip("/").lower())
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host or parts.username or parts.path or parts.query or parts.fragment:
        return ""
    if not re.fullmatch(r"[a-z0-9.-]+|[0-9a-f:]+", host):
        return ""
    host = f"[{host}]" if ":" in host else host
    usual = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" if port in (None, usual) else f"{parts.scheme}://{host}:{port}"
