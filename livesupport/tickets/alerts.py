"""Tells agents of promises that are near or broken, once each, and follows what sites promise."""

from __future__ import annotations

from datetime import timedelta

from livesupport.storage import jobs, promises, sites, tickets
from livesupport.tickets import due
from livesupport.tickets.base import Service

BATCH = 25  # tickets of a site in one transaction: people wait no longer for the database
BREATH = timedelta(seconds=1)  # between two of them, for the deeds of people


class Alerts(Service):
    """What the jobs `due` and `promises` do. Both are safe to repeat."""

    async def tell(self, ticket_id: int) -> None:
        """Writes into the ticket's history what its agents are to be told by now, and tells them."""
        async with self._deed() as deed:
            ticket = await tickets.by_id(deed.connection, ticket_id, lock=True)
            if ticket is None:  # it was purged
                return
            now_due = [alert for alert in await due.keep(deed.connection, ticket_id, deed.now) if alert.at <= deed.now]
            broken = {alert.kind for alert in now_due if alert.what == "overdue"}
            for alert in now_due:
                if alert.what == "overdue" or alert.kind not in broken:
                    await deed.record(ticket, alert.what, "", new=alert.kind)

    async def follow(self, site_id: str, after: int = 0) -> None:
        """Computes the promises of a site's tickets anew, some at a time, after its hours or its promises were changed."""
        async with self._deed() as deed:
            site = await sites.by_id(deed.connection, site_id)
            if site is None or not site.sla.enabled:
                await promises.clear(deed.connection, site_id)
                return
            ids = await promises.unfinished(deed.connection, site_id, after, BATCH)
            for ticket_id in ids:
                if await tickets.by_id(deed.connection, ticket_id, lock=True):
                    await due.keep(deed.connection, ticket_id, deed.now)
            if len(ids) == BATCH:
                payload = {"site": site_id, "after": ids[-1]}
                await jobs.add(deed.connection, "promises", deed.now + BREATH, payload, key=f"promises:{site_id}")
