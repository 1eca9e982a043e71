"""Supervision without surveillance: a live wall without content, and joining that the visitor is told of."""

from __future__ import annotations

from livesupport.chat import agents, matching, routing, views
from livesupport.chat.floor import Floor
from livesupport.chat.protocol import Join, Leave, TakeOver, Watch
from livesupport.chat.state import AgentSocket, Chat


def watch(floor: Floor, socket: AgentSocket, command: Watch) -> None:
    """Switches the live wall of one console on or off."""
    if not socket.agent.supervises:
        floor.refuse(socket.connection, "not_allowed", command.ref)
        return
    socket.watches = command.on
    if command.on:
        floor.send((socket.connection,), views.wall(floor))


def join(floor: Floor, socket: AgentSocket, command: Join) -> None:
    """Reads along from the first line; said to everybody in the chat."""
    supervisor, chat = socket.agent, floor.chats.get(command.chat)
    if not supervisor.supervises:
        floor.refuse(socket.connection, "not_allowed", command.ref)
    elif chat is None or chat.status == "ended":
        floor.refuse(socket.connection, "no_such_chat", command.ref, chat=command.chat)
    elif chat.agent is not supervisor and supervisor.id not in chat.supervisors:
        floor.say(chat, "joined", name=supervisor.name)
        chat.supervisors[supervisor.id] = supervisor
        supervisor.reading[chat.id] = chat
        chat.audience = None
        matching.show(floor, chat, supervisor, supervisor.sockets)
        floor.touch(chat)
    else:
        floor.touch(chat)  # it is here already


def leave(floor: Floor, socket: AgentSocket, command: Leave) -> None:
    """Stops reading along."""
    chat = socket.agent.reading.get(command.chat)
    if chat is None:
        floor.refuse(socket.connection, "no_such_chat", command.ref, chat=command.chat)
        return
    agents.stop_reading(floor, chat, socket.agent)


def take_over(floor: Floor, socket: AgentSocket, command: TakeOver) -> None:
    """Whoever reads along may take the chat from an agent, beyond any capacity: it is a person's decision. One that waits
    needs a seat like any other."""
    supervisor = socket.agent
    chat = supervisor.reading.get(command.chat)
    if chat is None:
        floor.refuse(socket.connection, "no_such_chat", command.ref, chat=command.chat)
    elif chat.agent is None and not routing.has_seat(supervisor, floor.rules, returning=chat.returning):
        floor.refuse(socket.connection, "not_routable", command.ref, chat=chat.id)
    else:
        if chat.offer is not None:
            matching.pass_on(floor, chat, "taken", by=supervisor.name)
        _serve(floor, chat, socket)


def _serve(floor: Floor, chat: Chat, socket: AgentSocket) -> None:
    if chat.agent is None:
        matching.assign(floor, chat, socket.agent)
        return
    former = chat.agent
    matching.release(floor, chat, former)
    matching.seat(floor, chat, socket.agent)
    floor.say(chat, "took_over", name=socket.agent.name, other=former.name, agent=socket.agent.id)
