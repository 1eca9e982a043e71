"""What a run leaves behind: what each page did, heard and showed, in the words of the page and by its own clock."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

What = Literal[
    "invoke",  # a person says something: `id`, `chat`
    "ack",  # its line came back
    "refuse",  # the server did not take it; shown to the person
    "end",  # a person ends the chat; whether the server hears of it is another matter
    "seen",  # a line is in the page's copy: `place`, `author`, `id`, and `data` is its `Told`
    "reset",  # the server replaced the copy
    "released",  # the server took the copy away
    "gone",  # the page itself is gone: closed or reloaded
    "state",  # the chat was shown: `data` has status, agent, ticket, missing
    "offer",  # a chat rings at an agent: `data` has the load with it, the capacity, and whether it is a new chat
    "up",  # the page was welcomed
    "down",  # the line of the page carries nothing any more, whether the page knows it or not
    "over",  # the chat is over for this page: `data` has the reason
    "unsent",  # at the end, shown as "not sent"
    "offline",  # at the end, without a connection
    "view",  # at the end: `data` has the lines that the page shows, in order
    "lost",  # the page has found out that its connection has ended
    "left",  # the clean end of the page's connection has reached the server
    "team",  # the server tells a console who is there: `data` is the status of each agent; `true`: when it was sent
    "crash",  # of the server; its planned end as well
    "start",  # of the server, the first one and each after a crash
    "revoked",  # `who`, an agent, may not be one any more: the click of an administrator
    "restored",  # `who`, an agent, may be one again
    "ticket",  # at the end, in storage: `data` has the number and the (author, id) of each message in it
]


class Entry(NamedTuple):
    """One thing that happened. `at`: seconds on the clock of `who`, which agrees with nobody else's; `true`: on the one clock
    that nobody in a run can see."""

    who: str
    at: float
    what: What
    chat: str = ""
    id: str = ""
    author: str = ""
    place: tuple[int, int] = (0, 0)
    data: Any = None
    true: float = 0.0


class Told(NamedTuple):
    """What a line tells; `at` on the true clock."""

    kind: str
    agent: int | None
    at: float


class Shown(NamedTuple):
    """One line as a page shows it."""

    place: tuple[int, int]
    kind: str
    author: str
    id: str
    agent: int | None


class History(list[Entry]):
    """All entries of a run, in the order in which they were written down."""

    def of(self, *what: What) -> list[Entry]:
        """The entries of these kinds."""
        return [entry for entry in self if entry.what in what]


def author_of(line: dict[str, Any]) -> str:
    """Whose client id a line carries."""
    return "visitor" if line["by"] == "visitor" else f"agent {line.get('agent')}"
