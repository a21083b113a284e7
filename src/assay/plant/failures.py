"""``faults.yaml``: the failure-mode library of a plant, in the terms of ISO 14224, with signed first symptoms.

Symptoms stand in the order in which they show. They are those of the direction named in ``cause``; where ``reversible``
is true the failure can also go the other way, and then every sign turns.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from assay.kernel.errors import InputError
from assay.kernel.evidence import content_hash
from assay.plant.check import validate
from assay.plant.failures_iso import CAUSES, MECHANISMS, MODES
from assay.plant.model import FAULTS_FILE, Plant, find_base
from assay.plant.model_schema import Bilingual, Id, Part, PlantSpec, Text
from assay.plant.model_yaml import Fault, Place, Source, read_source

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Sign = Literal["+", "-", "variance", "none"]
Positive = Annotated[float, Field(gt=0)]


class Iso(Part):
    """ISO 14224 coding: failure mode (three letters), failure mechanism (number), cause category."""

    mode: Text
    mechanism: Text
    cause: Text


class Symptom(Part):
    """What a tag does: rises, falls, spreads wider, or (``none``) stays as it was although a neighbour moves it.

    ``lag`` in hours after the failure begins; ``weak`` symptoms do not show in every case.
    """

    tag: Id
    sign: Sign
    lag: Annotated[float, Field(ge=0)] | None = None
    weak: bool = False


class Neighbour(Part):
    """A failure that looks alike, and what tells the two apart."""

    id: Id
    tell: Bilingual


class Measure(Part):
    """A write that may relieve the upset: which tag, which way, and by how much at most (in the tag's unit)."""

    tag: Id
    direction: Literal["raise", "lower", "either"]
    max_step: Positive


class TwinInput(Part):
    """How the failure is put into the twin: disturbance ``idv`` of that kind, or a ``tag`` that sticks or is moved."""

    kind: Literal["step", "random", "drift", "sticking", "stuck", "operator", "unknown"]
    idv: Annotated[int, Field(ge=1, le=28)] | None = None
    tag: Id | None = None


class Failure(Part):
    """One failure mode. ``trip_after`` is the typical time to a shutdown in hours, None when it need not trip."""

    id: Id
    name: Bilingual
    equipment: Id
    item: Bilingual
    iso: Iso
    cause: Bilingual
    reversible: bool = False
    symptoms: tuple[Symptom, ...]
    trip_after: Positive | None = None
    neighbours: tuple[Neighbour, ...] = ()
    remedy: Bilingual
    measures: tuple[Measure, ...] = ()
    twin: TwinInput | None = None

    @property
    def detectable(self) -> bool:
        """Whether any symptom shows in every case."""
        return any(s.sign != "none" and not s.weak for s in self.symptoms)


class FailuresSpec(Part):
    """The whole of ``faults.yaml`` after ``extends`` has been resolved."""

    format: Literal[1]
    extends: Text | None = None
    failures: tuple[Failure, ...]


@dataclass(frozen=True)
class SymptomsMatrix:
    """Symptoms as arrays: ``ids`` n failures, ``tags`` k tags.

    sign: (n, k) int8, +1 rises, -1 falls, 0 otherwise. variance: (n, k) bool, spreads wider. quiet: (n, k) bool, said
    to stay as it was. lag: (n, k) hours, NaN where unknown.
    """

    ids: tuple[str, ...]
    tags: tuple[str, ...]
    sign: NDArray[np.int8]
    variance: NDArray[np.bool_]
    quiet: NDArray[np.bool_]
    lag: NDArray[np.float64]


class FailureLibrary:
    """All failures of a plant, by id and in file order. A plant without ``faults.yaml`` has an empty one."""

    def __init__(self, spec: FailuresSpec | None, plant: str) -> None:
        self.plant = plant
        self._failures = {failure.id: failure for failure in (spec.failures if spec is not None else ())}

    def __len__(self) -> int:
        return len(self._failures)

    def __iter__(self) -> Iterator[Failure]:
        return iter(self._failures.values())

    def __contains__(self, id: object) -> bool:
        return id in self._failures

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids in file order."""
        return tuple(self._failures)

    def get(self, id: str) -> Failure:
        """The failure ``id``. Raises InputError when the library has none."""
        try:
            return self._failures[id]
        except KeyError:
            raise InputError("plant.model_failure_unknown", failure=id, plant=self.plant) from None

    def of_equipment(self, equipment: str) -> tuple[Failure, ...]:
        """Failures of one piece of equipment."""
        return tuple(failure for failure in self if failure.equipment == equipment)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all failures."""
        return content_hash([failure.model_dump(mode="json") for failure in self])

    def symptoms_matrix(self) -> SymptomsMatrix:
        """All symptoms as arrays; tags in the order of their first mention."""
        import numpy as np

        tags = tuple(dict.fromkeys(symptom.tag for failure in self for symptom in failure.symptoms))
        column = {tag: number for number, tag in enumerate(tags)}
        shape = (len(self), len(tags))
        sign, variance = np.zeros(shape, np.int8), np.zeros(shape, np.bool_)
        quiet, lag = np.zeros(shape, np.bool_), np.full(shape, np.nan)
        for row, failure in enumerate(self):
            for symptom in failure.symptoms:
                at = (row, column[symptom.tag])
                sign[at] = {"+": 1, "-": -1}.get(symptom.sign, 0)
                variance[at] = symptom.sign == "variance"
                quiet[at] = symptom.sign == "none"
                lag[at] = np.nan if symptom.lag is None else symptom.lag
        return SymptomsMatrix(self.ids, tags, sign, variance, quiet, lag)


def find_library(name: str, folder: Path) -> Path | None:
    """What ``extends: name`` in a ``faults.yaml`` of ``folder`` means: that plant's library."""
    plant = find_base(name, folder)
    library = plant.with_name(FAULTS_FILE) if plant is not None else None
    return library if library is not None and library.is_file() else None


def load_failures(plant: Plant) -> FailureLibrary:
    """The failure library beside the plant's ``plant.yaml``; empty without one. InputError when it has faults."""
    path = plant.folder / FAULTS_FILE
    if not path.is_file():
        return FailureLibrary(None, plant.id)
    spec, source = _read(path, plant.spec)
    if spec is None or source.faults:
        first = source.faults[0]
        raise InputError(
            "plant.model_faulty",
            plant=str(path),
            count=len(source.faults),
            where=f"{first.file}:{first.line}",
            fault=first.message("en"),
            fault_zh=first.message("zh"),
        )
    return FailureLibrary(spec, plant.id)


def check_failures(path: Path, plant: PlantSpec | None) -> list[Fault]:
    """Every fault of a ``faults.yaml``; references are judged only when the plant itself could be read."""
    return _read(path, plant)[1].faults


def _read(path: Path, plant: PlantSpec | None) -> tuple[FailuresSpec | None, Source]:
    source = read_source(path, find_library)
    if source.data is None:
        return None, source
    spec = validate(FailuresSpec, source)
    if spec is not None:
        _duplicates(spec, source)
        _iso(spec, source)
        if plant is not None:
            _references(spec, plant, source)
    return spec, source


def _duplicates(spec: FailuresSpec, source: Source) -> None:
    seen: dict[str, int] = {}
    for number, failure in enumerate(spec.failures):
        first = seen.setdefault(failure.id.lower(), number)
        if first != number:
            line = source.mark(("failures", first)).line
            source.fault(("failures", number, "id"), "duplicate_id", list="failures", name=failure.id, line=line)
        tags: set[str] = set()
        for index, symptom in enumerate(failure.symptoms):
            if symptom.tag in tags:
                place: Place = ("failures", number, "symptoms", index)
                source.fault(place, "symptom_twice", name=failure.id, tag=symptom.tag)
            tags.add(symptom.tag)


def _iso(spec: FailuresSpec, source: Source) -> None:
    for number, failure in enumerate(spec.failures):
        for field, table in (("mode", MODES), ("mechanism", MECHANISMS), ("cause", CAUSES)):
            value = getattr(failure.iso, field)
            if value not in table:
                place: Place = ("failures", number, "iso", field)
                source.fault(place, "choice", name=value, choices=", ".join(table))


def _references(spec: FailuresSpec, plant: PlantSpec, source: Source) -> None:
    tags = {tag.id: tag for tag in plant.tags}
    equipment = {item.id for item in plant.equipment}
    ids = {failure.id for failure in spec.failures}
    for number, failure in enumerate(spec.failures):
        place: Place = ("failures", number)
        if failure.equipment not in equipment:
            source.fault((*place, "equipment"), "dangling_equipment", name=failure.equipment)
        for index, symptom in enumerate(failure.symptoms):
            if symptom.tag not in tags:
                source.fault((*place, "symptoms", index, "tag"), "dangling_tag", name=symptom.tag)
        for index, neighbour in enumerate(failure.neighbours):
            if neighbour.id not in ids:
                source.fault((*place, "neighbours", index, "id"), "dangling_failure", name=neighbour.id)
        for index, measure in enumerate(failure.measures):
            where = (*place, "measures", index, "tag")
            if measure.tag not in tags:
                source.fault(where, "dangling_tag", name=measure.tag)
            elif not tags[measure.tag].writable:
                source.fault(where, "measure_not_writable", name=failure.id, tag=measure.tag)
        if failure.twin is not None and failure.twin.tag is not None and failure.twin.tag not in tags:
            source.fault((*place, "twin", "tag"), "dangling_tag", name=failure.twin.tag)
