"""The same stores on PostgreSQL (see the fixture ``postgres``)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from assay.kernel.action import Action, ActionState, Proposal, Write
from assay.kernel.errors import BusyError, InputError, IntegrityError
from assay.kernel.evidence import Evidence, EvidenceKind
from assay.plant.records import Event, EventKind, Records, open_records
from assay.plant.records.database import Database
from assay.plant.records.schema import metadata

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def records(postgres: str) -> Iterator[Records]:
    with open_records(postgres) as opened:
        yield opened


def test_evidence_events_and_runs(records: Records) -> None:
    made = Evidence.make(
        kind=EvidenceKind.COMPUTATION, producer="a.b", version="1", inputs={}, value=[0.1 + 0.2, "温度"], run="r"
    )
    records.evidence.put(made)
    records.evidence.put(made)
    assert records.evidence.get(made.id) == made and records.evidence.of_run("r") == [made]
    event = Event(time=NOW, plant="p", tag="t", kind=EventKind.ALARM)
    assert records.events.add([event, event]) == 1
    assert records.events.query("p", NOW, NOW + timedelta(seconds=1)) == [event]
    records.runs.start("r", caller="li", plant="p", question="?")
    with pytest.raises(IntegrityError):
        records.runs.start("r", caller="li", plant="p", question="?")
    with pytest.raises(InputError):
        records.evidence.get("ev_0")


def test_actions_and_audit(records: Records) -> None:
    proposal = Proposal(
        plant="p",
        zone="control",
        writes=(Write(tag="t", value=1.0, unit="", before=0.0),),
        reason="x",
        evidence=("ev_1",),
        expires=NOW,
    )
    action = Action(id="act_1", run="r", state=ActionState.PROPOSED, proposal=proposal)
    records.actions.create(action)
    rejected = action.model_copy(update={"state": ActionState.REJECTED})
    records.actions.advance(rejected, expected="proposed", by="li")
    with pytest.raises(BusyError):
        records.actions.advance(rejected, expected="proposed", by="li")
    assert records.actions.list() == [rejected]
    assert records.verify_audit() == 2


def test_the_migrations_make_the_tables_of_the_schema(postgres: str) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    database = Database(postgres)
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata) == []
    database.close()
