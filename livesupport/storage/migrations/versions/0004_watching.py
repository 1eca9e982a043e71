"""Watchers are told what they have not seen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Whoever watches a ticket has seen it as it is."""
    op.add_column("ticket_watcher", sa.Column("seen", sa.Integer, nullable=False, server_default=sa.text("0")))
    op.execute("UPDATE ticket_watcher SET seen = (SELECT version FROM ticket WHERE ticket.id = ticket_watcher.ticket_id)")
    op.create_index("ix_ticket_watcher_agent_id", "ticket_watcher", ["agent_id"])
