"""The word of a site for a person who is signed in there: attributes under a signature, good for ten minutes.

The signature is HMAC-SHA-256 with the site's user key, in hexadecimal, over all attributes but itself: one line
`name=value` for each, sorted by name, joined by line feeds. Nothing can be left out, added or changed, and no line break in
a value can pretend to be another attribute, for values have none.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

import msgspec

from livesupport.cleaning import clean_line
from livesupport.emails import folded_email

LASTS = 600  # seconds from signing to the end, at most
LEEWAY = 30  # seconds by which the site's clock may differ from ours
LONGEST = 254  # characters of an attribute

_KNOWN = frozenset({"id", "name", "phone", "email", "email_verified", "exp"})


class Vouched(msgspec.Struct, frozen=True, kw_only=True):
    """Who the site says is there. `email` may be prefilled; only with `email_verified` has the site seen it proved."""

    account: str
    name: str
    phone: str
    email: str
    email_verified: bool

    def __repr__(self) -> str:
        return "<Vouched>"


def signature(key: str, attributes: Mapping[str, str]) -> str:
    """What the site signs with: `attributes` are all but `sig`."""
    text = "\n".join(f"{name}={attributes[name]}" for name in sorted(attributes))
    return hmac.new(key.encode(), text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def read(key: str, attributes: Mapping[str, str], sig: str, now: float) -> Vouched | None:
    """Who is vouched for; None when the site has no key, the signature is not its own, or the word is too old or too new.

    `now` is in Unix seconds.
    """
    if not key or not hmac.compare_digest(signature(key, attributes).encode(), sig.encode("utf-8", "surrogatepass")):
        return None
    if not _is_sound(attributes) or not now < int(attributes["exp"]) <= now + LASTS + LEEWAY:
        return None
    said = {name: clean_line(value) for name, value in attributes.items()}
    return Vouched(
        account=said["id"],
        name=said.get("name", ""),
        phone=said.get("phone", ""),
        email=folded_email(said.get("email", "")),
        email_verified=said.get("email_verified") == "true",
    )


def _is_sound(attributes: Mapping[str, str]) -> bool:
    if not _KNOWN.issuperset(attributes) or any(len(value) > LONGEST or "\n" in value for value in attributes.values()):
        return False
    exp = attributes.get("exp", "")
    return bool(clean_line(attributes.get("id", ""))) and exp.isascii() and exp.isdecimal() and len(exp) <= 12
