"""Runs: who asked what about which plant, and the answer; and what a person later said was true."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from assay.kernel.answer import Answer
from assay.kernel.errors import InputError, IntegrityError
from assay.plant.records.database import Database


@dataclass(frozen=True, slots=True)
class Run:
    """One question with its answer (None while it runs, or after a run that broke)."""

    id: str
    started: datetime
    finished: datetime | None
    caller: str
    plant: str
    question: str
    answer: Answer | None


@dataclass(frozen=True, slots=True)
class Feedback:
    """A person's word on a run: the id of the true cause."""

    run: str
    time: datetime
    person: str
    true_cause: str
    comment: str


class RunStore:
    """Keeps runs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def start(self, id: str, *, caller: str, plant: str, question: str) -> None:
        """Open a run."""
        from assay.plant.records.evidence import insert_once
        from assay.plant.records.schema import runs

        row = {"id": id, "started": datetime.now(UTC), "caller": caller, "plant": plant, "question": question}
        with self._database.write() as connection:
            if not insert_once(connection, runs, row):
                raise IntegrityError("plant.records_run_exists", id=id)

    def finish(self, answer: Answer) -> None:
        """Store the answer of ``answer.run``; InputError for a run that was never started."""
        from sqlalchemy import update

        from assay.plant.records.schema import runs

        values = {"finished": datetime.now(UTC), "status": answer.status.value, "answer": answer.model_dump_json()}
        with self._database.write() as connection:
            changed = connection.execute(update(runs).where(runs.c.id == answer.run).values(**values))
            if changed.rowcount != 1:
                raise InputError("plant.records_run_unknown", id=answer.run)

    def get(self, id: str) -> Run:
        """The run; InputError when there is none."""
        from assay.plant.records.schema import runs

        with self._database.read() as connection:
            row = connection.execute(runs.select().where(runs.c.id == id)).one_or_none()
        if row is None:
            raise InputError("plant.records_run_unknown", id=id)
        return _run(row)

    def recent(self, limit: int = 20) -> list[Run]:
        """The newest runs first."""
        from assay.plant.records.schema import runs

        query = runs.select().order_by(runs.c.started.desc(), runs.c.id).limit(limit)
        with self._database.read() as connection:
            return [_run(row) for row in connection.execute(query)]


class FeedbackStore:
    """Keeps what people later said was the true cause; never overwritten, the newest word counts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, run: str, *, person: str, true_cause: str, comment: str = "") -> None:
        """Record one statement on an existing run."""
        from assay.plant.records.audit import append
        from assay.plant.records.schema import feedback, runs

        row = {
            "run": run,
            "time": datetime.now(UTC),
            "person": person,
            "true_cause": true_cause,
            "comment": comment,
        }
        with self._database.write() as connection:
            if connection.execute(runs.select().where(runs.c.id == run)).first() is None:
                raise InputError("plant.records_run_unknown", id=run)
            connection.execute(feedback.insert().values(**row))
            append(connection, person, "feedback", run, {"true_cause": true_cause})

    def of_run(self, run: str) -> list[Feedback]:
        """All statements on a run, oldest first."""
        return [entry for entry in self.all() if entry.run == run]

    def all(self) -> list[Feedback]:
        """All statements, oldest first."""
        from assay.plant.records.schema import feedback

        with self._database.read() as connection:
            rows = connection.execute(feedback.select().order_by(feedback.c.id)).all()
        return [Feedback(row.run, row.time, row.person, row.true_cause, row.comment) for row in rows]


def _run(row: Any) -> Run:
    try:
        answer = None if row.answer is None else Answer.model_validate_json(row.answer)
    except ValidationError as error:
        raise IntegrityError("plant.records_run_changed", id=row.id) from error
    return Run(row.id, row.started, row.finished, row.caller, row.plant, row.question, answer)
