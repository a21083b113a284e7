"""Alembic's entry for the cases' table."""

from __future__ import annotations

from alembic import context

from assay.skills.cases.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table="alembic_version_cases",
)
with context.begin_transaction():
    context.run_migrations()
