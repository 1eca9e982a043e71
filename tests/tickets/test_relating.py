"""Tickets that become one, belong together or go on from each other; tags and watchers."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from livesupport.errors import Conflict, Invalid, NotFound
from livesupport.model import Agent, Draft, Topic
from livesupport.tickets.finding import Finder
from livesupport.tickets.labelling import MOST_TAGS, TAG_LENGTH
from livesupport.tickets.relating import OtherRequester
from livesupport.tickets.requests import TicketChange, TicketFilter
from livesupport.tickets.service import Around, Tickets
from tests.tickets.conftest import a_request, from_chat, history, texts


async def around(tickets: Tickets, number: str, actor: Agent) -> Around:
    """What stands around a ticket."""
    return await tickets.around((await tickets.get(number, actor=actor)).ticket, actor=actor)


async def numbers_of_two(tickets: Tickets, **second: object) -> tuple[str, str]:
    """A chat of Nino's, and a request that she left later."""
    one = await tickets.open(from_chat())
    two = await tickets.open(a_request(question="And now the kettle", **second))
    return one.number, two.number


# ── Merging ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_both_numbers_go_on_finding_everything_that_was_said(tickets: Tickets, ana: Agent) -> None:
    one, two = await numbers_of_two(tickets)
    target = await tickets.merge(two, one, actor=ana)
    assert (target.number, target.status) == (one, "open")
    whole = await tickets.get(one, actor=ana)
    assert [message.text for thread in (whole, *whole.merged) for message in thread.messages] == [
        "My invoice is wrong",
        "How can I help?",
        "And now the kettle",
    ]
    source = (await tickets.get(two, actor=ana)).ticket
    assert source.status == "merged"
    into = (await around(tickets, two, ana)).into
    assert into is not None
    assert into.number == one
    assert await texts(tickets, two) == ["And now the kettle"]
    assert (await history(tickets, one))[-1] == ("took_in", "Ana", "", two)
    assert (await history(tickets, two))[-2:] == [("status", "Ana", "new", "merged"), ("merged", "Ana", "", one)]


async def test_what_was_merged_before_comes_along(tickets: Tickets, ana: Agent) -> None:
    one, two = await numbers_of_two(tickets)
    three = (await tickets.open(a_request("third", question="Third"))).number
    await tickets.merge(one, two, actor=ana)
    await tickets.merge(two, three, actor=ana)
    assert {thread.ticket.number for thread in (await tickets.get(three, actor=ana)).merged} == {one, two}


async def test_tags_watchers_and_the_open_question_come_along(tickets: Tickets, finder: Finder, ana: Agent, ben: Agent) -> None:
    one, two = await numbers_of_two(tickets)
    await tickets.reply(one, "Here is the invoice", actor=ana)
    for number, tag, watcher in ((one, "vip", ana), (two, "vip", ana), (two, "kettle", ben)):
        await tickets.tag(number, tag, actor=ana)
        await tickets.watch(number, actor=watcher)
    again = TicketFilter(asked_again=True)
    assert (await finder.inbox(again, actor=ana)).items == []
    await tickets.merge(two, one, actor=ana)
    about = await around(tickets, one, ana)
    assert (about.tags, [agent.name for agent in about.watchers]) == (["kettle", "vip"], ["Ana", "Ben"])
    assert [ticket.number for ticket in (await finder.inbox(again, actor=ana)).items] == [one]
    await tickets.reply(one, "And here is the kettle", actor=ana)
    assert (await finder.inbox(again, actor=ana)).items == []


async def test_tags_that_have_no_room_stay_where_they_are(tickets: Tickets, ana: Agent) -> None:
    one, two = await numbers_of_two(tickets)
    for count in range(MOST_TAGS - 1):
        await tickets.tag(one, f"tag {count:02}", actor=ana)
    for tag in ("first", "second"):
        await tickets.tag(two, tag, actor=ana)
    await tickets.merge(two, one, actor=ana)
    assert len((await around(tickets, one, ana)).tags) == MOST_TAGS
    assert (await around(tickets, two, ana)).tags == ["first", "second"]


async def test_what_waited_for_us_still_does(tickets: Tickets, ana: Agent) -> None:
    one, two = await numbers_of_two(tickets)
    await tickets.change(one, TicketChange(status="solved"), actor=ana)
    target = await tickets.merge(two, one, actor=ana)
    assert (target.status, target.solved_at) == ("open", None)


async def test_a_merge_of_two_peoples_requests_must_be_meant(tickets: Tickets, ana: Agent) -> None:
    one, two = await numbers_of_two(tickets, name="Levan", phone="+995555000000")
    with pytest.raises(OtherRequester):
        await tickets.merge(two, one, actor=ana)
    assert (await tickets.get(two, actor=ana)).ticket.status == "new"
    assert (await tickets.merge(two, one, actor=ana, other_requester=True)).number == one


async def test_what_is_no_other_ticket_is_refused_beside_its_field(
    tickets: Tickets, ana: Agent, carlo: Agent, billing: Topic
) -> None:
    one, two = await numbers_of_two(tickets, topic=billing.id)
    for into in ("", "abc", "1009", one, "1001", "1002-9", two):
        actor = carlo if into == two else ana
        for deed in (tickets.merge(one, into, actor=actor), tickets.link(one, into, actor=actor)):
            with pytest.raises(Invalid):
                await deed
    assert (await tickets.get(one, actor=ana)).ticket.status == "open"


async def test_what_is_finished_is_not_merged(tickets: Tickets, ana: Agent) -> None:
    one, two = await numbers_of_two(tickets)
    await tickets.change(one, TicketChange(status="spam"), actor=ana)
    for pair in ((one, two), (two, one)):
        with pytest.raises(Conflict):
            await tickets.merge(*pair, actor=ana)


async def test_two_agents_who_merge_crosswise_do_not_wait_for_each_other(tickets: Tickets, ana: Agent, ben: Agent) -> None:
    one, two = await numbers_of_two(tickets)
    both = (tickets.merge(one, two, actor=ana), tickets.merge(two, one, actor=ben))
    outcomes = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "Ticket"]


# ── Linking, following ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_link_is_seen_from_both_sides_until_it_is_taken_away(tickets: Tickets, ana: Agent) -> None:
    one, two = await numbers_of_two(tickets)
    await tickets.link(two, f"#{one}", actor=ana)
    await tickets.link(one, two, actor=ana)
    for here, there in ((one, two), (two, one)):
        assert [ticket.number for ticket in (await around(tickets, here, ana)).linked] == [there]
    await tickets.unlink(one, two, actor=ana)
    await tickets.unlink(one, two, actor=ana)
    assert (await around(tickets, two, ana)).linked == []
    assert [event for event in await history(tickets, one) if "link" in event[0]] == [
        ("linked", "Ana", "", two),
        ("unlinked", "Ana", "", two),
    ]


async def test_a_follow_up_is_opened_once_for_the_same_person(tickets: Tickets, ana: Agent) -> None:
    number = (await tickets.open(from_chat())).number
    opened = [await tickets.follow_up(number, "one click", actor=ana) for _click in range(2)]
    assert opened[0] == opened[1]
    [after] = (await around(tickets, number, ana)).followed_by
    assert (after.number, after.name, after.phone, after.status) == (opened[0].number, "Nino", "+995555123456", "open")
    assert after.assignee == ana
    before = (await around(tickets, after.number, ana)).follows
    assert before is not None
    assert before.number == number


async def test_earlier_requests_of_the_same_person_are_found_by_phone_or_address(tickets: Tickets, ana: Agent) -> None:
    for of, fields in enumerate(
        (
            {"phone": "+995555000001", "email": ""},
            {"phone": "+995555000001", "email": "nino@example.com"},
            {"phone": "", "email": "nino@example.com"},
            {"phone": "", "email": ""},
        )
    ):
        await tickets.open(a_request(of, **fields))
    assert {ticket.number for ticket in (await around(tickets, "1002", ana)).earlier} == {"1001-7", "1003-3"}
    assert (await around(tickets, "1004", ana)).earlier == []


async def test_earlier_requests_that_one_may_not_see_take_no_places(tickets: Tickets, carlo: Agent, billing: Topic) -> None:
    for of in range(7):
        await tickets.open(a_request(of, topic=billing.id if of > 1 else None))
    assert [ticket.number for ticket in (await around(tickets, "1001", carlo)).earlier] == ["1002-5"]


# ── Tags and watchers ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_tag_is_one_however_it_is_written(tickets: Tickets, ana: Agent) -> None:
    await tickets.open(from_chat())
    for tag in ("Refund", " #refund ", "REFUND", "ყველი"):
        await tickets.tag("1001", tag, actor=ana)
    found = await around(tickets, "1001", ana)
    assert found.tags == ["refund", "ყველი"]
    assert set(found.known_tags) == {"refund", "ყველი"}
    await tickets.untag("1001", "Refund", actor=ana)
    await tickets.untag("1001", "Refund", actor=ana)
    assert (await around(tickets, "1001", ana)).tags == ["ყველი"]
    assert [event for event in await history(tickets, "1001") if "refund" in event[2:]] == [
        ("tagged", "Ana", "", "refund"),
        ("untagged", "Ana", "refund", ""),
    ]


async def test_tags_are_few_and_short(tickets: Tickets, ana: Agent) -> None:
    await tickets.open(from_chat())
    for tag in ("", " # ", "x" * (TAG_LENGTH + 1)):
        with pytest.raises(Invalid):
            await tickets.tag("1001", tag, actor=ana)
    for number in range(MOST_TAGS):
        await tickets.tag("1001", f"tag {number}", actor=ana)
    with pytest.raises(Invalid):
        await tickets.tag("1001", "one more", actor=ana)


async def test_whoever_watches_is_listed_until_they_stop(tickets: Tickets, ana: Agent, ben: Agent) -> None:
    await tickets.open(from_chat())
    for _click in range(2):
        await tickets.watch("1001", actor=ben)
    assert (await around(tickets, "1001", ana)).watchers == [ben]
    for _click in range(2):
        await tickets.unwatch("1001", actor=ben)
    assert (await around(tickets, "1001", ana)).watchers == []


# ── Rights ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_belongs_to_other_topics_does_not_exist_for_an_agent(
    tickets: Tickets, ana: Agent, carlo: Agent, billing: Topic
) -> None:
    """T26, T29: every deed, on a ticket of a topic that is not his; Ana may do each of them."""
    number = (await tickets.open(from_chat(topic=billing.id))).number
    other = (await tickets.open(a_request())).number
    for deed in (
        lambda actor: tickets.get(number, actor=actor),
        lambda actor: tickets.note(number, "Hello", actor=actor),
        lambda actor: tickets.keep_draft(number, Draft(kind="reply", text="Hello"), actor=actor),
        lambda actor: tickets.change(number, TicketChange(priority="high"), actor=actor),
        lambda actor: tickets.tag(number, "tag", actor=actor),
        lambda actor: tickets.untag(number, "tag", actor=actor),
        lambda actor: tickets.watch(number, actor=actor),
        lambda actor: tickets.unwatch(number, actor=actor),
        lambda actor: tickets.link(number, other, actor=actor),
        lambda actor: tickets.unlink(number, other, actor=actor),
        lambda actor: tickets.follow_up(number, "key", actor=actor),
        lambda actor: tickets.reply(number, "Hello", actor=actor),
        lambda actor: tickets.merge(number, other, actor=actor),
    ):
        with pytest.raises(NotFound), capture_logs() as lines:
            await deed(carlo)
        assert [(line["event"], line["agent"], line["number"]) for line in lines] == [("ticket_refused", carlo.id, number)]
        await deed(ana)
    assert (await around(tickets, other, carlo)).linked == []


async def test_nobody_is_given_what_they_may_not_see(tickets: Tickets, ana: Agent, carlo: Agent, billing: Topic) -> None:
    await tickets.open(from_chat(topic=billing.id))
    with pytest.raises(Invalid):
        await tickets.change("1001", TicketChange(assignee=carlo.id), actor=ana)
    await tickets.change("1001", TicketChange(assignee=carlo.id, topic=None), actor=ana)
    after = await tickets.change("1001", TicketChange(topic=billing.id), actor=carlo)
    assert after.assignee is None
    with pytest.raises(NotFound):
        await tickets.get("1001", actor=carlo)


async def test_a_change_on_an_old_copy_is_refused(tickets: Tickets, ana: Agent, ben: Agent) -> None:
    seen = (await tickets.open(from_chat())).version
    await tickets.change("1001", TicketChange(priority="high"), actor=ben, version=seen)
    with pytest.raises(Conflict):
        await tickets.change("1001", TicketChange(priority="low"), actor=ana, version=seen)
    assert (await tickets.get("1001", actor=ana)).ticket.priority == "high"


async def test_who_watches_a_ticket_finds_it_and_sees_that_it_has_changed(
    tickets: Tickets, finder: Finder, ana: Agent, ben: Agent
) -> None:
    one, two = await numbers_of_two(tickets)
    await tickets.watch(one, actor=ana)
    await tickets.watch(two, actor=ben)

    async def watched() -> list[tuple[str, bool]]:
        found = (await finder.inbox(TicketFilter(watched=True), actor=ana)).items
        unseen = await finder.unseen(found, actor=ana)
        return [(ticket.number, ticket.id in unseen) for ticket in found]

    assert await watched() == [(one, False)]
    await tickets.change(one, TicketChange(status="solved"), actor=ben)
    assert await watched() == [(one, True)]
    await tickets.see((await tickets.get(one, actor=ana)).ticket, actor=ana)
    assert await watched() == [(one, False)]
