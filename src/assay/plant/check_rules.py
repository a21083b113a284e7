"""Rules over a well-shaped plant: references, limits, trees, loops. Each rule notes faults with their place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from assay.plant.model_schema import LEVELS, LIMIT_NAMES, AlarmLimit, PlantSpec, Tag, TripLimit
from assay.plant.model_units import unit_known
from assay.plant.model_yaml import Place, Source

_LISTS = (
    "equipment",
    "tags",
    "connections",
    "loops",
    "zones",
    "conduits",
    "roles",
    "documents",
    "modes",
    "trip_limits",
)


def check_rules(spec: PlantSpec, source: Source) -> None:
    """Note every fault of ``spec`` that its shape alone does not show."""
    for rule in (
        _duplicates,
        _plant,
        _opcua,
        _tree,
        _tags,
        _connections,
        _loops,
        _loop_cycles,
        _zones,
        _modes,
        _twin,
        _trips,
        _files,
    ):
        rule(spec, source)


def _ids(parts: Iterable[Any]) -> dict[str, Any]:
    return {part.id: part for part in parts}


def _reference(source: Source, place: Place, id: str, known: Iterable[str], what: str) -> bool:
    """Whether ``id`` is known; notes a dangling reference otherwise. ``what`` names the text of the kind."""
    if id in known:
        return True
    source.fault(place, f"dangling_{what}", name=id)
    return False


def _duplicates(spec: PlantSpec, source: Source) -> None:
    for field in _LISTS:
        seen: dict[str, int] = {}
        for number, part in enumerate(getattr(spec, field)):
            first = seen.setdefault(part.id.lower(), number)
            if first != number:
                line = source.mark((field, first)).line
                source.fault((field, number, "id"), "duplicate_id", list=field, name=part.id, line=line)
    nodes: dict[str, str] = {}
    for number, tag in enumerate(spec.tags):
        if tag.node is not None and nodes.setdefault(tag.node, tag.id) != tag.id:
            source.fault(("tags", number, "node"), "duplicate_node", name=tag.node, tag=tag.id, other=nodes[tag.node])
    shared = {item.id for item in spec.equipment} & {tag.id for tag in spec.tags}
    for number, tag in enumerate(spec.tags):
        if tag.id in shared:
            source.fault(("tags", number, "id"), "tag_is_equipment", name=tag.id)


def _plant(spec: PlantSpec, source: Source) -> None:
    try:
        ZoneInfo(spec.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        source.fault(("timezone",), "timezone", name=spec.timezone)
    if not spec.tags:
        source.fault(("tags",), "no_tags")


def _opcua(spec: PlantSpec, source: Source) -> None:
    endpoint = spec.opcua.endpoint if spec.opcua is not None else None
    if endpoint is not None and not re.fullmatch(r"opc\.tcp://[^/\s@]+:\d{1,5}(/\S*)?", endpoint):
        source.fault(("opcua", "endpoint"), "endpoint")


def _tree(spec: PlantSpec, source: Source) -> None:
    known = _ids(spec.equipment)
    for number, item in enumerate(spec.equipment):
        place: Place = ("equipment", number, "parent")
        if item.parent is None:
            if item.level != "enterprise" and any(other.level == "enterprise" for other in spec.equipment):
                source.fault(("equipment", number), "no_parent", name=item.id)
            continue
        if not _reference(source, place, item.parent, known, "equipment"):
            continue
        trail = list(_ancestors(item.id, known))
        if trail[-1] == item.id:
            source.fault(place, "equipment_cycle", name=item.id, trail=" > ".join(trail))
        above, here = LEVELS.index(known[item.parent].level), LEVELS.index(item.level)
        if above > here or (above == here and item.level != "equipment"):
            source.fault(place, "level_order", name=item.id, level=item.level, parent=item.parent)


def _ancestors(start: str, known: dict[str, Any]) -> Iterator[str]:
    """Ids from ``start``'s parent up to the root; stops at a repetition (which is ``start`` in its own cycle)."""
    seen: set[str] = set()
    here = start
    while here in known and known[here].parent is not None:
        here = known[here].parent
        yield here
        if here in seen or here == start:
            return
        seen.add(here)


def _tags(spec: PlantSpec, source: Source) -> None:
    equipment, zones = _ids(spec.equipment), _ids(spec.zones)
    for number, tag in enumerate(spec.tags):
        place: Place = ("tags", number)
        _reference(source, (*place, "equipment"), tag.equipment, equipment, "equipment")
        if not unit_known(tag.unit):
            source.fault((*place, "unit"), "unit", name=tag.id, unit=tag.unit)
        if tag.zone is not None:
            _reference(source, (*place, "zone"), tag.zone, zones, "zone")
        if tag.sampling is not None and tag.sampling <= 0:
            source.fault((*place, "sampling"), "not_positive", name="sampling")
        _tag_ranges(tag, place, source)
        _alarm_limits(tag, place, source)
        if tag.writable and tag.zone is None and not _inherits_zone(tag, equipment):
            source.fault(place, "no_zone", name=tag.id)


def _inherits_zone(tag: Tag, equipment: dict[str, Any]) -> bool:
    chain = (tag.equipment, *_ancestors(tag.equipment, equipment))
    return any(equipment[id].zone is not None for id in chain if id in equipment)


def _tag_ranges(tag: Tag, place: Place, source: Source) -> None:
    low, high = tag.range
    if low >= high:
        source.fault((*place, "range"), "range_order", name=tag.id, low=low, high=high)
    elif tag.normal is not None and not low <= tag.normal <= high:
        source.fault((*place, "normal"), "outside_range", name=tag.id, what="normal", value=tag.normal)
    if tag.write_range is not None:
        write_low, write_high = tag.write_range
        if write_low >= write_high:
            source.fault((*place, "write_range"), "range_order", name=tag.id, low=write_low, high=write_high)
        for value in tag.write_range:
            if not low <= value <= high:
                source.fault((*place, "write_range"), "outside_range", name=tag.id, what="write_range", value=value)
    if tag.writable and tag.kind == "measurement":
        source.fault((*place, "writable"), "writable_measurement", name=tag.id)


def _alarm_limits(tag: Tag, place: Place, source: Source) -> None:
    low, high = tag.range
    present = [(name, tag.alarms[name]) for name in LIMIT_NAMES if name in tag.alarms]
    for (name, limit), (next_name, following) in pairwise(present):
        if limit.at >= following.at:
            where = (*place, "alarms", next_name)
            source.fault(where, "limit_order", tag=tag.id, lower=name, low=limit.at, upper=next_name, high=following.at)
    for name, limit in present:
        where = (*place, "alarms", name)
        if not low <= limit.at <= high:
            source.fault((*where, "at"), "outside_range", name=tag.id, what=name, value=limit.at)
        if limit.delay < 0:
            source.fault((*where, "delay"), "negative", name="delay")
        if limit.deadband < 0:
            source.fault((*where, "deadband"), "negative", name="deadband")
        gap = _gap(name, limit, present, tag.range)
        if gap > 0 and limit.deadband >= gap:
            source.fault((*where, "deadband"), "deadband", tag=tag.id, limit=name, deadband=limit.deadband, gap=gap)


def _gap(name: str, limit: AlarmLimit, present: Sequence[tuple[str, AlarmLimit]], range: tuple[float, float]) -> float:
    """Room on the normal side of a limit: to the next limit there, else to the end of the range."""
    names = [other for other, _ in present]
    place = names.index(name)
    if name in ("H", "HH"):
        return limit.at - (present[place - 1][1].at if place else range[0])
    return (present[place + 1][1].at if place + 1 < len(present) else range[1]) - limit.at


def _connections(spec: PlantSpec, source: Source) -> None:
    equipment, tags = _ids(spec.equipment), _ids(spec.tags)
    for number, connection in enumerate(spec.connections):
        place: Place = ("connections", number)
        for end in ("source", "target"):
            _reference(source, (*place, end), getattr(connection, end), equipment, "equipment")
        for index, tag in enumerate(connection.tags):
            _reference(source, (*place, "tags", index), tag, tags, "tag")


def _loops(spec: PlantSpec, source: Source) -> None:
    tags, loops = _ids(spec.tags), _ids(spec.loops)
    inner = {id for loop in spec.loops for id in loop.inner}
    for number, loop in enumerate(spec.loops):
        place: Place = ("loops", number)
        for field, kind in (("measured", "measurement"), ("manipulated", "valve")):
            for index, tag in enumerate(getattr(loop, field)):
                where = (*place, field, index)
                if _reference(source, where, tag, tags, "tag") and tags[tag].kind != kind:
                    source.fault(where, "loop_kind", loop=loop.id, tag=tag, kind=kind)
        for index, id in enumerate(loop.inner):
            _reference(source, (*place, "inner", index), id, loops, "loop")
        if loop.setpoint is not None:
            where = (*place, "setpoint")
            if _reference(source, where, loop.setpoint, tags, "tag") and tags[loop.setpoint].kind != "setpoint":
                source.fault(where, "loop_kind", loop=loop.id, tag=loop.setpoint, kind="setpoint")
        elif loop.id not in inner:
            source.fault(place, "loop_without_setpoint", loop=loop.id)
        if not loop.measured or not (loop.manipulated or loop.inner):
            source.fault(place, "loop_ends", loop=loop.id)
        if loop.reset_time is not None and loop.reset_time <= 0:
            source.fault((*place, "reset_time"), "not_positive", name="reset_time")
    used = {loop.setpoint for loop in spec.loops}
    for number, tag in enumerate(spec.tags):
        if tag.kind == "setpoint" and tag.id not in used:
            source.fault(("tags", number), "setpoint_without_loop", name=tag.id)


def _loop_cycles(spec: PlantSpec, source: Source) -> None:
    loops = _ids(spec.loops)
    for number, loop in enumerate(spec.loops):
        reached: set[str] = set()
        queue = [id for id in loop.inner if id in loops]
        while queue:
            here = queue.pop()
            if here not in reached:
                reached.add(here)
                queue += [id for id in loops[here].inner if id in loops]
        if loop.id in reached:
            source.fault(("loops", number, "inner"), "loop_cycle", loop=loop.id)


def _zones(spec: PlantSpec, source: Source) -> None:
    zones = _ids(spec.zones)
    for number, item in enumerate(spec.equipment):
        if item.zone is not None:
            _reference(source, ("equipment", number, "zone"), item.zone, zones, "zone")
    for number, conduit in enumerate(spec.conduits):
        for end in ("source", "target"):
            _reference(source, ("conduits", number, end), getattr(conduit, end), zones, "zone")
    for number, role in enumerate(spec.roles):
        for right in ("read", "compute", "approve"):
            for index, zone in enumerate(getattr(role, right)):
                _reference(source, ("roles", number, right, index), zone, zones, "zone")


def _modes(spec: PlantSpec, source: Source) -> None:
    tags, modes = _ids(spec.tags), _ids(spec.modes)
    for number, mode in enumerate(spec.modes):
        for id, value in mode.setpoints.items():
            place: Place = ("modes", number, "setpoints", id)
            if not _reference(source, place, id, tags, "tag"):
                continue
            low, high = tags[id].write_range or tags[id].range
            if tags[id].kind == "measurement":
                source.fault(place, "mode_measurement", mode=mode.id, tag=id)
            elif not low <= value <= high:
                source.fault(place, "outside_range", name=id, what=mode.id, value=value)
    for index, id in enumerate(spec.alarms_hold_in):
        _reference(source, ("alarms_hold_in", index), id, modes, "mode")


def _twin(spec: PlantSpec, source: Source) -> None:
    if spec.twin is None:
        return
    tags = _ids(spec.tags)
    for index, id in enumerate(spec.twin.constant):
        place: Place = ("twin", "constant", index)
        if _reference(source, place, id, tags, "tag") and tags[id].kind != "valve":
            source.fault(place, "constant_valve", tag=id)
    for id in spec.twin.setpoints:
        place = ("twin", "setpoints", id)
        if _reference(source, place, id, tags, "tag") and tags[id].kind != "setpoint":
            source.fault(place, "twin_setpoint", tag=id)


def _trips(spec: PlantSpec, source: Source) -> None:
    tags = _ids(spec.tags)
    for number, trip in enumerate(spec.trip_limits):
        place: Place = ("trip_limits", number)
        if trip.low is None and trip.high is None:
            source.fault(place, "trip_empty", name=trip.id)
        elif trip.low is not None and trip.high is not None and trip.low >= trip.high:
            source.fault(place, "range_order", name=trip.id, low=trip.low, high=trip.high)
        if _reference(source, (*place, "tag"), trip.tag, tags, "tag"):
            _alarms_inside_trip(tags[trip.tag], trip, spec, source)


def _alarms_inside_trip(tag: Tag, trip: TripLimit, spec: PlantSpec, source: Source) -> None:
    """An alarm beyond the shutdown limit would come too late to be of use."""
    number = spec.tags.index(tag)
    for name, limit in tag.alarms.items():
        late_high = name in ("H", "HH") and trip.high is not None and limit.at > trip.high
        late_low = name in ("L", "LL") and trip.low is not None and limit.at < trip.low
        if late_high or late_low:
            bound = trip.high if late_high else trip.low
            place: Place = ("tags", number, "alarms", name)
            source.fault(place, "alarm_beyond_trip", tag=tag.id, limit=name, value=limit.at, trip=bound)


def _files(spec: PlantSpec, source: Source) -> None:
    """A referenced file is looked for beside the ``plant.yaml`` that names it and never outside its folder."""
    named: list[tuple[Place, str]] = [
        (("documents", number, "file"), document.file)
        for number, document in enumerate(spec.documents)
        if document.file is not None
    ]
    if spec.users is not None:
        named.append((("users",), spec.users))
    for place, name in named:
        folder = Path(source.mark(place).file).parent.resolve()
        target = (folder / name).resolve()
        if not target.is_relative_to(folder):
            source.fault(place, "file_outside", name=name)
        elif not target.is_file():
            source.fault(place, "file_missing", name=name)
    for number, document in enumerate(spec.documents):
        if document.file is None and document.citation is None:
            source.fault(("documents", number), "document_empty", name=document.id)
