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
from typing import TypeVar

import itsdangerous
import msgspec

from livesupport.config import ConfigError
from livesupport.i18n import gettext as _

KEY_BYTES = 32
FEWEST_DISTINCT_BYTES = 16  # 32 random bytes have fewer once in 10^19 keys; "changeme…" and repeated patterns always do
LONGEST_TOKEN = 1024

T = TypeVar("T")


class VisitorToken(msgspec.Struct, frozen=True):
    """What a visitor's token says: it opens this one chat for this one visitor. `number` grows with each rotation; `issued` is
    in Unix seconds."""

    visitor: str
    site: str
    chat: str
    number: int
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


class Signed:
    """Signs what the server will want to be told again, for one purpose and a time; it can be read, but not made, by all."""

    def __init__(self, key: bytes, purpose: str, max_age: float, clock: Callable[[], float] = time.time) -> None:
        """`max_age` is in seconds; a token made for another `purpose` is not ours."""

        class Signer(itsdangerous.TimestampSigner):
            def get_timestamp(self) -> int:
                return int(clock())

        self._max_age = int(max_age)
        self._clock = clock
        self._serializer = itsdangerous.URLSafeTimedSerializer(
            key,
            salt=f"livesupport.{purpose}",
            signer=Signer,
            signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"},
        )

    def sign(self, said: object) -> str:
        """A token that says this, issued now. It fits into a URL."""
        token = self._serializer.dumps(said)
        return token if isinstance(token, str) else token.decode()

    def read(self, token: str, kind: type[T]) -> tuple[T, float] | None:
        """What the token says, and when it was issued in Unix seconds; None when it is forged, damaged, too old, made for
        another purpose, or says something else than a `kind`."""
        if len(token) > LONGEST_TOKEN:
            return None
        try:
            said, issued = self._serializer.loads(token, return_timestamp=True)
            # one from the future is ours, too: the clock was set back since, and nobody is to lose a chat by that
            is_good = abs(int(self._clock()) - issued.timestamp()) <= self._max_age
            return (msgspec.convert(said, kind), issued.timestamp()) if is_good else None
        except (itsdangerous.BadData, msgspec.ValidationError, UnicodeError):
            return None


class VisitorTokens:
    """Signs and reads the tokens that bring a visitor back to a chat, until the maximum age of a chat."""

    def __init__(self, key: bytes, max_age: float, clock: Callable[[], float] = time.time) -> None:
        self._signed = Signed(key, "visitor-token", max_age, clock)

    def sign(self, visitor: str, site: str, chat: str, number: int) -> str:
        """A token for this chat, issued now."""
        return self._signed.sign([visitor, site, chat, number])

    def read(self, token: str) -> VisitorToken | None:
        """What the token says; None when it is forged, damaged, too old, or was made for another purpose."""
        read = self._signed.read(token, tuple[str, str, str, int])
        return VisitorToken(*read[0], issued=read[1]) if read else None


class RequestLinks:
    """Signs and reads the links in our mails that open one request, and nothing else: they sign nobody in."""

    MAX_AGE = 30 * 86_400.0  # seconds; each mail brings a new one

    def __init__(self, key: bytes, clock: Callable[[], float] = time.time) -> None:
        self._signed = Signed(key, "request-link", self.MAX_AGE, clock)

    def sign(self, number: str) -> str:
        """The key that opens the request of this number."""
        return self._signed.sign(number)

    def read(self, key: str) -> str | None:
        """The number of the request that this key opens; None when it opens none."""
        read = self._signed.read(key, str)
        return read[0] if read else None


class ConfirmLinks:
    """Signs and reads the links by which people confirm a request, and with it their address. They sign nobody in."""

    MAX_AGE = 86_400.0  # seconds, from the moment at which the request was written

    def __init__(self, key: bytes, clock: Callable[[], float] = time.time) -> None:
        self._key = key
        self._clock = clock

    def sign(self, pending: str, email: str, at: float) -> str:
        """The key for the request that waits under this id since `at` (Unix seconds), good from this address only. The same
        each time, so that a mail may be written again."""
        return self._signed(lambda: at).sign([pending, email])

    def read(self, key: str) -> tuple[str, str] | None:
        """The id and the address; None when it is no such key, or too old."""
        read = self._signed(self._clock).read(key, tuple[str, str])
        return read[0] if read else None

    def _signed(self, clock: Callable[[], float]) -> Signed:
        return Signed(self._key, "confirm-request", self.MAX_AGE, clock)


class SignInCodes:
    """Computes the codes by which people prove an address. A code is not stored: only who holds the key knows it."""

    DIGITS = 8

    def __init__(self, key: bytes) -> None:
        self._key = hmac.digest(key, b"livesupport.sign-in-code", "sha256")

    def __call__(self, attempt: str, email: str) -> str:
        """The code of this attempt to sign in with this address."""
        digest = hmac.digest(self._key, f"{attempt} {email}".encode("utf-8", "surrogatepass"), "sha256")
        return str(int.from_bytes(digest) % 10**self.DIGITS).zfill(self.DIGITS)


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


def origin_of_request(form: str) -> str:
    """The name under which a ticket remembers the form it was asked with; a form's id is 128 random bits."""
    return hashlib.sha256(b"livesupport/request/v1 " + form.encode()).hexdigest()
