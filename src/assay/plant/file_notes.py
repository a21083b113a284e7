"""What looks odd in an imported history."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assay.plant.file_table import shortened
from assay.plant.notes import Note
from assay.plant.series import Frame, to_datetime

_UNEVEN = 1.5  # an interval of more than this many median steps is a gap
_FEW_JUMPS = 3
_LIVELY = 0.9  # a tag that changes in more of its rows than this moves all the time
_STILL_ROWS = 10


def about_order(times: NDArray[np.int64], lines: NDArray[np.int64], tag: NDArray[np.int32] | None = None) -> list[Note]:
    """Notes on duplicates (the last one counts) and on times that go backwards, in the order of the file.

    ``tag``: the tag of each row of a long file; then each tag's rows are looked at by themselves.
    """
    order = np.arange(len(times)) if tag is None else np.argsort(tag, kind="stable")
    moved = times[order]
    same = np.ones(max(0, len(moved) - 1), bool) if tag is None else np.diff(tag[order]) == 0
    back = np.flatnonzero((np.diff(moved) < 0) & same)
    notes = []
    if len(back) > max(_FEW_JUMPS, len(times) // 1000):
        notes.append(Note("plant.import_unsorted", {"count": len(back), "line": int(lines[order[back[0] + 1]])}))
    else:
        for at in back:
            params = {
                "line": int(lines[order[at + 1]]),
                "before": iso_text(moved[at]),
                "after": iso_text(moved[at + 1]),
            }
            notes.append(Note("plant.import_clock_back", params))
    ordered = np.lexsort((times,) if tag is None else (times, tag))
    double = np.diff(times[ordered]) == 0
    if tag is not None:
        double &= np.diff(tag[ordered]) == 0
    if double.any():
        first = ordered[int(double.argmax())]
        params = {"count": int(double.sum()), "time": iso_text(times[first])}
        notes.append(Note("plant.import_duplicates", params))
    return notes


def about_frame(frame: Frame, few_rows: int) -> list[Note]:
    """Notes on empty and constant columns, uneven sampling and too few rows."""
    notes = []
    missing: NDArray[np.bool_] = np.isnan(frame.values)
    empty = [tag for tag, none in zip(frame.tags, np.all(missing, axis=0).tolist(), strict=True) if none]
    low = np.where(missing, np.inf, frame.values).min(axis=0, initial=np.inf)
    high = np.where(missing, -np.inf, frame.values).max(axis=0, initial=-np.inf)
    constant = [tag for tag, same in zip(frame.tags, (low == high).tolist(), strict=True) if same and len(frame) > 1]
    for key, tags in (("plant.import_empty_columns", empty), ("plant.import_constant_columns", constant)):
        if tags:
            notes.append(Note(key, {"count": len(tags), "tags": tags, "columns": shortened(", ".join(tags), 300)}))
    notes += _standing_still(frame, constant)
    if len(frame) >= 3:
        notes += _spacing(frame)
    if len(frame) < few_rows:
        notes.append(Note("plant.import_few_rows", {"count": len(frame), "wanted": few_rows}))
    return notes


def _standing_still(frame: Frame, constant: list[str]) -> list[Note]:
    """Tags that moved at every row and then hold one value to the end, while others still move."""
    still: dict[str, int] = {}
    moving = 0
    for tag, values in zip(frame.tags, frame.values.T, strict=True):
        there = np.flatnonzero(np.isfinite(values))
        if tag in constant or not len(there):
            continue
        seen = values[there]
        changes = seen[1:] != seen[:-1]  # a difference of two huge values would overflow
        last = int(np.append(-1, np.flatnonzero(changes))[-1]) + 1
        lively = last >= _STILL_ROWS and changes[:last].mean() > _LIVELY
        if lively and len(there) - last > _STILL_ROWS:
            still[tag] = int(there[last])
        moving += bool(lively)
    if not still or 2 * len(still) > moving:
        return []  # all stand still: the plant has tripped, or the recorder has
    names = [f"{tag} ({iso_text(frame.times[row].astype(np.int64))})" for tag, row in still.items()]
    listed = {"count": len(still), "tags": list(still), "columns": shortened(", ".join(names), 300)}
    return [Note("plant.import_standing_still", listed)]


def _spacing(frame: Frame) -> list[Note]:
    steps = np.diff(frame.times.view(np.int64)).astype(np.float64)
    median = float(np.median(steps))
    gaps = steps > _UNEVEN * median
    uneven = np.abs(steps - median) > 0.5 * median
    if not uneven.any():
        return []
    longest = int(steps.argmax())
    params = {
        "step": f"{median / 1e9:g}",
        "gaps": int(gaps.sum()),
        "share": f"{100 * float((steps[gaps] - median).sum()) / float(steps.sum()):.1f}",
        "longest": f"{steps[longest] / 1e9:g}",
        "after": iso_text(frame.times[longest].astype(np.int64)),
    }
    return [Note("plant.import_uneven", params)]


def iso_text(nanoseconds: np.int64) -> str:
    """Nanoseconds UTC as a reader sees a time."""
    return to_datetime(np.datetime64(int(nanoseconds), "ns")).isoformat().replace("+00:00", "Z")
