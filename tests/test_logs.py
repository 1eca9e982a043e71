"""The log: one JSON object per line, the events of one list, and no private word by any door."""

from __future__ import annotations

import ast
import asyncio
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from livesupport import logs
from livesupport.config import Log

ROOT = Path(__file__).parent.parent
SECRET = "the-visitors-words"


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Leaves the logging of other tests as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in logs._QUIET}
    yield
    root.handlers[:], root.level = handlers, level
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)
    structlog.reset_defaults()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    """What was written, one object per line."""
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_an_event_is_one_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(Log(format="json"))

    structlog.get_logger().info("server_started", port=8000, reason="one\ntwo\x1b[2J")

    (line,) = lines(capsys)
    assert (line["event"], line["level"], line["port"], line["reason"]) == ("server_started", "info", 8000, "one\ntwo\x1b[2J")


@pytest.mark.parametrize("key", ["name", "phone", "question", "text", "visitor", "anything"])
def test_a_key_that_no_line_may_have_is_dropped(capsys: pytest.CaptureFixture[str], key: str) -> None:
    logs.configure(Log(format="json"))

    structlog.get_logger().warning("http_request", **{key: SECRET})

    assert SECRET not in capsys.readouterr().out


def test_an_exception_tells_its_kind_and_place_and_not_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(Log(format="json"))
    try:
        try:
            raise ValueError(SECRET)
        except ValueError as cause:
            raise RuntimeError(SECRET) from cause
    except RuntimeError:
        structlog.get_logger().exception("task_failed")

    (line,) = lines(capsys)
    assert line["error"] == "RuntimeError < ValueError"
    assert "test_logs.py" in str(line["trace"])
    assert SECRET not in str(line)


@pytest.mark.parametrize("name", ["uvicorn.error", "websockets.server", "asyncio", "aiosqlite", "sqlalchemy.engine.Engine"])
def test_libraries_that_print_frames_and_statements_are_silent_at_every_level(
    capsys: pytest.CaptureFixture[str], name: str
) -> None:
    logs.configure(Log(level="debug", format="json"))
    logging.getLogger(name).setLevel(logging.DEBUG)  # as somebody might, from outside

    logging.getLogger(name).debug("< TEXT '%s'", SECRET)
    logging.getLogger(name).info("%s - accepted", SECRET)

    assert capsys.readouterr().out == ""


def test_a_library_gives_its_template_without_the_values(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(Log(format="json"))

    logging.getLogger("somelibrary").warning("cannot read %s", SECRET)

    (line,) = lines(capsys)
    assert (line["event"], line["logger"], line["template"]) == ("foreign", "somelibrary", "cannot read %s")


async def test_a_failed_task_tells_its_kind_only(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(Log(format="json"))
    loop = asyncio.get_running_loop()
    before = loop.get_exception_handler()
    logs.catch_loop_errors(loop)

    loop.call_exception_handler({"message": f"Exception in callback say({SECRET})", "exception": ValueError(SECRET)})
    loop.set_exception_handler(before)

    (line,) = lines(capsys)
    assert (line["event"], line["error"]) == ("task_failed", "ValueError")
    assert SECRET not in str(line)


def test_the_level_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(Log(level="warning", format="json"))

    structlog.get_logger().info("server_started")

    assert lines(capsys) == []


def test_a_person_at_a_terminal_reads_text(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(Log(format="text"))

    structlog.get_logger().info("server_started")

    out = capsys.readouterr().out
    assert "server_started" in out
    assert not out.startswith("{")


def calls_of_the_log() -> Iterator[tuple[ast.Call, str]]:
    """Every place in the code that logs, with its file."""
    for path in sorted((ROOT / "livesupport").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in {"debug", "info", "warning", "error", "exception", "critical"}
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "log"
            ):
                yield node, path.name


def logged_events() -> Iterator[tuple[str, str]]:
    """Every event that the code can log, with the file that does."""
    for call, file in calls_of_the_log():
        if isinstance(call.args[0], ast.Constant):
            yield str(call.args[0].value), file


def test_nothing_is_logged_only_to_be_left_out() -> None:
    given = {(keyword.arg, file) for call, file in calls_of_the_log() for keyword in call.keywords if keyword.arg}
    assert {(key, file) for key, file in given if key not in logs.KEYS} == set()


def test_every_event_stands_in_the_list() -> None:
    assert {(event, file) for event, file in logged_events() if event not in logs.EVENTS} == set()


def test_the_list_has_no_event_that_nobody_logs() -> None:
    indirect = {
        "foreign",
        "task_failed",
        "ticket_not_saved",
        "lines_not_saved",
        "request_not_saved",
        "http_request",
    }  # by a variable
    assert set(logs.EVENTS) - {event for event, _file in logged_events()} <= indirect
