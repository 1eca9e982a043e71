"""The server's secret key, the tokens that it signs, and the one-way names made from private things.

One purpose per salt: a token made for one purpose opens nothing else (guarantees.md, T23).
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path

import itsdangerous
import msgspec

from livesupport.config import ConfigError
from livesupport.i18n import gettext as _

KEY_BYTES = 32
FEWEST_DISTINCT_BYTES = 16  # 32 random bytes have fewer once in 10^19 keys; "changeme…" and repeated patterns always do
LONGEST_TOKEN = 1024


class VisitorToken(msgspec.Struct, frozen=True):
    """What a visitor's token says: it opens this one chat for this one visitor. `issued` is in Unix seconds."""

    visitor: str
    site: str
    chat: str
    issued: float


def load_key(directory: Path, name: str) -> bytes:
    """The key of this name, made with owner-only rights at the first start. Raises `ConfigError` for a weak or open one."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = directory / name
    if not path.exists():
        _make_key(path)
    key = path.read_bytes()
    if len(key) < KEY_BYTES or len(set(key)) < FEWEST_DISTINCT_BYTES:
        raise ConfigError(str(path), "", _("is no key of 32 random bytes"), _("Move it away; the next start makes a new one"))
    if path.stat().st_mode & 0o077:
        raise ConfigError(str(path), "", _("can be read by others"), _("Run: {command}").format(command=f"chmod 600 {path}"))
    return key


def _make_key(path: Path) -> None:
    """Written aside and linked into place, so that a crash or a second process never leaves half a key."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    with contextlib.suppress(FileExistsError):  # another process was faster: its key is as good
        os.link(draft, path)
    draft.unlink()


class VisitorTokens:
    """Signs and reads the tokens that bring a visitor back to a chat, until the maximum age of a chat."""

    def __init__(self, key: bytes, max_age: float, clock: Callable[[], float] = time.time) -> None:
        class Signer(itsdangerous.TimestampSigner):
            def get_timestamp(self) -> int:
                return int(clock())

        self._max_age = int(max_age)
        self._serializer = itsdangerous.URLSafeTimedSerializer(
            key,
            salt="livesupport.visitor-token",
            signer=Signer,
            signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"},
        )

    def sign(self, visitor: str, site: str, chat: str) -> str:
        """A token for this chat, issued now."""
        token = self._serializer.dumps([visitor, site, chat])
        return token if isinstance(token, str) else token.decode()

    def read(self, token: str) -> VisitorToken | None:
        """What the token says; None when it is forged, damaged, too old, or was made for another purpose."""
        if len(token) > LONGEST_TOKEN:
            return None
        try:
            said, issued = self._serializer.loads(token, max_age=self._max_age, return_timestamp=True)
            visitor, site, chat = msgspec.convert(said, tuple[str, str, str])
        except (itsdangerous.BadData, msgspec.ValidationError, UnicodeError):
            return None
        return VisitorToken(visitor, site, chat, issued.timestamp())


class Fingerprints:
    """Names for private things (an address, a phone number) that cannot be turned back. The key lives in this process
    only: after a restart nobody, not even we, can tell whether two names meant the same."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(KEY_BYTES)

    def __call__(self, text: str) -> str:
        """The name of this text: 128 bits, base64url."""
        digest = hmac.digest(self._key, text.encode("utf-8", "surrogatepass"), "sha256")
        return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()


def origin_of_chat(chat: str) -> str:
    """The name under which a ticket remembers the chat it came from. A chat's id is 128 random bits, so a plain hash
    cannot be guessed back; and being unkeyed it still finds the ticket when the keys were renewed."""
    return hashlib.sha256(b"livesupport/chat/v1 " + chat.encode()).hexdigest()
