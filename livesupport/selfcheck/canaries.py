"""Words that nobody else says, and the forms in which they might come to lie somewhere. Pure, but for its randomness."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Iterator
from urllib.parse import quote

import msgspec

GEORGIAN = "აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯ"  # 32 letters, so each is 5 random bits
LETTERS = 26  # 130 bits
SUBSCRIBER = 100_000_000  # numbers that follow 5 in a Georgian mobile number


class Canary(msgspec.Struct, frozen=True):
    """One secret of a chat. `what` names it for the report; `texts` are all ways in which it is written."""

    what: str
    texts: tuple[str, ...]

    @property
    def text(self) -> str:
        """What is typed."""
        return self.texts[0]

    def __repr__(self) -> str:
        return f"<Canary {self.what}>"


class Canaries:
    """The secrets of one chat, in the order in which they were made."""

    def __init__(self) -> None:
        self.all: list[Canary] = []

    def latin(self, what: str) -> str:
        """16 random bytes, as letters that look the same in most encodings."""
        return self._keep(what, secrets.token_hex(16))

    def georgian(self, what: str) -> str:
        """As random, in letters that JSON, addresses and UTF-16 write in their own ways."""
        return self._keep(what, "".join(secrets.choice(GEORGIAN) for _ in range(LETTERS)))

    def phone(self, what: str) -> str:
        """A Georgian number as people type it; the server writes it as E.164."""
        digits = f"5{secrets.randbelow(SUBSCRIBER):08}"
        typed = f"{digits[:3]} {digits[3:5]} {digits[5:7]} {digits[7:]}"
        return self._keep(what, typed, "995" + digits)

    def _keep(self, what: str, *texts: str) -> str:
        self.all.append(Canary(what, texts))
        return texts[0]


class Needle(msgspec.Struct, frozen=True):
    """One form of one canary, as bytes to look for."""

    what: str
    form: str
    octets: bytes

    def __repr__(self) -> str:
        return f"<Needle {self.what} {self.form}>"


def needles(canaries: list[Canary]) -> list[Needle]:
    """All forms of all of them, each byte string once. Compressed data is opened by the search, see `sweep`."""
    found = {
        octets: Needle(canary.what, form, octets)
        for canary in canaries
        for text in canary.texts
        for form, octets in reversed(list(forms(text)))  # where forms coincide, the plainest gives the name
    }
    return list(found.values())


def forms(text: str) -> Iterator[tuple[str, bytes]]:
    """The name and the bytes of every form that is looked for."""
    plain = text.encode()
    yield "plain", plain
    yield "UTF-16", text.encode("utf-16-le")
    yield "UTF-16", text.encode("utf-16-be")
    yield "JSON", json.dumps(text)[1:-1].encode()
    yield "address", quote(text).encode()
    yield "hex", plain.hex().encode()
    yield "hex", plain.hex().upper().encode()
    for offset in range(3):
        inner = base64_inside(plain, offset)
        yield "base64", inner
        yield "base64url", inner.translate(bytes.maketrans(b"+/", b"-_"))


def base64_inside(plain: bytes, offset: int) -> bytes:
    """The letters of base64 that depend on `plain` alone, when `offset` other bytes stand before it in its group of three
    (RFC 4648, section 4)."""
    letters = base64.b64encode(bytes(offset) + plain).rstrip(b"=")
    whole = (offset + len(plain)) * 8 // 6
    return letters[-(-offset * 8 // 6) : whole]
