"""The judge of G6 and G7: who is there, as the server tells it, and how soon somebody who may not be there is not.

The history has the server's own words with the moment at which it said them, so that no slow line excuses it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from tests.simulator.history import History

CLEAN_SECONDS = 1.0  # from the clean end of a connection until the others are told
DEAD_SECONDS = 20.0  # from the moment from which a line carries nothing
RETURN_SECONDS = 10.0  # from a start of the server until a page is back
LONG_OUTAGE = 8.0  # seconds; after a longer one pages try less often (docs/operate.md)
REVOKED_SECONDS = 2.0
REFRESH = 1.0  # seconds between two tellings: what has changed meanwhile is told with the next
AWAY = ("reconnecting", "offline")
EPSILON = 0.01


class Span(NamedTuple):
    """One connection of a console: from its welcome until it carries nothing any more. `left`: when the server heard of a clean
    end."""

    page: str
    up: float
    down: float
    left: float

    @property
    def noticed(self) -> float:
        """When the server must have noticed its end, and told it."""
        return min(self.down + DEAD_SECONDS, self.left + CLEAN_SECONDS) + REFRESH

    @property
    def agent(self) -> int:
        """Whose console it is."""
        return int(self.page.removeprefix("agent-").split(".")[0])


def wrongly_present(history: History) -> list[str]:
    """What breaks G6 and G7."""
    spans = list(_spans(history))
    return sorted(
        {*_gone_unnoticed(history, spans), *_falsely_away(history, spans), *_late(history), *_not_revoked(history, spans)}
    )


def _spans(history: History) -> Iterator[Span]:
    ups: dict[str, float] = {}
    ended: dict[str, tuple[float, float]] = {}
    for entry in history.of("up", "down", "left"):
        if not entry.who.startswith("agent"):
            continue
        if entry.what == "left":
            if entry.who in ended:
                yield Span(entry.who, *ended.pop(entry.who), entry.true)
            continue
        if entry.who in ended:
            yield Span(entry.who, *ended.pop(entry.who), float("inf"))
        if entry.what == "up":
            ups[entry.who] = entry.true
        elif entry.who in ups:
            ended[entry.who] = (ups.pop(entry.who), entry.true)
    for page, span in ended.items():
        yield Span(page, *span, float("inf"))
    for page, up in ups.items():
        yield Span(page, up, float("inf"), float("inf"))


def _gone_unnoticed(history: History, spans: list[Span]) -> Iterator[str]:
    """Somebody's last console has ended, and a colleague whose own line is whole was not told in time."""
    told = _told(history)
    for span in spans:
        others = [each for each in spans if each.agent == span.agent and each is not span]
        limit = max(each.noticed for each in (span, *others) if each.down <= span.down)
        if limit == float("inf") or any(each.up <= limit + REFRESH and each.down >= span.down for each in others):
            continue
        for colleague in spans:
            if colleague.agent == span.agent or not (colleague.up <= span.down and colleague.down > limit):
                continue
            heard = [team for at, team in told[colleague.page] if colleague.up <= at <= limit + EPSILON]
            if heard and heard[-1].get(span.agent, AWAY[1]) not in AWAY:
                yield f"G6: {colleague.page} was not told in time that agent {span.agent} is gone"


def _falsely_away(history: History, spans: list[Span]) -> Iterator[str]:
    """Somebody whose line carries frames is called away."""
    for entry in history.of("team"):
        for agent, status in entry.data.items():
            if status in AWAY and any(each.agent == agent and each.up < entry.true < each.down for each in spans):
                yield f"G6: {entry.who} was told that agent {agent} is {status}, who is there"


def _told(history: History) -> dict[str, list[tuple[float, dict[int, str]]]]:
    told: dict[str, list[tuple[float, dict[int, str]]]] = defaultdict(list)
    for entry in history.of("team"):
        told[entry.who].append((entry.true, entry.data))
    return told


def _late(history: History) -> Iterator[str]:
    """A page that knew that it was without a connection, and that nothing hindered, was not back in time after a start."""
    knew: dict[str, float] = {}
    start = 0.0
    for entry in history.of("up", "lost", "start"):
        if entry.what == "start":
            start = entry.true
        elif entry.what == "lost":
            is_hindered = entry.who in knew and entry.true > start
            knew[entry.who] = float("inf") if is_hindered else knew.get(entry.who, entry.true)
        elif (since := knew.pop(entry.who, float("inf"))) >= start - LONG_OUTAGE:
            waited = entry.true - max(start, since)
            if waited > RETURN_SECONDS:
                yield f"G6: {entry.who} was back {waited:.1f} seconds after the start"


def _not_revoked(history: History, spans: list[Span]) -> Iterator[str]:
    """Somebody who is no agent any more has a line that carries frames, or says something that is taken."""
    began: dict[str, float] = {}
    for entry in history.of("revoked", "restored"):
        if entry.what == "revoked":
            began[entry.who] = entry.true + REVOKED_SECONDS
        else:
            yield from _still_there(history, spans, entry.who, began.pop(entry.who), entry.true)
    for who, since in began.items():
        yield from _still_there(history, spans, who, since, float("inf"))


def _still_there(history: History, spans: list[Span], who: str, since: float, until: float) -> Iterator[str]:
    agent = int(who.removeprefix("agent-"))
    for span in spans:
        if span.agent == agent and span.up < until and span.down > since:
            yield f"G7: {span.page} was open although {who} may not be one"
    for entry in history.of("seen"):
        if entry.data.agent == agent and entry.data.kind == "message" and since < entry.data.at < until:
            yield f"G7: words of {who}, who may not say any, were taken"
