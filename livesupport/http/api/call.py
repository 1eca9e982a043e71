"""One request of the API as a deed sees it: who asks, what the path names, which headers the caller has sent and will get."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

import msgspec
from starlette.exceptions import HTTPException

from livesupport.errors import Invalid
from livesupport.http.api.caller import Caller
from livesupport.http.forms import row_id
from livesupport.http.state import Request
from livesupport.i18n import gettext as _
from livesupport.model import Agent, Requester

PREFIX = "/api/v1"


class Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What goes over the wire; unknown fields are refused, and its `repr` keeps silent about what people wrote."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class Call:
    """One request: who asks, the path's parts, and the headers that its answer will have."""

    def __init__(self, request: Request, caller: Caller | Requester | None) -> None:
        self.request = request
        self.state = request.state
        self.headers: dict[str, str] = {}
        self._caller = caller

    def __getitem__(self, name: str) -> str:
        part: str = self.request.path_params[name]
        return part

    @property
    def row_id(self) -> int:
        """The id that the path names. Raises `NotFound` for what no row can have."""
        return row_id(self["id"])

    @property
    def agent(self) -> Agent:
        """The agent who asks; only for deeds with a scope of agents."""
        assert isinstance(self._caller, Caller)
        return self._caller.agent

    @property
    def requester(self) -> Requester:
        """The person who asks; only for deeds on what is their own."""
        assert isinstance(self._caller, Requester)
        return self._caller

    @property
    def host(self) -> str:
        """The address that the request came from."""
        return self.request.client.host if self.request.client else ""

    @property
    def who(self) -> str:
        """A name for the caller, apart from all others."""
        match self._caller:
            case Caller():
                return f"agent {self._caller.agent.id}"
            case Requester():
                return f"requester {self._caller.id}"
        return f"address {self.host}"

    def made(self, path: str) -> None:
        """Tells in the answer where to find what was made."""
        self.headers["Location"] = PREFIX + path

    def follows(self, path: str, query: Shape, cursor: str | None) -> None:
        """Tells in the answer where to find the page after this one, if there is one."""
        if cursor:
            fields = {**msgspec.to_builtins(query), "cursor": cursor}
            given = {name: value for name, value in fields.items() if value not in ("", None, (), [])}
            self.headers["Link"] = f'<{PREFIX}{path}?{urlencode(given, doseq=True)}>; rel="next"'

    def unchanged(self, version: int) -> bool:
        """Notes the version as the answer's ETag (RFC 9110, 8.8.3); True when the caller holds it already."""
        self.headers["ETag"] = etag = f'"{version}"'
        return etag in _tags(self.request.headers.get("if-none-match", ""))

    @property
    def expected_version(self) -> int | None:
        """The version that must still be current (If-Match); None when any will do. Raises `HTTPException` 412."""
        match _tags(self.request.headers.get("if-match", "*")):
            case ["*"]:
                return None
            case [tag] if tag.strip('"').isdecimal() and len(tag) < 12:
                return int(tag.strip('"'))
        raise HTTPException(412)

    @property
    def once(self) -> str | None:
        """The caller's `Idempotency-Key`; None when none was sent. Raises `Invalid`."""
        key = self.request.headers.get("idempotency-key")
        if key is None:
            return None
        if not (1 <= len(key) <= 100 and key.isascii() and key.isprintable()):
            raise Invalid({"Idempotency-Key": _("Use 1 to 100 printable ASCII characters.")})
        return key


@contextmanager
def told_by(name_of: Callable[[str], str]) -> Iterator[None]:
    """Within it, fields that a service refuses are told by their places in the body: `name_of` gives those."""
    try:
        yield
    except Invalid as invalid:
        invalid.problems = {name_of(name): sentence for name, sentence in invalid.problems.items()}
        raise


def _tags(header: str) -> list[str]:
    return [tag.strip().removeprefix("W/") for tag in header.split(",") if tag.strip()]
