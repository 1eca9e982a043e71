"""What a person's account may be: checks that the set-up page and the command line share."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from typing import get_args

import msgspec

from livesupport.accounts.passwords import LONGEST
from livesupport.cleaning import clean_line
from livesupport.errors import Invalid
from livesupport.i18n import gettext as _
from livesupport.model import Role

SHORTEST_PASSWORD = 8
NAME_LIMIT = 80
MOST_CAPACITY = 20

_LOGIN = re.compile(r"[\w.@+-]{1,80}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def folded_login(login: str) -> str:
    """A login as it is compared, for nobody has to remember its capitals; empty when nobody can have it."""
    folded = unicodedata.normalize("NFKC", login).casefold().strip() if len(login) <= LONGEST else ""
    return folded if _LOGIN.fullmatch(folded) else ""


class AgentChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person is, with the name tidied. Raises `Invalid` with a sentence for each field that is wrong."""

    name: str
    role: Role = "agent"
    capacity: int | None = None
    languages: Collection[str] = ()
    topics: Collection[int] = frozenset()

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "name", clean_line(self.name))
        msgspec.structs.force_setattr(self, "languages", tuple(self.languages))
        msgspec.structs.force_setattr(self, "topics", frozenset(self.topics))
        if problems := self._problems():
            raise Invalid(problems)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def _problems(self) -> dict[str, str]:
        return self._name_problems() | self._work_problems()

    def _name_problems(self) -> dict[str, str]:
        problems = {}
        if not 1 <= len(self.name) <= NAME_LIMIT:
            problems["name"] = _("Write the name that visitors will see, at most {limit} characters.").format(limit=NAME_LIMIT)
        return problems

    def _work_problems(self) -> dict[str, str]:
        problems = {}
        if self.role not in get_args(Role):
            problems["role"] = _("Choose one of: {roles}.").format(roles=", ".join(get_args(Role)))
        if self.capacity is not None and not 1 <= self.capacity <= MOST_CAPACITY:
            problems["capacity"] = _("Choose 1 to {limit} chats at once.").format(limit=MOST_CAPACITY)
        if not all(map(_LANGUAGE.fullmatch, self.languages)):
            problems["languages"] = _("Name languages by their codes, such as en or ka.")
        return problems


class NewAgent(AgentChange, frozen=True, kw_only=True):
    """A person to be added, with the login folded as well."""

    login: str
    password: str

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "login", folded_login(self.login))
        super().__post_init__()

    def _problems(self) -> dict[str, str]:
        problems = super()._problems() | password_problems(self.password)
        if not self.login:
            problems["login"] = _("Use 1 to 80 letters, digits or any of . @ + - _ without spaces.")
        return problems


def password_problems(password: str) -> dict[str, str]:
    """The sentence for a password that is too short or too long."""
    if SHORTEST_PASSWORD <= len(password) <= LONGEST:
        return {}
    sentence = _("Choose a password of {least} to {most} characters.")
    return {"password": sentence.format(least=SHORTEST_PASSWORD, most=LONGEST)}
