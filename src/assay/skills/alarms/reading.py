"""Import of an alarm log: CSV or Parquet with a row for each transition.

What cannot be read is an InputError; what was mended, left out or looks odd is a note beside the log.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assay.kernel.errors import InputError
from assay.plant.file_table import RawTable, load_table, shortened
from assay.plant.file_times import BAD_TIME, times_utc, zone_named
from assay.plant.notes import Note
from assay.skills.alarms.log import RAISED, AlarmLog, Longs
from assay.skills.alarms.mapping import LogMapping

MAX_BYTES = 1 << 30
_ZONED = r"(:\d{2}.*|T\d{4,6}(\.\d+)?)([Zz]|[+-]\d{2}:?\d{2})$"
_KNOWN = ("low", "medium", "high", "critical")


@dataclass(frozen=True)
class LogImport:
    """The log in a file, and what was done to read it."""

    log: AlarmLog
    notes: list[Note] = field(default_factory=list)


def read_log(
    path: Path | str,
    *,
    zone: str | None = None,
    mapping: LogMapping | None = None,
    max_bytes: int = MAX_BYTES,
) -> LogImport:
    """Read a log with the columns time, tag and perhaps type, state, priority, message (in words of ``words.COLUMNS``,
    or as ``mapping`` says). Times without a zone are in ``zone``, else UTC, and the notes say so.

    Rows in any order, repeated rows and rows that cannot be read are mended or left out, with a note each. InputError
    when the file has no readable row, no time or no tag.
    """
    path, use = Path(path), mapping or LogMapping()
    raw = load_table(path, max_bytes, use.is_header)
    if not raw.columns.num_rows:
        raise InputError("plant.import_no_rows", path=path)
    chosen = use.chosen(path, raw.columns.column_names)
    notes = list(raw.notes)
    if use.preset is not None:
        notes.append(Note("alarms.note_preset", {"name": use.preset}))
    times = _times(path, raw, chosen["time"], zone, notes)
    tag, tags = _codes(raw, chosen.get("tag"))
    kind, kinds = _codes(raw, chosen.get("type"))
    state = _states(raw, chosen.get("state"), use, notes)
    priority, priorities = _priorities(raw, chosen.get("priority"), use, notes)
    message, messages = _codes(raw, chosen.get("message"))
    named = np.array([bool(name) for name in tags], bool)[tag]
    if not named.all():
        notes.append(Note("alarms.note_no_tag", {"count": int((~named).sum())}))
    good = (times != BAD_TIME) & (state >= 0) & named
    if not good.any():
        raise InputError("alarms.no_row", path=path)
    pair, index = np.unique(tag[good].astype(np.int64) * len(kinds) + kind[good], return_inverse=True)
    alarms = tuple((tags[int(one) // len(kinds)], kinds[int(one) % len(kinds)]) for one in pair)
    log = AlarmLog(
        times[good],
        index.astype(np.int32),
        state[good],
        priority[good],
        message[good],
        alarms,
        priorities,
        messages,
    )
    return LogImport(tidy(log, notes), notes)


def tidy(log: AlarmLog, notes: list[Note]) -> AlarmLog:
    """The log in order of time, each row once; the notes say what was changed."""
    steps = np.diff(log.times)
    if (steps < 0).sum() > (steps > 0).sum():
        log = log.rows(np.arange(len(log))[::-1])  # newest first: rows of one time stand in that order too
        steps = np.diff(log.times)
        notes.append(Note("alarms.note_newest_first"))
    if (back := int((steps < 0).sum())) > 0:
        notes.append(Note("alarms.note_unsorted", {"count": back}))
        log = log.rows(np.argsort(log.times, kind="stable"))
    columns = (log.message, log.priority, log.state, log.alarm, log.times)
    order = np.lexsort(columns)  # stable: of equal rows the first stays
    same = np.ones(max(len(order) - 1, 0), bool)
    for column in columns:
        same &= np.diff(column[order]) == 0
    if same.any():
        notes.append(Note("alarms.note_repeated", {"count": int(same.sum())}))
        log = log.rows(np.sort(order[np.append(True, ~same)]))
    return log


def _times(path: Path, raw: RawTable, names: tuple[str, ...], zone: str | None, notes: list[Note]) -> Longs:
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = [raw.columns[name] for name in names]
    column = columns[0]
    if len(columns) > 1:
        column = pc.binary_join_element_wise(*(one.cast(pa.string()) for one in columns), " ")
    times, time_notes = times_utc(column, zone_named(zone or "UTC"))
    notes += time_notes
    if pa.types.is_string(column.type):
        zoned = int(pc.sum(pc.match_substring_regex(pc.utf8_trim_whitespace(column), _ZONED)).as_py() or 0)
        naive = int((times != BAD_TIME).sum()) - zoned
        epoch = any(note.key == "plant.import_epoch" for note in time_notes)
        if zoned > 0 and naive > 0:
            notes.append(Note("alarms.note_zones_mixed", {"zoned": zoned, "naive": naive, "zone": zone or "UTC"}))
        elif naive > 0 and zone is None and not epoch:
            notes.append(Note("alarms.note_zone_assumed"))
    bad = times == BAD_TIME
    if bad.any():
        first = int(bad.argmax())
        example = shortened(str(column[first].as_py()), 40)
        if bad.all():
            name = shortened(" + ".join(names), 40)
            raise InputError("plant.import_no_readable_time", path=path, column=name, example=example)
        about = {"count": int(bad.sum()), "line": int(raw.lines[first]), "text": example}
        notes.append(Note("plant.import_bad_times", about))
    return times


def _codes(raw: RawTable, names: tuple[str, ...] | None) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """A column as indices into its different texts; an absent one is empty everywhere."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if names is None:
        return np.zeros(raw.columns.num_rows, np.int32), ("",)
    columns = [pc.utf8_trim_whitespace(pc.fill_null(raw.columns[name].cast(pa.string()), "")) for name in names]
    column = columns[0] if len(columns) == 1 else pc.binary_join_element_wise(*columns, " ")
    encoded = column.combine_chunks().dictionary_encode()
    texts = tuple(str(one) for one in encoded.dictionary.to_pylist())
    return encoded.indices.to_numpy(zero_copy_only=False).astype(np.int32), texts


def _states(raw: RawTable, names: tuple[str, ...] | None, mapping: LogMapping, notes: list[Note]) -> NDArray[np.int8]:
    """The state of each row, -1 where its word is unknown."""
    index, words = _codes(raw, names)
    if words == ("",):  # no such column, or an empty one: every row is an alarm
        return np.full(len(index), RAISED, np.int8)
    meaning = [mapping.state(word) for word in words]
    state = np.array([-1 if one is None else one for one in meaning], np.int8)[index]
    unknown = [word for word, one in zip(words, meaning, strict=True) if one is None]
    if unknown:
        listed = shortened(", ".join(f"'{word}'" for word in unknown))
        notes.append(Note("alarms.note_states", {"count": int((state < 0).sum()), "words": listed}))
    return state


def _priorities(
    raw: RawTable, names: tuple[str, ...] | None, mapping: LogMapping, notes: list[Note]
) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    index, words = _codes(raw, names)
    shown = [mapping.priority(word) for word in words]
    different = tuple(dict.fromkeys(shown))
    other = [word for word in different if word and word not in _KNOWN]
    if other:
        notes.append(Note("alarms.note_priorities", {"words": shortened(", ".join(f"'{one}'" for one in other))}))
    place = {word: number for number, word in enumerate(different)}
    return np.array([place[word] for word in shown], np.int32)[index], different
