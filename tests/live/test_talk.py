"""The main job over real sockets: somebody asks, an agent answers, and both see the same."""

from __future__ import annotations

from tests.live.house import House, Page

START = {"id": "start-of-nino-0001", "name": "Nino", "phone": "555 12 34 56", "question": "Is the room free?"}


async def match(nino: Page, ana: Page) -> str:
    """Nino starts a chat and Ana accepts it; returns its id."""
    await nino.say("start", **START)
    offer = await ana.hear("offer")
    await ana.say("accept", chat=offer["chat"])
    await nino.hear("chat", status="active", agent="Ana")
    await ana.hear("chat", status="active")
    return str(offer["chat"])


async def test_nino_asks_and_ana_answers(house: House) -> None:
    async with house.agent() as ana, house.visitor() as nino:
        chat = await match(nino, ana)
        await nino.say("say", id="message-of-nino-01", text="From Friday on")
        heard = await ana.hear("line", kind="message")
        own = await nino.hear("line", kind="message")
        assert heard == own
        assert (heard["text"], heard["by"], heard["name"]) == ("From Friday on", "visitor", "Nino")

        await ana.say("say", chat=chat, id="message-of-ana-001", text="It is.")
        assert (await nino.hear("line", by="agent"))["text"] == "It is."


async def test_ana_sees_the_phone_number_in_its_international_form(house: House) -> None:
    async with house.agent() as ana, house.visitor() as nino:
        await nino.say("start", **START | {"phone": "۵۵۵ ۱۲ ۳۴ ۵۶"})
        offer = await ana.hear("offer")
        await ana.say("accept", chat=offer["chat"])
        assert (await ana.hear("chat", status="active"))["visitor"]["phone"] == "+995555123456"


async def test_nino_reloads_and_finds_the_chat_again_by_her_token(house: House) -> None:
    async with house.agent() as ana:
        async with house.visitor() as nino:
            await nino.say("start", **START)
            token = (await nino.hear("token"))["token"]
            offer = await ana.hear("offer")
            await ana.say("accept", chat=offer["chat"])
            await nino.hear("chat", status="active")
        await ana.say("say", chat=offer["chat"], id="message-of-ana-001", text="Are you there?")
        await ana.hear("line", kind="message")
        async with house.visitor(hello=False) as nino:
            await nino.say("hello", site="default", token=token)
            assert (await nino.hear("welcome"))["resumed"]
            assert (await nino.hear("lines"))["count"] == 3
            assert (await nino.hear("line", kind="message"))["text"] == "Are you there?"


async def test_a_token_of_another_site_opens_nothing(house: House) -> None:
    token = house.desk.ports.sign_token("visitor-of-elsewhere", "elsewhere", "chat-of-elsewhere-1", 1)
    async with house.visitor(hello=False) as mallory:
        await mallory.say("hello", site="default", token=token)
        assert not (await mallory.hear("welcome")).get("resumed", False)


async def test_one_click_makes_a_ticket_and_both_see_its_number(house: House) -> None:
    async with house.agent() as ana, house.visitor() as nino:
        chat = await match(nino, ana)
        await ana.say("convert", chat=chat)
        await nino.hear("chat", armed_by="Ana")
        house.pass_time(5.0)
        assert (await ana.hear("line", kind="converted"))["other"] == "1001-0"
        assert (await nino.hear("line", kind="converted"))["other"] == "1001-0"
        assert house.office.tickets[0].visitor.question == "Is the room free?"


async def test_a_ticket_that_cannot_be_written_leaves_the_chat_as_it_was(house: House) -> None:
    async with house.agent() as ana, house.visitor() as nino:
        chat = await match(nino, ana)
        house.office.broken = True
        await nino.say("save", ref=7)
        assert (await nino.hear("refused"))["code"] == "not_saved"
        await ana.say("say", chat=chat, id="message-of-ana-001", text="Let us try again.")
        assert (await nino.hear("line", kind="message"))["text"] == "Let us try again."
        house.office.broken = False
        await nino.say("save")
        assert (await nino.hear("line", kind="converted"))["other"] == "1001-0"
