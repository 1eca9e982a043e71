"""Reads what a browser's form or address line sent into a Struct that names every field it may have.

Only `application/x-www-form-urlencoded`, UTF-8, none that the Struct does not know, and each field once unless the Struct
has a tuple for it: whoever sends more than the page asks for is refused as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any, TypeVar, get_args, get_origin
from urllib.parse import parse_qsl

import msgspec
from msgspec import Meta
from starlette.exceptions import HTTPException

from livesupport.errors import NotFound
from livesupport.http.state import Request

FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 200  # the largest form: a type of requests, with 20 questions of 6 fields each

ROW_ID = "0|[1-9][0-9]{0,8}"

# The id of a row, or 0 where a form means none. Kept as text: what "1e3" or 2**63 mean is then no question (T30).
RowId = Annotated[str, Meta(pattern=rf"\A({ROW_ID})\Z")]

T = TypeVar("T")


class Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a form may send; its `repr` keeps silent about what people wrote."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


def row_id(text: str) -> int:
    """The id of a row that a path names. Raises `NotFound` for what none can have (T30)."""
    if not re.fullmatch(ROW_ID, text):
        raise NotFound("no such row")
    return int(text)


async def read_form(request: Request, kind: type[T]) -> T:
    """The posted form. Raises `HTTPException` 415 (not a form), 400 (not readable) or 422 (not the fields of this form).

    The size of the body was limited before (middleware.py).
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != FORM:
        raise HTTPException(415)
    return convert_fields(_pairs(await request.body()), kind, 422)


def read_query(request: Request, kind: type[T]) -> T:
    """The query of the address. Raises `HTTPException` 400."""
    query: bytes = request.scope["query_string"]
    return convert_fields(_pairs(query), kind, 400)


def convert_fields(pairs: Sequence[tuple[str, str]], kind: type[T], status: int = 422) -> T:
    """The fields of a form as a Struct; tuples gather what comes several times, in its order.

    Raises `HTTPException` 400 for another field that comes twice, `status` for wrong ones.
    """
    lists = _lists(kind)
    fields: dict[str, Any] = {}
    for name, value in pairs:
        if name in lists:
            fields[name] = [*fields.get(name, []), value]
        elif name in fields:
            raise HTTPException(400)
        else:
            fields[name] = value
    try:
        return msgspec.convert(fields, kind)
    except msgspec.ValidationError:
        raise HTTPException(status) from None


def _lists(kind: Any) -> frozenset[str]:
    """The names that may come several times: the tuples of the Struct, or of the Structs that it may be; in a dict none may."""
    structs = [one for one in get_args(kind) or (kind,) if hasattr(one, "__struct_fields__")]
    fields = [field for one in structs for field in msgspec.structs.fields(one)]
    return frozenset(field.encode_name for field in fields if get_origin(field.type) is tuple)


def _pairs(encoded: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(encoded.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError:  # too many fields, not ASCII, or escapes that are not UTF-8
        raise HTTPException(400) from None
