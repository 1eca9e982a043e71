"""The configuration: where a setting comes from, and what a person is told about a wrong one."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import msgspec
import pytest

from livesupport.config import SECRETS, Config, ConfigError, Server, Tls, load, load_with_origins, normal_origin, settings

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "config.example.toml"


def written(tmp_path: Path, text: str) -> Path:
    """A configuration file with this text."""
    path = tmp_path / "livesupport.toml"
    path.write_text(text)
    return path


def complaint(path: Path | None = None, environ: dict[str, str] | None = None, **overrides: object) -> str:
    """What the administrator is told."""
    with pytest.raises(ConfigError) as caught:
        load(path, environ or {}, overrides)
    return str(caught.value)


def test_without_any_setting_everything_has_its_default() -> None:
    assert load(None, {}, {}) == Config()


def test_a_flag_wins_over_the_environment_over_the_file_over_the_default(tmp_path: Path) -> None:
    path = written(tmp_path, '[server]\nport = 1001\nhost = "file"\npublic_url = "https://file.example"')
    environ = {"LIVESUPPORT_SERVER__PORT": "1002", "LIVESUPPORT_SERVER__HOST": "environment"}

    config, origins = load_with_origins(path, environ, {"server.port": 1003})

    assert (config.server.port, config.server.host, config.server.public_url) == (1003, "environment", "https://file.example")
    assert origins["server.port"] == "flag"
    assert origins["server.host"] == "LIVESUPPORT_SERVER__HOST"
    assert origins["server.public_url"] == str(path)
    assert origins["log.level"] == "default"


def test_the_environment_may_name_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, "[server]\nport = 1001")

    assert load(None, {"LIVESUPPORT_CONFIG": str(path)}, {}).server.port == 1001


def test_the_environment_writes_lists_with_commas() -> None:
    config = load(None, {"LIVESUPPORT_LIMITS__EXEMPT": "127.0.0.1, fd00::/8"}, {})

    assert config.limits.exempt == ("127.0.0.1", "fd00::/8")


def test_a_secret_may_lie_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("a-long-secret\n")

    config = load(None, {"LIVESUPPORT_METRICS__TOKEN_FILE": str(tmp_path / "token")}, {})

    assert config.metrics.token == "a-long-secret"


def test_only_secrets_are_read_from_files() -> None:
    assert "is no setting" in complaint(environ={"LIVESUPPORT_SERVER__HOST_FILE": "/etc/hostname"})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[server]\nprot = 1", "server.prot: is no setting. Did you mean server.port?"),
        ("[server]\nport = 99999", "server.port: expected int <= 65535. Write for example 8000"),
        ('[server]\nport = "many"', "server.port: expected int, got str. Write for example 8000"),
        ('[log]\nlevel = "loud"', "log.level: invalid enum value 'loud'. Write for example \"info\""),
        ("[chat]\nvisitor_grace = -1", "chat.visitor_grace: must be a number from 0 up. The default is 90.0"),
        ("[chat]\nvisitor_grace = nan", "chat.visitor_grace: must be a number from 0 up. The default is 90.0"),
        ("[chat]\ntext_limit = 9000", "chat.text_limit: expected int <= 7000. Write for example 2000"),
        ("[chat]\ndefault_capacity = 0", "chat.default_capacity: expected int >= 1. Write for example 3"),
        ('[limits]\nexempt = ["home"]', 'limits.exempt: home is no address or network. Write for example "10.0.0.0/8"'),
        ("server = 1", "server: is no setting."),
        ("[server", "is not TOML"),
        ('[tls]\ncert = "cert.pem"', "tls.cert: needs tls.key. Set both or none"),
        ('[tls]\ncert = "no"\nkey = "no"', "tls.cert: is no file. Name a PEM file that the server may read"),
        ('[database]\nurl = "mysql://db"', "database.url: names an unknown database. Begin with postgresql+asyncpg://"),
        (
            '[server]\npublic_url = "https://a.example/chat"',
            'server.public_url: is no origin. Write scheme and host without a path, for example "https://support.example.org"',
        ),
    ],
)
def test_a_wrong_setting_is_told_in_one_line_with_file_key_problem_and_remedy(tmp_path: Path, text: str, told: str) -> None:
    path = written(tmp_path, text)

    line = complaint(path)

    assert line.startswith(f"{path}: ")
    assert told in line
    assert "\n" not in line


def test_a_missing_file_is_named() -> None:
    assert complaint(Path("/nowhere/livesupport.toml")) == (
        "/nowhere/livesupport.toml: cannot be read (No such file or directory). Name an existing file with --config"
    )


def test_no_complaint_shows_a_secret() -> None:
    assert "hunter2" not in complaint(environ={"LIVESUPPORT_DATABASE__URL": "mysql://ana:hunter2@db/desk"})


def test_every_secret_is_a_setting() -> None:
    assert {setting.key for setting in settings()} >= SECRETS


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Support.Example.org:443/", "https://support.example.org"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("https://a.example/path", None),
        ("https://ana@a.example", None),
        ("ftp://a.example", None),
        ("https://a.example:99999", None),
        ("https://a.example; script-src *", None),
        ("https://*", None),
        ("a.example", None),
    ],
)
def test_an_origin_is_written_as_browsers_write_it(url: str, origin: str | None) -> None:
    assert normal_origin(url) == origin


def test_the_public_url_follows_port_and_tls() -> None:
    assert Config(server=Server(port=9000)).server.public_url == "http://127.0.0.1:9000"
    assert Config(tls=Tls(cert="c", key="k")).server.public_url == "https://127.0.0.1:8000"
    assert not Config().secure
    assert Config(server=Server(public_url="https://a.example/")).secure


def test_over_https_the_cookie_cannot_be_set_by_another_host() -> None:
    assert Config(server=Server(public_url="https://help.example")).session_cookie == "__Host-livesupport"
    assert Config().session_cookie == "livesupport"


def test_the_example_names_every_setting_with_its_default() -> None:
    _, origins = load_with_origins(EXAMPLE, {}, {})

    assert load(EXAMPLE, {}, {}) == Config()
    assert {key for key, origin in origins.items() if origin == "default"} == set()


def test_the_example_explains_every_setting_in_a_sentence() -> None:
    lines = EXAMPLE.read_text().splitlines()

    unexplained = [
        line for before, line in itertools.pairwise(lines) if re.match(r"\w+ =", line) and not before.startswith("# ")
    ]
    assert unexplained == []


def test_every_setting_is_used() -> None:
    code = "".join(
        path.read_text() for path in (ROOT / "livesupport").rglob("*.py") if path.name not in {"values.py", "rules.py"}
    )

    unused = [setting.key for setting in settings() if not re.search(rf"\.{setting.key.rpartition('.')[2]}\b", code)]
    assert unused == ["data_dir"]  # read through `Config.data`


def test_a_config_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Config().data_dir = "elsewhere"  # type: ignore[misc]
    assert msgspec.structs.replace(Config(), data_dir="elsewhere").data == Path("elsewhere")
