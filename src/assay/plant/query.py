"""Reading a history: recent samples and closed parts as one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np

from assay.kernel.errors import InputError, TransientError
from assay.plant import parts
from assay.plant.grid import ceiling, step_nanoseconds
from assay.plant.notes import Note
from assay.plant.peer import Answer
from assay.plant.rows import Rows, concatenate, to_frame
from assay.plant.series import Frame, to_datetime, to_time

if TYPE_CHECKING:
    from assay.plant.historian import Stats

_TRIES = 20
Found = TypeVar("Found")
_LOOK_BACK = 3600 * 10**9
_EARLIEST = -(2**63) + 1


@dataclass(frozen=True)
class RecentView:
    """What is not in closed parts: the recent samples asked for, the first and last time of all recent ones.

    Also every tag that was ever written, the owner's pid and its remarks.
    """

    tags: tuple[str, ...]
    rows: Rows
    span: tuple[int, int] | None
    owner: int | None
    notes: tuple[Note, ...]

    def packed(self) -> Answer:
        """The view as an answer for another process."""
        import pyarrow as pa

        notes = [[note.key, note.params] for note in self.notes]
        header = {"tags": self.tags, "span": self.span, "owner": self.owner, "notes": notes}
        if not len(self.rows):
            return header, b""
        sink = pa.BufferOutputStream()
        table = self.rows.to_arrow()
        with pa.ipc.new_stream(sink, table.schema) as stream:
            stream.write_table(table)
        return header, sink.getvalue().to_pybytes()

    @classmethod
    def unpacked(cls, answer: Answer) -> RecentView:
        """The view that another process packed."""
        import pyarrow as pa

        header, payload = answer
        rows = Rows.from_arrow(pa.ipc.open_stream(payload).read_all()) if payload else Rows.empty()
        notes = tuple(Note(key, params) for key, params in header["notes"])
        first_last = header["span"]
        span = None if first_last is None else (int(first_last[0]), int(first_last[1]))
        return cls(tuple(header["tags"]), rows, span, header["owner"], notes)


class View(Protocol):
    """Gives the recent samples of some tags between two times (nanoseconds), or none of them."""

    def __call__(self, tags: Sequence[str] | None, start: int | None, end: int | None, *, rows: bool) -> RecentView: ...


def read_history_frame(
    view: View,
    folder: Path,
    tags: Sequence[str] | None,
    start: datetime | None,
    end: datetime | None,
    step: float | None,
    hold: float | None,
) -> Frame:
    """See ``Readable.read``."""
    first, last = _integer(start), _integer(end)
    if step is None:
        wanted, rows = _rows(view, folder, tags, first, last)
        return to_frame(rows, wanted)
    spacing = step_nanoseconds(step)
    known_from = None if first is None else max(first - max(_LOOK_BACK, 10 * spacing), _EARLIEST)
    # Grid times are before ``end``, and a grid time stands for samples up to itself.
    wanted, rows = _rows(view, folder, tags, known_from, last)
    if not len(rows):
        return Frame.empty(wanted)
    frame = to_frame(rows, wanted, ceiling(rows.time, spacing)).resample(step, hold=hold)
    return frame.between(start, end)


def _rows(
    view: View, folder: Path, tags: Sequence[str] | None, start: int | None, end: int | None
) -> tuple[tuple[str, ...], Rows]:
    # The recent samples first: what the owner moves into a part meanwhile is then seen twice, never not at all.
    recent = view(tags, start, end, rows=True)
    wanted = recent.tags if tags is None else tuple(tags)
    unknown = [tag for tag in wanted if tag not in set(recent.tags)]
    if unknown:
        raise InputError("plant.history_tag_unknown", tags=", ".join(unknown[:10]))
    closed = _from_parts(folder, lambda part: parts.read_part(part, tags, start, end))
    return wanted, concatenate([*closed, recent.rows])


def _from_parts(folder: Path, read: Callable[[parts.Part], Found]) -> list[Found]:
    """``read`` of every part; begun again when the owner merged or removed parts meanwhile."""
    for _ in range(_TRIES):
        try:
            return [read(part) for part in parts.list_parts(folder)]
        except FileNotFoundError:
            continue
    raise TransientError("plant.history_parts_change", path=folder)


def time_span(view: View, folder: Path) -> tuple[datetime, datetime] | None:
    """See ``Readable.span``."""
    recent = view((), None, None, rows=False).span
    spans = _from_parts(folder, parts.time_span) + ([] if recent is None else [recent])
    if not spans:
        return None
    return _moment(min(first for first, _ in spans)), _moment(max(last for _, last in spans))


def statistics(view: View, folder: Path) -> Stats:
    """See ``Readable.stats``."""
    from assay.plant.historian import Stats, TagStats

    recent = view(None, None, None, rows=True)
    counted: dict[str, tuple[int, int, int]] = {}
    closed = _from_parts(folder, lambda part: _counted(parts.read_part(part, None, None, None)))
    for name, (count, low, high) in (each for part in [*closed, _counted(recent.rows)] for each in part.items()):
        old = counted.get(name, (0, low, high))
        counted[name] = (old[0] + count, min(old[1], low), max(old[2], high))
    tags = tuple(
        TagStats(tag, counted[tag][0], _moment(counted[tag][1]), _moment(counted[tag][2]))
        if tag in counted
        else TagStats(tag, 0, None, None)
        for tag in recent.tags
    )
    return Stats(
        folder=folder,
        tags=tags,
        samples=sum(tag.samples for tag in tags),
        recent=len(recent.rows),
        parts=len(closed),
        bytes=sum(path.stat().st_size for path in folder.iterdir() if path.is_file()),
        owner=recent.owner,
        notes=recent.notes,
    )


def _counted(rows: Rows) -> dict[str, tuple[int, int, int]]:
    """By tag: the number of samples, the first and the last time."""
    order = np.argsort(rows.tag, kind="stable")
    tag, time = rows.tag[order], rows.time[order]
    first = np.flatnonzero(np.diff(tag, prepend=-1))
    if not len(first):
        return {}
    counts = np.diff(np.append(first, len(tag)))
    lows, highs = np.minimum.reduceat(time, first), np.maximum.reduceat(time, first)
    found = zip(counts.tolist(), lows.tolist(), highs.tolist(), strict=True)
    return dict(zip([rows.tags[code] for code in tag[first]], found, strict=True))


def _integer(moment: datetime | None) -> int | None:
    return None if moment is None else int(to_time(moment).astype(np.int64))


def _moment(nanoseconds: int) -> datetime:
    return to_datetime(np.datetime64(nanoseconds, "ns"))


def request(tags: Sequence[str] | None, start: int | None, end: int | None, *, rows: bool) -> dict[str, Any]:
    """A view's arguments as a request to the owner."""
    return {"tags": None if tags is None else list(tags), "start": start, "end": end, "rows": rows}


def understood(asked: dict[str, Any]) -> tuple[list[str] | None, int | None, int | None, bool]:
    """A request's arguments; ValueError when it is none."""
    tags, start, end, rows = (asked.get(name) for name in ("tags", "start", "end", "rows"))
    if tags is not None and not (isinstance(tags, list) and all(isinstance(tag, str) for tag in tags)):
        raise ValueError("tags")
    for bound in (start, end):
        if bound is not None and not (isinstance(bound, int) and abs(bound) < 2**63):
            raise ValueError("time")
    return tags, start, end, bool(rows)
