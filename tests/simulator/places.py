"""The judge of G5: one place for a visitor, no new chat beyond an agent's seats, nobody matched with somebody who is away."""

from __future__ import annotations

from collections import defaultdict

from tests.simulator.history import Entry, History, Shown

IN_FLIGHT = 10.0  # seconds: a slow line shows late what was true
UNREACHABLE = 20.0  # seconds
MATCHES = ("assigned", "transferred", "took_over")  # lines by which a chat gets an agent


def misplaced(history: History, views: list[Entry]) -> list[str]:
    """What breaks G5. `views`: what pages show at the end of chats that are theirs."""
    found = [f"G5: {view.who} shows {what} in {view.chat}" for view in views for what in _two_agents(view.data)]
    return [*found, *_two_places(history), *_crowded(history), *_matched_with_nobody(history)]


def _two_agents(lines: list[Shown]) -> list[str]:
    """A new epoch may give a chat to somebody else, or back to whoever had served it: the handing over was lost with the
    server, and may have been found since."""
    found = []
    owner: int | None = None
    since = 0  # the epoch in which the owner was told
    served: set[int | None] = set()
    for line in lines:
        if line.kind == "assigned" and owner is not None and line.place[0] == since:
            found.append("a second agent")
        if line.kind in (*MATCHES, "requeued"):
            owner, since = line.agent, line.place[0]
            served.add(owner)
        may_speak = served if line.place[0] > since else {owner}
        if line.kind == "message" and line.author != "visitor" and line.agent not in may_speak:
            found.append("words of an agent who does not serve")
    return found


def _two_places(history: History) -> list[str]:
    """A chat that goes on after its visitor has begun another one."""
    began: dict[str, tuple[str, float]] = {}  # chat → visitor and when
    for entry in history.of("seen"):
        if entry.data.kind == "opened" and entry.who.startswith("visitor"):
            began[entry.chat] = (entry.who.split(".")[0], entry.data.at)
    later: dict[str, float] = {}  # chat → when its visitor began the next one
    for chat, (visitor, at) in began.items():
        nexts = [other_at for other, (who, other_at) in began.items() if other != chat and who == visitor and other_at > at]
        later[chat] = min(nexts, default=float("inf"))
    lived = [(entry, entry.data.at) for entry in history.of("seen")]
    lived += [(entry, entry.true - IN_FLIGHT) for entry in history.of("state") if entry.data["status"] != "ended"]
    return sorted(
        {
            f"G5: {began[entry.chat][0]} has another chat beside {entry.chat}"
            for entry, at in lived
            if at > later.get(entry.chat, at)
        }
    )


def _crowded(history: History) -> list[str]:
    """A new chat rings at an agent who has no seat for it."""
    rings = [(entry, entry.data) for entry in history.of("offer")]
    return [
        f"G5: {entry.chat} rings at {entry.who}, who has {ring['load']} of {ring['capacity']} seats taken with it"
        for entry, ring in rings
        if ring["is_new"] and ring["load"] > ring["capacity"]
    ]


def _matched_with_nobody(history: History) -> list[str]:
    """An agent gets a chat when no console of that agent was within reach for the last 20 seconds."""
    reach: dict[str, list[list[float]]] = defaultdict(list)  # console → from when to when
    for entry in history.of("up", "down"):
        if entry.what == "up":
            reach[entry.who].append([entry.true, float("inf")])
        elif reach[entry.who]:
            reach[entry.who][-1][1] = min(entry.true, reach[entry.who][-1][1])
    found = set()
    for entry in history.of("seen"):
        kind, agent, at = entry.data
        if kind in MATCHES and agent is not None:
            spans = [span for who, spans in reach.items() if who.startswith(f"agent-{agent}.") for span in spans]
            if not any(up <= at and down >= at - UNREACHABLE for up, down in spans):
                found.add(f"G5: {entry.chat} got agent {agent}, who was not within reach")
    return sorted(found)
