"""The simulator can say no: the same runs around a server with a mistake in it break the promise that the mistake concerns.

Each mistake is one that such servers really make, put into the real code of this one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from livesupport.chat import agents, conversion, filling, restoring, routing, talk
from livesupport.chat.believing import Union
from livesupport.chat.floor import Floor
from livesupport.chat.machine import VISITOR_COMMANDS
from livesupport.chat.protocol import VisitorSay
from livesupport.chat.state import VisitorSocket
from tests.simulator.checker import judge
from tests.simulator.world import World

MOST_SEEDS = 150  # within so many runs every mistake is found

Patch = pytest.MonkeyPatch
Mistake = Callable[[Patch], None]

# ── after a crash ────────────────────────────────────────────────────────────────────────────────────────────────────


def the_first_copy_wins(patch: Patch) -> None:
    """Whoever comes back first has brought the whole chat."""
    _prefer(patch, lambda new, known: not known.found)


def the_longest_copy_wins(patch: Patch) -> None:
    """No union: of two copies the one with more lines."""
    _prefer(patch, lambda new, known: len(new.found) > len(known.found))


def _prefer(patch: Patch, is_better: Callable[[Union, Union], bool]) -> None:
    patch.setattr(Union, "__or__", lambda known, new: new if is_better(new, known) else known)


def there_is_no_epoch(patch: Patch) -> None:
    """A chat that comes back counts on where the copy ends."""
    revive = restoring._revive

    def revive_without(*what: Any) -> Any:
        chat = revive(*what)
        chat.transcript.epoch = chat.transcript.lines[-1].epoch
        return chat

    patch.setattr(restoring, "_revive", revive_without)


def consoles_fill_no_gaps(patch: Patch) -> None:
    """Only what the visitor's pages hold comes back."""
    patch.setattr(filling, "served_last", lambda agent, lines: False)


def a_chat_that_comes_back_is_called_unsaved(patch: Patch) -> None:
    """Nobody looks for its ticket."""
    found = restoring.ticket_found
    patch.setattr(restoring, "ticket_found", lambda floor, event: found(floor, msgspec.structs.replace(event, number=None)))


# ── at any time ──────────────────────────────────────────────────────────────────────────────────────────────────────


def messages_have_no_ids(patch: Patch) -> None:
    """What is sent again is taken again."""
    patch.setattr(talk, "_is_repeated", lambda *_: False)


def words_of_those_who_wait_are_dropped(patch: Patch) -> None:
    """Nobody is there yet to read them."""

    def say(floor: Floor, socket: VisitorSocket, command: VisitorSay) -> None:
        if socket.chat is None or socket.chat.status == "active":
            talk.visitor_say(floor, socket, command)

    patch.setitem(VISITOR_COMMANDS, VisitorSay, say)


def a_saved_chat_gets_no_more_lines(patch: Patch) -> None:
    """The ticket is as it was when it was made."""
    patch.setattr(conversion, "plan_append", lambda floor, chat: None)


def seats_are_not_counted(patch: Patch) -> None:
    """Everybody can take one more."""
    patch.setattr(routing, "has_seat", lambda agent, rules, *, returning: True)


def nobody_notices_who_is_gone(patch: Patch) -> None:
    """A console whose line has ended is there for ever."""
    patch.setattr(agents, "lost", lambda floor, event: None)


def a_disabled_agent_goes_on(patch: Patch) -> None:
    """Until the next sign-in."""
    patch.setattr(agents, "_dismiss", lambda floor, agent: None)


MISTAKES: list[tuple[Mistake, str]] = [
    (the_first_copy_wins, "G1"),
    (the_longest_copy_wins, "G1"),
    (there_is_no_epoch, "G1"),
    (consoles_fill_no_gaps, "G1"),
    (messages_have_no_ids, "G2"),
    (words_of_those_who_wait_are_dropped, "G3"),
    (a_chat_that_comes_back_is_called_unsaved, "G4"),
    (a_saved_chat_gets_no_more_lines, "G4"),
    (seats_are_not_counted, "G5"),
    (nobody_notices_who_is_gone, "G6"),
    (a_disabled_agent_goes_on, "G7"),
]


@pytest.mark.parametrize(("mistake", "promise"), [pytest.param(*each, id=each[0].__name__) for each in MISTAKES])
def test_a_server_that_makes_this_mistake_is_found_out(mistake: Mistake, promise: str, monkeypatch: Patch) -> None:
    mistake(monkeypatch)

    broken = (found for seed in range(MOST_SEEDS) for found in judge(World(seed).run()) if found.startswith(promise))

    assert next(broken, "")
