"""Views of the inbox that people have saved under a name, for themselves or for everybody, and the columns that each likes."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.cleaning import clean_line
from livesupport.errors import Invalid, NotAllowed, NotFound
from livesupport.i18n import gettext as _
from livesupport.model import Agent, SavedView
from livesupport.storage import views
from livesupport.storage.database import Database

MOST_VIEWS = 30
NAME_LENGTH = 60

COLUMNS = ("number", "from", "status", "priority", "topic", "assignee", "due", "created", "updated")
"""What a list can show beside the subject, in this order."""
USUAL = ("number", "from", "status", "assignee", "due", "updated")


class Views:
    """What agents keep of their ways to look at the inbox. Every method may raise `Unavailable`; nothing has changed then."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self, actor: Agent) -> list[SavedView]:
        """The actor's own views and everybody's."""
        async with self._database.read() as connection:
            return await views.of_agent(connection, actor.id)

    async def save(self, name: str, query: dict[str, str], *, shared: bool, actor: Agent) -> int:
        """Keeps a view and returns its id. `query` is what the address line of the inbox says.

        Raises `Invalid` for the field "name", `NotAllowed` when an agent would share it: everybody's views are for supervisors
        and administrators to keep.
        """
        name = _name(name)
        _check_may(shared, actor)
        async with self._database.write() as connection:
            if len(await views.of_agent(connection, actor.id)) >= MOST_VIEWS:
                raise Invalid({"name": _("There are {count} views already: delete one first.").format(count=MOST_VIEWS)})
            return await views.add(connection, None if shared else actor.id, name, query)

    async def rename(self, view_id: int, name: str, *, actor: Agent) -> None:
        """Gives a view another name. Raises `NotFound`, `NotAllowed`, `Invalid`."""
        name = _name(name)
        async with self._database.write() as connection:
            await _own(connection, view_id, actor)
            await views.change(connection, view_id, name=name)

    async def replace(self, view_id: int, query: dict[str, str], *, actor: Agent) -> None:
        """Lets a view show something else. Raises `NotFound`, `NotAllowed`."""
        async with self._database.write() as connection:
            await _own(connection, view_id, actor)
            await views.change(connection, view_id, query=query)

    async def delete(self, view_id: int, *, actor: Agent) -> None:
        """Removes a view. Raises `NotFound`, `NotAllowed`."""
        async with self._database.write() as connection:
            await _own(connection, view_id, actor)
            await views.remove(connection, view_id)

    async def columns(self, actor: Agent) -> tuple[str, ...]:
        """The columns that the actor likes to see."""
        async with self._database.read() as connection:
            liked = await views.preferred(connection, actor.id, "columns")
        return USUAL if liked is None else tuple(one for one in COLUMNS if one in liked)

    async def set_columns(self, columns: Sequence[str], *, actor: Agent) -> None:
        """Remembers which columns the actor likes. Raises `Invalid` for one that does not exist."""
        if not set(columns) <= set(COLUMNS):
            raise Invalid({"columns": _("Choose columns that exist.")})
        async with self._database.write() as connection:
            await views.prefer(connection, actor.id, "columns", list(columns))


def _name(name: str) -> str:
    name = clean_line(name)
    if not 1 <= len(name) <= NAME_LENGTH:
        raise Invalid({"name": _("Give the view a name of 1 to {count} letters.").format(count=NAME_LENGTH)})
    return name


def _check_may(shared: bool, actor: Agent) -> None:
    if shared and actor.role == "agent":
        raise NotAllowed("views of everybody are for supervisors and administrators to keep")


async def _own(connection: AsyncConnection, view_id: int, actor: Agent) -> None:
    """Somebody else's own view is not found; everybody's is found, and may not be changed by an agent."""
    found = next((one for one in await views.of_agent(connection, actor.id) if one.id == view_id), None)
    if found is None:
        raise NotFound("no such view")
    _check_may(found.shared, actor)
