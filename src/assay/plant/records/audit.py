"""The audit record: rows chained by hash, so that an edit, a deletion or a changed order shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from assay.kernel.errors import IntegrityError
from assay.kernel.evidence import canonical_json, content_hash, jsonable
from assay.plant.records.database import Database

if TYPE_CHECKING:
    from sqlalchemy import Connection

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One link: who did what to which subject; ``previous`` is the hash of the row before."""

    seq: int
    time: str
    who: str
    what: str
    subject: str
    detail: str
    previous: str
    hash: str

    def expected(self) -> str:
        """The hash that this row's content must have."""
        return content_hash([self.seq, self.time, self.who, self.what, self.subject, self.detail, self.previous])


def append(connection: Connection, who: str, what: str, subject: str, detail: dict[str, Any]) -> None:
    """Add a link inside the caller's write transaction; IntegrityError when the chain's end was changed."""
    from sqlalchemy import insert, select, update
    from sqlalchemy.exc import IntegrityError as RowExists

    from assay.plant.records.schema import audit, audit_head

    head = connection.execute(select(audit_head).where(audit_head.c.id == 1).with_for_update()).one_or_none()
    if head is None:
        raise IntegrityError("plant.records_audit_broken", seq=0, path=connection.engine.url.database)
    row = {
        "seq": head.seq + 1,
        "time": datetime.now(UTC).isoformat(),
        "who": who,
        "what": what,
        "subject": subject,
        "detail": canonical_json(jsonable(detail)),
        "previous": head.hash,
    }
    row["hash"] = AuditRow(**row, hash="").expected()
    try:
        connection.execute(insert(audit).values(**row))
    except RowExists as error:
        place = connection.engine.url.database
        raise IntegrityError("plant.records_audit_broken", seq=row["seq"], path=place) from error
    connection.execute(update(audit_head).where(audit_head.c.id == 1).values(seq=row["seq"], hash=row["hash"]))


class AuditLog:
    """Reads, extends and verifies the audit record."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, who: str, what: str, subject: str, **detail: Any) -> None:
        """Record something that no store records by itself (a login, a policy refusal)."""
        with self._database.write() as connection:
            append(connection, who, what, subject, detail)

    def rows(self, subject: str | None = None) -> list[AuditRow]:
        """All rows in order, or those of one subject (an action's id)."""
        with self._database.read() as connection:
            return list(_rows(connection, subject))

    def verify(self) -> int:
        """The number of rows, all unchanged and in order; ``IntegrityError`` names the first that is not."""
        from sqlalchemy import select

        from assay.plant.records.schema import audit_head

        last, count = GENESIS, 0
        # One transaction sees one moment, so rows and head belong together.
        with self._database.read() as connection:
            head = connection.execute(select(audit_head).where(audit_head.c.id == 1)).one_or_none()
            for row in _rows(connection, None):
                count += 1
                if row.seq != count or row.previous != last or row.hash != row.expected():
                    raise IntegrityError("plant.records_audit_broken", seq=count, path=self._database.place)
                last = row.hash
        if head is None or head.seq != count or head.hash != last:
            raise IntegrityError("plant.records_audit_broken", seq=count + 1, path=self._database.place)
        return count


def _rows(connection: Connection, subject: str | None) -> Iterator[AuditRow]:
    from sqlalchemy import select

    from assay.plant.records.schema import audit

    query = select(audit).order_by(audit.c.seq)
    if subject is not None:
        query = query.where(audit.c.subject == subject)
    for row in connection.execute(query.execution_options(yield_per=1000)):
        yield AuditRow(**row._mapping)
