"""A process that reads a plant's history, beside its owner or without one."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from assay.kernel.errors import BusyError
from assay.plant.historian import Managed, Stats
from assay.plant.hot import FILE, Recent
from assay.plant.parts import tag_names
from assay.plant.peer import ask, socket_path
from assay.plant.query import RecentView, read_history_frame, request, statistics, time_span
from assay.plant.rows import Rows
from assay.plant.series import Frame

_SECONDS = 20.0


class HistoryReader(Managed):
    """See ``Readable``. Holds nothing open between two calls, so an owner may come and go."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def tags(self) -> tuple[str, ...]:
        """See ``Readable.tags``."""
        return self._view((), None, None, rows=False).tags

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
        """Nothing is held."""

    def _view(self, tags: Sequence[str] | None, start: int | None, end: int | None, *, rows: bool) -> RecentView:
        """From the owner; without one from its file. An owner that comes or goes in between is asked again."""
        give_up = time.monotonic() + _SECONDS
        while True:
            answer = ask(socket_path(self.folder), request(tags, start, end, rows=rows))
            if answer is not None:
                return RecentView.unpacked(answer)
            if not (self.folder / FILE).exists():
                return RecentView(tag_names(self.folder), Rows.empty(), None, None, ())
            try:
                return self._from_file(tags, start, end, rows=rows)
            except BusyError:
                if time.monotonic() > give_up:
                    raise

    def _from_file(self, tags: Sequence[str] | None, start: int | None, end: int | None, *, rows: bool) -> RecentView:
        recent = Recent(self.folder, read_only=True)
        try:
            found = recent.rows(tags, start, end) if rows else Rows.empty()
            return RecentView(recent.tags(), found, recent.span(), None, ())
        finally:
            recent.close()
