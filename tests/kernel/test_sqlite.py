"""A file whose journal mode is changed while another connection is in it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from assay.kernel import sqlite
from assay.kernel.sqlite import write_ahead


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "records.db"
    with closing(sqlite3.connect(path)) as first, first:
        first.execute("CREATE TABLE t (x)")
    return path


@pytest.fixture
def other(file: Path) -> Iterator[sqlite3.Connection]:
    """Another process's connection, which writes."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO t VALUES (1)")
        yield connection


def mode(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return str(connection.execute("PRAGMA journal_mode").fetchone()[0])


def test_it_waits_until_the_other_is_done(
    file: Path, other: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = []

    def pause(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            other.execute("COMMIT")

    monkeypatch.setattr(sqlite.time, "sleep", pause)
    with closing(sqlite3.connect(file, timeout=0)) as connection:
        write_ahead(connection, seconds=60)
    assert len(waits) == 3 and mode(file) == "wal"


@pytest.mark.usefixtures("other")
def test_it_gives_up_when_the_time_is_over(file: Path) -> None:
    with closing(sqlite3.connect(file, timeout=0)) as connection, pytest.raises(sqlite3.OperationalError) as failed:
        write_ahead(connection, seconds=0)
    assert failed.value.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY


def test_a_file_that_has_it_is_left_alone(file: Path) -> None:
    for _ in range(2):
        with closing(sqlite3.connect(file)) as connection:
            write_ahead(connection, seconds=0)
    assert mode(file) == "wal"


def test_another_fault_is_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"no database " * 100)
    monkeypatch.setattr(sqlite.time, "sleep", lambda _: pytest.fail("waited"))
    with closing(sqlite3.connect(broken)) as connection, pytest.raises(sqlite3.DatabaseError):
        write_ahead(connection, seconds=60)
