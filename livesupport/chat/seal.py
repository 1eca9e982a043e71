"""The seal: a keyed chain over the lines of a chat, so that pages can hold them for us and cannot change them.

A record is the very text of a `line` frame as it was sent. Its last member, `seal`, is `<key id>.<tag>`, and the tag is
HMAC-SHA-256 over the tag before it and over exactly the bytes in front of the member. Nothing is decoded before it verified.
The first line of a chat, `opened`, begins the chain; so does every epoch, whose first line is tied to the tag of `opened`.

The key of a chat is derived from a key of the ring (HKDF, RFC 5869) and bound to site, chat, visitor and purpose, so a
record of another chat, another visitor or a private note never verifies as a line of this one.
"""

from __future__ import annotations

import binascii
import hmac
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import NamedTuple

from livesupport.chat.protocol import Frame, encode

TAG_BYTES = 16
LINES, NOTES = b"chat/v1", b"notes/v1"  # purposes of a key
_MEMBER = b',"seal":"'
_END = b'"}'
_URL_SAFE = bytes.maketrans(b"+/", b"-_")


class KeyRing(NamedTuple):
    """The server's sealing keys: `current` seals, the others still verify. A key has 32 random bytes."""

    current: str
    keys: Mapping[str, bytes]


class ChatName(NamedTuple):
    """What a chat's key is bound to."""

    site: str
    chat: str
    visitor: str


def derive(ring_key: bytes, name: ChatName, purpose: bytes) -> bytes:
    """The key of one chat for one purpose: HKDF-SHA-256 (RFC 5869) with the chat's name as salt, one block of output."""
    salt = "\x1f".join(name).encode()
    return hmac.digest(hmac.digest(salt, ring_key, "sha256"), purpose + b"\x01", "sha256")


class Chain:
    """The running end of a chain: what the next tag is tied to."""

    __slots__ = ("_mac", "_prefix", "tag")

    def __init__(self, ring: KeyRing, name: ChatName, purpose: bytes, tag: bytes = b"") -> None:
        self._prefix = f"{ring.current}."
        self._mac = _keyed(derive(ring.keys[ring.current], name, purpose))
        self.tag = tag

    def seal(self, frame: Frame) -> str:
        """Ties the next frame, which has no seal yet, to the chain; returns its seal, to be its last member."""
        self.tag = _tag(self._mac, self.tag, encode(frame)[:-1])
        return self._prefix + _written(self.tag).decode()

    def restart(self, tag: bytes) -> None:
        """Ties the next frame to this tag: an epoch begins."""
        self.tag = tag


class Record(NamedTuple):
    """A record as a page returned it, taken apart but not believed yet."""

    body: bytes
    key_id: str
    tag: bytes


def take_apart(raw: str) -> Record | None:
    """Splits a record into what is sealed and the seal; None when it has not the form of a record. A tag is read in the one
    spelling in which it was written: what a lenient decoder skips could hide another member from the tag."""
    body, found, rest = raw.encode("utf-8", "surrogatepass").rpartition(_MEMBER)
    if not found or not rest.endswith(_END):
        return None
    key_id, _, tag = rest[: -len(_END)].partition(b".")
    try:
        decoded = urlsafe_b64decode(tag + b"==")
        is_ours = len(decoded) == TAG_BYTES and _written(decoded) == tag
        return Record(body, key_id.decode("ascii"), decoded) if is_ours else None
    except (binascii.Error, ValueError):
        return None


class Verifier:
    """Checks the records of one chat. Keys that are not in the ring any more verify nothing."""

    def __init__(self, ring: KeyRing, name: ChatName, purpose: bytes) -> None:
        self._ring = ring
        self._name = name
        self._purpose = purpose
        self._macs: dict[str, hmac.HMAC] = {}

    def follows(self, record: Record, previous: bytes) -> bool:
        """Whether we sealed this record behind the one with the tag `previous` (empty: as the first of the chat)."""
        mac = self._mac(record.key_id)
        return mac is not None and hmac.compare_digest(_tag(mac, previous, record.body), record.tag)

    def _mac(self, key_id: str) -> hmac.HMAC | None:
        if key_id not in self._macs and key_id in self._ring.keys:
            self._macs[key_id] = _keyed(derive(self._ring.keys[key_id], self._name, self._purpose))
        return self._macs.get(key_id)


def _written(tag: bytes) -> bytes:
    """base64url without its padding (RFC 4648, section 5); each line pays for it, so it is asked for directly."""
    return binascii.b2a_base64(tag, newline=False)[:-2].translate(_URL_SAFE)


def _keyed(key: bytes) -> hmac.HMAC:
    """The beginning of every tag under this key: copied for each, it costs a third less than to begin anew."""
    return hmac.new(key, digestmod="sha256")


def _tag(keyed: hmac.HMAC, previous: bytes, body: bytes) -> bytes:
    mac = keyed.copy()
    mac.update(previous + body)
    return mac.digest()[:TAG_BYTES]
