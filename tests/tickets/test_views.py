"""Views that people keep, and the columns that they like."""

from __future__ import annotations

import pytest

from livesupport.accounts.service import Accounts
from livesupport.errors import Invalid, NotAllowed, NotFound
from livesupport.model import Agent
from livesupport.storage.database import Database
from livesupport.tickets.views import MOST_VIEWS, USUAL, Views


@pytest.fixture
def views(database: Database) -> Views:
    return Views(database)


@pytest.fixture
async def eva(accounts: Accounts) -> Agent:
    return await accounts.create_agent(login="eva", name="Eva", password="correct horse", role="supervisor")


async def _names(views: Views, agent: Agent) -> list[str]:
    return [view.name for view in await views.all(agent)]


async def test_ana_keeps_renames_changes_and_deletes_a_view_of_her_own(views: Views, ana: Agent, ben: Agent) -> None:
    view = await views.save("  Late   invoices ", {"q": "invoice"}, shared=False, actor=ana)
    assert await _names(views, ana) == ["Late invoices"]
    assert await _names(views, ben) == []
    await views.rename(view, "Invoices", actor=ana)
    await views.replace(view, {"q": "bill"}, actor=ana)
    assert [(one.name, one.query, one.shared) for one in await views.all(ana)] == [("Invoices", {"q": "bill"}, False)]
    await views.delete(view, actor=ana)
    assert await _names(views, ana) == []


async def test_what_eva_shares_everybody_sees_and_only_supervisors_change(views: Views, ana: Agent, eva: Agent) -> None:
    view = await views.save("Refunds", {"tag": "refund"}, shared=True, actor=eva)
    assert await _names(views, ana) == await _names(views, eva) == ["Refunds"]
    with pytest.raises(NotAllowed):
        await views.delete(view, actor=ana)
    with pytest.raises(NotAllowed):
        await views.save("Mine for all", {}, shared=True, actor=ana)
    await views.rename(view, "Money back", actor=eva)
    assert await _names(views, ana) == ["Money back"]


async def test_ben_does_not_find_what_is_anas(views: Views, ana: Agent, ben: Agent) -> None:
    view = await views.save("Secret", {}, shared=False, actor=ana)
    for deed in (views.delete(view, actor=ben), views.rename(view, "x", actor=ben), views.replace(2**40, {}, actor=ben)):
        with pytest.raises(NotFound):
            await deed
    assert await _names(views, ana) == ["Secret"]


async def test_a_view_needs_a_name_and_there_are_only_so_many(views: Views, ana: Agent) -> None:
    for name in ("", "   ", "x" * 61):
        with pytest.raises(Invalid):
            await views.save(name, {}, shared=False, actor=ana)
    for number in range(MOST_VIEWS):
        await views.save(f"View {number}", {}, shared=False, actor=ana)
    with pytest.raises(Invalid):
        await views.save("One more", {}, shared=False, actor=ana)


async def test_each_has_the_columns_that_they_like_in_the_usual_order(views: Views, ana: Agent, ben: Agent) -> None:
    assert await views.columns(ana) == USUAL
    await views.set_columns(["updated", "priority"], actor=ana)
    await views.set_columns(["updated", "number", "topic"], actor=ana)
    assert await views.columns(ana) == ("number", "topic", "updated")
    assert await views.columns(ben) == USUAL
    with pytest.raises(Invalid):
        await views.set_columns(["password_hash"], actor=ana)
