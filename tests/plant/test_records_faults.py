from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from assay.kernel.errors import BusyError, InputError, IntegrityError, LinkError, TransientError
from assay.kernel.evidence import Evidence, EvidenceKind
from assay.plant.records import migrations, open_records
from assay.plant.records.database import Database
from assay.plant.records.migrations import RECORDS, Migrations
from assay.plant.records.schema import metadata


def evidence(value: object) -> Evidence:
    return Evidence.make(
        kind=EvidenceKind.OBSERVATION, producer="a.b", version="1", inputs={}, value=value, run="run_1"
    )


def test_the_migrations_make_the_tables_of_the_schema(tmp_path: Path) -> None:
    database = Database(tmp_path / "records.db")
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == RECORDS.head
    database.close()
    assert RECORDS.head in RECORDS.known()


SECOND = """
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0002", "0001", None, None


def upgrade():
    op.add_column("runs", sa.Column("site", sa.Text()))
    {more}
"""


def _second_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: str) -> None:
    folder = tmp_path / "migrations"
    shutil.copytree(RECORDS.folder, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "r0002.py").write_text(SECOND.format(more=more), encoding="utf-8")
    monkeypatch.setattr(migrations, "RECORDS", Migrations(folder, head="0002"))


def test_a_migration_backs_the_file_up_first_and_keeps_the_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "records.db"
    with open_records(place) as records:
        records.evidence.put(evidence(1))
        records.audit.add("li", "login", "s")
    _second_revision(tmp_path, monkeypatch, "")
    with open_records(place) as records:
        assert records.evidence.get(evidence(1).id).value == 1
        assert records.verify_audit() == 1
    (copy,) = tmp_path.glob("records.db.bak-0001-*")
    monkeypatch.undo()
    with open_records(copy) as old:
        assert old.evidence.get(evidence(1).id).value == 1
    with open_records(place) as newer, pytest.raises(InputError, match="newer Assay"):
        newer.evidence.get(evidence(1).id)


def test_a_migration_that_fails_half_way_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "records.db"
    with open_records(place) as records:
        records.evidence.put(evidence(1))
    _second_revision(tmp_path, monkeypatch, "raise RuntimeError('half way')")
    with open_records(place) as records, pytest.raises(RuntimeError):
        records.evidence.get(evidence(1).id)
    monkeypatch.undo()
    with open_records(place) as records:
        assert records.evidence.get(evidence(1).id).value == 1
        records.runs.start("run_1", caller="li", plant="p", question="?")


def test_backups_hold_what_was_committed(tmp_path: Path) -> None:
    from assay.plant.records.database import backup

    place = tmp_path / "records.db"
    with open_records(place) as records:
        records.evidence.put(evidence(1))
        copy = backup(place, "0001")  # while the records are open: the copy holds what still is in the write-ahead log
    assert copy.name.startswith("records.db.bak-0001-")
    with open_records(copy) as old:
        assert old.evidence.get(evidence(1).id) == evidence(1).model_copy(
            update={"created": old.evidence.get(evidence(1).id).created}
        )


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    place = tmp_path / "records.db"
    place.write_bytes(b"not a database, " * 100)
    with open_records(place) as records, pytest.raises(IntegrityError, match="backup"):
        records.evidence.put(evidence(1))
    assert place.read_bytes() == b"not a database, " * 100


def test_a_damaged_page(tmp_path: Path) -> None:
    place = tmp_path / "records.db"
    with open_records(place) as records:
        for n in range(200):
            records.evidence.put(evidence(["x" * 500, n]))
    raw = bytearray(place.read_bytes())
    raw[4096 * 4 :] = os.urandom(len(raw) - 4096 * 4)
    place.write_bytes(raw)
    with open_records(place) as records, pytest.raises(IntegrityError):
        list(records.evidence.all())


def test_a_full_disk_keeps_what_was_stored(tmp_path: Path) -> None:
    place = tmp_path / "records.db"
    records = open_records(place)
    records.evidence.put(evidence(1))
    with records.evidence._database.write() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(TransientError) as caught:
        records.evidence.put(evidence("x" * 100_000))
    assert caught.value.key == "plant.records_full"
    assert len(list(records.evidence.all())) == 1
    with records.evidence._database.write() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    records.evidence.put(evidence("x" * 100_000))
    assert len(list(records.evidence.all())) == 2
    records.close()


def test_a_locked_file(tmp_path: Path) -> None:
    place = tmp_path / "records.db"
    with open_records(place, busy=0.05) as records:
        records.evidence.put(evidence(1))
        holder = sqlite3.connect(place, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(BusyError, match="locked"):
            records.evidence.put(evidence(2))
        assert len(list(records.evidence.all())) == 1  # readers go on
        holder.execute("ROLLBACK")
        holder.close()
        records.evidence.put(evidence(2))


def test_a_place_that_is_a_folder_or_below_a_file(tmp_path: Path) -> None:
    with open_records(tmp_path) as records, pytest.raises(InputError):
        records.evidence.put(evidence(1))
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with open_records(tmp_path / "file" / "records.db") as records, pytest.raises(InputError):
        records.evidence.put(evidence(1))


def test_a_database_server_that_is_absent_hides_the_password() -> None:
    pytest.importorskip("psycopg")
    with open_records("postgresql+psycopg://assay:secret@127.0.0.1:1/none") as records:
        with pytest.raises(LinkError) as caught:
            records.evidence.put(evidence(1))
    assert "secret" not in caught.value.render("en")


def test_an_error_rolls_the_whole_transaction_back(tmp_path: Path) -> None:
    with open_records(tmp_path / "records.db") as records:
        with pytest.raises(RuntimeError), records.evidence._database.write() as connection:
            connection.exec_driver_sql("DELETE FROM audit_head")
            raise RuntimeError
        records.audit.add("x", "y", "z")
        assert records.verify_audit() == 1
