"""Many starts of one address cost work: what is asked for, what proves it, and what does not (product.md 3.15)."""

from __future__ import annotations

import hmac
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from livesupport.config import Limits
from livesupport.live.proof import MOST_EXTRA_BITS, WINDOW, Purpose, bits_needed, challenge, is_proven, solves
from livesupport.signing import Fingerprints
from tests.live.house import House, Page, open_house

BITS = 16
NINO = Purpose("198.51.100.7", "start-of-nino-0001", 3)


def keyed(text: str) -> str:
    """As `Fingerprints`, but the same in each run, so that no proof is right by luck."""
    return hmac.digest(b"a key of the tests", text.encode(), "sha256").hex()[:32]


def solution(asked: str, bits: int) -> str:
    """What an honest client finds."""
    return next(proof for proof in map(str, itertools.count()) if solves(asked, proof, bits))


def wrong(asked: str, bits: int) -> str:
    """The first text that proves nothing."""
    return next(proof for proof in map(str, itertools.count()) if not solves(asked, proof, bits))


# ── what is asked for ────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_fourth_start_costs_work_and_each_further_one_twice_as_much_up_to_a_limit() -> None:
    limits = Limits()
    assert [bits_needed(starts, limits) for starts in (0, 2, 3, 4, 7, 8)] == [0, 0, 16, 17, 20, 16 + MOST_EXTRA_BITS]


def test_without_bits_nobody_is_asked() -> None:
    assert not any(bits_needed(starts, Limits(proof_bits=0)) for starts in range(20))


def test_the_example_of_the_protocol_page_is_right() -> None:
    assert solution("0123abcd", 16) == "12671"


@pytest.mark.parametrize("later", [0, WINDOW - 1, WINDOW])
def test_a_proof_is_good_in_its_window_and_the_next(later: float) -> None:
    proof = solution(challenge(NINO, 3 * WINDOW, keyed), BITS)
    assert is_proven(NINO, proof, BITS, 3 * WINDOW + later, keyed)


@pytest.mark.parametrize("later", [-1, 2 * WINDOW])
def test_a_proof_of_another_time_is_not(later: float) -> None:
    proof = solution(challenge(NINO, 3 * WINDOW, keyed), BITS)
    assert not is_proven(NINO, proof, BITS, 3 * WINDOW + later, keyed)


@pytest.mark.parametrize("other", [{"address": "198.51.100.8"}, {"start_id": "start-of-mallory-1"}, {"starts": 4}])
def test_a_proof_is_good_for_one_start_of_one_address(other: dict[str, Any]) -> None:
    proof = solution(challenge(NINO, 0.0, keyed), BITS)
    assert is_proven(NINO, proof, BITS, 0.0, keyed)
    assert not is_proven(msgspec.structs.replace(NINO, **other), proof, BITS, 0.0, keyed)


def test_a_challenge_cannot_be_made_without_the_key() -> None:
    assert challenge(NINO, 0.0, keyed) != challenge(NINO, 0.0, Fingerprints())


# ── over the wire ────────────────────────────────────────────────────────────────────────────────────────────────────


def start(number: int, **more: Any) -> dict[str, Any]:
    return {"id": f"start-of-somebody-{number}", "name": "Nino", "phone": "555 12 34 56", "question": "Free?", "ref": 9, **more}


async def begin(house: House, number: int, **more: Any) -> dict[str, Any]:
    """A visitor comes, starts a chat, and leaves; what the server answered."""
    async with house.visitor() as page:
        return await asks(page, number, **more)


async def asks(page: Page, number: int, **more: Any) -> dict[str, Any]:
    await page.say("start", **start(number, **more))
    while (answer := await page.next())["t"] not in ("token", "refused"):
        pass
    return answer


@asynccontextmanager
async def busy_address(limits: Limits | None = None) -> AsyncIterator[House]:
    """A house where three chats of this address have begun."""
    async with open_house(limits, fingerprint=keyed) as house, house.agent():
        for number in range(3):
            assert (await begin(house, number))["t"] == "token"
        yield house


async def test_whoever_does_the_work_gets_in_with_the_same_start() -> None:
    async with busy_address() as house, house.visitor() as nino:
        asked = await asks(nino, 3)
        assert (asked["code"], asked["ref"], asked["bits"], asked["retry_after"]) == ("proof_needed", 9, BITS, 600.0)
        assert (await asks(nino, 3, proof=solution(asked["challenge"], BITS)))["t"] == "token"


async def test_a_bot_that_does_no_work_gets_in_only_where_nobody_asks_for_it() -> None:
    async with busy_address(Limits(proof_bits=0)) as house:
        assert (await begin(house, 3))["t"] == "token"
    async with busy_address() as house:
        for number in range(3, 10):
            assert (await begin(house, number))["code"] == "proof_needed"
        assert house.office.counts.count("started") == 3


async def test_a_wrong_proof_is_answered_with_the_same_challenge() -> None:
    async with busy_address() as house, house.visitor() as mallory:
        asked = await asks(mallory, 3)
        assert await asks(mallory, 3, proof=wrong(asked["challenge"], BITS)) == asked


async def test_a_proof_borrowed_from_another_start_is_refused() -> None:
    async with busy_address() as house, house.visitor() as mallory:
        asked = await asks(mallory, 3)
        proof = solution(asked["challenge"], BITS)
        assert (await asks(mallory, 4, proof=proof))["code"] == "proof_needed"
        assert (await asks(mallory, 3, proof=proof))["t"] == "token"


async def test_an_old_proof_is_refused() -> None:
    async with busy_address(Limits(starts_window=3600.0)) as house:
        asked = await begin(house, 3)
        house.clock.advance(2 * WINDOW)
        again = await begin(house, 3, proof=solution(asked["challenge"], BITS))
        assert again["code"] == "proof_needed"
        assert again["challenge"] != asked["challenge"]


async def test_a_proof_opens_one_chat_and_the_next_costs_one_bit_more() -> None:
    async with busy_address() as house:
        asked = await begin(house, 3)
        proof = solution(asked["challenge"], BITS + 1)  # good enough for the next start, too
        async with house.visitor() as nino:
            assert (await asks(nino, 3, proof=proof))["t"] == "token"
            again = await begin(house, 3, proof=proof)
        assert (again["code"], again["bits"]) == ("proof_needed", BITS + 1)


async def test_work_does_not_lift_the_limit_of_the_address() -> None:
    async with busy_address() as house:
        for number in (3, 4):
            asked = await begin(house, number)
            assert (await begin(house, number, proof=solution(asked["challenge"], asked["bits"])))["t"] == "token"
        assert (await begin(house, 5))["code"] == "too_fast"


async def test_after_ten_minutes_no_work_is_asked_for() -> None:
    async with busy_address() as house:
        asked = await begin(house, 3)
        house.clock.advance(asked["retry_after"])
        assert (await begin(house, 3))["t"] == "token"


async def test_a_slip_of_the_pen_is_said_before_any_work() -> None:
    async with busy_address() as house:
        assert (await begin(house, 3, phone="call me"))["code"] == "bad_phone"


async def test_a_proof_that_is_no_text_or_too_long_is_noise() -> None:
    async with busy_address() as house, house.visitor() as mallory:
        for proof in (7, "x" * 65):
            assert (await asks(mallory, 3, proof=proof))["code"] == "malformed"
        await mallory.send(msgspec.json.encode({"t": "start", **start(3, proof="?")}).decode().replace("?", "\\ud800"))
        assert (await mallory.hear("refused"))["code"] == "malformed"


async def test_an_exempt_network_is_never_asked() -> None:
    async with busy_address(Limits(exempt=("127.0.0.0/8",))) as house:
        for number in range(3, 8):
            assert (await begin(house, number))["t"] == "token"
