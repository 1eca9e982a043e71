"""Sites, their topics, canned replies, and the revision that a running server watches."""

from __future__ import annotations

import asyncio

import pytest

from livesupport.errors import Conflict, Invalid, NotFound
from livesupport.model import CannedReply, Contact, Hours, Site, Sla, Topic
from livesupport.sites.service import Sites

SHOP = Site(
    id="shop",
    name="Shop",
    origins=("https://shop.example", "http://localhost:8001"),
    mode="pull",
    convert="ask",
    region="UA",
    language="uk",
    accent="#aa0000",
    greeting="Вітаємо",
    hours=Hours(zone="Europe/Kyiv", weekly=((0, 540, 1080),), exceptions={"2026-12-25": (), "2026-12-31": ((540, 720),)}),
    contacts=(Contact(label="Phone", value="+380671234567", hours="24/7"),),
)


async def test_a_fresh_install_has_the_site_default_without_origins(sites: Sites) -> None:
    [site] = await sites.all()
    assert site == Site(id="default", name="Support")


async def test_a_site_comes_back_as_it_was_added(sites: Sites) -> None:
    assert await sites.add(SHOP) == SHOP
    assert await sites.get("shop") == SHOP
    assert [site.id for site in await sites.all()] == ["default", "shop"]


async def test_a_site_can_be_changed_and_keeps_its_topics(sites: Sites) -> None:
    topic = await sites.add_topic("default", " Billing ")
    changed = await sites.change("default", name=" Our desk ", greeting="Hello")
    assert changed == Site(id="default", name="Our desk", greeting="Hello", topics=(topic,))
    assert topic == Topic(id=topic.id, site="default", name="Billing")


async def test_two_who_change_a_site_at_the_same_moment_keep_each_others_work(sites: Sites) -> None:
    await asyncio.gather(
        sites.change("default", name="Our desk", contacts=SHOP.contacts),
        sites.change("default", sla=Sla(enabled=True)),
        sites.change("default", origins=("https://shop.example",)),
    )
    site = await sites.get("default")
    assert (site.name, site.contacts) == ("Our desk", SHOP.contacts)
    assert (site.sla.enabled, site.origins) == (True, ("https://shop.example",))


async def test_an_id_belongs_to_one_site(sites: Sites) -> None:
    with pytest.raises(Conflict):
        await sites.add(Site(id="default", name="Another"))
    assert (await sites.get("default")).name == "Support"


async def test_a_site_that_cannot_be_is_refused_and_nothing_changes(sites: Sites) -> None:
    for deed in (sites.add(Site(id="x y", name="X")), sites.change("default", name="")):
        with pytest.raises(Invalid):
            await deed
    assert await sites.all() == [Site(id="default", name="Support")]


async def test_what_does_not_exist_is_not_found(sites: Sites) -> None:
    for site_id in ("nowhere", "", "1e3", "x" * 10_240, str(2**63), "\x00", "\ud800", "' OR 1=1 --"):
        for deed in (sites.get(site_id), sites.add_topic(site_id, "Billing")):
            with pytest.raises(NotFound):
                await deed
    with pytest.raises(NotFound):
        await sites.change("nowhere", name="Shop")


async def test_two_sites_may_have_topics_of_one_name_but_one_site_may_not(sites: Sites) -> None:
    await sites.add(SHOP)
    first, second = await sites.add_topic("default", "Billing"), await sites.add_topic("shop", "Billing")
    assert [site.topics for site in await sites.all()] == [(first,), (second,)]
    with pytest.raises(Conflict):
        await sites.add_topic("shop", "Billing")
    with pytest.raises(Invalid):
        await sites.add_topic("shop", " ")


async def test_a_canned_reply_is_found_by_its_shortcut_without_the_slash(sites: Sites) -> None:
    hello = await sites.add_canned("/Hi", " Hello\r\nHow can I help? ")
    bye = await sites.add_canned("bye", "Good bye")
    assert await sites.canned() == [bye, hello]
    assert hello == CannedReply(id=hello.id, shortcut="hi", text="Hello\nHow can I help?")
    with pytest.raises(Conflict):
        await sites.add_canned("HI", "Hello again")
    with pytest.raises(Invalid):
        await sites.add_canned("", "")


async def test_every_change_raises_the_revision_and_a_failed_one_does_not(sites: Sites) -> None:
    seen = [await sites.revision()]
    await sites.add(SHOP)
    seen.append(await sites.revision())
    await sites.change("shop", greeting="Hello")
    seen.append(await sites.revision())
    await sites.add_topic("shop", "Billing")
    seen.append(await sites.revision())
    await sites.add_canned("hi", "Hello")
    seen.append(await sites.revision())
    assert seen == sorted(set(seen))
    with pytest.raises(Conflict):
        await sites.add_topic("shop", "Billing")
    assert await sites.revision() == seen[-1]
