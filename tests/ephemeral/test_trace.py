"""What the kernel was asked to do while people talked (guarantees.md, M1, M2, M9, M10): one server under strace, two chats
that nobody saves, and one that is saved, which must be seen wherever the others must not."""

from __future__ import annotations

import asyncio
import re
import socket
import time
from collections.abc import Iterable
from pathlib import Path

import msgspec
import pytest

from livesupport.selfcheck.canaries import Canaries, needles
from tests.ephemeral.house import Call, calls, is_to_a_socket, opened_for_writing, seen_by_strace, served, strace

MESSAGES = 50


class Trace(msgspec.Struct):
    """The calls before, during and after the chats that were not saved, and the words that were said."""

    start: list[Call]
    chats: list[Call]
    saving: list[Call]
    unsaved: Canaries
    saved: Canaries
    data: Path
    systemd: Path


@pytest.fixture(scope="module")
def trace(tmp_path_factory: pytest.TempPathFactory) -> Trace:
    return asyncio.run(traced(tmp_path_factory.mktemp("trace")))


async def traced(home: Path) -> Trace:
    """A server that is started, talked through, and stopped."""
    unsaved, saved, systemd = Canaries(), Canaries(), home / "systemd"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(systemd))
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("NOTIFY_SOCKET", str(systemd))
            async with served(home, *strace(home / "trace"), limits__exempt="127.0.0.1") as server:
                began = time.time()
                for _chat in range(2):
                    play = server.play(unsaved)
                    await play.begin()
                    await play.talk()
                    await play.come_back()
                    for number in range(MESSAGES // 2):
                        await play.visitor_says(unsaved.latin(f"message {number}"))
                    await play.end()
                ended = time.time()
                play = server.play(saved)
                await play.begin()
                await play.talk()
                await play.save()
    seen = list(calls(home / "trace"))
    return Trace(
        start=[call for call in seen if call.at < began],
        chats=[call for call in seen if began <= call.at < ended],
        saving=[call for call in seen if call.at >= ended],
        unsaved=unsaved,
        saved=saved,
        data=home / "data",
        systemd=systemd,
    )


def writes_of(canaries: Canaries, seen: Iterable[Call]) -> list[Call]:
    """The calls in which any form of any of these words stands."""
    sought = [seen_by_strace(needle.octets) for needle in needles(canaries.all)]
    return [call for call in seen if any(form in call.rest for form in sought)]


def files_of(seen: Iterable[Call]) -> set[str]:
    return {Path(path).name for call in seen if (path := opened_for_writing(call))}


def syncs_of(seen: Iterable[Call]) -> int:
    return sum("sync" in call.name for call in seen)


def peers_of(seen: Iterable[Call]) -> set[str]:
    """Whom the server spoke to of its own accord: every address that it gave to the kernel."""
    addresses = (re.search(r"\{sa_family=(AF_\w+)(.*?)\}", call.rest) for call in seen if not _is_reply(call))
    return {found[1] + found[2] for found in addresses if found}


def _is_reply(call: Call) -> bool:
    return call.name.startswith("write")


def test_what_is_said_goes_to_sockets_and_nowhere_else(trace: Trace) -> None:
    writes = writes_of(trace.unsaved, [*trace.start, *trace.chats, *trace.saving])

    assert len(writes) >= 2 * MESSAGES
    assert [call for call in writes if not is_to_a_socket(call)] == []
    assert [call for call in writes_of(trace.saved, trace.saving) if not is_to_a_socket(call)] != []  # a saved one is written


def test_no_file_is_opened_for_writing_while_people_talk(trace: Trace) -> None:
    assert files_of(trace.chats) == set()
    assert {"livesupport.db", "signing.key", "server.lock"} <= files_of(trace.start)


def test_nothing_is_synced_to_the_disk_while_people_talk(trace: Trace) -> None:
    assert syncs_of(trace.chats) == 0
    assert syncs_of(trace.saving) > 0


def test_the_server_speaks_to_nobody_of_its_own_accord(trace: Trace) -> None:
    assert peers_of(trace.chats) == set()
    assert peers_of(trace.saving) <= {f'AF_UNIX, sun_path="{trace.systemd}"'}
    assert f'AF_UNIX, sun_path="{trace.systemd}"' in peers_of(trace.start)
