"""The socket that comes back: against a socket and a clock that the test holds in its hands."""

from __future__ import annotations

from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Page

from livesupport.chat.protocol import SUBPROTOCOL, CloseCode
from tests.browser.lab import lab

PREPARE = """async () => {
  window.sockets = [];
  window.WebSocket = class {
    constructor(url, protocol) { Object.assign(this, { url: String(url), protocol, sent: [] }); sockets.push(this); }
    send(text) { this.sent.push(JSON.parse(text)); }
    close() { this.closed = true; }
    hear(frame) { this.onmessage({ data: JSON.stringify(frame) }); }
  };
  Math.random = () => 0.5;
  const { Connection } = await import("/shared/connection.js");
  window.states = [];
  window.heard = [];
  window.connection = new Connection({
    path: "/ws/visitor", hello: () => ({ t: "hello", n: sockets.length }),
    onFrame: (frame) => heard.push(frame.t), onState: ({ state }) => states.push(state),
  });
  connection.start();
}"""
PINGED = "sockets.at(-1).onopen(); sockets.at(-1).hear({ t: 'welcome', commands: ['ping'] })"
WELCOME = "sockets.at(-1).onopen(); sockets.at(-1).hear({ t: 'welcome' })"


@pytest_asyncio.fixture(loop_scope="session")
async def page(profile: BrowserContext) -> Page:
    page = await lab(profile)
    await page.clock.install(time=0)
    await page.clock.pause_at(1)
    await page.evaluate(PREPARE)
    return page


async def lose(page: Page, code: int = 1006) -> None:
    await page.evaluate("(code) => sockets.at(-1).onclose({ code })", code)


async def state(page: Page) -> Any:
    return await page.evaluate("connection.state.state")


async def sockets(page: Page) -> Any:
    return await page.evaluate("sockets.length")


async def test_it_speaks_our_protocol_and_is_open_once_it_is_welcomed(page: Page) -> None:
    assert await page.evaluate("[sockets[0].url, sockets[0].protocol]") == ["ws://lab.test/ws/visitor", SUBPROTOCOL]
    assert await page.evaluate("connection.send({ t: 'say' })") is False

    await page.evaluate(WELCOME)

    assert await page.evaluate("sockets[0].sent") == [{"t": "hello", "n": 1}]
    assert await page.evaluate("[states, heard]") == [["connecting", "open"], ["welcome"]]
    assert await page.evaluate("connection.send({ t: 'say' })") is True


async def test_after_a_loss_it_tries_again_for_ever_ever_more_slowly(page: Page) -> None:
    for number, wait in enumerate([500, 1000, 2000, 4000, 8000, 15_000, 15_000], start=1):
        await lose(page)
        assert await state(page) == "waiting"
        await page.clock.run_for(wait - 1)
        assert await sockets(page) == number
        await page.clock.run_for(1)
        assert await sockets(page) == number + 1


async def test_a_welcome_makes_it_quick_again(page: Page) -> None:
    for _ in range(4):
        await lose(page)
        await page.clock.run_for(20_000)
    await page.evaluate(WELCOME)

    await lose(page)
    await page.clock.run_for(500)

    assert await state(page) == "connecting"


async def test_the_waits_are_spread_by_thirty_percent(page: Page) -> None:
    waits = await page.evaluate(
        "import('/shared/connection.js').then(({ backoff }) => [backoff(5, 0), backoff(5, 1), backoff(99, 0.5)])"
    )

    assert waits == pytest.approx([10.5, 19.5, 15])


@pytest.mark.parametrize("code", [code for code in CloseCode if 4400 <= code < 4500])
async def test_a_code_of_the_44_range_ends_it_until_somebody_asks(page: Page, code: int) -> None:
    await page.evaluate(WELCOME)

    await lose(page, int(code))
    await page.clock.run_for(60_000)
    assert (await state(page), await sockets(page)) == ("closed", 1)

    await page.evaluate("connection.start()")
    assert await sockets(page) == 2


@pytest.mark.parametrize("code", [1000, 1006, *(code for code in CloseCode if not 4400 <= code < 4500)])
async def test_any_other_code_brings_it_back(page: Page, code: int) -> None:
    await lose(page, int(code))
    await page.clock.run_for(500)

    assert await sockets(page) == 2


async def test_a_planned_restart_is_waited_for_as_long_as_the_server_asked(page: Page) -> None:
    await page.evaluate(WELCOME)
    await page.evaluate("sockets[0].hear({ t: 'going_away', resume_after: 3.5 })")

    await lose(page, 1012)
    await page.clock.run_for(3499)
    assert await sockets(page) == 1
    await page.clock.run_for(1)
    assert await sockets(page) == 2


async def test_ten_seconds_of_silence_after_a_question_mean_that_the_line_is_dead(page: Page) -> None:
    await page.evaluate(WELCOME)
    await page.evaluate("connection.send({ t: 'typing' })")
    await page.clock.run_for(30_000)
    assert await state(page) == "open"

    await page.evaluate("connection.send({ t: 'say' }, { answered: true })")
    await page.clock.run_for(9_000)
    await page.evaluate("sockets[0].hear({ t: 'line' })")
    await page.clock.run_for(9_000)
    assert await state(page) == "open"

    await page.evaluate("connection.send({ t: 'say' }, { answered: true })")
    await page.clock.run_for(10_000)
    assert (await state(page), await page.evaluate("sockets[0].closed")) == ("waiting", True)


async def test_a_socket_that_never_opens_is_given_up_after_ten_seconds(page: Page) -> None:
    await page.clock.run_for(10_000)

    assert await state(page) == "waiting"


async def test_a_network_that_returns_is_tried_at_once(page: Page) -> None:
    for _ in range(6):
        await lose(page)
        await page.clock.run_for(20_000)
    await lose(page)
    before = await sockets(page)

    await page.evaluate("dispatchEvent(new Event('online'))")

    assert await sockets(page) == before + 1


async def test_a_page_that_is_shown_again_does_not_wait(page: Page) -> None:
    await lose(page)

    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    assert await sockets(page) == 2


async def test_a_page_that_is_shown_again_finds_out_whether_its_line_is_dead(page: Page) -> None:
    await page.evaluate(PINGED)
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert await page.evaluate("sockets[0].sent.at(-1)") == {"t": "ping"}

    await page.evaluate("sockets[0].hear({ t: 'pong' })")
    await page.clock.run_for(10_000)
    assert await state(page) == "open"

    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await page.clock.run_for(10_000)
    assert await state(page) == "waiting"


async def test_a_long_silence_is_asked_about(page: Page) -> None:
    await page.evaluate(PINGED)
    await page.clock.run_for(44_000)
    await page.evaluate("sockets[0].hear({ t: 'line' })")
    await page.clock.run_for(44_000)
    assert await page.evaluate("sockets[0].sent.length") == 1

    await page.clock.run_for(1000)
    assert await page.evaluate("sockets[0].sent.at(-1)") == {"t": "ping"}
    await page.clock.run_for(10_000)
    assert await state(page) == "waiting"


async def test_a_server_that_knows_no_ping_hears_none(page: Page) -> None:
    await page.evaluate(WELCOME)
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await page.clock.run_for(60_000)

    assert await page.evaluate("sockets[0].sent") == [{"t": "hello", "n": 1}]


async def test_a_dropped_socket_is_not_listened_to(page: Page) -> None:
    await page.evaluate(WELCOME)
    await page.evaluate("connection.restart()")

    await page.evaluate("sockets[0].hear({ t: 'line' }); sockets[0].onclose({ code: 4403 })")

    assert await page.evaluate("heard") == ["welcome"]
    assert await state(page) == "connecting"


async def test_the_close_codes_are_those_of_the_server(page: Page) -> None:
    codes = await page.evaluate("import('/shared/close-codes.js').then(({ CloseCode }) => CloseCode)")

    assert codes == {code.name: int(code) for code in CloseCode}
