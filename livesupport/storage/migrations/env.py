"""What Alembic runs: the migrations, on the connection and in the transaction that `migrate.upgrade` has opened."""

from __future__ import annotations

from alembic import context

from livesupport.storage.schema import metadata

# Batches: SQLite changes most columns only by copying the table.
context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
context.run_migrations()
