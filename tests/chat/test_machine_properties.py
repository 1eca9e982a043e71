"""Whatever visitors, agents, networks and clocks do, in any order: the promises of the chat machine hold after every step."""

from __future__ import annotations

from itertools import count
from random import Random

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from livesupport.chat import protocol as p
from livesupport.chat import routing
from livesupport.chat.epochs import epoch_of, number_of
from livesupport.chat.events import (
    AgentArrived,
    AgentIdentity,
    AgentLost,
    AgentSaid,
    AppendLines,
    Close,
    DirectoryChanged,
    Event,
    FindTicket,
    HoursChanged,
    IssueToken,
    LinesAppended,
    Moment,
    OpenTicket,
    Send,
    Site,
    Tick,
    TicketFailed,
    TicketFound,
    TicketSaved,
    Topic,
    VisitorArrived,
    VisitorLost,
    VisitorSaid,
)
from livesupport.chat.machine import ChatMachine
from livesupport.chat.state import Chat
from livesupport.rules import Rules
from tests.keys import RING

ANA, BEN, SUE = 1, 2, 3
AGENTS = (
    AgentIdentity(id=ANA, name="Ana", capacity=2, languages=frozenset({"en"})),
    AgentIdentity(id=BEN, name="Ben", capacity=1, topics=frozenset({7})),
    AgentIdentity(id=SUE, name="Sue", role="supervisor", capacity=1),
)
SITES = (
    Site(id="shop", name="Shop", topics=(Topic(id=7, name="Orders"), Topic(id=8, name="Returns"))),
    Site(id="desk", name="Desk", mode="pull"),
)
RULES = Rules(wrap_up_seconds=4.0, max_wait=400.0, queue_limit=4, messages_per_chat=12)

agents = st.sampled_from([ANA, BEN, SUE])
picks = st.integers(0, 3)


class Page:
    """One browser page: it keeps the lines that it has heard, as a real one does."""

    def __init__(self, connection: int) -> None:
        self.connection = connection
        self.lines: dict[str, dict[tuple[int, int], p.Line]] = {}
        self.notes: dict[str, dict[tuple[int, int], p.NoteLine]] = {}
        self.wanted: list[str] = []
        self.erased: set[str] = set()
        self.position: int | None = None

    def hear(self, push: p.Frame) -> None:
        if isinstance(push, p.Lines):
            assert push.chat not in self.erased, "an erased chat is told of again"
            held = self.lines.setdefault(push.chat, {})
            if push.reset:
                held.clear()
        elif isinstance(push, p.Line):
            held = self.lines.setdefault(push.chat, {})
            last = max((seq for epoch, seq in held if epoch == push.epoch), default=None)
            assert last is None or push.seq <= last + 1, "a gap"
            held[(push.epoch, push.seq)] = push
        elif isinstance(push, p.NoteLine):
            self.notes.setdefault(push.chat, {})[(push.epoch, push.seq)] = push
        elif isinstance(push, p.Wanted):
            self.wanted.append(push.chat)
        elif isinstance(push, p.Erased | p.Released):
            self.lines.pop(push.chat, None)
            if isinstance(push, p.Erased):
                self.erased.add(push.chat)
        elif isinstance(push, p.VisitorChat):
            self._see_position(push)

    def tip(self, chat: str) -> p.Tip | None:
        """The last line that this page holds."""
        places = sorted(self.lines.get(chat, {}))
        return p.Tip(epoch=places[-1][0], seq=places[-1][1]) if places else None

    def records(self, chat: str) -> p.Records:
        """Everything that this page holds, as it came."""
        lines, notes = self.lines.get(chat, {}), self.notes.get(chat, {})
        return p.Records(
            chat=chat,
            lines=[p.encode(lines[key]).decode() for key in sorted(lines)],
            notes=[p.encode(notes[key]).decode() for key in sorted(notes)],
        )

    def _see_position(self, push: p.VisitorChat) -> None:
        if push.position is not None and self.position is not None and not push.overtaken:
            assert push.position <= self.position, "a place grew without a reason"
        self.position = push.position


class Machine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        ids, self.numbers = count(1), count(100)
        self.chat_id = lambda: f"chat-{next(ids):012d}"
        self.epoch, self.time = 0, 0.0
        self.pages: dict[int, Page] = {}
        self.known: list[tuple[str, str]] = []  # visitors and their sites, in the order of their coming
        self.visitor_pages: dict[int, tuple[str, str]] = {}  # connection → (visitor, site)
        self.tokens: dict[str, str] = {}  # visitor → chat
        self.token_numbers: dict[str, int] = {}
        self.tickets: set[str] = set()
        self.may_exceed: set[str] = set()  # chats that were handed over, taken over, or had fallen asleep
        self.unanswered: list[OpenTicket] = []
        self.appends: list[AppendLines] = []
        self.ids = count(1)
        self.boot()

    def boot(self) -> None:
        """A new process with an empty memory, and the same keys."""
        self.epoch += 1
        self.machine = ChatMachine(
            RULES, epoch_of(self.epoch, self.epoch), RING, self.chat_id, lambda text: f"hash of {len(text)}"
        )
        self.floor = self.machine._floor
        self.say(DirectoryChanged(sites=SITES, agents=AGENTS))

    # ── the world around the machine ─────────────────────────────────────────────────────────────────────────────────

    def say(self, event: Event) -> None:
        for effect in self.machine.handle(event, Moment(self.time, 1_000_000.0 + self.time)):
            if isinstance(effect, Send):
                for connection in effect.to:
                    self.pages[connection].hear(effect.push)
            elif isinstance(effect, IssueToken):
                self.tokens[effect.visitor], self.token_numbers[effect.visitor] = effect.chat, effect.number
            elif isinstance(effect, Close):
                for connection in effect.connections:
                    self.pages.pop(connection)
            elif isinstance(effect, OpenTicket):
                assert effect.snapshot.chat not in self.tickets, "a saved chat is saved again"
                self.unanswered.append(effect)
            elif isinstance(effect, AppendLines):
                assert effect.chat in self.tickets
                self.appends.append(effect)
            elif isinstance(effect, FindTicket):
                self.say(TicketFound(chat=effect.chat, number="1001-7" if effect.chat in self.tickets else None))
        self.answer_wants()

    def answer_wants(self) -> None:
        """Pages that are asked for their records send them."""
        for page in list(self.pages.values()):
            while page.wanted:
                records = page.records(page.wanted.pop())
                kind = VisitorSaid if page.connection in self.visitor_pages else AgentSaid
                self.say(kind(connection=page.connection, command=records))

    def client_id(self) -> str:
        return f"client-id-{next(self.ids):012d}"

    def pages_of(self, agent: int) -> list[int]:
        return sorted(self.floor.agents[agent].sockets)

    @initialize()
    def everybody_is_at_work(self) -> None:
        for agent in (ANA, BEN, SUE):
            self.an_agent_opens_a_console(agent)

    @rule(site=st.sampled_from(["shop", "desk"]), topic=st.sampled_from([7, 8]))
    def a_chat_begins(self, site: str, topic: int) -> None:
        """The usual course, so that the unusual ones begin in the middle of a conversation."""
        self.a_visitor_comes(site)
        self.a_visitor_starts(0, topic if site == "shop" else None, "en")
        chat = self.floor.chats.get(self.tokens.get(self.known[-1][0], ""))
        if chat and (chat.offer or chat.status == "waiting"):
            self.accept(chat.offer.agent.id if chat.offer else ANA, chat)
        self.a_visitor_speaks(0, False)

    # ── visitors ─────────────────────────────────────────────────────────────────────────────────────────────────────

    @rule(site=st.sampled_from(["shop", "desk"]))
    def a_visitor_comes(self, site: str) -> None:
        self.known.append((f"visitor-{next(self.numbers)}", site))
        self.open_page(self.known[-1])

    @rule(pick=picks, mobile=st.booleans(), fresh=st.booleans())
    def a_visitor_opens_another_page(self, pick: int, mobile: bool, fresh: bool) -> None:
        if self.known:
            self.open_page(self.visitor(pick), mobile=mobile, fresh=fresh)

    def visitor(self, pick: int) -> tuple[str, str]:
        """One of the last few visitors, so that most steps meet somebody who is still here."""
        return self.known[-1 - pick % min(4, len(self.known))]

    def open_page(self, visitor: tuple[str, str], *, mobile: bool = False, fresh: bool = True) -> None:
        connection = next(self.numbers)
        page = self.pages[connection] = Page(connection)
        self.visitor_pages[connection] = visitor
        chat = self.tokens.get(visitor[0])
        if not fresh and chat in self.floor.chats:
            kept = self.floor.chats[chat].transcript.lines
            page.lines[chat] = {(line.epoch, line.seq): line for line in kept[: len(kept) // 2]}
        self.say_hello(page, visitor, mobile=mobile)

    def say_hello(self, page: Page, visitor: tuple[str, str], *, mobile: bool = False) -> None:
        chat = self.tokens.get(visitor[0])
        tip = page.tip(chat) if chat else None
        hello = p.VisitorHello(site=visitor[1], mobile=mobile, tip=tip)
        number = self.token_numbers.get(visitor[0], 0)
        self.say(
            VisitorArrived(connection=page.connection, visitor=visitor[0], hello=hello, chat=chat, token=number, recent=True)
        )

    def visitor_connection(self, pick: int) -> int | None:
        if not self.known:
            return None
        visitor = self.visitor(pick)
        return next((c for c, who in self.visitor_pages.items() if who == visitor and c in self.pages), None)

    @rule(pick=picks, topic=st.sampled_from([None, 7, 8]), language=st.sampled_from(["en", "ka-GE", ""]))
    def a_visitor_starts(self, pick: int, topic: int | None, language: str) -> None:
        command = p.Start(id=self.client_id(), name="Vera", phone="+995", question="Why?", topic=topic, language=language)
        self.visitor_says(pick, command)

    @rule(
        pick=picks,
        command=st.sampled_from(
            [
                p.Save(), p.Refuse(), p.KeepWaiting(), p.VisitorUndoEnd(), p.VisitorEnd(), p.Rate(good=True),
                p.VisitorTyping(), p.VisitorReceipt(received=5, seen=3), p.Visibility(hidden=True),
            ]
        ),
    )  # fmt: skip
    def a_visitor_does(self, pick: int, command: p.VisitorCommand) -> None:
        self.visitor_says(pick, command)

    @rule(pick=picks, twice=st.booleans())
    def a_visitor_speaks(self, pick: int, twice: bool) -> None:
        command = p.VisitorSay(id=self.client_id(), text="hello")
        for _ in range(1 + twice):
            self.visitor_says(pick, command)

    def visitor_says(self, pick: int, command: p.VisitorCommand) -> None:
        if (connection := self.visitor_connection(pick)) is not None:
            self.say(VisitorSaid(connection=connection, command=command))

    @rule(pick=picks, leaving=st.booleans())
    def a_visitor_page_is_lost(self, pick: int, leaving: bool) -> None:
        if (connection := self.visitor_connection(pick)) is not None:
            del self.pages[connection]
            self.say(VisitorLost(connection=connection, leaving=leaving))

    # ── agents ───────────────────────────────────────────────────────────────────────────────────────────────────────

    @rule(agent=agents)
    def an_agent_opens_a_console(self, agent: int) -> None:
        connection = next(self.numbers)
        self.pages[connection] = Page(connection)
        self.say(AgentArrived(connection=connection, agent=agent, hello=p.AgentHello(intent="available")))

    @rule(agent=agents)
    def an_agent_loses_a_console(self, agent: int) -> None:
        for connection in self.pages_of(agent)[:1]:
            del self.pages[connection]
            self.say(AgentLost(connection=connection))

    @rule(agent=agents, intent=st.sampled_from(["available", "away", "offline"]))
    def an_agent_switches(self, agent: int, intent: p.Intent) -> None:
        self.agent_says(agent, p.SetIntent(intent=intent))

    @rule(agent=agents)
    def an_agent_answers_the_bell(self, agent: int) -> None:
        for chat in list(self.floor.agents[agent].offers.values())[:1]:
            self.accept(agent, chat)

    @rule(agent=agents, pick=picks)
    def an_agent_grabs(self, agent: int, pick: int) -> None:
        if chats := list(self.floor.chats.values()):
            self.accept(agent, chats[pick % len(chats)])

    def accept(self, agent_id: int, chat: Chat) -> None:
        agent, was_new = self.floor.agents[agent_id], not chat.returning and chat.agent is None
        if chat.agent:
            self.may_exceed.add(chat.id)
        self.agent_says(agent_id, p.Accept(chat=chat.id))
        if was_new and chat.agent is agent:
            new = [c for c in agent.chats.values() if not (c.returning or c.inactive or c.id in self.may_exceed)]
            assert len(new) <= routing.capacity(agent, RULES), "a new chat exceeds the capacity"

    @rule(agent=agents)
    def an_agent_declines(self, agent: int) -> None:
        for chat in list(self.floor.agents[agent].offers.values())[:1]:
            self.agent_says(agent, p.Decline(chat=chat.id))

    @rule(
        agent=agents,
        pick=picks,
        what=st.sampled_from(
            ["say", "note", "convert", "end", "undo", "requeue", "pin", "to Ben", "to Ana", "to Returns", "withdraw", "block"]
        ),
    )
    def an_agent_works(self, agent: int, pick: int, what: str) -> None:
        chats = list(self.floor.agents[agent].chats)
        if not chats:
            return
        chat = chats[pick % len(chats)]
        commands: dict[str, p.AgentCommand] = {
            "say": p.AgentSay(chat=chat, id=self.client_id(), text="Because."),
            "note": p.Note(chat=chat, id=self.client_id(), text="odd"),
            "convert": p.Convert(chat=chat),
            "end": p.AgentEnd(chat=chat),
            "undo": p.AgentUndoEnd(chat=chat),
            "requeue": p.Requeue(chat=chat),
            "pin": p.Pin(chat=chat, on=True),
            "to Ben": p.Transfer(chat=chat, agent=BEN, note="yours"),
            "to Ana": p.Transfer(chat=chat, agent=ANA),
            "to Returns": p.Transfer(chat=chat, topic=8),
            "withdraw": p.Withdraw(chat=chat),
            "block": p.Block(chat=chat),
        }
        self.agent_says(agent, commands[what])

    @rule(what=st.sampled_from(["join", "leave", "take over"]), pick=picks)
    def sue_supervises(self, what: str, pick: int) -> None:
        if chats := list(self.floor.chats):
            chat = chats[pick % len(chats)]
            self.may_exceed.add(chat)
            commands: dict[str, p.AgentCommand] = {
                "join": p.Join(chat=chat), "leave": p.Leave(chat=chat), "take over": p.TakeOver(chat=chat)
            }  # fmt: skip
            self.agent_says(SUE, commands[what])

    def agent_says(self, agent: int, command: p.AgentCommand) -> None:
        for connection in self.pages_of(agent)[:1]:
            self.say(AgentSaid(connection=connection, command=command))

    # ── the house ────────────────────────────────────────────────────────────────────────────────────────────────────

    @precondition(lambda self: self.unanswered)
    @rule(works=st.booleans())
    def storage_answers(self, works: bool) -> None:
        chat = self.unanswered.pop(0).snapshot.chat
        if works:
            self.tickets.add(chat)
            self.say(TicketSaved(chat=chat, number="1001-7"))
        else:
            self.say(TicketFailed(chat=chat))

    @precondition(lambda self: self.appends)
    @rule(works=st.booleans())
    def storage_appends(self, works: bool) -> None:
        self.say(LinesAppended(handed=self.appends.pop(0), saved=works))

    @rule(gone=agents)
    def an_agent_is_disabled_and_enabled(self, gone: int) -> None:
        self.say(DirectoryChanged(sites=SITES, agents=tuple(agent for agent in AGENTS if agent.id != gone)))
        self.say(DirectoryChanged(sites=SITES, agents=AGENTS))

    @rule(is_open=st.booleans())
    def the_shop_opens_or_closes(self, is_open: bool) -> None:
        self.say(HoursChanged(site="shop", is_open=is_open, opens_at=None if is_open else 2_000_000.0))

    @rule(seconds=st.sampled_from([0.5, 1.0, 3.0, 5.0, 10.0, 30.0, 61.0, 180.0, 600.0]))
    def time_passes(self, seconds: float) -> None:
        until = self.time + seconds
        while (at := self.machine.next_deadline()) is not None and at <= until:
            self.time = max(self.time, at)
            self.say(Tick())
        self.time = until

    @rule(order=st.randoms(use_true_random=False), reload=st.booleans())
    def the_server_dies_and_everybody_comes_back(self, order: Random, reload: bool) -> None:
        """Nothing was on disk. All pages reconnect, in any order; perhaps one visitor has reloaded the page as well."""
        before = {chat.id: chat for chat in self.floor.chats.values() if chat.status != "ended" and chat.sockets}
        pages = list(self.pages.values())
        agent_of = {
            page.connection: socket.agent.id for page in pages if (socket := self.floor.agent_sockets.get(page.connection))
        }
        self.unanswered.clear()
        self.appends.clear()
        self.boot()
        order.shuffle(pages)
        reloaded = next((page for page in pages if page.connection in self.visitor_pages), None) if reload else None
        for page in pages:
            if page is reloaded:
                page.lines.clear()
            self.come_back(page, agent_of.get(page.connection))
        for chat in before.values():
            self.check_restored(chat, agent_of, reloaded)

    def come_back(self, page: Page, agent: int | None) -> None:
        page.position = None
        if agent is None:
            self.say_hello(page, self.visitor_pages[page.connection])
        else:
            tips = {chat: tip for chat in page.lines if (tip := page.tip(chat))}
            hello = p.AgentHello(intent="available", tips=tips)
            self.say(AgentArrived(connection=page.connection, agent=agent, hello=hello))

    def check_restored(self, old: Chat, agent_of: dict[int, int], reloaded: Page | None) -> None:
        """A chat whose visitor still holds it goes on: every line in its place, the same agent, the same numbers."""
        if not any(self.pages[each] is not reloaded and self.pages[each].lines.get(old.id) for each in old.sockets):
            return
        chat = self.floor.chats[old.id]
        old_lines = [line for line in chat.transcript.lines if number_of(line.epoch) < self.epoch]
        assert old_lines == old.transcript.lines, "a line was lost"
        if old.agent and old.agent.sockets:
            assert chat.agent is self.floor.agents[old.agent.id], "the agent was lost"
        if old.id in self.tickets:
            assert chat.saving.ticket == "1001-7"

    # ── the promises ─────────────────────────────────────────────────────────────────────────────────────────────────

    @invariant()
    def a_chat_has_at_most_one_agent(self) -> None:
        for chat in self.floor.chats.values():
            serving = [agent for agent in self.floor.agents.values() if chat.id in agent.chats]
            assert serving == ([chat.agent] if chat.agent else [])
            assert (chat.status == "active") == (chat.agent is not None)

    @invariant()
    def a_visitor_has_one_place(self) -> None:
        visitors = [chat.visitor for chat in self.floor.chats.values() if chat.status != "ended"]
        assert len(visitors) == len(set(visitors))

    @invariant()
    def nobody_waits_while_somebody_could_be_asked(self) -> None:
        for chat in self.floor.waiting.values():
            if not chat.wants_agent or not chat.sockets or chat.site == "desk" or chat.hops > RULES.max_hops:
                continue
            now = Moment(self.time, 0.0)
            able = [a for a in self.floor.agents.values() if routing.may_be_offered(a, chat, now, RULES)]
            assert not able or self.floor.timers.get("dispatch", "") is not None

    @invariant()
    def every_page_holds_the_same_lines_in_the_same_order(self) -> None:
        for chat in self.floor.chats.values():
            for connection in self.floor.audience(chat):
                held = self.pages[connection].lines.get(chat.id, {})
                assert [held[key] for key in sorted(held)] == chat.transcript.lines

    @invariant()
    def a_sleeping_chat_may_wake_beyond_the_capacity(self) -> None:
        self.may_exceed |= {chat.id for chat in self.floor.chats.values() if chat.inactive}

    @invariant()
    def every_message_is_taken_once(self) -> None:
        for chat in self.floor.chats.values():
            ids = [(line.by, line.name, line.id) for line in chat.transcript.lines if line.id]
            assert len(ids) == len(set(ids))

    @invariant()
    def the_books_agree(self) -> None:
        floor = self.floor
        assert floor.bytes == sum(chat.transcript.size for chat in floor.chats.values())
        assert set(floor.waiting) == {c.id for c in floor.chats.values() if c.status in ("waiting", "offered")}
        assert set(floor.visitor_sockets) | set(floor.agent_sockets) <= set(self.pages)
        for agent in floor.agents.values():
            assert all(chat.offer and chat.offer.agent is agent for chat in agent.offers.values())
            assert all(chat.id in floor.chats for chat in (*agent.chats.values(), *agent.reading.values()))
        for chat in floor.chats.values():
            assert chat.status != "offered" or chat.offer is not None
            assert chat.offer is None or chat.id in chat.offer.agent.offers

    @invariant()
    def an_erased_chat_is_nowhere(self) -> None:
        for socket in self.floor.visitor_sockets.values():
            assert socket.chat is None or socket.chat.id in self.floor.chats

    @invariant()
    def no_deadline_is_forgotten(self) -> None:
        at = self.machine.next_deadline()
        assert at is None or at >= self.time or at == self.floor.timers.get("refresh", "")


TestMachine = Machine.TestCase
TestMachine.settings = settings(max_examples=300, stateful_step_count=60, deadline=None)
