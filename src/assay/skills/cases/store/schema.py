"""The table of cases."""

from __future__ import annotations

from sqlalchemy import Column, MetaData, String, Table, Text

from assay.plant.records.schema import UtcTime

metadata = MetaData()

cases = Table(
    "cases",
    metadata,
    Column("id", String(24), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("added", UtcTime, nullable=False),
    Column("by", Text, nullable=False),
    Column("confirmed_by", Text, nullable=False),
    # The case as canonical JSON; its id is made from this content.
    Column("body", Text, nullable=False),
)
