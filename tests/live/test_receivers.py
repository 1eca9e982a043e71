"""What one socket may say: noise, speed, and the forms of what is said (T05, T12, T33, T43, T45; product.md 3.15)."""

from __future__ import annotations

import msgspec
import pytest
import structlog

from livesupport.config import Limits
from tests.live.house import House, open_house

START = {"id": "start-of-nino-0001", "name": "Nino", "phone": "555 12 34 56", "question": "Is the room free?"}
REQUEST = {"id": "request-of-nino-01", "name": "Nino", "phone": "555 12 34 56", "question": "Is the room free?"}


# ── noise ────────────────────────────────────────────────────────────────────────────────────────────────────────────

NOISE = ["", "hello", "[]", "7", " " * 1000, '{"event":"base"}', '{"t":"__class__"}', '{"t":"say","from":"agent"}', "\x00"]


@pytest.mark.parametrize("greeted", [True, False])
@pytest.mark.parametrize("frame", NOISE)
async def test_noise_is_answered_with_a_short_fixed_code(house: House, frame: str, greeted: bool) -> None:
    async with house.visitor(hello=greeted) as mallory:
        await mallory.send(frame)
        answer = await mallory.hear("refused")
        assert answer == {"t": "refused", "code": "malformed"}
        assert len(msgspec.json.encode(answer)) <= 200


async def test_ten_frames_of_noise_end_the_connection_and_nothing_else(house: House) -> None:
    async with house.visitor() as nino, house.visitor() as mallory:
        for _ in range(1000):
            await mallory.say("unknown")
        assert await mallory.closed() == 4400
        await nino.say("hello", site="default")
        assert (await nino.hear("refused"))["code"] == "not_allowed"


async def test_noise_before_the_hello_counts_too(house: House) -> None:
    async with house.agent(hello=False) as mallory:
        for _ in range(10):
            await mallory.say("intent", intent="available")
        assert await mallory.closed() == 4400


async def test_a_fault_of_ours_costs_one_frame() -> None:
    def broken(text: str, region: str) -> str | None:
        raise RuntimeError(f"no idea what {text} is")

    async with open_house(parse_phone=broken) as house, house.agent(), house.visitor() as nino:
        with structlog.testing.capture_logs() as lines:
            await nino.say("start", **START)
            await nino.say("hello", site="default")
            assert (await nino.hear("refused"))["code"] == "not_allowed"
        assert lines == [{"event": "frame_failed", "error": "RuntimeError", "log_level": "error"}]


# ── speed ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_nino_may_say_ten_things_at_once_and_is_told_when_to_say_the_next(house: House) -> None:
    async with house.agent(), house.visitor() as nino:
        for number in range(11):
            await nino.say("say", id=f"message-of-nino-{number:02}", text="hello", ref=number)
        refused = [await nino.hear("refused") for _ in range(11)]
        assert [each["code"] for each in refused] == ["no_such_chat"] * 10 + ["too_fast"]
        assert (refused[10]["ref"], refused[10]["retry_after"]) == (10, 1.0)
        house.clock.advance(1.0)
        await nino.say("say", id="message-of-nino-11", text="hello")
        assert (await nino.hear("refused"))["code"] == "no_such_chat"


async def test_tabs_of_one_visitor_share_the_credit(house: House) -> None:
    token = house.desk.ports.sign_token("nino", "default", "chat-of-nino-0001", 1)
    async with house.visitor(token) as nino, house.visitor(token) as tab:
        for number in range(10):
            await nino.say("say", id=f"message-of-nino-{number:02}", text="hello")
            assert (await nino.hear("refused"))["code"] == "no_such_chat"
        await tab.say("say", id="message-of-nino-10", text="hello")
        assert (await tab.hear("refused"))["code"] == "too_fast"


@pytest.mark.parametrize("t", ["typing", "keep_waiting"])
async def test_a_flood_is_cut(house: House, t: str) -> None:
    async with house.visitor() as mallory:
        for _ in range(1000):
            await mallory.say(t)
        assert await mallory.closed() == 4429


async def test_thirty_frames_at_once_and_five_a_second_are_no_flood(house: House) -> None:
    async with house.visitor() as nino:
        for _ in range(28):  # the hello was one
            await nino.say("typing")
        for _ in range(20):
            house.clock.advance(0.2)
            await nino.say("say", id="message-of-nino-01", text="hello")
            await nino.hear("refused")


async def test_a_console_with_twenty_chats_is_no_flood(house: House) -> None:
    async with house.agent() as ana:
        for _ in range(500):
            await ana.say("typing", chat="chat-of-nino-0001")
        await ana.say("intent", intent="away")
        await ana.hear("me", intent="away")


async def test_an_address_starts_so_many_chats_and_no_more() -> None:
    async with open_house(Limits(starts_per_address=2, starts_window=600)) as house, house.agent():
        for number in range(3):
            async with house.visitor() as nino:
                await nino.say("start", **START | {"id": f"start-of-nino-000{number}"}, ref=9)
                if number < 2:
                    await nino.hear("token")
                else:
                    refused = await nino.hear("refused")
                    assert (refused["code"], refused["retry_after"], refused["ref"]) == ("too_fast", 300.0, 9)
        house.clock.advance(300.0)
        async with house.visitor() as nino:
            await nino.say("start", **START)
            await nino.hear("token")


async def test_a_start_that_was_refused_costs_no_start() -> None:
    async with open_house(Limits(starts_per_address=1)) as house, house.agent(), house.visitor() as nino:
        for wrong in ({"phone": "call me"}, {"name": "  "}, {"question": ""}, {"topic": 99}):
            await nino.say("start", **START | wrong)
            assert (await nino.hear("refused"))["code"] in ("bad_phone", "bad_name", "bad_question", "bad_topic")
        await nino.say("start", **START)
        await nino.hear("token")


async def test_an_address_leaves_so_many_requests_and_no_more() -> None:
    async with open_house(Limits(requests_per_address=2, requests_window=3600)) as house, house.visitor() as nino:
        for number in range(2):
            await nino.say("request", **REQUEST | {"id": f"request-of-nino-0{number}"})
            assert (await nino.hear("requested"))["ticket"] == "1001-7"
        await nino.say("request", **REQUEST | {"id": "request-of-nino-02"})
        assert (await nino.hear("refused"))["retry_after"] == 1800.0
        assert len(house.office.requests) == 2


# ── forms ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_phone_number_that_is_none_is_told_beside_its_field(house: House) -> None:
    async with house.agent(), house.visitor() as nino:
        await nino.say("start", **START | {"phone": "call me"}, ref=3)
        assert await nino.hear("refused") == {"t": "refused", "code": "bad_phone", "field": "phone", "ref": 3}


async def test_a_request_may_name_an_address_in_place_of_a_phone(house: House) -> None:
    async with house.visitor() as nino:
        await nino.say("request", **REQUEST | {"phone": "", "email": "nino@example.test"})
        await nino.hear("requested")
        assert (house.office.requests[0].phone, house.office.requests[0].email) == ("", "nino@example.test")
        await nino.say("request", **REQUEST | {"id": "request-of-nino-02", "phone": ""})
        assert (await nino.hear("refused"))["code"] == "bad_phone"


async def test_poison_is_taken_out_before_anybody_reads_it(house: House) -> None:
    async with house.agent() as ana, house.visitor() as nino:
        await nino.say("start", **START | {"name": "Ni\u202eno\x00\n", "question": "a\x00b\ufffe"})
        offer = await ana.hear("offer")
        assert offer["question"] == "ab"
        await ana.say("accept", chat=offer["chat"])
        assert (await ana.hear("chat", status="active"))["visitor"]["name"] == "Nino"


async def test_a_lone_surrogate_costs_its_sender_one_frame_and_the_peer_nothing(house: House) -> None:
    async with house.agent() as ana, house.visitor() as nino:
        await nino.say("start", **START)
        offer = await ana.hear("offer")
        await ana.say("accept", chat=offer["chat"])
        await nino.hear("chat", status="active")
        await nino.send('{"t":"say","id":"message-of-nino-01","text":"\\ud800"}')
        assert (await nino.hear("refused"))["code"] == "malformed"
        await nino.say("say", id="message-of-nino-02", text="still here")
        assert (await ana.hear("line", kind="message"))["text"] == "still here"


async def test_a_visitor_who_closes_the_page_is_leaving_and_one_who_vanishes_is_not(house: House) -> None:
    async with house.agent() as ana, house.visitor() as nino:
        await nino.say("start", **START)
        offer = await ana.hear("offer")
        await ana.say("accept", chat=offer["chat"])
        await nino.hear("chat", status="active")
        token_page = nino
        await token_page.leave(1001)
        rules = house.config.chat
        house.pass_time(rules.gone_notice_after)
        gone = await ana.hear("chat", visitor_gone=True)
        assert gone["erases_in"] == pytest.approx(rules.visitor_grace_leaving - rules.gone_notice_after)
