"""The one process that writes a plant's history."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assay.kernel.errors import BusyError, InputError, TerminalError
from assay.plant import parts
from assay.plant.atomic import replacing
from assay.plant.disk import Limits, Warnings, check_room
from assay.plant.historian import Managed, Stats
from assay.plant.hot import Recent, store_errors
from assay.plant.notes import Note
from assay.plant.peer import Answer, Server, socket_path
from assay.plant.query import RecentView, read_history_frame, statistics, time_span, understood
from assay.plant.rows import Rows, Sample, from_frame, from_samples
from assay.plant.series import Frame

if TYPE_CHECKING:
    import pyarrow as pa
    from filelock import FileLock

_DAY = 86_400 * 10**9
_MERGE_AT = 16  # neighbouring small parts


class HistoryOwner(Managed):
    """See ``Historian``. Safe to use from several threads; ``write`` blocks for milliseconds."""

    def __init__(
        self, folder: Path, plant: str, limits: Limits, on_warning: Callable[[Note], None] | None = None
    ) -> None:
        self.folder, self.limits = folder, limits
        self._warnings = Warnings(on_warning)
        self._writing = threading.RLock()
        self._closed = False
        self._lock = _own(folder, plant)
        try:
            parts.clean(folder)
            self._recent = self._recover()
            self._keep_limits()
            self._server = Server(socket_path(folder), self._answer)
        except BaseException:
            self._lock.release()
            raise

    def write(self, batch: Frame | pa.Table | Iterable[Sample]) -> int:
        """See ``Historian.write``."""
        with self._writing:
            if self._closed:
                raise InputError("plant.history_closed")
            written = 0
            for rows in _pieces(batch, self.limits.part_rows):
                self._make_room()
                if len(rows) * 2 >= self.limits.part_rows:
                    self._write_through(rows)
                else:
                    self._recent.add(rows)
                written += len(rows)
                if self._recent.count >= self.limits.part_rows:
                    self._try_roll()
            return written

    def flush(self) -> None:
        """Close the current part: every sample is in a Parquet file then. TerminalError when the disk is full."""
        with self._writing, store_errors(self.folder):
            rows = self._recent.rows(None, None, None)
            if not len(rows):
                return
            part = parts.write_part(self.folder, rows)
            # A crash between these two lines leaves the samples in both places, under the same numbers.
            self._recent.forget(up_to=part.last)
            self._parts_bytes += part.path.stat().st_size
            self._merge_small()

    def tags(self) -> tuple[str, ...]:
        """See ``Readable.tags``."""
        return self._recent.tags()

    def span(self) -> tuple[datetime, datetime] | None:
        """See ``Readable.span``."""
        return time_span(self._view, self.folder)

    def read(
        self,
        tags: Sequence[str] | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        *,
        step: float | None = None,
        hold: float | None = None,
    ) -> Frame:
        """See ``Readable.read``."""
        return read_history_frame(self._view, self.folder, tags, start, end, step, hold)

    def stats(self) -> Stats:
        """See ``Readable.stats``."""
        return statistics(self._view, self.folder)

    def close(self) -> None:
        """Close the last part, the file and the socket, and let another process own the history."""
        with self._writing:
            if self._closed:
                return
            self._closed = True
            try:
                self._try_roll()
                self._server.close()
                self._recent.close()
            finally:
                (self.folder / "owner.json").unlink(missing_ok=True)
                self._lock.release()

    def _view(self, tags: Sequence[str] | None, start: int | None, end: int | None, *, rows: bool) -> RecentView:
        found = self._recent.rows(tags, start, end) if rows else Rows.empty()
        return RecentView(self._recent.tags(), found, self._recent.span(), os.getpid(), self._warnings.notes)

    def _answer(self, request: dict[str, Any]) -> Answer:
        tags, start, end, rows = understood(request)
        return self._view(tags, start, end, rows=rows).packed()

    def _recover(self) -> Recent:
        recent = Recent(self.folder)
        closed = parts.list_parts(self.folder)
        self._parts_bytes = sum(part.path.stat().st_size for part in closed)
        if closed:
            # After a crash between writing a part and forgetting its samples they are in both places.
            recent.next_seq = max(recent.next_seq, closed[-1].last + 1)
            recent.forget(up_to=closed[-1].last)
        if closed and not recent.tags():
            recent.know(parts.tag_names(self.folder))
        return recent

    def _try_roll(self) -> None:
        """Close the part; when that fails the samples stay in the DuckDB file, which is said as a warning."""
        try:
            self.flush()
            self._keep_limits()
            self._warnings.clear("plant.history_part_not_written")
        except TerminalError as error:
            params = {"path": str(self.folder), "reason": str(error)}
            self._warnings.raise_(Note("plant.history_part_not_written", params))

    def _write_through(self, rows: Rows) -> None:
        """Store a large batch as a part of its own, without the detour through the DuckDB file."""
        self.flush()
        with store_errors(self.folder):
            self._recent.know(rows.tags)
            part = parts.write_part(self.folder, rows.numbered(self._recent.next_seq))
        self._parts_bytes += part.path.stat().st_size
        # A crash before this line is mended at the next start, from the name of the part.
        self._recent.know((), part.last + 1)
        self._keep_limits()

    def _make_room(self) -> None:
        used = self._parts_bytes + self._recent.bytes()
        if self.limits.disk_bytes is not None and used >= self.limits.disk_bytes and self._recent.count:
            self._try_roll()
            used = self._parts_bytes + self._recent.bytes()
        check_room(self.folder, used, self.limits, self._warnings)

    def _keep_limits(self) -> None:
        """Remove what is older than the retention, counted back from the history's own newest times."""
        if self.limits.retention_days is None:
            return
        closed = parts.list_parts(self.folder)
        newest = self._recent.typical_time()
        if newest is None and closed:
            newest = parts.typical_time(closed[-1])
        if newest is None:
            return
        before = newest - int(self.limits.retention_days * _DAY)
        for part in closed:
            if parts.time_span(part)[1] < before:
                self._parts_bytes -= part.path.stat().st_size
                part.path.unlink(missing_ok=True)
        if self._recent.count:
            self._recent.forget(before=before)

    def _merge_small(self) -> None:
        run: list[parts.Part] = []
        for part in [*parts.list_parts(self.folder), None]:
            if part is not None and parts.row_count(part) * 4 < self.limits.part_rows:
                run.append(part)
                continue
            if len(run) >= _MERGE_AT:
                parts.merge(self.folder, run)
            run = []
        self._parts_bytes = sum(part.path.stat().st_size for part in parts.list_parts(self.folder))


def _pieces(batch: Frame | pa.Table | Iterable[Sample], most: int) -> Iterator[Rows]:
    if isinstance(batch, Frame):
        yield from from_frame(batch, most)
        return
    rows = Rows.from_arrow(batch) if hasattr(batch, "schema") else from_samples(batch)
    for start in range(0, len(rows), most):
        yield rows.take(slice(start, start + most))


def _own(folder: Path, plant: str) -> FileLock:
    """Lock the folder for this process; BusyError names the holder."""
    from filelock import FileLock, Timeout

    lock = FileLock(folder / "owner.lock", mode=0o600, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise BusyError("plant.history_busy", plant=plant, pid=_holder(folder)) from error
    with replacing(folder / "owner.json") as temporary:
        temporary.write_text(json.dumps({"pid": os.getpid(), "plant": plant}), encoding="utf-8")
    return lock


def _holder(folder: Path) -> str:
    """The owner's pid; an owner that has just started writes it a moment after it took the lock."""
    give_up = time.monotonic() + 1.0
    while True:
        try:
            return str(json.loads((folder / "owner.json").read_text(encoding="utf-8"))["pid"])
        except (OSError, ValueError, KeyError):
            if time.monotonic() > give_up:
                return "?"
            time.sleep(0.02)
