"""From a user's files to the calls that they allow: which method the record carries, and what was noted on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from assay.kernel.errors import InputError
from assay.plant.notes import Note
from assay.skills.health.machine_source import Machine, exchanger_call, vibration_call
from assay.skills.health.process_source import process_call

if TYPE_CHECKING:
    from assay.models.health.fleet import Fleet
    from assay.models.health.fleet_file import Columns, FleetFile
    from assay.plant.series import Frame

Calls = list[tuple[str, dict[str, Any]]]
_LINKS = "._-:/ "
_FAST = 0.01


@dataclass(slots=True)
class Request:
    """What a person asked for. Times and numbers are as in ``arguments``; ``costs`` as ``replacement.parse_costs``
    reads them; ``columns``: which columns are what in fleet tables, ``column``: of a vibration record; ``machine``:
    what is known of it."""

    data: Path
    asset: str
    fleet: Path | None = None
    costs: str | None = None
    indicator: str | None = None
    limit: float | None = None
    falling: bool = False
    normal: float | None = None
    cap: float | None = None
    lead: float | None = None
    confidence: float = 0.9
    zone: str = "UTC"
    columns: Columns | None = None
    column: str | None = None
    machine: Machine = field(default_factory=Machine)
    notes: list[Note] = field(default_factory=list)


def calls_for(request: Request) -> Calls:
    """The calls that answer the request; ``request.notes`` says what was mended, left out or assumed.

    InputError when the asset is not in the file (with the near ones) or the file carries no method.
    """
    if not request.asset.strip():
        raise InputError("health.asset_empty")
    if request.machine.vibrates(request.data):
        return _vibration(request)
    if request.machine.exchanger is not None and request.machine.process is not None:
        raise InputError("health.process_or_exchanger")
    if request.machine.exchanger is not None or request.machine.process is not None:
        return _by_roles(request)
    if request.machine.role:
        raise InputError("health.process_unsaid")
    if _is_fleet(request):
        return _from_table(request)
    if request.fleet is not None:
        raise InputError("health.fleet_needs_units", path=request.data)
    try:
        return _from_history(request)
    except InputError as error:
        if error.key not in ("plant.import_no_time", "plant.import_no_readable_time"):
            raise
        found = _counted(request)
        if found is None:
            raise
        return found


def _vibration(request: Request) -> Calls:
    name, arguments, notes = vibration_call(request.machine, request.data, request.column)
    request.notes += notes
    if request.costs is not None:
        request.notes.append(Note("health.note_costs_unused"))
    about = {"asset": request.asset, "confidence": request.confidence}
    return [(name, {**about, **arguments})]


def _by_roles(request: Request) -> Calls:
    """An exchanger, or another kind of process equipment, by the roles of its tags."""
    from assay.plant.files import read_history

    read = read_history(request.data, zone=request.zone)
    request.notes += read.notes
    make = exchanger_call if request.machine.process is None else process_call
    name, arguments = make(request.machine, read.frame)
    trend = {key: value for key, value in _trend(request).items() if key in ("limit", "normal")}
    return [(name, {**_common(request, "d"), **trend, **arguments})]


def _is_fleet(request: Request) -> bool:
    """Whether the data file has a unit and a clock in its header."""
    from assay.models.health.fleet_file import is_fleet_header
    from assay.plant.file_table import load_table

    try:
        raw = load_table(request.data, 1 << 30, lambda cells: is_fleet_header(cells, request.columns))
    except InputError as error:
        if error.key != "plant.import_no_time":
            raise
        if request.columns is not None and (request.columns.unit or request.columns.clock):
            raise
        return False
    return is_fleet_header(raw.columns.column_names, request.columns)


def _from_table(request: Request) -> Calls:
    from assay.models.health.fleet import keep_fleet
    from assay.models.health.fleet_file import read_fleet
    from assay.models.health.life import LEAST_UNITS

    read = read_fleet(request.data, request.columns, learn=False)
    request.notes += read.notes
    position = read.fleet.position(request.asset)
    if read.begins and request.fleet is None and not read.told:
        return _dated(request, read, position)
    own = read.fleet.only([position])
    train = _training(request, read, position)
    if train is None:
        if not own.tags:
            raise InputError("health.no_values", path=request.data)
        own = _as_running(own)
        return [("health.trend", {**_common(request, own.unit_of_time), **_trend(request), "record": keep_fleet(own)})]
    if not train.units:
        raise InputError("machine_health.fleet_small", count=0, least=LEAST_UNITS)
    common = _common(request, train.unit_of_time)
    if not train.tags or len(train) == len(train.units):  # a row a unit: its age, and nothing of its course
        return [("health.ages", {**common, "fleet": keep_fleet(train), "age": float(own.time[-1])})]
    shared = [tag for tag in train.tags if tag in own.tags]
    lost = [tag for tag in train.tags if tag not in own.tags]
    if lost:
        request.notes.append(Note("health.note_tags_lost", {"tags": ", ".join(lost[:10]), "count": len(lost)}))
    if not shared:
        raise InputError("machine_health.tags_missing", tags=", ".join(train.tags[:10]))
    kept = keep_fleet(train.select(shared))
    arguments = {**common, "fleet": kept, "record": keep_fleet(_as_running(own.select(shared))), "cap": request.cap}
    return [("health.fleet", arguments)]


def _training(request: Request, read: FleetFile, position: int) -> Fleet | None:
    """The units to learn from: the fleet's file, else the others of the data file when it says which failed."""
    from assay.models.health.fleet_file import read_fleet

    if request.fleet is None and not read.told:
        return None
    learned = read_fleet(request.fleet or request.data, request.columns)
    if request.fleet is not None:
        request.notes += learned.notes
    left_out = {name: why for name, why in learned.left_out.items() if why != "constant"}
    if left_out:
        request.notes.append(Note("health.note_left_out", {"columns": ", ".join(left_out)}))
    if not learned.told:
        request.notes.append(Note("health.note_all_failed", {"count": len(learned.fleet.units)}))
    fleet = learned.fleet
    same = [one for one in range(len(fleet.units)) if _same(fleet, one, read.fleet, position)]
    if same:
        # Its own future is no lesson.
        if request.fleet is not None:
            request.notes.append(Note("health.note_own_run", {"unit": fleet.units[same[0]]}))
        fleet = fleet.only([one for one in range(len(fleet.units)) if one not in same])
    return fleet


def _same(fleet: Fleet, one: int, other: Fleet, position: int) -> bool:
    """Whether a unit of the fleet is the asset itself: the same values at the same clock."""
    rows, mine = fleet.rows_of(one), other.rows_of(position)
    shared = [tag for tag in fleet.tags if tag in other.tags]
    count = min(rows.stop - rows.start, mine.stop - mine.start, 20)
    first = fleet.select(shared).values[rows][:count]
    second = other.select(shared).values[mine][:count]
    times = fleet.time[rows][:count], other.time[mine][:count]
    named = fleet.units[one] == other.units[position]
    alike = bool(np.array_equal(first, second, equal_nan=True) and np.array_equal(*times))
    return alike and (named or (len(shared) > 0 and count >= 3))


def _as_running(own: Fleet) -> Fleet:
    from dataclasses import replace

    return replace(own, after=np.full(len(own.units), np.nan))


def _dated(request: Request, read: FleetFile, position: int) -> Calls:
    """A table of several assets over the calendar: the asset's rows are a history."""
    from assay.plant.blobs import history_blob
    from assay.plant.series import Frame

    own = read.fleet.only([position])
    if not own.tags:
        raise InputError("health.no_values", path=request.data)
    times = read.begins[own.units[0]] + np.round(own.time * 3.6e12).astype(np.int64)
    frame = Frame(times.view("datetime64[ns]"), own.tags, own.values)
    return [("health.trend", {**_common(request, "d"), **_trend(request), "history": history_blob(frame)})]


def _from_history(request: Request) -> Calls:
    from assay.plant.blobs import history_blob
    from assay.plant.files import read_history

    read = read_history(request.data, zone=request.zone)
    request.notes += read.notes
    tags = asset_tags(request, read.frame)
    kept = history_blob(read.frame.select(tags))
    return [("health.trend", {**_common(request, "d"), **_trend(request), "history": kept})]


def _counted(request: Request) -> Calls | None:
    """The calls for one machine's table over a clock that is no calendar; None when there is no such clock.

    A clock that steps by less than a hundredth is the time of a vibration record in seconds.
    """
    from assay.models.health.fleet import keep_fleet
    from assay.models.health.fleet_file import read_fleet

    try:
        read = read_fleet(request.data, request.columns, learn=False, alone=request.asset)
    except InputError:
        return None
    own = read.fleet
    if not own.tags:
        return None
    if len(own) > 1000 and float(np.median(np.diff(own.time))) < _FAST and own.unit_of_time == "cycles":
        return _vibration(request)
    request.notes += read.notes
    request.notes.append(Note("health.note_no_assets", {"asset": request.asset[:80]}))
    kept = keep_fleet(_as_running(own))
    return [("health.trend", {**_common(request, own.unit_of_time), **_trend(request), "record": kept})]


def asset_tags(request: Request, frame: Frame) -> list[str]:
    """The asset's tags: those named like ``ASSET.something``; else all of a file that is called like it or that names
    no assets (which is noted). InputError with the near names when the file names other assets."""
    wanted = request.asset.casefold().strip()
    own = [tag for tag in frame.tags if _of(tag.casefold(), wanted)]
    if own:
        return own
    if wanted in request.data.stem.casefold():
        return list(frame.tags)
    assets = _assets(frame.tags)
    if len(assets) > 1:
        near = get_close_matches(request.asset, assets, 5, 0.4) or assets[:5]
        raise InputError(
            "machine_health.asset_unknown", asset=request.asset[:80], near=", ".join(near), count=len(assets)
        )
    request.notes.append(Note("health.note_no_assets", {"asset": request.asset[:80]}))
    return list(frame.tags)


def _of(tag: str, wanted: str) -> bool:
    return tag == wanted or (tag.startswith(wanted) and tag[len(wanted)] in _LINKS)


def _assets(tags: tuple[str, ...]) -> list[str]:
    """The names before the first dot, colon or slash (or before the last dash or underscore) that tags share."""
    found: dict[str, int] = {}
    for tag in tags:
        head = next((tag.split(sign)[0] for sign in ".:/" if sign in tag), "")
        if head:
            found[head] = found.get(head, 0) + 1
    return list(found) if sum(found.values()) > 0.5 * len(tags) else []


def _common(request: Request, clock: str) -> dict[str, Any]:
    from assay.models.health.replacement import parse_costs

    costs: dict[str, Any] = {}
    if request.costs is not None:
        read = parse_costs(request.costs, clock)
        costs = {"failure": read.failure, "planned": read.planned, "running": read.running}
    common: dict[str, Any] = {"asset": request.asset, "lead": request.lead, "confidence": request.confidence}
    return {**common, "costs": costs} if costs else common


def _trend(request: Request) -> dict[str, Any]:
    found: dict[str, Any] = {"indicator": request.indicator, "limit": request.limit, "falling": request.falling}
    return found if request.normal is None else {**found, "normal": request.normal}
