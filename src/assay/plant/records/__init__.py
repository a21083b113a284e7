"""Records: evidence, actions, runs, events, feedback and the audit record, in one database.

Nothing is opened (and neither SQLAlchemy nor Alembic imported) before the first use.
"""

from __future__ import annotations

from pathlib import Path

from assay.plant.records.actions import SqlActionStore
from assay.plant.records.audit import AuditLog, AuditRow
from assay.plant.records.database import BUSY_SECONDS, Database
from assay.plant.records.events import AlarmState, Event, EventKind, EventStore
from assay.plant.records.evidence import SqlEvidenceStore
from assay.plant.records.runs import Feedback, FeedbackStore, Run, RunStore

__all__ = [
    "AlarmState",
    "AuditLog",
    "AuditRow",
    "Event",
    "EventKind",
    "EventStore",
    "Feedback",
    "FeedbackStore",
    "Records",
    "Run",
    "RunStore",
    "SqlActionStore",
    "SqlEvidenceStore",
    "open_records",
]


class Records:
    """All stores over one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.evidence = SqlEvidenceStore(database)
        self.actions = SqlActionStore(database)
        self.runs = RunStore(database)
        self.events = EventStore(database)
        self.feedback = FeedbackStore(database)
        self.audit = AuditLog(database)

    def verify_audit(self) -> int:
        """The number of audit rows, all unchanged; ``IntegrityError`` otherwise."""
        return self.audit.verify()

    def close(self) -> None:
        """Close all connections; a later use opens them again."""
        self._database.close()

    def __enter__(self) -> Records:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_records(place: Path | str, *, busy: float = BUSY_SECONDS) -> Records:
    """Records in a SQLite file (a path; created when absent) or a PostgreSQL database (``postgresql+psycopg://``).

    ``busy`` is how long, in seconds, a call waits for another process that writes.
    """
    return Records(Database(place, busy=busy))
