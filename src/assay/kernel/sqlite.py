"""SQLite files that several processes open at once."""

from __future__ import annotations

import sqlite3
import time

PAUSE_SECONDS = 0.01


def write_ahead(connection: sqlite3.Connection, *, seconds: float) -> None:
    """Put a file's journal into write-ahead mode, which the file keeps; a file that has it already is left alone.

    SQLite refuses the change at once, whatever the connection's timeout, while another process is in the file
    (https://sqlite.org/pragma.html#pragma_journal_mode), so it is asked again until ``seconds`` are over.

    Raises:
        sqlite3.OperationalError: the file stayed locked, or cannot be written.

    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= deadline:
                raise
        time.sleep(PAUSE_SECONDS)
