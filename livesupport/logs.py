"""Logs: one event per line on standard output, JSON unless a person watches, and never a word of a visitor.

Three things keep private words out, each without trust in the others: keys that are not on a list are dropped, other libraries
give us their message's template without its arguments, and an exception gives its type and places without its message.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import traceback
from contextlib import suppress
from types import TracebackType
from typing import Any, TextIO, cast

import structlog
from structlog.typing import EventDict, Processor

from livesupport.config import Log

EVENTS = {
    "database_copied": "a copy of the database was made before its schema is changed; `copy` is its file name",
    "database_migrated": "the schema was brought to this program's version",
    "database_unavailable": "the database is locked, full, damaged or gone; `code` is its own name for what is wrong",
    "directory_unread": "sites, agents and sessions could not be read; the next attempt follows in a second",
    "disk_ample": "there is enough room on the disk again; `free_mb` is how much",
    "disk_full": "the disk is so full that no file is taken from people; chats and tickets go on; `free_mb` is what is left",
    "disk_low": "the disk gets full; `free_mb` is what is left",
    "effect_failed": "something that a chat wanted could not be done; the chats go on",
    "files_limit": "how many files and sockets this process may open",
    "foreign": "a library had something to say; `template` is its message without the values",
    "frame_failed": "a frame of a socket ended in an unexpected error; the socket lives on",
    "frame_refused": "a peer broke the WebSocket protocol and was cut; `code` is the close code",
    "handshake_failed": "the opening of a socket ended in an unexpected error",
    "http_failed": "a request ended in an unexpected error",
    "http_refused": "a request was refused; `reason` is its Host, or another site that sent it",
    "http_request": "a request was answered",
    "job_failed": "work that is done later failed; it is tried again. `kind` says which, `reason` is the kind of error",
    "job_given_up": "work that is done later failed too often and is not tried again",
    "jobs_given_up": "so many jobs were given up; they are forgotten 30 days after they were due",
    "jobs_unread": "the work to be done could not be read; the next attempt follows in a second",
    "lease_lost": "another process took over the data; this one stops",
    "lines_not_saved": "lines of a running chat could not be added to its ticket; they are tried again",
    "look_failed": "a regular look at the lease, sealing keys, sessions or disk (`what`) failed; the next one follows",
    "machine_failed": "an event of the chats ended in an unexpected error; the chats go on",
    "port_failed": "a ticket, lines or a request could not be written; the person is told and may try again",
    "request_not_saved": "a request that was left without a chat could not be saved; the visitor is told",
    "seal_key_destroyed": "a sealing key was destroyed: no chat is old enough to need it",
    "seal_key_made": "a new sealing key took over",
    "seal_key_not_destroyed": "an old key could not be removed from `keys/`; it verifies nothing any more, and is tried again",
    "server_started": "the server answers",
    "server_stopped": "everything is closed",
    "server_stopping": "no new chats from now on; open pages are told to come back",
    "socket_denied": "a socket was not opened; `reason` is its Origin, subprotocol, session or the limit of its address",
    "starts_counted_twice": "pages hold chats of a start with this number or a later one: the database is an older copy",
    "task_failed": "a background task ended in an unexpected error",
    "ticket_not_saved": "a chat could not be saved as a ticket; it goes on, and both sides are told",
    "ticket_refused": "the agent of this id asked for a ticket of a topic that is not theirs, and was told that there is none",
    "untrusted_forwarded_for": "X-Forwarded-For came from a peer that is not in server.trusted_proxies, and was ignored",
}
"""Every event name with its meaning; docs/operate.md shows this table, a test keeps the code to it."""

KEYS = frozenset(
    {
        *("event", "level", "timestamp", "exc_info", "error", "trace"),  # what every line may have
        *("request_id", "method", "route", "status", "ms"),  # a request; `route` is its pattern, not its address
        *("attempt", "code", "count", "effect_type", "event_type", "kind", "limit", "port", "reason", "what"),
        *("copy", "new", "old", "pid", "free_mb", "public_url", "version"),  # the installation's own
        *("agent", "number"),  # the id of an agent, the number of a ticket
        *("origin", "expected", "remedy"),  # a web site's address that was refused
        *("logger", "template"),  # what a library says, without the values
    }
)
"""All that a log line may tell: sizes, ids and words of our own. Whatever else a line is given is left out."""

# At lower levels these print frames, statements with their values, or addresses.
_QUIET = ("alembic", "aiosqlite", "asyncio", "sqlalchemy", "uvicorn", "websockets")


def configure(log: Log) -> None:
    """Sends all logs of this process to standard output, in the format and from the level that the settings say."""
    level = logging.getLevelNamesMapping()[log.level.upper()]
    as_text = log.format == "text" or (log.format == "auto" and sys.stdout.isatty())
    structlog.configure(
        processors=processors(as_text),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(cast(TextIO, _Unfailing(sys.stdout))),
    )
    logging.basicConfig(handlers=[_Foreign()], level=level, force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))


def silence() -> None:
    """Writes nothing: for commands that tell the person at the terminal themselves what happened."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.basicConfig(handlers=[logging.NullHandler()], force=True)


def processors(as_text: bool) -> list[Processor]:
    """What every event passes through, last of all the drawing of the line."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        keep_known,
        draw_exception,
        structlog.dev.ConsoleRenderer() if as_text else structlog.processors.JSONRenderer(sort_keys=True),
    ]


def keep_known(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Removes every key that no line may have."""
    for key in event.keys() - KEYS:
        del event[key]
    return event


def draw_exception(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Replaces an exception by its type and the places it passed: its message may hold what somebody said."""
    raised = event.pop("exc_info", None)
    if raised is True:
        raised = sys.exc_info()[1]
    elif isinstance(raised, tuple):
        raised = raised[1]
    if isinstance(raised, BaseException):
        event["error"] = " < ".join(type(error).__name__ for error in _causes(raised))
        event["trace"] = _places(raised.__traceback__)
    return event


def catch_loop_errors(loop: asyncio.AbstractEventLoop) -> None:
    """Lets failed tasks and callbacks tell their type only; asyncio's own report prints arguments and messages."""

    def report(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        structlog.get_logger().error("task_failed", exc_info=context.get("exception"))

    loop.set_exception_handler(report)


def _causes(error: BaseException | None) -> list[BaseException]:
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or error.__context__
    return chain


def _places(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace, limit=-12)
    return [f"{'/'.join(frame.filename.split('/')[-2:])}:{frame.lineno} {frame.name}" for frame in frames]


class _Unfailing:
    """A stream whose disk may be full: the work that is told about goes on, without the telling."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        with suppress(OSError):
            self._stream.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


class _Foreign(logging.Handler):
    """What libraries log through `logging`; of those that print what passes through them, nothing below `WARNING`."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.split(".")[0] in _QUIET and record.levelno < logging.WARNING:
            return
        formatted = record.name == "asyncio" and not record.args  # asyncio puts callbacks with their arguments into the message
        template = "" if formatted else str(record.msg).split("\n")[0]
        structlog.get_logger().log(
            record.levelno, "foreign", logger=record.name, template=template, exc_info=record.exc_info or None
        )
