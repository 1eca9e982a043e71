"""How settings are read: flags > environment `LIVESUPPORT_*` > TOML file > defaults.

Whatever is wrong is told in one line: where, which key, what is wrong, what to write instead.
"""

from __future__ import annotations

import difflib
import ipaddress
import math
import tomllib
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple, get_type_hints

import msgspec

from livesupport.config.values import Config, normal_origin
from livesupport.i18n import gettext as _

PREFIX = "LIVESUPPORT_"
FILE_VARIABLE = PREFIX + "CONFIG"  # names the TOML file where no flag does
SECRETS = frozenset({"database.url", "metrics.token"})


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
