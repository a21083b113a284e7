"""An alarm log as columns: what happened when to which alarm, in the order of time."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assay.kernel.errors import InputError, IntegrityError
from assay.plant.atomic import replacing
from assay.plant.home import home, private_folder
from assay.plant.hot import store_errors

Longs = NDArray[np.int64]
Alarm = tuple[str, str]

#: What a row says. RAISED is an annunciation; what is neither is kept for the operator's actions.
RAISED, RETURNED, ACKNOWLEDGED, SHELVED, SUPPRESSED, RESTORED, OPERATOR = range(7)
NANO = 1_000_000_000
_SHA = re.compile(r"[0-9a-f]{64}")
_MAGIC = b"assay.alarms/1\0"


@dataclass(frozen=True, eq=False)
class AlarmLog:
    """A log. ``times`` (n,) nanoseconds UTC ascending; ``alarm``, ``priority`` and ``message`` (n,) index into the
    tuples ``alarms`` (tag, type), ``priorities`` and ``messages``; ``state`` (n,) is one of this module's states.

    ``messages`` come from outside: they are untrusted text. Rows of one time keep the order of their source.
    """

    times: Longs
    alarm: NDArray[np.int32]
    state: NDArray[np.int8]
    priority: NDArray[np.int32]
    message: NDArray[np.int32]
    alarms: tuple[Alarm, ...]
    priorities: tuple[str, ...]
    messages: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.times)

    @property
    def has_returns(self) -> bool:
        """Whether the log says when alarms return to normal: without it nothing is known of durations."""
        return bool((self.state == RETURNED).any())

    def between(self, start: int | None, end: int | None) -> AlarmLog:
        """Rows with ``start <= time < end`` (nanoseconds; None leaves a side open)."""
        first = 0 if start is None else int(np.searchsorted(self.times, start, "left"))
        last = len(self) if end is None else int(np.searchsorted(self.times, end, "left"))
        return self.rows(np.arange(first, max(first, last)))

    def rows(self, at: NDArray[np.int64] | NDArray[np.intp] | NDArray[np.bool_]) -> AlarmLog:
        """The chosen rows, in that order."""
        columns = (self.times[at], self.alarm[at], self.state[at], self.priority[at], self.message[at])
        return AlarmLog(*columns, self.alarms, self.priorities, self.messages)

    def raised(self) -> AlarmLog:
        """The annunciations alone."""
        return self.rows(self.state == RAISED)

    def label(self, index: int) -> str:
        """``TAG TYPE``, as a person reads an alarm's name."""
        return label(self.alarms[index])

    def digest(self) -> str:
        """SHA-256 (hex) over the whole content."""
        state = hashlib.sha256(_MAGIC)
        names = [[list(one) for one in self.alarms], list(self.priorities), list(self.messages)]
        state.update(json.dumps(names, ensure_ascii=True).encode("ascii") + b"\0")
        for column, kind in (
            (self.times, "<i8"),
            (self.alarm, "<i4"),
            (self.state, "<i1"),
            (self.priority, "<i4"),
            (self.message, "<i4"),
        ):
            state.update(column.astype(kind).tobytes())
        return state.hexdigest()


def label(alarm: Alarm) -> str:
    """``TAG TYPE``; the tag alone where the log has no types."""
    return f"{alarm[0]} {alarm[1]}".strip()


def make_log(
    times: Longs,
    tags: Sequence[str],
    types: Sequence[str],
    state: NDArray[np.int8],
    priorities: Sequence[str] | None = None,
    messages: Sequence[str] | None = None,
) -> AlarmLog:
    """A log from columns in any order of time; rows of one time keep their order."""
    names: dict[Alarm, int] = {}
    alarm = np.fromiter((names.setdefault(one, len(names)) for one in zip(tags, types, strict=True)), np.int32)
    priority, priority_names = coded(priorities or [""] * len(times))
    message, message_names = coded(messages or [""] * len(times))
    log = AlarmLog(
        np.asarray(times, np.int64),
        alarm,
        np.asarray(state, np.int8),
        priority,
        message,
        tuple(names),
        priority_names,
        message_names,
    )
    return log.rows(np.argsort(log.times, kind="stable"))


def coded(texts: Sequence[str]) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Texts as indices into the tuple of different texts."""
    names: dict[str, int] = {}
    index = np.fromiter((names.setdefault(one, len(names)) for one in texts), np.int32, len(texts))
    return index, tuple(names)


def keep_log(log: AlarmLog) -> str:
    """Keep the log under its digest, so that evidence over it can be replayed; the same content is kept once."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sha = log.digest()
    path = _path(sha)
    about = {"alarms": log.alarms, "priorities": log.priorities, "messages": log.messages}
    columns = [log.times, log.alarm, log.state, log.priority, log.message]
    table = pa.table(columns, names=["time", "alarm", "state", "priority", "message"])
    with store_errors(path):
        private_folder(path.parent)
        if not path.exists():
            with replacing(path) as temporary:
                pq.write_table(table.replace_schema_metadata({"assay.alarms": json.dumps(about)}), temporary)
    return sha


def load_log(sha: str) -> AlarmLog:
    """The log with that digest; IntegrityError when it is missing or was changed."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not _SHA.fullmatch(sha):
        raise InputError("alarms.log_name", sha=sha[:80])
    path = _path(sha)
    if not path.exists():
        raise IntegrityError("alarms.log_missing", sha=sha, path=path.parent)
    try:
        table = pq.ParquetFile(path).read()
        about = json.loads(table.schema.metadata[b"assay.alarms"])
        time, alarm, state, priority, message = (table.column(index).to_numpy() for index in range(5))
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
        raise IntegrityError("alarms.log_changed", sha=sha, path=path) from error
    alarms = tuple((str(tag), str(kind)) for tag, kind in about["alarms"])
    log = AlarmLog(time, alarm, state, priority, message, alarms, tuple(about["priorities"]), tuple(about["messages"]))
    if log.digest() != sha:
        raise IntegrityError("alarms.log_changed", sha=sha, path=path)
    return log


def _path(sha: str) -> Path:
    return home() / "blobs" / sha[:2] / f"{sha}.alarms.parquet"
