"""Where cases are kept: a table beside the records, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from assay.kernel.errors import InputError, IntegrityError
from assay.kernel.evidence import canonical_json
from assay.knowledge.rights import Asker
from assay.plant.records.database import Database
from assay.plant.records.migrations import Migrations
from assay.skills.cases.case import Case, identity

CASES = Migrations(Path(__file__).parent, head="0001", table="alembic_version_cases")


class CaseStore:
    """Cases in a SQLite file (created when absent) or a database by URL. A case is never changed, only confirmed or
    taken out; whoever reads sees those that their groups permit, and nothing of the others."""

    def __init__(self, place: Path | str) -> None:
        self._database = Database(place, migrations=CASES)

    def add(self, cases: Iterable[Case], *, by: str, regroup: bool = False) -> int:
        """Keep what is not kept yet; the number of new cases. ``regroup`` gives the groups of these cases to those
        that are kept already, too."""
        from assay.plant.records.evidence import insert_once
        from assay.skills.cases.store.schema import cases as table

        now, count = datetime.now(UTC), 0
        with self._database.write() as connection:
            for case in cases:
                body = canonical_json(case.plain())
                row = {"id": case.id, "state": case.state, "added": now, "by": by, "confirmed_by": "", "body": body}
                new = insert_once(connection, table, row)
                count += new
                if regroup and not new:
                    connection.execute(table.update().where(table.c.id == case.id).values(body=body))
        return count

    def readable(self, asker: Asker) -> list[Case]:
        """The cases that the asker may read, by id."""
        from assay.skills.cases.store.schema import cases as table

        with self._database.read() as connection:
            rows = connection.execute(table.select().order_by(table.c.id)).all()
        found = [replace(_case(row.body, row.id), state=row.state) for row in rows]
        return [case for case in found if asker.may_read(case.groups)]

    def confirm(self, ids: Sequence[str], asker: Asker) -> int:
        """A person stands for proposed cases. Raises InputError for one that is not there for this person."""
        from sqlalchemy import update

        from assay.skills.cases.store.schema import cases as table

        known = {case.id for case in self.readable(asker)}
        for id in ids:
            if id not in known:
                raise InputError("cases.unknown", id=id)
        with self._database.write() as connection:
            done = connection.execute(
                update(table)
                .where(table.c.id.in_(list(ids)), table.c.state == "proposed")
                .values(state="confirmed", confirmed_by=asker.user)
            )
        return done.rowcount

    def remove(self, id: str, asker: Asker) -> None:
        """Take one case out. Raises InputError when it is not there for this person."""
        from sqlalchemy import delete

        from assay.skills.cases.store.schema import cases as table

        if id not in {case.id for case in self.readable(asker)}:
            raise InputError("cases.unknown", id=id)
        with self._database.write() as connection:
            connection.execute(delete(table).where(table.c.id == id))

    def close(self) -> None:
        """Close the connections."""
        self._database.close()

    def __enter__(self) -> CaseStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _case(body: str, id: str) -> Case:
    try:
        case = Case.from_plain(json.loads(body))
    except (ValueError, KeyError, TypeError) as error:
        raise IntegrityError("cases.changed", id=id) from error
    if case.id != id or identity(case) != id:
        raise IntegrityError("cases.changed", id=id)
    return case
