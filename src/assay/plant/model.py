"""The equipment model: ``load_plant(PLANT)`` gives a :class:`Plant`, which is also the kernel's tag book.

PLANT is the name of a shipped plant (``tennessee_eastman``) or a folder with a ``plant.yaml``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from assay.kernel.errors import InputError
from assay.kernel.evidence import content_hash
from assay.kernel.ports import TagLimits
from assay.plant.model_schema import (
    Connection,
    Equipment,
    Loop,
    Mode,
    PlantSpec,
    Tag,
    TripLimit,
    Twin,
    Zone,
)

PLANT_FILE = "plant.yaml"
FAULTS_FILE = "faults.yaml"


def shipped_plants() -> tuple[str, ...]:
    """Names of the plants that come with Assay, sorted."""
    root = Path(str(resources.files("assay.plants")))
    return tuple(sorted(path.parent.name for path in root.glob(f"*/{PLANT_FILE}")))


def find_plant(plant: str | Path) -> Path:
    """The ``plant.yaml`` of PLANT: a shipped plant's name, a folder, or the file itself.

    A name of a shipped plant wins over a folder of the same name; write ``./name`` for the folder.
    Raises InputError when there is none.
    """
    if isinstance(plant, str) and plant in shipped_plants():
        return Path(str(resources.files("assay.plants"))) / plant / PLANT_FILE
    path = Path(plant).expanduser()
    if path.is_dir():
        path = path / PLANT_FILE
    if not path.is_file():
        raise InputError("plant.model_not_found", plant=str(plant), shipped=", ".join(shipped_plants()))
    return path


def find_base(name: str, folder: Path) -> Path | None:
    """What ``extends: name`` in a plant of ``folder`` means: a neighbouring folder, a path, or a shipped plant."""
    for candidate in (folder / name / PLANT_FILE, folder.parent / name / PLANT_FILE):
        if candidate.is_file():
            return candidate
    if name in shipped_plants():
        return Path(str(resources.files("assay.plants"))) / name / PLANT_FILE
    return None


def load_plant(plant: str | Path) -> Plant:
    """Load and check PLANT. Raises InputError naming the first fault and their number when it has any."""
    from assay.plant.check import check_spec

    path = find_plant(plant)
    spec, source = check_spec(path)
    if spec is None or source.faults:
        first = source.faults[0]
        raise InputError(
            "plant.model_faulty",
            plant=str(plant),
            count=len(source.faults),
            where=f"{first.file}:{first.line}",
            fault=first.message("en"),
            fault_zh=first.message("zh"),
        )
    return Plant(spec, path, source.chain)


class Plant:
    """A checked plant. Everything is immutable; look-ups are by id."""

    def __init__(self, spec: PlantSpec, path: Path, chain: Sequence[Path] = ()) -> None:
        self.spec = spec
        self.path = path
        self.chain = tuple(chain) or (path,)
        self._tags = {tag.id: tag for tag in spec.tags}
        self._equipment = {item.id: item for item in spec.equipment}
        self._loops = {loop.id: loop for loop in spec.loops}
        self._zones = {zone.id: zone for zone in spec.zones}

    def __repr__(self) -> str:
        return f"Plant({self.id!r}, {len(self._tags)} tags)"

    @property
    def id(self) -> str:
        """The plant's id, as in ``plant.yaml``."""
        return self.spec.id

    @property
    def folder(self) -> Path:
        """The folder of its ``plant.yaml``."""
        return self.path.parent

    @cached_property
    def timezone(self) -> ZoneInfo:
        """The zone that naive times of this plant are in."""
        return ZoneInfo(self.spec.timezone)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the whole specification (``extends`` resolved)."""
        return content_hash(self.spec.model_dump(mode="json"))

    # -- tags ----------------------------------------------------------------------------------------------------
    @property
    def tags(self) -> tuple[Tag, ...]:
        """All tags in file order."""
        return self.spec.tags

    def tags_of(self, *kinds: str) -> tuple[Tag, ...]:
        """Tags of the given kinds (``measurement``, ``valve``, ``setpoint``) in file order."""
        return tuple(tag for tag in self.spec.tags if tag.kind in kinds)

    def has_tag(self, id: str) -> bool:
        """Whether there is such a tag."""
        return id in self._tags

    def tag(self, id: str) -> Tag:
        """The tag ``id``. Raises InputError when the plant has none."""
        try:
            return self._tags[id]
        except KeyError:
            raise InputError("plant.model_tag_unknown", tag=id, plant=self.id) from None

    def limits(self, tag: str) -> TagLimits | None:
        """What may be written to ``tag`` (the kernel's tag book); None for an unknown tag."""
        found = self._tags.get(tag)
        if found is None:
            return None
        low, high = found.write_range or found.range
        return TagLimits(found.id, found.unit, self.zone_of(tag), low, high, found.writable)

    def zone_of(self, tag: str) -> str:
        """The zone of a tag: its own, else its equipment's, else the nearest ancestor's."""
        found = self.tag(tag)
        return found.zone or self.zone_at(found.equipment)

    def zone_at(self, equipment: str) -> str:
        """The zone of ``equipment``: its own, else the nearest ancestor's. InputError when the plant has none such."""
        item: Equipment | None = self.equipment_item(equipment)
        zone: str | None = None
        while zone is None and item is not None:
            zone = item.zone
            item = self._equipment.get(item.parent) if item.parent else None
        return zone or ""

    def zone(self, id: str) -> Zone:
        """The zone ``id``. Raises InputError when the plant has none."""
        try:
            return self._zones[id]
        except KeyError:
            raise InputError("plant.model_zone_unknown", zone=id, plant=self.id) from None

    # -- equipment -------------------------------------------------------------------------------------------------
    @property
    def equipment(self) -> tuple[Equipment, ...]:
        """All nodes of the equipment tree in file order."""
        return self.spec.equipment

    def equipment_item(self, id: str) -> Equipment:
        """The equipment ``id``. Raises InputError when the plant has none."""
        try:
            return self._equipment[id]
        except KeyError:
            raise InputError("plant.model_equipment_unknown", equipment=id, plant=self.id) from None

    def equipment_of(self, tag: str) -> Equipment:
        """The equipment that ``tag`` belongs to."""
        return self._equipment[self.tag(tag).equipment]

    def tags_at(self, equipment: str, *, below: bool = True) -> tuple[Tag, ...]:
        """Tags of ``equipment``, with those of everything below it in the tree."""
        inside = {equipment} if not below else {equipment, *self.below(equipment)}
        return tuple(tag for tag in self.spec.tags if tag.equipment in inside)

    def below(self, equipment: str) -> tuple[str, ...]:
        """Ids of everything under ``equipment`` in the tree, breadth first."""
        self.equipment_item(equipment)
        found: list[str] = []
        queue = deque([equipment])
        while queue:
            parent = queue.popleft()
            children = [item.id for item in self.spec.equipment if item.parent == parent]
            found += children
            queue += children
        return tuple(found)

    @property
    def connections(self) -> tuple[Connection, ...]:
        """All connections in file order."""
        return self.spec.connections

    def neighbours(self, equipment: str) -> tuple[str, ...]:
        """Ids of the equipment one connection away, either way, in file order."""
        self.equipment_item(equipment)
        ends = ((c.source, c.target) for c in self.spec.connections if equipment in (c.source, c.target))
        return tuple(dict.fromkeys(b if a == equipment else a for a, b in ends if a != b))

    def downstream(self, equipment: str, *, steps: int | None = None) -> tuple[str, ...]:
        """Ids of what ``equipment`` feeds, nearest first, without itself; at most ``steps`` connections away."""
        return self._walk(equipment, steps, {c.id: (c.source, c.target) for c in self.spec.connections}.values())

    def upstream(self, equipment: str, *, steps: int | None = None) -> tuple[str, ...]:
        """Ids of what feeds ``equipment``, nearest first, without itself; at most ``steps`` connections away."""
        return self._walk(equipment, steps, {c.id: (c.target, c.source) for c in self.spec.connections}.values())

    def _walk(self, start: str, steps: int | None, arrows: Iterable[tuple[str, str]]) -> tuple[str, ...]:
        self.equipment_item(start)
        pairs = list(arrows)
        distance = {start: 0}
        queue = deque([start])
        while queue:
            here = queue.popleft()
            if steps is not None and distance[here] >= steps:
                continue
            for a, b in pairs:
                if a == here and b not in distance:
                    distance[b] = distance[here] + 1
                    queue.append(b)
        return tuple(id for id in distance if id != start)

    # -- loops, modes, twin ------------------------------------------------------------------------------------------
    @property
    def loops(self) -> tuple[Loop, ...]:
        """All control loops in file order."""
        return self.spec.loops

    def loop(self, id: str) -> Loop:
        """The loop ``id``. Raises InputError when the plant has none."""
        try:
            return self._loops[id]
        except KeyError:
            raise InputError("plant.model_loop_unknown", loop=id, plant=self.id) from None

    def loop_of(self, tag: str) -> Loop | None:
        """The loop whose set point, valve or (first of several) measurement ``tag`` is; None outside all loops."""
        self.tag(tag)
        for role in ("setpoint", "manipulated", "measured"):
            for loop in self.spec.loops:
                value = getattr(loop, role)
                if tag == value or (isinstance(value, tuple) and tag in value):
                    return loop
        return None

    def outer_loops(self, loop: str) -> tuple[Loop, ...]:
        """Loops that move the set point of ``loop``."""
        return tuple(outer for outer in self.spec.loops if loop in outer.inner)

    def mode(self, id: str) -> Mode:
        """The mode of operation ``id`` (``mode1``, also plain ``1``). Raises InputError when the plant has none."""
        wanted = {id, f"mode{id}"}
        for mode in self.spec.modes:
            if mode.id in wanted:
                return mode
        known = ", ".join(mode.id for mode in self.spec.modes)
        raise InputError("plant.model_mode_unknown", mode=id, plant=self.id, known=known)

    @property
    def twin(self) -> Twin | None:
        """The mechanism model of this plant, None when it has none."""
        return self.spec.twin

    @property
    def trip_limits(self) -> tuple[TripLimit, ...]:
        """Shutdown limits."""
        return self.spec.trip_limits

    # -- names -------------------------------------------------------------------------------------------------------
    @cached_property
    def _names(self) -> frozenset[str]:
        found = set(self._tags) | set(self._equipment)
        for item in self.spec.equipment:
            found |= {item.name.zh, item.name.en, *item.aliases}
        return frozenset(found)

    def names(self) -> frozenset[str]:
        """All tag ids, equipment ids, and equipment names in both languages with their aliases."""
        return self._names

    @property
    def analysis_zone(self) -> str:
        """The zone in which analysis happens: it only reads, so ``operations`` where there is one, else the first."""
        zones = [zone.id for zone in self.spec.zones]
        return "operations" if "operations" in zones else (zones[0] if zones else "")

    @cached_property
    def synonyms(self) -> dict[str, tuple[str, ...]]:
        """Lower-case name or alias -> ids of the tags and equipment that bear it."""
        found: dict[str, list[str]] = {}
        parts: list[Tag | Equipment] = [*self.spec.tags, *self.spec.equipment]
        for part in parts:
            names = {part.id, part.name.zh, part.name.en, *part.aliases}
            for name in names:
                found.setdefault(name.lower(), []).append(part.id)
        return {name: tuple(ids) for name, ids in sorted(found.items())}

    def document(self) -> dict[str, Any]:
        """The whole specification as plain JSON data."""
        return self.spec.model_dump(mode="json")
