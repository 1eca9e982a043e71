"""What pages hear of tickets: that they have changed, and who else looks at them; never what they say (T02, T28, T35)."""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import Any

import msgspec
import pytest

from livesupport.chat.protocol import CloseCode
from livesupport.config import Limits
from livesupport.live import news as live_news
from livesupport.live.news import COMMANDS
from livesupport.live.news_wire import NewsCommand, protocol_schema
from livesupport.model import TicketNews
from tests.live.house import House, open_house

NUMBER = "1042-1"


def news(what: str = "replied", **other: Any) -> TicketNews:
    return TicketNews(number=NUMBER, what=what, **other)


async def test_every_agents_page_hears_that_a_ticket_has_changed(house: House) -> None:
    async with house.reader("ana") as ana, house.reader("ben") as ben:
        house.news.publish(news())
        for page in (ana, ben):
            assert await page.next() == {"t": "ticket_changed", "number": NUMBER, "what": "replied"}


async def test_a_page_is_told_whether_it_may_have_missed_something_since_it_was_made(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def missed(**hello: Any) -> Any:
        async with house.reader("ana", hello=False) as page:
            await page.say("hello", who="agent", **hello)
            return (await page.next())["missed"]

    started = monotonic()
    assert await missed(age=0.5)  # nobody knows what was before this server
    monkeypatch.setattr(live_news, "monotonic", lambda: started + 1000)
    assert not await missed(age=2)
    assert await missed(age=2000)
    assert await missed()
    house.news.publish(news())
    assert await missed(age=2)


async def test_an_agent_hears_nothing_of_topics_that_others_serve_but_all_hear_of_a_new_topic(house: House) -> None:
    house.office.strange = {(2, 7)}
    async with house.reader("ben") as ben:
        house.news.publish(news("replied", topic=7))
        house.news.publish(news("topic", topic=7))
        assert (await ben.next())["what"] == "topic"


async def test_nino_hears_only_of_her_own_requests_and_nothing_that_agents_hear(house: House) -> None:
    async with house.reader("nino", "requester") as nino:
        house.news.publish(news("noted"))
        house.news.publish(news("replied", requester=2))
        house.news.publish(news("status", requester=1))
        assert await nino.next() == {"t": "requests_changed", "number": NUMBER, "what": "status"}


async def test_nino_hears_of_an_answer_when_she_can_see_it(house: House) -> None:
    async with house.reader("ana") as ana, house.reader("nino", "requester") as nino:
        house.news.publish(news("replied", requester=1, requester_in=0.05))
        house.news.publish(news("status", requester=1))
        assert (await ana.next())["what"] == "replied"
        assert [(await nino.next())["what"], (await nino.next())["what"]] == ["status", "replied"]


async def test_a_page_in_a_strange_frame_shows_its_secret_in_the_hello(house: House) -> None:
    async with house.knock("/ws/news") as panel:
        await panel.say("hello", who="requester", token="secret-of-nino")
        assert (await panel.next())["t"] == "welcome"


async def test_agents_and_requesters_who_ask_for_a_sign_of_life_get_one(house: House) -> None:
    async with house.reader("ana") as ana, house.reader("nino", "requester") as nino:
        for page in (ana, nino):
            await page.say("ping")
            assert await page.next() == {"t": "pong"}


@pytest.mark.parametrize(
    ("name", "who", "hello"),
    [
        ("yesterday", "agent", {}),
        ("", "agent", {}),
        ("ana", "agent", {"who": "requester"}),
        ("nino", "requester", {"who": "agent"}),
        ("nino", "requester", {"who": "agent", "token": "secret-of-ana"}),
    ],
)
async def test_nobody_is_let_in_as_somebody_else(house: House, name: str, who: Any, hello: dict[str, str]) -> None:
    cookie = house.config.session_cookie if who == "agent" else house.config.requester_cookie
    async with house.knock("/ws/news", additional_headers={"cookie": f"{cookie}=secret-of-{name}"}) as page:
        await page.say("hello", **{"who": who, **hello})
        assert await page.closed() == CloseCode.NOT_SIGNED_IN


async def test_the_end_of_a_session_is_the_end_of_its_sockets(house: House) -> None:
    async with house.reader("ana") as ana, house.reader("ben") as ben, house.reader("nino", "requester") as nino:
        assert house.news.requester_sessions() == {"session-of-nino"}
        house.desk.close_sessions({"session-of-ana"} & house.desk.sessions())
        house.news.close_sessions({"session-of-nino"})
        assert await ana.closed() == CloseCode.NOT_SIGNED_IN
        assert await nino.closed() == CloseCode.NOT_SIGNED_IN
        house.news.publish(news())
        assert (await ben.next())["t"] == "ticket_changed"
    assert len(house.news) == 0


async def test_ana_and_ben_see_each_other_on_a_ticket_and_who_writes(house: House) -> None:
    async with house.reader("ana") as ana:
        await ana.say("watch", number=NUMBER, doing="viewing")
        assert await ana.hear("people") == {"t": "people", "number": NUMBER}
        async with house.reader("ben") as ben:
            await ben.say("watch", number=NUMBER, doing="viewing")
            assert await ben.hear("people") == {"t": "people", "number": NUMBER, "viewing": ["Ana"]}
            assert await ana.hear("people") == {"t": "people", "number": NUMBER, "viewing": ["Ben"]}
            await ben.say("watch", number=NUMBER, doing="drafting")
            assert await ana.hear("people") == {"t": "people", "number": NUMBER, "drafting": ["Ben"]}
            await ben.say("watch", number=NUMBER, doing="left")
            assert await ana.hear("people") == {"t": "people", "number": NUMBER}
            await ben.say("watch", number=NUMBER, doing="viewing")
            await ana.hear("people", viewing=["Ben"])
        assert await ana.hear("people") == {"t": "people", "number": NUMBER}


async def test_ben_with_two_tabs_is_one_person_who_writes_in_one_of_them(house: House) -> None:
    async with house.reader("ana") as ana, house.reader("ben") as ben, house.reader("ben") as again:
        await ana.say("watch", number=NUMBER, doing="viewing")
        await ben.say("watch", number=NUMBER, doing="drafting")
        await ana.hear("people", drafting=["Ben"])
        await again.say("watch", number=NUMBER, doing="viewing")
        assert await ana.hear("people") == {"t": "people", "number": NUMBER, "drafting": ["Ben"]}
        assert await again.hear("people") == {"t": "people", "number": NUMBER, "viewing": ["Ana"]}


async def test_a_ticket_that_ben_may_not_see_tells_him_nobody_and_nobody_of_him(house: House) -> None:
    house.office.hidden = {(2, NUMBER)}
    async with house.reader("ana") as ana, house.reader("ben") as ben:
        await ben.say("watch", number=NUMBER, doing="viewing")
        await ben.say("watch", number="1001-7", doing="viewing")
        assert (await ben.hear("people"))["number"] == "1001-7"
        await ana.say("watch", number=NUMBER, doing="viewing")
        assert await ana.hear("people") == {"t": "people", "number": NUMBER}


async def test_who_has_left_before_the_answer_was_found_is_not_there(house: House) -> None:
    async with house.reader("ana") as ana:
        house.office.gate.clear()
        await ana.say("watch", number=NUMBER, doing="viewing")
        await ana.say("watch", number=NUMBER, doing="left")
        await ana.say("unknown")
        await ana.hear("refused")  # all three were read
        house.office.gate.set()
        async with house.reader("ben") as ben:
            await ben.say("watch", number=NUMBER, doing="viewing")
            assert await ben.hear("people") == {"t": "people", "number": NUMBER}


async def test_requesters_and_strangers_watch_nobody(house: House) -> None:
    async with house.reader("nino", "requester") as nino:
        await nino.say("watch", number=NUMBER, doing="viewing")
        assert await nino.next() == {"t": "refused", "code": "not_allowed"}
    async with house.knock("/ws/news") as stranger:
        await stranger.say("watch", number=NUMBER, doing="viewing")
        assert await stranger.next() == {"t": "refused", "code": "hello_first"}


@pytest.mark.parametrize("number", ["1042", "0", "1042-12", "1042-1\n", "x" * 10_000, True, None, [], 2**63])
async def test_what_is_no_number_is_noise(house: House, number: object) -> None:
    async with house.reader("ana") as ana:
        await ana.say("watch", number=number, doing="viewing")
        assert await ana.next() == {"t": "refused", "code": "malformed"}


async def test_a_page_has_only_so_many_tickets_before_it(house: House) -> None:
    async with house.reader("ana") as ana:
        for number in range(20):
            await ana.say("watch", number=f"{1000 + number}-0", doing="viewing")
        await ana.say("watch", number="2000-0", doing="viewing")
        assert (await ana.hear("refused"))["code"] == "not_allowed"


async def test_while_the_database_is_away_pages_are_told_to_come_back() -> None:
    async with open_house() as house:
        house.office.broken = True
        async with house.reader("ana", welcome=False) as ana:
            assert await ana.closed() == CloseCode.TRY_LATER


async def test_an_office_behind_one_address_opens_more_pages_than_strangers_could() -> None:
    async with open_house(Limits(sockets_per_address=1, sockets_per_visitor=2)) as house:
        async with house.reader("ana"), house.reader("ben"), house.reader("ana"), house.reader("ana", welcome=False) as another:
            assert await another.closed() == CloseCode.TOO_FAST
        async with house.reader("ana"):
            pass


async def test_who_is_gone_before_it_is_known_who_it_is_leaves_nothing_behind(house: House) -> None:
    house.office.gate.clear()
    async with house.reader("ana", welcome=False):
        pass
    house.office.gate.set()
    while len(house.desk.hub):
        await asyncio.sleep(0)
    assert len(house.news) == 0


def test_the_welcome_names_every_command_and_the_schema_every_frame() -> None:
    tags = {kind.__struct_config__.tag for kind in NewsCommand.__args__}
    assert set(COMMANDS) == tags - {"hello"}
    schema = protocol_schema()
    assert {"AgentPush", "NewsCommand", "NewsPush", "People"} <= schema["$defs"].keys()
    assert msgspec.json.encode(schema)
