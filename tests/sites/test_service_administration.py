"""What administrators make of topics, types of requests and ready answers, and that it is in the audit log."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from livesupport.accounts.service import Accounts
from livesupport.errors import Conflict, Invalid, NotAllowed, NotFound
from livesupport.model import Agent, Field, RequestType, Role, Site
from livesupport.sites.service import Sites
from livesupport.storage.database import Database
from livesupport.storage.schema import audit
from livesupport.tickets.requests import NewTicket
from livesupport.tickets.service import Tickets

REFUND = RequestType(
    id=0,
    site="default",
    name=" Refund ",
    instructions="Refunds take **14 days**.",
    fields=(
        Field(id="", label="Amount", kind="amount", required=True),
        Field(id="", label="Reason", kind="choice", choices=("Broken", "", "Broken", "Late")),
    ),
)


async def _agent(accounts: Accounts, role: Role = "administrator") -> Agent:
    return await accounts.create_agent(login=role, name="Dato", password="a good long password", role=role)


async def _acts(database: Database) -> list[tuple[str, str, str]]:
    async with database.read() as connection:
        rows = await connection.execute(select(audit.c.act, audit.c.object, audit.c.actor).order_by(audit.c.id))
        return [(row.act, row.object, row.actor) for row in rows]


async def test_what_an_administrator_does_is_in_the_audit_log(accounts: Accounts, sites: Sites, database: Database) -> None:
    dato = await _agent(accounts)
    topic = await sites.add_topic("default", "Orders", actor=dato)
    await sites.rename_topic(topic.id, "Purchases", actor=dato)
    reply = await sites.add_canned("hello", "Good day.", actor=dato)
    await sites.change_canned(reply.id, "hello", "Good evening.", actor=dato)
    await sites.remove_canned(reply.id)
    assert await _acts(database) == [
        ("agent.created", "administrator", ""),
        ("topic.created", "Orders", "Dato"),
        ("topic.renamed", "Purchases", "Dato"),
        ("canned.created", "hello", "Dato"),
        ("canned.changed", "hello", "Dato"),
        ("canned.removed", "hello", ""),
    ]


async def test_the_audit_log_tells_what_a_change_was_and_names_what_is_gone(sites: Sites, database: Database) -> None:
    topic = await sites.add_topic("default", "Orders")
    await sites.rename_topic(topic.id, "Purchases")
    await sites.remove_topic(topic.id)
    made = await sites.add_type(REFUND)
    await sites.retire_type(made.id)
    await sites.change(
        "default", name="Our desk", origins=("https://a.example", "https://b.example"), rules="x" * 500, mode="match"
    )
    async with database.read() as connection:
        rows = (await connection.execute(select(audit.c.act, audit.c.object, audit.c.details).order_by(audit.c.id))).all()
    assert [tuple(row) for row in (*rows[1:3], *rows[4:])] == [
        ("topic.renamed", "Purchases", {"site": "default", "name": ["Orders", "Purchases"]}),
        ("topic.removed", "Purchases", {"site": "default"}),
        ("type.retired", "Refund", {"site": "default"}),
        (
            "site.changed",
            "default",
            {"name": ["Support", "Our desk"], "origins": ["", "https://a.example, https://b.example"], "rules": []},
        ),
    ]


async def test_what_fails_is_not_in_the_audit_log(accounts: Accounts, sites: Sites, database: Database) -> None:
    dato = await _agent(accounts)
    with pytest.raises(NotFound):
        await sites.rename_topic(999, "Purchases", actor=dato)
    with pytest.raises(NotFound):
        await sites.remove_canned(2**63, actor=dato)
    assert [act for act, _object, _actor in await _acts(database)] == ["agent.created"]


@pytest.mark.parametrize("role", ["agent", "supervisor"])
async def test_nobody_else_administers(accounts: Accounts, sites: Sites, role: Role) -> None:
    ana = await _agent(accounts, role)
    for deed in (
        lambda: sites.add(Site(id="shop", name="Shop"), actor=ana),
        lambda: sites.change("default", name="Shop", actor=ana),
        lambda: sites.user_key("default", actor=ana),
        lambda: sites.add_topic("default", "Orders", actor=ana),
        lambda: sites.rename_topic(1, "Orders", actor=ana),
        lambda: sites.remove_topic(1, actor=ana),
        lambda: sites.add_canned("hello", "Good day.", actor=ana),
        lambda: sites.change_canned(1, "hello", "Good day.", actor=ana),
        lambda: sites.remove_canned(1, actor=ana),
        lambda: sites.add_type(REFUND, actor=ana),
        lambda: sites.change_type(REFUND, actor=ana),
        lambda: sites.retire_type(1, actor=ana),
    ):
        with pytest.raises(NotAllowed):
            await deed()


async def test_a_topic_that_a_ticket_has_stays_and_another_one_goes(sites: Sites, tickets: Tickets) -> None:
    orders = await sites.add_topic("default", "Orders")
    spare = await sites.add_topic("default", "Spare")
    await tickets.open(
        NewTicket(origin="x" * 16, site="default", name="Nino", phone="", question="Hello", actor="Nino", topic=orders.id)
    )
    with pytest.raises(Conflict, match="still have this topic"):
        await sites.remove_topic(orders.id)
    await sites.remove_topic(spare.id)
    assert [topic.name for topic in (await sites.get("default")).topics] == ["Orders"]


async def test_a_topic_stays_while_it_is_all_that_somebody_may_see(accounts: Accounts, sites: Sites) -> None:
    orders, spare = await sites.add_topic("default", "Orders"), await sites.add_topic("default", "Spare")
    await accounts.create_agent(login="ana", name="Ana", password="a good long password", topics=[orders.id])
    await accounts.create_agent(login="ben", name="Ben", password="a good long password", topics=[orders.id, spare.id])
    with pytest.raises(Conflict, match=r"^Ana would see every ticket"):
        await sites.remove_topic(orders.id)
    assert (await accounts.agent("ana")).topics == (orders.id,)
    await sites.remove_topic(spare.id)
    with pytest.raises(Conflict, match=r"^Ana, Ben would see"):
        await sites.remove_topic(orders.id)


async def test_a_new_type_is_tidied_and_its_questions_get_names_that_last(sites: Sites) -> None:
    made = await sites.add_type(REFUND)
    assert made.name == "Refund"
    assert [(field.id, field.choices) for field in made.fields] == [("q1", ()), ("q2", ("Broken", "Late"))]
    second, third = made.fields[1], Field(id="", label="When", kind="date")
    changed = await sites.change_type(RequestType(id=made.id, site="elsewhere", name="Refund", fields=(third, second)))
    assert [field.id for field in changed.fields] == ["q1", "q2"]
    assert changed.site == "default"
    assert await sites.types("default") == [changed]


async def test_a_retired_type_is_no_longer_offered_and_can_be_again(sites: Sites) -> None:
    made = await sites.add_type(REFUND)
    await sites.retire_type(made.id)
    assert await sites.types("default") == []
    assert [one.id for one in await sites.types("default", retired=True)] == [made.id]
    await sites.retire_type(made.id, retired=False)
    assert [one.id for one in await sites.types("default")] == [made.id]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"instructions": "x" * 5001}, "instructions"),
        ({"retention_days": 0}, "retention_days"),
        ({"topic": 999}, "topic"),
        ({"fields": (Field(id="", label="", kind="text"),)}, "fields"),
        ({"fields": (Field(id="", label="Why", kind="choice", choices=("One",)),)}, "fields"),
        ({"fields": (Field(id="a", label="A", kind="text"), Field(id="a", label="B", kind="text"))}, "fields"),
        ({"fields": (Field(id="A b", label="A", kind="text"),)}, "fields"),
        ({"fields": tuple(Field(id="", label=str(n), kind="text") for n in range(21))}, "fields"),
    ],
)
async def test_a_type_that_cannot_be_is_refused_by_its_field(sites: Sites, change: dict[str, object], field: str) -> None:
    values: dict[str, object] = {"id": 0, "site": "default", "name": "Refund", **change}
    with pytest.raises(Invalid) as refused:
        await sites.add_type(RequestType(**values))  # type: ignore[arg-type]
    assert set(refused.value.problems) == {field}
