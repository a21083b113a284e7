"""Which plants are linked on this machine now: a small file a process, so that other commands find the server.

A process that notes itself holds a lock until it ends, however it ends; a file whose lock is free is left over from a
crash and is ignored and removed. Nothing secret stands in it.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from assay.plant.atomic import replacing
from assay.plant.home import home, private_folder


@dataclass(frozen=True, slots=True)
class RunningNote:
    """Plant id, what to load it by (a shipped name or an absolute folder), and its server's endpoint.

    ``served`` is True for a simulated plant whose server runs in that process, ``secure`` for one with our own keys.
    """

    plant: str
    name: str
    endpoint: str
    served: bool
    secure: bool = False
    pid: int = field(default_factory=os.getpid)


@contextmanager
def noted(note: RunningNote) -> Iterator[None]:
    """Keep the note for as long as the block runs."""
    from filelock import FileLock

    path = private_folder(_folder()) / f"{note.plant}-{note.pid}-{secrets.token_hex(4)}.json"
    lock = FileLock(_lock_of(path), mode=0o600, thread_local=False)
    with lock:
        with replacing(path) as temporary:
            temporary.write_text(json.dumps(asdict(note)), encoding="utf-8")
        try:
            yield
        finally:
            path.unlink(missing_ok=True)
    _lock_of(path).unlink(missing_ok=True)


def running_notes(plant: str | None = None) -> list[RunningNote]:
    """The notes of processes that live, of one plant id or all; those of dead ones are cleared away."""
    found = []
    # A file that is being written begins with a dot.
    for path in sorted(_folder().glob("[!.]*.json")) if _folder().is_dir() else ():
        note = _read(path)
        if note is not None and (plant is None or note.plant == plant):
            found.append(note)
    return found


def _read(path: Path) -> RunningNote | None:
    from filelock import FileLock, Timeout

    try:
        with FileLock(_lock_of(path), timeout=0, mode=0o600):
            path.unlink(missing_ok=True)
        _lock_of(path).unlink(missing_ok=True)
        return None
    except Timeout:
        # Its process lives. It may end between these lines: then there is nothing to read any more.
        with suppress(OSError, ValueError, TypeError):
            return RunningNote(**json.loads(path.read_text(encoding="utf-8")))
        return None


def _lock_of(path: Path) -> Path:
    return path.with_suffix(".lock")


def _folder() -> Path:
    return home() / "running"
