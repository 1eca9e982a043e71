"""The judge: reads a history and names every promise that it breaks (guarantees.md, G1 to G7). It knows nothing of the server.

G1 holds as long as the visitor's tab lives and either page holds the record. So a message may only be lost when, between a
crash and the moment at which its chat was shown again, nobody held it who could give it back: a page of the visitor, or a page
of the agent who served the chat last. A page that comes later than another one, which has brought the chat back without it, is
such a page until it is shown the chat; if it is gone before, it takes along what it alone held. 15 seconds after its welcome
this excuses nothing any more: then the server has not asked.
"""

from __future__ import annotations

from collections import Counter, defaultdict

from tests.simulator.history import Entry, History
from tests.simulator.places import MATCHES, misplaced
from tests.simulator.presence import wrongly_present

Key = tuple[str, str, str]  # chat, author, client id

ASKED_WITHIN = 15.0  # seconds: what the server grants a page to answer, on a slow line


def judge(history: History) -> list[str]:
    """What is wrong with this history, in words; nothing when every promise was kept."""
    facts = Facts(history)
    found = [*_lost(facts), *_doubled(facts), *_silent(facts), *_saved_wrongly(facts)]
    return [*found, *misplaced(history, facts.views), *wrongly_present(history)]


def is_visitor(who: str) -> bool:
    """Whether a page is a visitor's."""
    return who.startswith("visitor")


def agent_of(who: str) -> str:
    """Whose console a page is, as the author of messages."""
    return "agent " + who.removeprefix("agent-").split(".")[0]


class Facts:
    """What a history says, put in order."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.acked = {(entry.chat, entry.author, entry.id): at for at, entry in enumerate(history) if entry.what == "ack"}
        self.ended = {entry.chat for entry in history.of("over") if entry.data != "lost"}
        self.ended |= {entry.chat for entry in history.of("end")}
        self.ended |= {entry.chat for entry in history.of("state") if entry.data["status"] == "ended"}
        self.said: dict[tuple[str, str], list[str]] = defaultdict(list)  # client ids in the order of saying, by chat and page
        for entry in history.of("invoke"):
            self.said[(entry.chat, entry.who)].append(entry.id)
        self.owner: dict[str, str] = {}
        self.excused: set[Key] = set()
        self._served_at: dict[str, tuple[int, int]] = {}
        self._holders: dict[str, dict[Key, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._down: set[str] = set()
        self._back: set[tuple[str, str]] = set()  # pages that were shown a chat since the crash: they gave their copy
        self._up: dict[str, float] = {}  # pages that are welcome, and since when
        self._opening: dict[str, Key] = {}
        for entry in history:
            self._follow(entry)
        self.held = {entry.chat for entry in history.of("seen")}  # chats of which some page has had a line
        self.going_on = {view.chat for view in history.of("view") if is_visitor(view.who)} - self.ended
        self.views = [entry for entry in history.of("view") if self._counts(entry)]

    def _counts(self, view: Entry) -> bool:
        """A view of a chat that goes on, by somebody whose chat it is."""
        return view.chat in self.going_on and (is_visitor(view.who) or agent_of(view.who) == self.owner.get(view.chat))

    # ── who holds what ───────────────────────────────────────────────────────────────────────────────────────────────

    def _follow(self, entry: Entry) -> None:
        match entry.what:
            case "seen":
                key = (entry.chat, entry.author, entry.id)
                self._holders[entry.chat][key].add(entry.who)
                if entry.data.kind == "opened":
                    self._opening[entry.chat] = key
                self._serve(entry)
            case "up":
                self._up[entry.who] = entry.true
            case "down":
                self._up.pop(entry.who, None)
            case "reset" | "gone":
                self._let_go(entry)
            case "released" if entry.chat not in self._down:
                self._let_go(entry)
            case "state":
                self._back.add((entry.who, entry.chat))
                self._down -= {entry.chat} if is_visitor(entry.who) else set()
            case "crash":
                self._back.clear()
                self._down |= set(self._holders)
                for chat in self._holders:
                    self._excuse(chat)

    def _serve(self, entry: Entry) -> None:
        """Lines tell who serves the chat; the last of them counts."""
        told = entry.data
        if told.kind in (*MATCHES, "requeued") and entry.place >= self._served_at.get(entry.chat, (0, 0)):
            self._served_at[entry.chat] = entry.place
            self.owner[entry.chat] = f"agent {told.agent}" if told.agent is not None else ""

    def _let_go(self, entry: Entry) -> None:
        for holders in self._holders[entry.chat].values():
            holders.discard(entry.who)
        was_asked = (entry.who, entry.chat) in self._back or entry.true >= self._up.get(entry.who, entry.true) + ASKED_WITHIN
        if entry.chat in self._down or (entry.what == "gone" and not was_asked):
            self._excuse(entry.chat)

    def may_be_lost(self, chat: str) -> bool:
        """Nobody had a line of it, it has ended, or nobody was left who could tell how it began."""
        return chat not in self.held or chat in self.ended or self._opening.get(chat) in self.excused

    def _excuse(self, chat: str) -> None:
        for key, holders in self._holders[chat].items():
            if not any(is_visitor(who) or agent_of(who) == self.owner.get(chat) for who in holders):
                self.excused.add(key)


def _lost(facts: Facts) -> list[str]:
    """G1: what was acknowledged is in the view of everybody whose chat it is, and no chat is lost that somebody held."""
    found = []
    for view in facts.views:
        held = {(view.chat, line.author, line.id) for line in view.data}
        missing = [key for key in facts.acked if key[0] == view.chat and key not in held | facts.excused]
        found += [f"G1: {view.who} does not show {author}'s acknowledged {id} in {chat}" for chat, author, id in missing]
    for entry in facts.history.of("over"):
        if entry.data == "lost" and not facts.may_be_lost(entry.chat):
            found.append(f"G1: {entry.chat} was lost to {entry.who} although it was held")
    return found


def _doubled(facts: Facts) -> list[str]:
    """G2: each message once, each author's in the order of saying, and the same for everybody."""
    found = []
    orders: dict[str, list[tuple[tuple[int, int], str, str]]] = {}
    for view in facts.views:
        ids = [(line.author, line.id) for line in view.data if line.id]
        found += [f"G2: {view.who} shows {id} {count} times" for (_, id), count in Counter(ids).items() if count > 1]
        for (chat, who), sayings in facts.said.items():
            shown = [id for _, id in ids if id in set(sayings)] if chat == view.chat else []
            if shown != [id for id in sayings if id in set(shown)]:
                found.append(f"G2: {view.who} shows what {who} said in another order")
        order = [(line.place, line.author, line.id) for line in view.data]
        if orders.setdefault(view.chat, order) != order:
            found.append(f"G2: {view.who} shows {view.chat} otherwise than somebody else")
    return [*found, *_taken_twice(facts.history)]


def _taken_twice(history: History) -> list[str]:
    """A message has one line in each life of the server. A page shows the last one only, which would hide another."""
    places: dict[tuple[str, int, str, str], set[tuple[int, int]]] = defaultdict(set)
    for entry in history.of("seen"):
        if entry.id:
            places[(entry.chat, entry.place[0], entry.author, entry.id)].add(entry.place)
    return [f"G2: {id} has {len(lines)} lines in {chat}" for (chat, _, _, id), lines in places.items() if len(lines) > 1]


def _silent(facts: Facts) -> list[str]:
    """G3: whatever was said is acknowledged, refused, or shown as not sent; and once all is well, nothing is left unsent."""
    found = [f"G3: {entry.who} never came back" for entry in facts.history.of("offline")]
    over = {(entry.who, entry.chat) for entry in facts.history.of("gone", "over", "released")}
    refused = {entry.id for entry in facts.history.of("refuse")}
    unsent = {entry.id for entry in facts.history.of("unsent")}
    acked = {id for _, _, id in facts.acked}
    for entry in facts.history.of("invoke"):
        if entry.chat not in facts.going_on or (entry.who, entry.chat) in over or entry.id in acked | refused:
            continue
        how = "is left unsent" if entry.id in unsent else "was dropped in silence"
        found.append(f"G3: {entry.id} of {entry.who} {how}")
    return found


def _saved_wrongly(facts: Facts) -> list[str]:
    """G4: one ticket per chat, the one that everybody was told of, with everything that was acknowledged."""
    found = []
    tickets = {entry.chat: entry.data for entry in facts.history.of("ticket")}
    numbers = Counter(entry.chat for entry in facts.history.of("ticket"))
    found += [f"G4: {chat} has {count} tickets" for chat, count in numbers.items() if count > 1]
    told: dict[str, int] = {}
    for at, entry in enumerate(facts.history):
        if entry.what == "state" and entry.data["ticket"]:
            told.setdefault(entry.chat, at)
            if tickets.get(entry.chat, ("",))[0] != entry.data["ticket"]:
                found.append(f"G4: {entry.who} was told of a ticket of {entry.chat} that is not there")
    crashes = [at for at, entry in enumerate(facts.history) if entry.what == "crash"]
    for chat, (_, saved) in tickets.items():
        found += _ticket_doubles(facts, chat, saved)
    for chat, at in told.items():
        if chat in tickets and (chat in facts.going_on or not any(crash > at for crash in crashes)):
            found += _ticket_lacks(facts, chat, tickets[chat][1])
    return found


def _ticket_lacks(facts: Facts, chat: str, saved: list[tuple[str, str]]) -> list[str]:
    wanted = [key[1:] for key in facts.acked if key[0] == chat and key not in facts.excused]
    return [f"G4: the ticket of {chat} lacks {id}" for author, id in wanted if (author, id) not in saved]


def _ticket_doubles(facts: Facts, chat: str, saved: list[tuple[str, str]]) -> list[str]:
    """Also what was saved, lost with the server and said again is one line; and each page's words are in their order."""
    found = [f"G4: the ticket of {chat} has {id} {count} times" for (_, id), count in Counter(saved).items() if count > 1]
    for (there, who), said in facts.said.items():
        written = [id for _, id in saved if there == chat and id in set(said)]
        if written != [id for id in said if id in set(written)]:
            found.append(f"G4: the ticket of {chat} has what {who} said in another order")
    return found
