"""The inbox: search in everything that a ticket says, the newest message of the requester, quick orders, preferences."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from livesupport.storage import analyser

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BATCH = 500

# The index has no copy of the words: it reads `ticket_search`, and is told of every change by triggers. `ascii` takes words
# as the analyser has made them; without places (`detail`) it is small, and phrases are not looked for.
SQLITE = (
    "CREATE VIRTUAL TABLE ticket_index USING fts5(words, content='ticket_search', content_rowid='ticket_id', detail='none',"
    " columnsize=0, tokenize=\"ascii tokenchars '-'\")",
    "CREATE TRIGGER ticket_search_added AFTER INSERT ON ticket_search BEGIN"
    " INSERT INTO ticket_index (rowid, words) VALUES (new.ticket_id, new.words); END",
    "CREATE TRIGGER ticket_search_removed AFTER DELETE ON ticket_search BEGIN"
    " INSERT INTO ticket_index (ticket_index, rowid, words) VALUES ('delete', old.ticket_id, old.words); END",
    "CREATE TRIGGER ticket_search_changed AFTER UPDATE ON ticket_search BEGIN"
    " INSERT INTO ticket_index (ticket_index, rowid, words) VALUES ('delete', old.ticket_id, old.words);"
    " INSERT INTO ticket_index (rowid, words) VALUES (new.ticket_id, new.words); END",
)
POSTGRESQL = (
    "ALTER TABLE ticket_search ADD COLUMN vector tsvector"
    " GENERATED ALWAYS AS (array_to_tsvector(string_to_array(words, ' '))) STORED",
    "CREATE INDEX ix_ticket_search_vector ON ticket_search USING gin (vector)",
)


def upgrade() -> None:
    """Makes the table and its index, and finds out by what the tickets that are there are found."""
    op.create_table(
        "ticket_search",
        sa.Column("ticket_id", sa.Integer, sa.ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("words", sa.Text, nullable=False),
    )
    op.create_table(
        "preference",
        sa.Column("agent_id", sa.Integer, sa.ForeignKey("agent.id"), primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.JSON, nullable=False),
    )
    connection = op.get_bind()
    for statement in SQLITE if connection.dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)
    op.add_column("ticket", sa.Column("asked", sa.Integer, nullable=False, server_default=sa.text("0")))
    op.execute(
        "UPDATE ticket SET asked = coalesce((SELECT max(ticket_message.id) FROM ticket_message"
        " WHERE ticket_message.ticket_id = ticket.id AND ticket_message.author = 'requester'), 0)"
    )
    for names in (
        ["assignee_id", "status", "updated_at", "id"],
        ["topic_id", "status", "updated_at", "id"],
        ["status", "priority", "id"],
    ):
        op.create_index("ix_ticket_" + "_".join(names), "ticket", names)
    asked_again = sa.text("answered > 0 AND asked > answered")
    op.create_index("ix_ticket_asked_again", "ticket", ["updated_at"], sqlite_where=asked_again, postgresql_where=asked_again)
    _index_tickets(connection)
    op.drop_column("ticket", "search")


def _index_tickets(connection: sa.Connection) -> None:
    ids = connection.execute(sa.text("SELECT id FROM ticket ORDER BY id")).scalars().all()
    for start in range(0, len(ids), BATCH):
        rows = [{"ticket_id": ticket_id, "words": _words(connection, ticket_id)} for ticket_id in ids[start : start + BATCH]]
        connection.execute(sa.text("INSERT INTO ticket_search (ticket_id, words) VALUES (:ticket_id, :words)"), rows)


def _words(connection: sa.Connection, ticket_id: int) -> str:
    this = {"id": ticket_id}
    ticket = sa.text("SELECT number, subject, name, phone, email FROM ticket WHERE id = :id")
    messages = sa.text("SELECT text, name FROM ticket_message WHERE ticket_id = :id")
    number, subject, name, phone, email = connection.execute(ticket, this).one()
    texts = [number, subject, name, phone, email, *(text for row in connection.execute(messages, this) for text in row)]
    digits = "".join(character for character in analyser.fold(phone) if character.isdecimal())
    return " ".join(sorted(analyser.tokens(texts) | analyser.suffixes(digits)))
