"""The documents name everything that the program has: settings, commands, addresses, metrics, events; and every link leads
somewhere.

What must be written is taken from the code itself. Each kind of check is first shown to notice a gap.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace

import click
import msgspec
import pytest
from starlette.routing import Route

from livesupport import http, logs
from livesupport.chat import protocol
from livesupport.cli.root import root
from livesupport.config import FILE_VARIABLE, PREFIX, SECRETS, Setting, settings
from livesupport.metrics import Metrics
from tests.documents import DOCUMENTS, ROOT, blocks, broken_links, first_column, named, read, rows, section

CONFIGURE = read("docs/configure.md")
OPERATE = read("docs/operate.md")
EMBED = read("docs/embed.md")
README = read("README.md")


# ── Settings, commands, addresses, metrics, events ───────────────────────────────────────────────────────────────────


def missing(text: str, names: Iterable[str]) -> list[str]:
    """The names that a document does not show as code."""
    return sorted(set(names) - named(text))


def setting_row(setting: Setting) -> list[str]:
    """What the row of a setting must say: key, default, variable."""
    variable = PREFIX + setting.key.upper().replace(".", "__")
    return [setting.key, msgspec.json.encode(setting.default).decode(), variable]


def commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    """All commands with their full names."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def flags(command: click.Command) -> set[str]:
    return {flag for each in command.params if isinstance(each, click.Option) for flag in each.opts if flag.startswith("--")}


def metric_names() -> set[str]:
    """Every metric that a running server shows, by the lines that announce them."""
    metrics = Metrics()
    metrics.watch(lambda: SimpleNamespace(visitors=0, agents=0, active=0, waiting=0, messages=0))
    return set(re.findall(r"^# TYPE (\S+) ", metrics.render().decode(), re.MULTILINE))


def logged_events() -> set[str]:
    """Every event name that the code gives to a logger, and every one that is announced."""
    calls = {f"log.{level}" for level in ("debug", "info", "warning", "error", "exception", "critical")}
    found = set(logs.EVENTS)
    for file in (ROOT / "livesupport").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in calls and isinstance(node.args[0], ast.Constant):
                found.add(str(node.args[0].value))
    return found


def test_every_setting_is_documented_with_its_default_and_its_variable() -> None:
    documented = [[row[0], row[1], row[3]] for row in rows(CONFIGURE) if len(row) == 4]

    assert documented == [setting_row(setting) for setting in settings()]


def test_a_setting_that_is_not_documented_is_noticed() -> None:
    without = CONFIGURE.replace("`chat.offer_seconds`", "`chat.other`")

    assert "chat.offer_seconds" in first_column(CONFIGURE)
    assert "chat.offer_seconds" not in first_column(without)


def test_the_variables_that_are_no_settings_are_documented() -> None:
    variables = [FILE_VARIABLE, *(PREFIX + key.upper().replace(".", "__") + "_FILE" for key in SECRETS)]

    assert not missing(CONFIGURE, variables)
    assert missing(CONFIGURE.replace(FILE_VARIABLE, ""), variables) == [FILE_VARIABLE]


def test_every_command_and_every_flag_is_documented() -> None:
    documented = section(OPERATE, "Command line")
    told = {re.sub(r" [A-Z].*| ●", "", name).strip("` ") for name in first_column(documented)}

    assert told == {name for name, _command in commands(root, "livesupport")}
    for name, command in commands(root, "livesupport"):
        assert not missing(documented + EMBED, {f.split()[0] for f in flags(command)} - {"--config", "--data"}), name
    assert missing(documented.replace("`--capacity`", ""), {"--capacity"}) == ["--capacity"]


def is_deed(route: Route) -> bool:
    """Whether it is told of in /openapi.json, which is made from the deeds themselves."""
    return route.path.startswith("/api/v1/")


def test_every_address_is_documented() -> None:
    pages = {route.path for route in http.routes() if isinstance(route, Route) and not is_deed(route)}
    paths = pages | {"/ws/visitor", "/ws/agent", "/ws/news"}
    addresses = section(OPERATE, "Addresses")

    assert not missing(addresses, paths)
    assert missing(addresses.replace("`/readyz`", ""), paths) == ["/readyz"]


def test_every_metric_is_documented() -> None:
    text = section(OPERATE, "Metrics")

    assert not missing(text, metric_names())
    assert missing(text.replace("livesupport_queue_length", ""), metric_names()) == ["livesupport_queue_length"]


def test_every_log_event_is_documented_and_no_other() -> None:
    text = section(OPERATE, "Log")

    assert set(first_column(text)) == logged_events()
    assert set(first_column(text.replace("| `lease_lost` |", "| `x` |"))) != logged_events()


def test_the_script_api_is_documented() -> None:
    loader = (ROOT / "web/widget/loader.js").read_text("utf-8")
    api = loader.split("const api = {")[1].split("\n  };")[0]
    calls = re.findall(r"^    (\w+)[:(]", api, re.MULTILINE)
    options = set(re.findall(r"options\.(\w+)", loader)) | set(re.findall(r"(\w+)(?: = [^,]+)?[,}]", _destructured(loader)))
    events = set(re.findall(r'(?:emit|host\.tell)\("(\w+)"', loader + (ROOT / "web/widget/panel.js").read_text("utf-8"))) - {
        "close"
    }

    assert len(calls) > 10
    assert [call for call in calls if not re.search(rf"`{call}\(", section(EMBED, "Script API"))] == []
    assert not missing(section(EMBED, "Options"), {f"data-{option}" for option in options})
    assert not missing(section(EMBED, "Events"), events)
    assert missing(section(EMBED, "Events").replace("`rating`", ""), events) == ["rating"]


def test_what_is_kept_in_the_browser_is_documented() -> None:
    scripts = {file: file.read_text("utf-8") for file in (ROOT / "web").rglob("*.js")}
    keys = {key for script in scripts.values() for key in re.findall(r'= ["`](livesupport\.[\w-]+)["`.]', script)} - {
        protocol.SUBPROTOCOL
    }
    text = section(EMBED, "What is kept in the browser")

    assert len(keys) >= 3
    assert not missing(text, keys)
    assert missing(text.replace("`livesupport.muted`", ""), keys) == ["livesupport.muted"]
    assert not any("indexedDB" in script or "document.cookie" in script for script in scripts.values())


def _destructured(loader: str) -> str:
    found = re.search(r"const \{ (x = .*?) \} = options", loader)
    assert found
    return found[1] + "}"


# ── The documents themselves ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: file.name)
def test_every_link_leads_somewhere(file: Path) -> None:
    text = file.read_text("utf-8")

    assert not broken_links(file, text)
    assert broken_links(file, text + "\n[x](no-such-file.md) [y](#no-such-heading) [z](https://example.org/)") == [
        "no-such-file.md",
        "#no-such-heading",
    ]


def make_commands(readme: str) -> list[str]:
    """The commands that the set-up part of the README asks for."""
    start = section(readme, "Start")
    return [line for body in blocks(start, "console") for line in body.strip().split("\n")]


def test_the_readme_asks_for_exactly_two_commands() -> None:
    start = section(README, "Start")

    assert make_commands(README) == ["make run", "make test"]
    assert set(re.findall(r"make \w+|pip install|apt\S* install|npm \w+", start)) == {"make run", "make test"}
    assert make_commands(README.replace("make test\n```", "make test\nmake more\n```")) != ["make run", "make test"]


def test_the_readme_names_files_that_exist() -> None:
    paths = [
        path for row in rows(section(README, "Where to change what")) for path in re.findall(r"[\w./-]+[./][\w/.-]*", row[1])
    ]

    assert len(paths) > 25
    assert [path for path in paths if not (ROOT / path).exists()] == []
