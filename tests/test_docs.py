"""The documents say what the program does: every name of the code is written down, every example is real.

What must be written is taken from the code itself. Each kind of check is first shown to notice a gap.
"""

from __future__ import annotations

import ast
import functools
import operator
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args

import click
import msgspec
import pytest
from starlette.routing import Route

from livesupport import http, logs
from livesupport.chat import protocol
from livesupport.cli.root import root
from livesupport.config import FILE_VARIABLE, PREFIX, SECRETS, Setting, settings
from livesupport.metrics import Metrics
from tests.documents import (
    DOCUMENTS,
    ROOT,
    Story,
    blocks,
    broken_links,
    differences,
    first_column,
    named,
    read,
    rows,
    section,
)

PROTOCOL = read("docs/protocol.md")
CONFIGURE = read("docs/configure.md")
OPERATE = read("docs/operate.md")
EMBED = read("docs/embed.md")
README = read("README.md")

FRAMES = {
    "Commands of a visitor": get_args(protocol.VisitorCommand),
    "Commands of an agent": get_args(protocol.AgentCommand),
    "Pushes to both": tuple(kind for kind in get_args(protocol.VisitorPush) if kind in get_args(protocol.AgentPush)),
    "Pushes to a visitor": tuple(kind for kind in get_args(protocol.VisitorPush) if kind not in get_args(protocol.AgentPush)),
    "Pushes to an agent": tuple(kind for kind in get_args(protocol.AgentPush) if kind not in get_args(protocol.VisitorPush)),
}
PARTS = tuple(protocol.Value.__subclasses__())
WORDS = (
    "Party",
    "LineKind",
    "EndReason",
    "Status",
    "ServiceState",
    "WaitBucket",
    "Intent",
    "AgentStatus",
    "Role",
    "OfferCloseReason",
)


# ── The protocol: frames, fields, words ──────────────────────────────────────────────────────────────────────────────


def defaults(kind: type[msgspec.Struct]) -> dict[str, str]:
    """The fields of a struct, and what the documents must say of their defaults."""

    def told(field: msgspec.structs.FieldInfo) -> str:
        if field.required:
            return "required"
        factory = field.default_factory
        return msgspec.json.encode(factory() if factory is not msgspec.NODEFAULT else field.default).decode()

    return {field.name: told(field) for field in msgspec.structs.fields(kind)}


def wrong_fields(text: str, kind: type[msgspec.Struct]) -> list[str]:
    """The fields of a struct that its section misses, tells wrongly, or has invented."""
    documented = {row[0]: row[2] for row in rows(text)}
    real = defaults(kind)
    return sorted(name for name in documented.keys() | real.keys() if documented.get(name) != real.get(name))


def tag(kind: type[msgspec.Struct]) -> str:
    return str(kind.__struct_config__.tag)


FRAME_PLACES = [pytest.param(title, kind, id=f"{title}: {tag(kind)}") for title, kinds in FRAMES.items() for kind in kinds]


@pytest.mark.parametrize(("title", "kind"), FRAME_PLACES)
def test_every_frame_is_described_with_every_field_and_its_default(title: str, kind: type[protocol.Frame]) -> None:
    text = section(section(PROTOCOL, title), f"`{tag(kind)}`", 3)

    assert text, f"docs/protocol.md has no section `{tag(kind)}` under “{title}”"
    assert not wrong_fields(text, kind)
    assert wrong_fields(text + "\n| `invented` | string | required | |", kind) == ["invented"]
    if fields := defaults(kind):
        first = next(iter(fields))
        assert wrong_fields(text.replace(f"| `{first}` |", "| `x` |", 1), kind) == sorted([first, "x"])


@pytest.mark.parametrize("title", FRAMES)
def test_no_frame_is_described_that_does_not_exist(title: str) -> None:
    documented = re.findall(r"^### `(\w+)`$", section(PROTOCOL, title), re.MULTILINE)

    assert documented == [tag(kind) for kind in FRAMES[title]]


@pytest.mark.parametrize("kind", PARTS, ids=lambda kind: kind.__name__)
def test_every_part_of_a_frame_is_described(kind: type[protocol.Value]) -> None:
    assert not wrong_fields(section(section(PROTOCOL, "Parts of frames"), f"`{kind.__name__}`", 3), kind)


@pytest.mark.parametrize("name", WORDS)
def test_every_word_of_the_wire_is_explained(name: str) -> None:
    text = section(section(PROTOCOL, "Words"), f"`{name}`", 3)
    words = list(get_args(getattr(protocol, name)))

    assert first_column(text) == words
    assert first_column(text.replace(f"| `{words[0]}` |", "| `x` |")) != words


def test_every_refusal_is_explained() -> None:
    assert first_column(section(PROTOCOL, "Refusals")) == list(get_args(protocol.RefusalCode))


def test_every_close_code_is_explained() -> None:
    documented = [(row[0], row[1]) for row in rows(section(PROTOCOL, "Close codes"))]

    assert documented == [(str(int(code)), code.name) for code in protocol.CloseCode]


# ── The protocol: examples ───────────────────────────────────────────────────────────────────────────────────────────


def real(frame: str, kinds: Iterable[type]) -> bool:
    """Whether a frame is exactly what one of these kinds looks like on the wire: known fields, no default spelt out."""
    try:
        decoded = msgspec.json.decode(frame, type=_union(kinds))
    except msgspec.DecodeError:
        return False
    return protocol.encode(decoded).decode() == frame


def _union(kinds: Iterable[type]) -> Any:
    return functools.reduce(operator.or_, kinds)


@pytest.mark.parametrize(("title", "kind"), FRAME_PLACES)
def test_every_frame_has_an_example_that_is_real(title: str, kind: type[protocol.Frame]) -> None:
    examples = [body.strip() for body in blocks(section(section(PROTOCOL, title), f"`{tag(kind)}`", 3), "json")]

    assert examples
    for example in examples:
        assert real(example, FRAMES[title]), example
        assert f'"t":"{tag(kind)}"' in example
        assert not real(example.replace("{", '{"invented":1,', 1), FRAMES[title])


def test_every_command_of_an_example_is_taken_by_the_decoder_of_the_server() -> None:
    for title, decode in (("Commands of a visitor", protocol.decode_visitor), ("Commands of an agent", protocol.decode_agent)):
        for example in blocks(section(PROTOCOL, title), "json"):
            decode(example)
            with pytest.raises(protocol.BadFrame):
                decode(example.replace('"t":"', '"t":"un'))


def test_the_conversations_are_what_the_machine_really_says() -> None:
    transcripts = blocks(section(PROTOCOL, "The life of a chat"), "text")
    story = Story()

    assert len(transcripts) >= 8
    assert [line for transcript in transcripts for line in differences(transcript, story)] == []


def test_a_conversation_that_is_told_wrongly_is_noticed() -> None:
    first = blocks(section(PROTOCOL, "The life of a chat"), "text")[0]
    lines = first.strip().split("\n")

    assert list(differences(first.replace('"brand":"Shop"', '"brand":"Stall"'), Story()))
    assert list(differences("\n".join(lines[:-1]), Story()))
    assert list(differences("\n".join([*lines, lines[-1]]), Story()))


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
    found = set(logs.EVENTS)
    for file in (ROOT / "livesupport").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and ast.unparse(node.func).startswith("log.")
            ):
                found |= {
                    part.value for part in node.args[:1] if isinstance(part, ast.Constant) and isinstance(part.value, str)
                }
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


def test_every_address_is_documented() -> None:
    paths = {route.path for route in http.routes() if isinstance(route, Route)} | {"/ws/visitor", "/ws/agent"}
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
    scripts = [file.read_text("utf-8") for file in (ROOT / "web").rglob("*.js")]
    keys = {key for script in scripts for key in re.findall(r'= "(livesupport\.[\w-]+)"', script)}
    text = section(EMBED, "What is kept in the browser")

    assert len(keys) >= 3
    assert not missing(text, keys)
    assert missing(text.replace("`livesupport.muted`", ""), keys) == ["livesupport.muted"]
    assert not any("indexedDB" in script or "document.cookie" in script for script in scripts)


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
