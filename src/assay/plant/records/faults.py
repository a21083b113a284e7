"""Database faults as Assay's errors: what happened, to which file, what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from assay.kernel.errors import AssayError, BusyError, InputError, IntegrityError, LinkError, TransientError

_SQLITE: dict[int, tuple[type[AssayError], str]] = {
    sqlite3.SQLITE_BUSY: (BusyError, "plant.records_locked"),
    sqlite3.SQLITE_LOCKED: (BusyError, "plant.records_locked"),
    sqlite3.SQLITE_FULL: (TransientError, "plant.records_full"),
    sqlite3.SQLITE_IOERR: (TransientError, "plant.records_io"),
    sqlite3.SQLITE_CORRUPT: (IntegrityError, "plant.records_corrupt"),
    sqlite3.SQLITE_NOTADB: (IntegrityError, "plant.records_corrupt"),
    sqlite3.SQLITE_READONLY: (InputError, "plant.records_unwritable"),
    sqlite3.SQLITE_CANTOPEN: (InputError, "plant.records_unwritable"),
    sqlite3.SQLITE_PERM: (InputError, "plant.records_unwritable"),
    sqlite3.SQLITE_AUTH: (InputError, "plant.records_unwritable"),
}


def translate(error: BaseException | None, place: str) -> AssayError | None:
    """The error that a person can act on, or None for a programming error."""
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        if code is None:
            return None
        kind, key = _SQLITE.get(code & 0xFF, (None, ""))
        return kind(key, path=place) if kind else None
    if type(error).__name__ in ("OperationalError", "InterfaceError"):
        return LinkError("plant.records_link", path=place, problem=str(error).strip().splitlines()[0])
    return None


@contextmanager
def translated(place: str) -> Iterator[None]:
    """Raise database faults inside the block as Assay's errors."""
    try:
        yield
    except DBAPIError as error:
        known = translate(error.orig, place)
        if known is None:
            raise
        raise known from error
    except sqlite3.Error as error:
        known = translate(error, place)
        if known is None:
            raise
        raise known from error
