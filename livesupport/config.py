"""Every setting, as frozen values, and how they are read: flags > environment `LIVESUPPORT_*` > TOML file > defaults.

`config.example.toml` explains each setting. `[chat]` is `livesupport.rules.Rules`. Whatever is wrong is told in one line:
where, which key, what is wrong, what to write instead.
"""

from __future__ import annotations

import difflib
import ipaddress
import math
import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, get_type_hints
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from livesupport.i18n import gettext as _
from livesupport.rules import Rules

PREFIX = "LIVESUPPORT_"
FILE_VARIABLE = PREFIX + "CONFIG"  # names the TOML file where no flag does
SECRETS = frozenset({"database.url", "metrics.token"})

_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")  # what may stand in an origin; also in a header that lists origins

Port = Annotated[int, Meta(ge=1, le=65535)]
Positive = Annotated[int, Meta(ge=1)]
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
    requests_per_address: Positive = 3
    requests_window: Seconds = 3600.0
    outbox_bytes: Positive = 512 * 1024
    outbox_seconds: Seconds = 10.0
    body_bytes: Positive = 256 * 1024
    exempt: tuple[str, ...] = ()


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

    def embed_line(self, site: str) -> str:
        """What a page carries to show the widget of this site."""
        return f'<script src="{self.server.public_url}/widget.js" data-site="{site}" async></script>'


class ConfigError(Exception):
    """The configuration cannot be used; `str()` is one line: source, key, problem, remedy."""

    def __init__(self, source: str, key: str, problem: str, remedy: str) -> None:
        super().__init__(": ".join(part for part in (source, key, f"{problem}. {remedy}") if part))


class Setting(NamedTuple):
    """One setting: its dotted key, its type and its default."""

    key: str
    type: Any
    default: Any


class Found(NamedTuple):
    """A value that a source gives to a setting."""

    value: Any
    source: str


def settings() -> Iterator[Setting]:
    """All settings, in the order of the configuration file."""
    for field, kind in _fields(Config):
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            yield from (Setting(f"{field.name}.{inner.name}", type_, inner.default) for inner, type_ in _fields(kind))
        else:
            yield Setting(field.name, kind, field.default)


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


def load(path: Path | None, environ: Mapping[str, str], overrides: Mapping[str, object]) -> Config:
    """Reads the configuration; raises `ConfigError`.

    `path`: the TOML file, or None for the one that `LIVESUPPORT_CONFIG` names, if any. `overrides`: flags by dotted key.
    """
    return load_with_origins(path, environ, overrides)[0]


def load_with_origins(
    path: Path | None, environ: Mapping[str, str], overrides: Mapping[str, object]
) -> tuple[Config, dict[str, str]]:
    """Like `load`, and where each setting came from, by dotted key ("default" included)."""
    if path is None and environ.get(FILE_VARIABLE):
        path = Path(environ[FILE_VARIABLE])
    found = {
        **(_from_file(path) if path else {}),
        **_from_environment(environ),
        **{key: Found(value, "flag") for key, value in overrides.items()},
    }
    values = _convert(found)
    _check(values, found)
    config = msgspec.convert(_nested(values), Config, str_keys=True)
    return config, {setting.key: found[setting.key].source if setting.key in found else "default" for setting in settings()}


# ── Sources ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _from_file(path: Path) -> dict[str, Found]:
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(
            str(path),
            "",
            _("cannot be read ({reason})").format(reason=error.strerror),
            _("Name an existing file with --config"),
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeError) as error:
        raise ConfigError(
            str(path), "", _("is not TOML ({reason})").format(reason=error), _("Compare it with config.example.toml")
        ) from None
    return {key: Found(value, str(path)) for key, value in _flat(tables)}


def _flat(tables: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in tables.items():
        if isinstance(value, dict):
            yield from ((f"{name}.{key}", inner) for key, inner in value.items())
        else:
            yield name, value


def _from_environment(environ: Mapping[str, str]) -> dict[str, Found]:
    """`LIVESUPPORT_SERVER__PORT` sets server.port; `…_FILE` names a file that holds a secret."""
    known = {setting.key for setting in settings()}
    found = {}
    for name in sorted(environ):
        if not name.startswith(PREFIX) or name == FILE_VARIABLE:
            continue
        key, value = name.removeprefix(PREFIX).lower().replace("__", "."), environ[name]
        if key not in known and key.removesuffix("_file") in SECRETS:
            key, value = key.removesuffix("_file"), _secret(name, value)
        found[key] = Found(value, name)
    return found


def _secret(name: str, path: str) -> str:
    try:
        return Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeError):
        raise ConfigError(name, "", _("its file cannot be read"), _("Name a readable text file")) from None


# ── Checks ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _convert(found: Mapping[str, Found]) -> dict[str, Any]:
    known = {setting.key: setting for setting in settings()}
    values = {}
    for key, (value, source) in found.items():
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            remedy = (
                _("Did you mean {setting}?").format(setting=near[0])
                if near
                else _("Remove it; config.example.toml lists every setting")
            )
            raise ConfigError(source, key, _("is no setting"), remedy)
        values[key] = _converted(known[key], value, source)
    return values


def _converted(setting: Setting, value: Any, source: str) -> Any:
    from_text = isinstance(value, str)
    if from_text and isinstance(setting.default, tuple):
        value = [part.strip() for part in value.split(",") if part.strip()]
    try:
        converted = msgspec.convert(value, setting.type, strict=not from_text)
    except msgspec.ValidationError as error:
        problem = str(error).replace("`", "").split(" - at ")[0].lower()
        example = msgspec.json.encode(setting.default).decode()
        raise ConfigError(source, setting.key, problem, _("Write for example {example}").format(example=example)) from None
    if isinstance(converted, int | float) and not 0 <= converted < math.inf:
        raise ConfigError(
            source, setting.key, _("must be a number from 0 up"), _("The default is {value}").format(value=setting.default)
        )
    return converted


def _check(values: Mapping[str, Any], found: Mapping[str, Found]) -> None:
    def refuse(key: str, problem: str, remedy: str) -> ConfigError:
        return ConfigError(found[key].source if key in found else "", key, problem, remedy)

    for key in ("server.trusted_proxies", "limits.exempt"):
        if bad := next((network for network in values.get(key, ()) if not _is_network(network)), None):
            example = _("Write for example {example}").format(example='"10.0.0.0/8"')
            raise refuse(key, _("{network} is no address or network").format(network=bad), example)
    if values.get("server.public_url") and not normal_origin(values["server.public_url"]):
        remedy = _("Write scheme and host without a path, for example {example}")
        raise refuse("server.public_url", _("is no origin"), remedy.format(example='"https://support.example.org"'))
    url = values.get("database.url", "")
    if url and not url.startswith(("sqlite:///", "sqlite+aiosqlite:///", "postgresql://", "postgresql+asyncpg://")):
        remedy = _("Begin with {this} or {that}").format(this="postgresql+asyncpg://", that="sqlite+aiosqlite:///")
        raise refuse("database.url", _("names an unknown database"), remedy)
    if url.startswith("postgresql") and not find_spec("asyncpg"):
        install = 'pip install "livesupport[postgres]"'
        raise refuse("database.url", _("needs the driver of PostgreSQL"), _("Run: {command}").format(command=install))
    for key, other in (("tls.cert", "tls.key"), ("tls.key", "tls.cert")):
        if values.get(key) and not values.get(other):
            raise refuse(key, _("needs {setting}").format(setting=other), _("Set both or none"))
        if values.get(key) and not Path(values[key]).is_file():
            raise refuse(key, _("is no file"), _("Name a PEM file that the server may read"))


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


# ── Struct plumbing ──────────────────────────────────────────────────────────────────────────────────────────────────


def _fields(kind: type[msgspec.Struct]) -> Iterator[tuple[msgspec.structs.FieldInfo, Any]]:
    hints = get_type_hints(kind, include_extras=True)
    return ((field, hints[field.name]) for field in msgspec.structs.fields(kind))


def _nested(values: Mapping[str, Any]) -> dict[str, Any]:
    tables: dict[str, Any] = {}
    for key, value in values.items():
        section, _dot, name = key.rpartition(".")
        (tables.setdefault(section, {}) if section else tables)[name] = value
    return tables
