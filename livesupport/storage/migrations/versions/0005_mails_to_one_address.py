"""How many mails went to an address lately is found by an index."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds it."""
    op.create_index("ix_outbox_recipient_created_at", "outbox", ["recipient", "created_at"])
