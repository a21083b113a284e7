"""Alembic's entry: runs the migrations on the connection that ``Database`` gives."""

from __future__ import annotations

from alembic import context

from assay.knowledge.store.migrations import LIBRARY
from assay.knowledge.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    version_table=LIBRARY.table,
)
with context.begin_transaction():
    context.run_migrations()
