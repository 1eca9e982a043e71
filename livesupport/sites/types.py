"""The types of requests that a site offers: what is said before the form, and what is asked in it."""

from __future__ import annotations

import re
from collections import Counter

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.cleaning import clean, clean_line
from livesupport.errors import Invalid, NotFound
from livesupport.i18n import gettext as _
from livesupport.model import Agent, Field, RequestType
from livesupport.sites.base import Service
from livesupport.storage import audit, request_types, sites

NAME_LIMIT = 80
INSTRUCTIONS_LIMIT = 5000
LABEL_LIMIT = 120
MOST_FIELDS = 20
MOST_CHOICES = 50
LONGEST_RETENTION = 3660  # days


class Types(Service):
    """What can be done with types of requests."""

    async def types(self, site_id: str, *, retired: bool = False) -> list[RequestType]:
        """The types of a site in the order in which they are offered; `retired` adds those that no longer are."""
        async with self._database.read() as connection:
            return await request_types.of_site(connection, site_id, retired=retired)

    async def type(self, type_id: int) -> RequestType:
        """One type, retired or not. Raises `NotFound`."""
        async with self._database.read() as connection:
            return await _type(connection, type_id)

    async def add_type(self, new: RequestType, *, actor: Agent | None = None) -> RequestType:
        """Adds a type at the end; its id is given here. Raises `NotFound` for the site, and `Invalid`."""
        new = tidied(new)
        async with self._deed(actor, "type.created", new.name, {"site": new.site}) as deed:
            await _check_topic(deed.connection, new)
            there = await request_types.of_site(deed.connection, new.site, retired=True)
            last = max((one.position for one in there), default=0)
            return await request_types.add(deed.connection, msgspec.structs.replace(new, position=last + 1))

    async def change_type(self, changed: RequestType, *, actor: Agent | None = None) -> RequestType:
        """Replaces a type's name, topic, instructions, fields and retention. Raises `NotFound`, `Invalid`."""
        changed = tidied(changed)
        async with self._deed(actor, "type.changed", changed.name) as deed:
            former = await _type(deed.connection, changed.id)
            changed = msgspec.structs.replace(changed, site=former.site, position=former.position, retired_at=former.retired_at)
            await _check_topic(deed.connection, changed)
            await request_types.change(deed.connection, changed)
            deed.details = {"site": former.site, **audit.changes(former, changed)}
            return changed

    async def retire_type(self, type_id: int, *, retired: bool = True, actor: Agent | None = None) -> None:
        """Offers a type no longer, or (`retired` False) again; its tickets keep it. Raises `NotFound`."""
        act = "type.retired" if retired else "type.offered"
        async with self._deed(actor, act) as deed:
            former = await _type(deed.connection, type_id)
            deed.subject, deed.details = former.name, {"site": former.site}
            moment = self._clock() if retired else None
            await request_types.change(deed.connection, msgspec.structs.replace(former, retired_at=moment))


def tidied(value: RequestType) -> RequestType:
    """The type with its texts cleaned and an id for every field. Raises `Invalid`."""
    fields = _with_ids([_tidied_field(field) for field in value.fields])
    value = msgspec.structs.replace(
        value, name=clean_line(value.name), instructions=clean(value.instructions), fields=tuple(fields)
    )
    if problems := _problems(value):
        raise Invalid(problems)
    return value


def _tidied_field(field: Field) -> Field:
    choices = tuple(dict.fromkeys(filter(None, map(clean_line, field.choices))))
    return msgspec.structs.replace(
        field, label=clean_line(field.label), hint=clean_line(field.hint), choices=choices if field.kind == "choice" else ()
    )


def _with_ids(fields: list[Field]) -> list[Field]:
    """A field keeps its id for ever, for answers are told by it; a new one gets the lowest that is free."""
    taken = {field.id for field in fields}
    free = (f"q{number}" for number in range(1, 1000) if f"q{number}" not in taken)
    return [field if field.id else msgspec.structs.replace(field, id=next(free)) for field in fields]


def _problems(value: RequestType) -> dict[str, str]:
    problems = {}
    if not 1 <= len(value.name) <= NAME_LIMIT:
        problems["name"] = _("Write a name of at most {limit} characters.").format(limit=NAME_LIMIT)
    if len(value.instructions) > INSTRUCTIONS_LIMIT:
        problems["instructions"] = _("This is too long: at most {limit} characters.").format(limit=INSTRUCTIONS_LIMIT)
    if value.retention_days is not None and not 1 <= value.retention_days <= LONGEST_RETENTION:
        problems["retention_days"] = _("Write 1 to {limit} days, or nothing to keep them.").format(limit=LONGEST_RETENTION)
    if problem := _fields_problem(value.fields):
        problems["fields"] = problem
    return problems


def _fields_problem(fields: tuple[Field, ...]) -> str:
    if len(fields) > MOST_FIELDS:
        return _("Ask at most {limit} questions.").format(limit=MOST_FIELDS)
    if (
        not all(re.fullmatch(r"[a-z0-9_]{1,40}", field.id) for field in fields)
        or max(Counter(field.id for field in fields).values(), default=1) > 1
    ):
        return _("Two questions have the same name.")
    if not all(1 <= len(field.label) <= LABEL_LIMIT and len(field.hint) <= LABEL_LIMIT for field in fields):
        return _("Write every question in at most {limit} characters.").format(limit=LABEL_LIMIT)
    if any(field.kind == "choice" and not 2 <= len(field.choices) <= MOST_CHOICES for field in fields):
        return _("A choice needs 2 to {limit} answers, one on each line.").format(limit=MOST_CHOICES)
    return ""


async def _type(connection: AsyncConnection, type_id: int) -> RequestType:
    found = await request_types.by_id(connection, type_id)
    if found is None:
        raise NotFound("no such type of request")
    return found


async def _check_topic(connection: AsyncConnection, value: RequestType) -> None:
    site = await sites.by_id(connection, value.site)
    if site is None:
        raise NotFound(_("no such site"))
    if value.topic is not None and value.topic not in {topic.id for topic in site.topics}:
        raise Invalid({"topic": _("Choose a topic of this site.")})
