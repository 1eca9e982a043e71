"""What those who wait are told: their place, an estimate, and now and then the question whether they want to go on waiting."""

from __future__ import annotations

from livesupport.chat import conversion, endings, matching
from livesupport.chat.floor import Floor
from livesupport.chat.protocol import KeepWaiting, Save
from livesupport.chat.state import Chat, VisitorSocket


def show_queue_due(floor: Floor, chat: Chat) -> None:
    """Long enough for a place to be worth showing; a chat that is accepted at once never shows one."""
    chat.shown_position = _position(floor, chat)
    floor.touch(chat)


def _position(floor: Floor, chat: Chat) -> int:
    """One more than those whom the dispatcher will serve earlier."""
    return 1 + sum(other.order < chat.order for other in floor.waiting.values() if other.queue == chat.queue)


def refresh_positions(floor: Floor) -> None:
    """Tells every waiting visitor whose place has changed. A shown place never grows: an overtaking is said in words."""
    queues: dict[tuple[str, int | None], int] = {}
    for chat in sorted(floor.waiting.values(), key=lambda chat: chat.order):
        position = queues[chat.queue] = queues.get(chat.queue, 0) + 1
        if chat.shown_position is None:
            continue
        overtaken = position > chat.shown_position
        if position < chat.shown_position or overtaken != chat.overtaken:
            chat.shown_position = min(position, chat.shown_position)
            chat.overtaken = overtaken
            floor.touch(chat)


def wait_prompt_due(floor: Floor, chat: Chat) -> None:
    """Asks: keep waiting, leave a request, or try later?"""
    chat.ask_wait = True
    if (every := floor.rules.wait_prompt_every) > 0:
        floor.timers.set("wait_prompt", chat.id, floor.now.mono + every)
    floor.touch(chat)


def keep_waiting(floor: Floor, socket: VisitorSocket, _command: KeepWaiting) -> None:
    """The visitor stays, also in a queue whose agents are all gone, and is brought to the next one who comes."""
    chat = socket.chat
    if chat and chat.id in floor.waiting:
        chat.ask_wait = chat.lost_agent = False
        chat.hops = min(chat.hops, floor.rules.max_hops)
        floor.timers.cancel("agent_lost", chat.id)
        floor.seats_changed = True
        floor.touch(chat)


def save(floor: Floor, socket: VisitorSocket, command: Save) -> None:
    """The visitor's wish to save the chat. In the queue it also means: stop waiting, make this a request."""
    chat = socket.chat
    if chat is None or chat.id not in floor.waiting:
        conversion.visitor_save(floor, socket, command)
        return
    if chat.offer is not None:
        matching.pass_on(floor, chat, "withdrawn")
    endings.end_later(chat, "queue_to_ticket")
    conversion.save_for_visitor(floor, chat)
    floor.touch(chat)


def max_wait_due(floor: Floor, chat: Chat) -> None:
    """Half an hour without anybody: an honest end is better than a false hope."""
    endings.end(floor, chat, "waited_too_long")


def agent_lost_due(floor: Floor, chat: Chat) -> None:
    """The agent was lost, nobody else is there, and the visitor has not chosen anything."""
    endings.end(floor, chat, "agent_lost")
