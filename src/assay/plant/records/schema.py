"""Tables of the records store: plain SQL types, the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only for INTEGER keys.
RowId = BigInteger().with_variant(Integer, "sqlite")


class UtcTime(TypeDecorator[datetime]):
    """A timezone-aware time, kept as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """UTC; without the zone on SQLite, which has none."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone was given to the records store")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC with its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


evidence = Table(
    "evidence",
    metadata,
    Column("id", String(19), primary_key=True),
    Column("hash", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("producer", Text, nullable=False, index=True),
    Column("version", Text, nullable=False),
    # JSON as text: the hash is over this very text, so no database may re-order or re-round it.
    Column("inputs", Text, nullable=False),
    Column("parents", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("tolerance", Double, nullable=False),
    Column("trusted", Boolean, nullable=False),
    Column("created", UtcTime, nullable=False),
    Column("run", String(64), nullable=False),
)

run_evidence = Table(
    "run_evidence",
    metadata,
    Column("position", RowId, primary_key=True, autoincrement=True),
    Column("run", String(64), nullable=False),
    Column("evidence", String(19), ForeignKey("evidence.id"), nullable=False),
    Index("ix_run_evidence_run", "run", "evidence", unique=True),
)

runs = Table(
    "runs",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("started", UtcTime, nullable=False, index=True),
    Column("finished", UtcTime),
    Column("caller", Text, nullable=False),
    Column("plant", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("status", String(24)),
    Column("answer", Text),
)

actions = Table(
    "actions",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("run", String(64), nullable=False, index=True),
    Column("plant", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("digest", String(64), nullable=False),
    Column("expires", UtcTime, nullable=False),
    Column("created", UtcTime, nullable=False),
    Column("action", Text, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("time", UtcTime, nullable=False),
    Column("plant", Text, nullable=False),
    Column("tag", Text, nullable=False),
    Column("kind", String(24), nullable=False),
    Column("state", String(32)),
    Column("priority", String(16)),
    Column("message", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("data", Text, nullable=False),
    Index("ix_events_plant_time", "plant", "time"),
    Index("ix_events_plant_tag_time", "plant", "tag", "time"),
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("run", String(64), nullable=False, index=True),
    Column("time", UtcTime, nullable=False),
    Column("person", Text, nullable=False),
    Column("true_cause", Text, nullable=False),
    Column("comment", Text, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("time", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

# One row: the last link of the audit chain, so that cutting rows off its end shows too. It is also the lock that
# keeps two writers from forging the same link on databases with row locks.
audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
)
