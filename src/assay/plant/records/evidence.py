"""Evidence on disk: written once, never changed, checked against its hash at every read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from assay.kernel.errors import InputError, IntegrityError
from assay.kernel.evidence import Evidence, canonical_json
from assay.plant.records.database import Database

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row, Table


class SqlEvidenceStore:
    """The ``EvidenceStore`` port over the records database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, evidence: Evidence) -> None:
        """Store it; the same content again is the same record, which then belongs to one run more.

        The record is sealed again before it is stored: content that was changed after it was hashed is refused.
        """
        from assay.plant.records.schema import evidence as table
        from assay.plant.records.schema import run_evidence

        row = _row(Evidence.model_validate(evidence.model_dump()))
        with self._database.write() as connection:
            insert_once(connection, table, row)
            stored = connection.execute(table.select().where(table.c.id == evidence.id)).one()
            if stored.hash != evidence.hash:
                raise IntegrityError("kernel.evidence_changed", id=evidence.id)
            insert_once(connection, run_evidence, {"run": evidence.run, "evidence": evidence.id})

    def get(self, id: str) -> Evidence:
        """The record; InputError when there is none, IntegrityError when it was changed."""
        from assay.plant.records.schema import evidence as table

        with self._database.read() as connection:
            row = connection.execute(table.select().where(table.c.id == id)).one_or_none()
        if row is None:
            raise InputError("kernel.evidence_unknown", id=id)
        return _evidence(row)

    def of_run(self, run: str) -> list[Evidence]:
        """All evidence of a run in the order of its making."""
        from sqlalchemy import select

        from assay.plant.records.schema import evidence as table
        from assay.plant.records.schema import run_evidence

        query = (
            select(table)
            .join(run_evidence, run_evidence.c.evidence == table.c.id)
            .where(run_evidence.c.run == run)
            .order_by(run_evidence.c.position)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return [_evidence(row) for row in rows]

    def ids(self) -> list[str]:
        """The ids of all evidence, oldest first."""
        from sqlalchemy import select

        from assay.plant.records.schema import evidence as table

        with self._database.read() as connection:
            return list(connection.execute(select(table.c.id).order_by(table.c.created, table.c.id)).scalars())

    def all(self) -> Iterator[Evidence]:
        """All evidence, oldest first, one record at a time."""
        for id in self.ids():
            yield self.get(id)


def insert_once(connection: Connection, table: Table, row: dict[str, Any]) -> bool:
    """Insert a row unless one with its key is there; True when it was new."""
    from sqlalchemy import literal
    from sqlalchemy.dialects import postgresql, sqlite

    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    # A returned row says that it was new; the drivers do not agree on what the row count means here.
    statement = dialect.insert(table).values(**row).on_conflict_do_nothing().returning(literal(1))
    return connection.execute(statement).first() is not None


def _row(evidence: Evidence) -> dict[str, Any]:
    return {
        "id": evidence.id,
        "hash": evidence.hash,
        "kind": evidence.kind.value,
        "producer": evidence.producer,
        "version": evidence.version,
        "inputs": canonical_json(evidence.inputs),
        "parents": canonical_json(list(evidence.parents)),
        "value": canonical_json(evidence.value),
        "tolerance": evidence.tolerance,
        "trusted": evidence.trusted,
        "created": evidence.created,
        "run": evidence.run,
    }


def _evidence(row: Row[Any]) -> Evidence:
    fields = dict(row._mapping)
    id = fields.pop("id")
    try:
        for name in ("inputs", "parents", "value"):
            fields[name] = json.loads(fields[name])
        made = Evidence(**fields)
    except (ValueError, TypeError, KeyError, ValidationError, IntegrityError) as error:
        raise IntegrityError("kernel.evidence_changed", id=id) from error
    if made.id != id:
        raise IntegrityError("kernel.evidence_changed", id=id)
    return made
