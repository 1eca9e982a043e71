"""Clocks that are set forward and back: only the steady clock decides when something is due (F18).

Once in the machine alone, once with a whole server: libfaketime makes this interpreter hang, so some lines of C bend its clock.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from livesupport.chat.events import Moment
from tests.chat.cast import ANA, WALL, Stage
from tests.faults.people import all_see, talking
from tests.mortal import mortal

HOUR = 3600.0


class Wrong(Stage):
    """A stage whose wall clock can be set; the steady one runs on."""

    wall = WALL

    @property
    def now(self) -> Moment:
        return Moment(self.time, self.wall + self.time)


@pytest.fixture
def stage() -> Wrong:
    return Wrong()


@pytest.mark.parametrize("step", [HOUR, -HOUR, 1.0, -1.0, -400 * 24 * HOUR])
def test_a_clock_that_is_set_moves_no_deadline_and_no_line(stage: Wrong, step: float) -> None:
    ana = stage.agent(ANA)
    vera = stage.visitor().asks()
    ana.accepts()
    vera.says("before")
    ana.converts()
    stage.wall += step
    vera.says("after")
    stage.run_for(4.9)
    assert vera.sees().armed_in is not None
    assert vera.texts[-2:] == ["before", "after"]

    stage.run_for(0.2)
    stage.saves()

    assert vera.sees().ticket == "1001-7"


def test_a_clock_that_stands_still_moves_no_deadline_and_no_line() -> None:
    class Frozen(Stage):
        @property
        def now(self) -> Moment:
            return Moment(self.time, WALL)

    stage = Frozen()
    ana = stage.agent(ANA)
    vera = stage.visitor().asks()
    ana.accepts()
    vera.says("first")
    ana.says("second")
    ana.converts()
    stage.server_dies()
    vera.comes_back()
    ana.comes_back()
    vera.says("third")
    stage.run_for(4.9)
    assert vera.sees().armed_in is not None
    assert vera.texts[-3:] == ana.texts[-3:] == ["first", "second", "third"]

    stage.run_for(0.2)
    stage.saves()

    assert vera.sees().ticket == "1001-7"


@pytest.mark.parametrize("step", [HOUR, -HOUR])
def test_a_chat_that_outlived_its_server_keeps_its_order_though_the_clock_was_set(stage: Wrong, step: float) -> None:
    ana = stage.agent(ANA)
    vera = stage.visitor().asks()
    ana.accepts()
    vera.says("first")
    ana.says("second")
    stage.server_dies()
    stage.wall += step
    vera.comes_back()
    ana.comes_back()
    vera.says("third")

    assert vera.texts[-3:] == ana.texts[-3:] == ["first", "second", "third"]


# ── a whole server ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that says how wrong the wall clock of the programs is that a test starts; their steady clock is right."""
    compiler = shutil.which("cc")
    if compiler is None and os.environ.get("CI") != "true":
        pytest.skip("there is no C compiler")
    clock, library = tmp_path / "clock", tmp_path / "wrong_clock.so"
    clock.write_text("0")
    source = Path(__file__).with_name("wrong_clock.c")
    subprocess.run([compiler or "cc", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    monkeypatch.setenv("LD_PRELOAD", str(library))
    monkeypatch.setenv("WRONG_CLOCK", str(clock))
    return clock


@pytest.mark.parametrize("step", [HOUR, -HOUR])
async def test_a_server_whose_clock_is_set_loses_no_chat_no_order_and_no_ticket(
    clock: Path, tmp_path: Path, step: float
) -> None:
    quick = mortal(tmp_path / "data", chat__convert_seconds="1", limits__exempt="127.0.0.0/8")
    async with quick as server, talking(server) as (nino, ana):
        await nino.says("before")
        await nino.sees_all_sent()
        clock.write_text(f"{step:.0f}")
        await nino.says("after")
        await all_see((nino, ana), lambda person: person.words(nino.chat) == ["before", "after"])
        first, second = (line["at"] for _, line in sorted(nino.lines[nino.chat].items()) if line["kind"] == "message")
        assert (second - first) / step == pytest.approx(1.0, abs=0.05)  # else it was not set, and this test would mean nothing

        if step > 0:  # a token is good for ten minutes, and an hour has passed: it is renewed every half minute
            shown = nino.token
            assert nino.connection
            await nino.connection.close()
            await nino.sees(lambda: nino.token != shown and nino.state)
        await server.restart()
        await ana.says("again", chat=nino.chat)
        await all_see((nino, ana), lambda person: person.words(nino.chat) == ["before", "after", "again"])
        await ana.does("convert", chat=nino.chat)
        await all_see((nino, ana), lambda person: person.ticket(nino.chat))
