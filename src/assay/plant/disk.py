"""How much a history may take on disk, and what is said before it is full."""

from __future__ import annotations

import logging
import math
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from assay.kernel.errors import InputError, TerminalError
from assay.plant.notes import Note

_log = logging.getLogger("assay.plant.history")
_MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Limits:
    """What an owner keeps.

    retention_days: samples older than this, against the history's own newest times, are removed (None: never).
    disk_bytes: the history refuses to grow beyond this (None: only by the free space of the disk).
    warn_at: share of ``disk_bytes`` from which a warning is given.
    free_bytes: what must stay free on the disk.
    part_rows: samples after which a part is closed and written as Parquet.
    """

    retention_days: float | None = None
    disk_bytes: int | None = 20 << 30
    warn_at: float = 0.8
    free_bytes: int = 64 << 20
    part_rows: int = 1_000_000

    def __post_init__(self) -> None:
        days = self.retention_days
        if days is not None and not (math.isfinite(days) and days > 0):
            raise InputError("plant.history_limits", name="retention_days", value=days)
        if self.disk_bytes is not None and self.disk_bytes <= 0:
            raise InputError("plant.history_limits", name="disk_bytes", value=self.disk_bytes)
        if not 0 < self.warn_at <= 1:
            raise InputError("plant.history_limits", name="warn_at", value=self.warn_at)
        if self.part_rows < 1:
            raise InputError("plant.history_limits", name="part_rows", value=self.part_rows)


class Warnings:
    """Remarks about the store: each is logged and handed on once, and stays in ``notes`` while it holds."""

    def __init__(self, listener: Callable[[Note], None] | None) -> None:
        self._listener = listener
        self._held: dict[str, Note] = {}

    @property
    def notes(self) -> tuple[Note, ...]:
        """What holds now."""
        return tuple(self._held.values())

    def raise_(self, note: Note) -> None:
        """The remark holds; say so unless it was said already."""
        new = note.key not in self._held
        self._held[note.key] = note
        if new:
            _log.warning("%s", note.render())
            if self._listener is not None:
                self._listener(note)

    def clear(self, key: str) -> None:
        """The remark holds no more."""
        self._held.pop(key, None)


def check_room(folder: Path, used: int, limits: Limits, warnings: Warnings) -> None:
    """Warn when the history comes near its limits; TerminalError when it has reached one."""
    free = shutil.disk_usage(folder).free
    if free < limits.free_bytes:
        raise TerminalError("plant.history_disk_full", path=folder, reason=f"{free // _MEBIBYTE} MiB free")
    if free < 4 * limits.free_bytes:
        warnings.raise_(Note("plant.history_disk_low", {"free": _mebibytes(free), "path": str(folder)}))
    else:
        warnings.clear("plant.history_disk_low")
    if limits.disk_bytes is None:
        return
    sizes = {"used": _mebibytes(used), "limit": _mebibytes(limits.disk_bytes), "path": str(folder)}
    if used >= limits.disk_bytes:
        raise TerminalError("plant.history_full", **sizes)
    if used >= limits.warn_at * limits.disk_bytes:
        warnings.raise_(Note("plant.history_limit_near", sizes))
    else:
        warnings.clear("plant.history_limit_near")


def _mebibytes(count: int) -> str:
    return f"{count / _MEBIBYTE:.1f}"
