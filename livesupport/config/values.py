"""Every setting, as frozen values. `config.example.toml` explains each; `[chat]` is `livesupport.rules.Rules`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from livesupport.rules import Rules

_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")  # what may stand in an origin; also in a header that lists origins

Port = Annotated[int, Meta(ge=1, le=65535)]
Positive = Annotated[int, Meta(ge=1)]
Bits = Annotated[int, Meta(ge=0, le=22)]
Rate = Annotated[float, Meta(gt=0)]
Seconds = Annotated[float, Meta(gt=0)]


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the configuration file."""


class Server(Section, frozen=True):
    """Where the server listens, and the address under which people reach it."""

    host: str = "127.0.0.1"
    port: Port = 8000
    public_url: str = ""  # `Config` fills it in: http(s)://127.0.0.1:PORT
    trusted_proxies: tuple[str, ...] = ()


class Tls(Section, frozen=True):
    """Certificate and key, where no proxy speaks TLS for us."""

    cert: str = ""
    key: str = ""


class Database(Section, frozen=True):
    """Where tickets, agents and sites are kept."""

    url: str = ""  # empty: SQLite in the data directory


class Limits(Section, frozen=True):
    """What one connection, visitor or address may do (the limits of one chat are in `Rules`)."""

    messages_per_second: Rate = 1.0
    message_burst: Positive = 10
    frames_per_second: Rate = 5.0
    frame_burst: Positive = 30
    sockets_per_visitor: Positive = 20
    sockets_per_address: Positive = 50
    hello_seconds: Seconds = 5.0
    ping_seconds: Seconds = 10.0
    pong_seconds: Seconds = 10.0
    starts_per_address: Positive = 5
    starts_window: Seconds = 600.0
    proof_after: Positive = 3
    proof_bits: Bits = 16  # 0: no proof of work
    requests_per_address: Positive = 3
    requests_window: Seconds = 3600.0
    api_requests: Positive = 600
    api_window: Seconds = 60.0
    outbox_bytes: Positive = 512 * 1024
    outbox_seconds: Seconds = 10.0
    body_bytes: Positive = 256 * 1024
    exempt: tuple[str, ...] = ()


class Files(Section, frozen=True):
    """What people may add to what they write, and how much of it may lie here unsent."""

    files_per_message: Positive = 5
    file_bytes: Positive = 25 * 1024 * 1024
    staged_files: Positive = 20
    staged_bytes: Positive = 125 * 1024 * 1024
    staged_bytes_of_all: Positive = 4 * 1024 * 1024 * 1024
    staged_seconds: Seconds = 86400.0
    uploads_per_address: Positive = 60
    uploads_window: Seconds = 3600.0
    uploads_at_once: Positive = 6
    least_bytes_per_second: Positive = 8192
    keep_free_bytes: Positive = 1024 * 1024 * 1024
    warn_free_bytes: Positive = 2 * 1024 * 1024 * 1024


class Tickets(Section, frozen=True):
    """What becomes of tickets by themselves."""

    close_after: Annotated[float, Meta(ge=3600, le=28 * 86400)] = 4 * 86400.0


class Desk(Section, frozen=True):
    """The people who answer."""

    idle_lock: Annotated[float, Meta(ge=0)] = 0.0  # seconds; 0: never
    idle_away: Annotated[float, Meta(ge=0)] = 0.0  # seconds; 0: never


class Log(Section, frozen=True):
    """What is written to standard output."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "json", "text"] = "auto"


class Metrics(Section, frozen=True):
    """Who may read `/metrics` besides this machine."""

    token: str = ""


class Config(Section, frozen=True):
    """Everything that can be set. `server.public_url` is never empty here, and written as browsers write an `Origin`."""

    data_dir: str = "livesupport-data"
    server: Server = Server()
    tls: Tls = Tls()
    database: Database = Database()
    chat: Rules = Rules()
    limits: Limits = Limits()
    files: Files = Files()
    tickets: Tickets = Tickets()
    desk: Desk = Desk()
    log: Log = Log()
    metrics: Metrics = Metrics()

    def __post_init__(self) -> None:
        scheme = "https" if self.tls.cert else "http"
        url = normal_origin(self.server.public_url or f"{scheme}://127.0.0.1:{self.server.port}") or self.server.public_url
        msgspec.structs.force_setattr(self, "server", msgspec.structs.replace(self.server, public_url=url))

    @property
    def data(self) -> Path:
        """The data directory."""
        return Path(self.data_dir)

    @property
    def keys(self) -> Path:
        """The directory of the secret keys; never part of a backup."""
        return self.data / "keys"

    @property
    def files_folder(self) -> Path:
        """Where the bytes of files are kept."""
        return self.data / "files"

    @property
    def embedded(self) -> bool:
        """Whether the database is our own SQLite file, which `serve` may migrate by itself."""
        return not self.database.url or self.database.url.startswith("sqlite")

    @property
    def database_url(self) -> str:
        """What SQLAlchemy opens."""
        return self.database.url or f"sqlite+aiosqlite:///{(self.data / 'livesupport.db').absolute()}"

    @property
    def secure(self) -> bool:
        """Whether people reach us over HTTPS, so that cookies can insist on it."""
        return self.server.public_url.startswith("https://")

    @property
    def session_cookie(self) -> str:
        """The name of an agent's session cookie; over HTTPS its prefix lets browsers refuse one that another host has set."""
        return "__Host-livesupport" if self.secure else "livesupport"

    @property
    def requester_cookie(self) -> str:
        """The name of the session cookie of somebody who asks; another one than the agents'."""
        return "__Host-livesupport-requester" if self.secure else "livesupport-requester"

    def embed_line(self, site: str) -> str:
        """What a page carries to show the widget of this site."""
        return f'<script src="{self.server.public_url}/widget.js" data-site="{site}" async></script>'


def normal_origin(url: str) -> str | None:
    """`url` as a browser writes it in the `Origin` header (RFC 6454), or None if it is more or less than an origin."""
    try:
        parts = urlsplit(url)
        name, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    extra = parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(name) or extra or port == 0:
        return None
    host = f"[{name}]" if ":" in name else name
    usual = port in (None, 443 if parts.scheme == "https" else 80)
    return f"{parts.scheme}://{host}" + ("" if usual else f":{port}")
