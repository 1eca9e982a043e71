"""Agents come, say whether they want to be asked, drop out and return; and the directory of who may be an agent at all."""

from __future__ import annotations

from livesupport.chat import endings, matching, restoring, views
from livesupport.chat.epochs import are_of_one_start
from livesupport.chat.events import AgentArrived, AgentIdentity, AgentLeaves, AgentLost, Close, DirectoryChanged
from livesupport.chat.floor import Floor
from livesupport.chat.protocol import (
    VERSION,
    AgentCommand,
    AgentHello,
    AgentWelcome,
    Block,
    CloseCode,
    Depart,
    Erased,
    Intent,
    Released,
    SetIntent,
    command_names,
)
from livesupport.chat.state import Agent, AgentSocket, Chat


def directory_changed(floor: Floor, event: DirectoryChanged) -> None:
    """Takes over sites and agents; whoever is no longer listed loses sockets and chats at once (G7)."""
    floor.sites = {site.id: site for site in event.sites}
    listed = {identity.id: identity for identity in event.agents}
    for agent in [agent for agent in floor.agents.values() if agent.id not in listed]:
        _dismiss(floor, agent)
    for identity in listed.values():
        _update(floor, identity)
    floor.seats_changed = True


def _dismiss(floor: Floor, agent: Agent) -> None:
    matching.recall_offers(floor, agent)
    for chat in list(agent.chats.values()):
        matching.requeue(floor, chat)
    for chat in list(agent.reading.values()):
        stop_reading(floor, chat, agent)
    if agent.sockets:
        floor.effects.append(Close(connections=tuple(agent.sockets), code=CloseCode.FORBIDDEN))
    for connection in agent.sockets:
        floor.agent_sockets.pop(connection, None)
    agent.sockets.clear()
    del floor.agents[agent.id]


def _update(floor: Floor, identity: AgentIdentity) -> None:
    known = floor.agents.get(identity.id)
    if known is None:
        floor.agents[identity.id] = Agent(identity=identity)
    elif known.identity != identity:
        known.identity = identity
        if not known.supervises:
            for chat in list(known.reading.values()):
                stop_reading(floor, chat, known)
        floor.touch_agent(known)


def stop_reading(floor: Floor, chat: Chat, agent: Agent) -> None:
    """A supervisor no longer reads along, everybody in the chat is told, and the pages drop their copy."""
    floor.say(chat, "left", name=agent.name)
    floor.send(agent.sockets, Released(chat=chat.id))
    agent.reading.pop(chat.id, None)
    chat.supervisors.pop(agent.id, None)
    chat.audience = None
    floor.touch(chat)


def arrived(floor: Floor, event: AgentArrived) -> None:
    """Welcomes a console and shows it everything that concerns its agent. Another tab is the same agent."""
    agent = floor.agents.get(event.agent)
    if agent is None:
        floor.effects.append(Close(connections=(event.connection,), code=CloseCode.FORBIDDEN))
        return
    socket = AgentSocket(connection=event.connection, agent=agent)
    floor.agent_sockets[event.connection] = socket
    floor.note_ended(event.hello.ended)
    if agent.intent is None:
        agent.intent = event.hello.intent or "away"
    _connect(floor, agent, event.connection)
    to = (event.connection,)
    floor.send(to, _welcome(floor, agent))
    _sort_held(floor, socket, event.hello)
    floor.send(to, views.me(floor, agent))
    floor.send(to, views.team(floor))
    floor.send(to, views.queue_for(floor, agent))
    for chat in agent.offers.values():
        floor.send(to, views.offer(floor, chat))
    for chat in (*agent.chats.values(), *agent.reading.values()):
        if chat.id not in socket.holds and not chat.unconfirmed:
            matching.show(floor, chat, agent, to, event.hello.tips.get(chat.id))
    restoring.console_arrived(floor, socket)


def _sort_held(floor: Floor, socket: AgentSocket, hello: AgentHello) -> None:
    """What the page holds and has ended, or is no longer its own, is dropped before anything else is drawn; of an earlier epoch
    it may be all that is left of a line."""
    for chat_id, tip in hello.tips.items():
        chat = floor.chats.get(chat_id)
        if reason := chat.reason if chat else floor.ended.get(chat_id):
            floor.send((socket.connection,), Erased(chat=chat_id, reason=reason))
        elif not are_of_one_start(tip.epoch, floor.epoch):
            socket.holds[chat_id] = tip
        elif chat_id not in socket.agent.chats and chat_id not in socket.agent.reading:
            floor.send((socket.connection,), Released(chat=chat_id))


def _connect(floor: Floor, agent: Agent, connection: int) -> None:
    agent.sockets.add(connection)
    agent.lost_at = None
    floor.timers.cancel_all(str(agent.id), ("agent_notice", "agent_reclaim"))
    for chat in (*agent.chats.values(), *agent.reading.values()):
        chat.audience = None
        floor.touch(chat)
    floor.touch_agent(agent)


def _welcome(floor: Floor, agent: Agent) -> AgentWelcome:
    return AgentWelcome(
        version=VERSION,
        id=agent.id,
        name=agent.name,
        role=agent.identity.role,
        commands=command_names(AgentCommand),
        limits=views.limits(floor),
        pull=any(site.mode == "pull" for site in floor.sites.values()),
    )


def lost(floor: Floor, event: AgentLost) -> None:
    """With the last console the agent is out of the matching in this very moment; the chats are kept for a while."""
    socket = floor.agent_sockets.pop(event.connection, None)
    if socket is None:
        return
    agent = socket.agent
    agent.sockets.discard(event.connection)
    for chat in (*agent.chats.values(), *agent.reading.values()):
        chat.audience = None
    if agent.sockets:
        return
    agent.lost_at = floor.now.mono
    matching.recall_offers(floor, agent)
    floor.timers.set("agent_notice", str(agent.id), floor.now.mono + floor.rules.agent_notice_after)
    floor.timers.set("agent_reclaim", str(agent.id), floor.now.mono + floor.rules.agent_reclaim)
    floor.touch_agent(agent)


def notice_due(floor: Floor, agent: Agent) -> None:
    """The visitors learn that their agent is reconnecting."""
    for chat in agent.chats.values():
        floor.touch(chat)
    floor.touch_agent(agent)


def reclaim_due(floor: Floor, agent: Agent) -> None:
    """The agent did not come back: the visitors go to the head of the queue, and supervision ends."""
    for chat in list(agent.chats.values()):
        matching.requeue(floor, chat)
    for chat in list(agent.reading.values()):
        stop_reading(floor, chat, agent)
    floor.touch_agent(agent)


def depart(floor: Floor, socket: AgentSocket, _command: Depart) -> None:
    """Nobody else is sent to an agent who is about to leave, and nobody waits for longer than an agent may be lost."""
    _is_leaving(floor, socket.agent)


def leaves(floor: Floor, event: AgentLeaves) -> None:
    """The agent signs out: every chat goes its way at once. One that is not taken, or not ended, is put back like any other."""
    agent = floor.agents.get(event.agent)
    if agent is None:
        return
    _is_leaving(floor, agent)
    colleague = floor.agents.get(event.parting) if isinstance(event.parting, int) else None
    for chat in list(agent.chats.values()):
        if event.parting == "end":
            endings.begin(floor, chat, agent)
        elif colleague and chat.offer is None and views.may_receive(floor, colleague):
            matching.offer(floor, chat, colleague, sender=agent)
        elif chat.offer is None:
            matching.requeue(floor, chat)


def _is_leaving(floor: Floor, agent: Agent) -> None:
    _set_intent(floor, agent, "away")
    floor.timers.set("agent_leave", str(agent.id), floor.now.mono + floor.rules.agent_reclaim)


def leave_due(floor: Floor, agent: Agent) -> None:
    """A minute was enough: whoever is left goes to the head of the queue."""
    for chat in list(agent.chats.values()):
        matching.requeue(floor, chat)


def set_intent(floor: Floor, socket: AgentSocket, command: SetIntent) -> None:
    """Only `available` is asked. Nobody goes offline while people are waiting for an answer."""
    agent = socket.agent
    if command.intent == "offline" and agent.chats:
        floor.refuse(socket.connection, "busy_chats", command.ref)
        return
    floor.timers.cancel_all(str(agent.id), ("agent_leave",))
    _set_intent(floor, agent, command.intent)


def _set_intent(floor: Floor, agent: Agent, intent: Intent) -> None:
    agent.intent = intent
    agent.away_by_misses, agent.missed = False, 0
    if intent != "available":
        matching.recall_offers(floor, agent)
    floor.touch_agent(agent)


def block(floor: Floor, _socket: AgentSocket, chat: Chat, _command: Block) -> None:
    """Ends the chat and refuses this address and phone for a day. Only keyed hashes are kept, and only in memory."""
    floor.blocked = {each: until for each, until in floor.blocked.items() if until > floor.now.mono}
    for fingerprint in chat.fingerprints:
        floor.blocked[fingerprint] = floor.now.mono + floor.rules.block_seconds
    floor.touch(chat)
    endings.end(floor, chat, "blocked")
