"""Which of a chat's tokens still open it. Each hello of its visitor rotates them: the page gets one with a higher number, and
so do all other pages of the chat. Those with lower numbers, of which there may be copies in a duplicated or reopened tab, open
the chat for 10 seconds more.

The seconds count from the moment at which a page is known to hold the new one: because it speaks after it was given it, or
shows it. So an answer that was lost on its way locks nobody out. All of this is memory: a chat that comes back after the
server's death is opened by every token that is recent enough, until one of its pages is known to hold a new one.
"""

from __future__ import annotations

from livesupport.chat.events import IssueToken
from livesupport.chat.floor import Floor
from livesupport.chat.state import Chat, VisitorSocket

OUTLIVES = 10.0  # seconds


def rotate(floor: Floor, chat: Chat, *greeted: VisitorSocket) -> None:
    """These pages have said hello: every page of the chat gets a token with the next number."""
    chat.tokens.newest = floor.next_token()
    for socket in greeted:
        socket.unanswered_token = chat.tokens.newest
    renew(floor, chat)


def renew(floor: Floor, chat: Chat) -> None:
    """A token that was signed now, under the number that it has, for every page of the chat."""
    for connection in chat.sockets:
        floor.effects.append(
            IssueToken(connection=connection, visitor=chat.visitor, site=chat.site, chat=chat.id, number=chat.tokens.newest)
        )


def answered(floor: Floor, socket: VisitorSocket) -> None:
    """The page speaks: it has what it was given before."""
    if socket.chat is not None:
        _is_held(floor, socket.chat, socket.unanswered_token)
    socket.unanswered_token = 0


def opens(floor: Floor, chat: Chat, number: int) -> bool:
    """Whether the token with this number still opens the chat. It was shown, so those before it are not needed any more."""
    tokens = chat.tokens
    while tokens.held and tokens.held[0][0] + OUTLIVES <= floor.now.mono:
        tokens.lowest = tokens.held.pop(0)[1]
    if number < tokens.lowest:
        return False
    _is_held(floor, chat, number)
    return True


def _is_held(floor: Floor, chat: Chat, number: int) -> None:
    """Remembers since when; what is lower than another that is held tells nothing."""
    held = chat.tokens.held
    if number > (held[-1][1] if held else chat.tokens.lowest):
        held.append((floor.now.mono, number))
