"""Handing a chat on: to a colleague, who must agree, or to a topic, whose queue it joins at its head."""

from __future__ import annotations

from livesupport.chat import endings, matching, service, talk, views
from livesupport.chat.floor import Floor
from livesupport.chat.protocol import Transfer, Withdraw
from livesupport.chat.state import AgentSocket, Chat


def transfer(floor: Floor, socket: AgentSocket, chat: Chat, command: Transfer) -> None:
    """Only somebody who can take the chat now is a target."""
    if len(command.note) > floor.rules.note_limit:
        floor.refuse(socket.connection, "too_long", command.ref, chat=chat.id)
    elif chat.offer is not None:
        floor.refuse(socket.connection, "already_taken", command.ref, chat=chat.id, by=chat.offer.agent.name)
    elif command.agent is not None and command.topic is None:
        _to_agent(floor, socket, chat, command, command.agent)
    elif command.topic is not None and command.agent is None:
        _to_topic(floor, socket, chat, command, command.topic)
    else:
        floor.refuse(socket.connection, "not_routable", command.ref, chat=chat.id)


def _to_agent(floor: Floor, socket: AgentSocket, chat: Chat, command: Transfer, agent_id: int) -> None:
    target = floor.agents.get(agent_id)
    if target is None or target is socket.agent or not views.may_receive(floor, target):
        floor.refuse(socket.connection, "not_routable", command.ref, chat=chat.id)
        return
    _add_note(floor, chat, socket, command)
    matching.offer(floor, chat, target, sender=socket.agent, note=command.note)


def _to_topic(floor: Floor, socket: AgentSocket, chat: Chat, command: Transfer, topic: int) -> None:
    name = floor.name_of_topic(chat.site, topic)
    if not name or topic == chat.topic or service.state_of(floor, (chat.site, topic)) in ("no_agents", "closed_hours"):
        floor.refuse(socket.connection, "not_routable", command.ref, chat=chat.id)
        return
    _add_note(floor, chat, socket, command)
    floor.say(chat, "transferred", name=socket.agent.name, other=name, topic=topic)
    endings.undo(floor, chat)
    matching.release(floor, chat, socket.agent)
    chat.topic, chat.missed = topic, {socket.agent.id}
    chat.move("waiting")
    matching.enter_queue(floor, chat, returning=True)


def _add_note(floor: Floor, chat: Chat, socket: AgentSocket, command: Transfer) -> None:
    if command.note.strip():
        talk.add_note(floor, chat, socket.agent, command.note)


def withdraw(floor: Floor, socket: AgentSocket, chat: Chat, command: Withdraw) -> None:
    """The sender keeps the chat after all."""
    if chat.offer is None:
        floor.refuse(socket.connection, "no_such_chat", command.ref, chat=chat.id)
        return
    matching.pass_on(floor, chat, "withdrawn")
