"""Times in a user's file as UTC nanoseconds."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from assay.kernel.errors import InputError
from assay.plant.notes import Note

if TYPE_CHECKING:
    import pyarrow as pa

Longs = NDArray[np.int64]
BAD_TIME = -(2**63)
_MINUTE = 60 * 10**9
_SHIFT = 15 * _MINUTE  # every zone's offset since 1972 changes on a quarter of an hour
_LOOSE = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[T\s]*(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2})(?:[.,](\d{1,9}))?秒?|分)?)?\s*(Z|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_ZONED = r"([Zz]|[+-]\d{2}:?\d{2})$"


def zone_named(name: str) -> ZoneInfo:
    """A time zone by its IANA name; InputError when there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise InputError("plant.import_zone", zone=name) from error


def times_utc(column: pa.ChunkedArray, zone: ZoneInfo) -> tuple[Longs, list[Note]]:
    """Each cell as nanoseconds UTC, ``BAD_TIME`` where it is no time. Naive times are in ``zone``.

    Numbers are seconds, milli-, micro- or nanoseconds since 1970 by their size (years 2001 to 2100).
    """
    import pyarrow as pa

    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        times = column.cast(pa.timestamp("ns", getattr(kind, "tz", None)), safe=False).to_numpy()
        nanoseconds = times.astype("datetime64[ns]").view(np.int64)
        return (nanoseconds, []) if getattr(kind, "tz", None) else _localized(nanoseconds, zone)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return _since_1970(column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False))
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        return np.full(len(column), BAD_TIME), []
    return _from_text(column, zone)


def _from_text(column: pa.ChunkedArray, zone: ZoneInfo) -> tuple[Longs, list[Note]]:
    import pyarrow as pa
    import pyarrow.compute as pc

    # A long file repeats each time for every tag: only different texts are read.
    encoded = pc.utf8_trim_whitespace(column).combine_chunks().dictionary_encode()
    index = encoded.indices.fill_null(len(encoded.dictionary)).to_numpy(zero_copy_only=False)
    texts = encoded.dictionary
    try:
        numbers = texts.cast(pa.float64()).to_numpy(zero_copy_only=False)
        if len(numbers) and np.nanmin(np.abs(numbers), initial=np.inf) >= 1e8:
            return _since_1970(np.append(numbers, np.nan)[index])
    except pa.ArrowException:
        pass
    zoned = pc.match_substring_regex(texts, r":\d{2}.*" + _ZONED).to_numpy(zero_copy_only=False)
    values = np.full(len(texts) + 1, BAD_TIME)
    for mask, kind in ((zoned, pa.timestamp("ns", "UTC")), (~zoned, pa.timestamp("ns"))):
        values[:-1][mask], zoned[mask] = _read(texts.filter(pa.array(mask)), kind, zoned[mask])
    nanoseconds, known_zone = values[index], np.append(zoned, True)[index]
    local, notes = _localized(np.where(known_zone, BAD_TIME, nanoseconds), zone)
    read = nanoseconds != BAD_TIME
    naive = int((read & ~known_zone).sum())
    if 0 < naive < int(read.sum()):
        count = {"count": naive, "rows": int(read.sum()), "zone": str(zone)}
        notes.append(Note("plant.import_zones_mixed", count))
    return np.where(known_zone, nanoseconds, local), notes


def _read(texts: pa.Array, kind: pa.DataType, zoned: NDArray[np.bool_]) -> tuple[Longs, NDArray[np.bool_]]:
    """The texts as nanoseconds, and which of them name their zone."""
    import pyarrow as pa

    try:
        return texts.cast(kind).to_numpy(zero_copy_only=False).astype("datetime64[ns]").view(np.int64), zoned
    except pa.ArrowException:
        read = [_loose(text) for text in texts.to_pylist()]
        return np.array([time for time, _ in read], np.int64), np.array([known for _, known in read], bool)


def _loose(text: str) -> tuple[int, bool]:
    """One time, written year first: ``2024/1/2 3:04:05.6``, ``2024年1月2日 3时4分``, ISO with or without a zone."""
    match = _LOOSE.fullmatch(text)
    if match is None:
        return BAD_TIME, False
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    try:
        midnight = datetime(int(year), int(month), int(day), tzinfo=UTC)
        clock = timedelta(hours=int(hour or 0), minutes=int(minute or 0), seconds=int(second or 0))
    except ValueError:
        return BAD_TIME, False
    if int(minute or 0) > 59 or int(second or 0) > 59 or clock > timedelta(hours=24) or not 1678 < int(year) < 2262:
        return BAD_TIME, False
    nanoseconds = round((midnight + clock).timestamp()) * 10**9 + int((fraction or "0").ljust(9, "0"))
    if zone and zone.upper() != "Z":
        sign = -1 if zone[0] == "-" else 1
        nanoseconds -= sign * (int(zone[1:3]) * 60 + int(zone[-2:])) * _MINUTE
    return nanoseconds, zone is not None


def _since_1970(numbers: NDArray[np.float64]) -> tuple[Longs, list[Note]]:
    known = numbers[np.isfinite(numbers)]
    middle = float(np.median(np.abs(known))) if len(known) else 0.0
    for unit, factor in (("s", 1e9), ("ms", 1e6), ("us", 1e3), ("ns", 1.0)):
        if 9.5e17 <= middle * factor < 4.2e18:
            fits = np.isfinite(numbers) & (np.abs(numbers * factor) < 9.2e18)
            whole = np.where(fits, numbers, 0.0)
            seconds, rest = np.divmod(whole * (factor / 1e9) if factor != 1e9 else whole, 1.0)
            times = seconds.astype(np.int64) * 10**9 + np.round(rest * 1e9 / 1e3).astype(np.int64) * 1000
            return np.where(fits, times, BAD_TIME), [Note("plant.import_epoch", {"unit": unit})]
    return np.full(len(numbers), BAD_TIME), []


def _localized(times: Longs, zone: ZoneInfo) -> tuple[Longs, list[Note]]:
    """Naive local times as UTC.

    An hour that the clock showed twice is the first one until the file itself steps back in it. An hour that the clock
    left out is read with the offset before the change.
    """
    valid = times != BAD_TIME
    quarters, index = np.unique(np.where(valid, times, 0) // _SHIFT, return_inverse=True)
    offsets = np.array([_offsets(int(quarter), zone) for quarter in quarters], np.int64).reshape(-1, 2)
    first, second = offsets[index, 0], offsets[index, 1]
    twice = valid & (first > second)
    late = _after_step_back(times, twice) if twice.any() else twice
    utc = np.where(valid, times - np.where(late, second, first), BAD_TIME)
    notes = []
    if twice.any():
        notes.append(Note("plant.import_hour_twice", {"count": int(twice.sum()), "zone": str(zone)}))
    if (never := valid & (first < second)).any():
        notes.append(Note("plant.import_hour_never", {"count": int(never.sum()), "zone": str(zone)}))
    return utc, notes


def _offsets(quarter: int, zone: ZoneInfo) -> tuple[int, int]:
    moment = datetime(1970, 1, 1) + timedelta(minutes=15 * quarter)
    pair = []
    for fold in (0, 1):
        offset = moment.replace(tzinfo=zone, fold=fold).utcoffset() or timedelta()
        pair.append(round(offset.total_seconds()) * 10**9)
    return pair[0], pair[1]


def _after_step_back(times: Longs, twice: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which rows follow a step back by more than ten minutes inside an unbroken run of hours shown twice."""
    at = np.flatnonzero(twice)
    begins = np.diff(at, prepend=-2) != 1
    back = (np.diff(times[at], prepend=times[at[0]]) < -10 * _MINUTE) & ~begins
    steps = np.cumsum(back)
    late = np.zeros(len(times), bool)
    late[at] = steps > np.maximum.accumulate(np.where(begins, steps, 0))
    return late


def moment(value: str, zone: str) -> datetime:
    """One time as a user types it, naive ones in ``zone``; InputError when it cannot be read."""
    import pyarrow as pa

    from assay.plant.series import to_datetime

    times, _ = times_utc(pa.chunked_array([[value]], pa.string()), zone_named(zone))
    if times[0] == BAD_TIME:
        raise InputError("plant.history_unreadable_time", value=value[:60])
    return to_datetime(times.view("datetime64[ns]")[0])
