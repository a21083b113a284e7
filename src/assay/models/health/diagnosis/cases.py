"""Cases of the past, such as closed work orders, and how alike each is to the present findings."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path

from assay.kernel.errors import InputError
from assay.models.health.diagnosis.codes import CAUSES, CLASSES, MECHANISMS, MODES

FINDINGS, CLASS, ASSET = 0.7, 0.2, 0.1  # weights of the similarity; they add to 1
LISTS = ";"


@dataclass(frozen=True, slots=True)
class Case:
    """A failure of the past with its confirmed codes; ``text`` and ``action`` are from outside and only shown."""

    id: str
    equipment_class: str
    findings: frozenset[str]
    mode: str
    mechanism: str = "6.4"
    cause: str = "miscellaneous"
    asset: str = ""
    date: str = ""
    text: str = ""
    action: str = ""

    def __post_init__(self) -> None:
        checks: tuple[tuple[str, str, Mapping[str, object]], ...] = (
            ("mode", self.mode, MODES),
            ("mechanism", self.mechanism, MECHANISMS),
            ("cause", self.cause, CAUSES),
            ("class", self.equipment_class, CLASSES),
        )
        for field, value, table in checks:
            if value not in table:
                raise InputError("diagnosis.case_code", id=self.id, field=field, value=value)


@dataclass(frozen=True, slots=True)
class Alike:
    """A past case with its similarity, 0 to 1, and the findings in common."""

    case: Case
    similarity: float
    shared: tuple[str, ...]


def alike(
    cases: Sequence[Case], seen: Mapping[str, bool], equipment_class: str, asset: str = "", most: int = 5
) -> list[Alike]:
    """The past cases most alike, the best first; ties by id.

    seen: finding -> present or absent. Similarity: ``FINDINGS`` x the share of findings in common, each weighted by how
    rare it is among the cases (inverse document frequency), where a finding of the case that is now absent counts
    against, one that was not looked for does not; + ``CLASS`` for the same class, + ``ASSET`` for the same machine. A
    case without a finding in common is left out.
    """
    rarity = _rarity(cases)
    present = {name for name, there in seen.items() if there}
    found = []
    for case in cases:
        shared = present & case.findings
        if not shared:
            continue
        either = present | {name for name in case.findings if name in seen}
        weight = sum(rarity.get(name, 1.0) for name in sorted(shared)) / sum(
            rarity.get(name, 1.0) for name in sorted(either)
        )
        same = CLASS * (case.equipment_class == equipment_class) + ASSET * (bool(asset) and case.asset == asset)
        found.append(Alike(case, FINDINGS * weight + same, tuple(sorted(shared))))
    return sorted(found, key=lambda one: (-one.similarity, one.case.id))[:most]


def _rarity(cases: Sequence[Case]) -> dict[str, float]:
    names = {name for case in cases for name in case.findings}
    count = {name: sum(name in case.findings for case in cases) for name in names}
    return {name: 1.0 + log(len(cases) / count[name]) for name in names}


def read_cases(path: Path) -> list[Case]:
    """Cases from a CSV with the columns ``id,equipment_class,findings,mode``, findings separated by ``;``.

    Further columns that are used: ``mechanism,cause,asset,date,text,action``. InputError, naming the row, otherwise.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError("diagnosis.cases_file", path=path, problem=error) from None
    missing = {"id", "equipment_class", "findings", "mode"} - set(rows[0] if rows else ())
    if missing:
        raise InputError("diagnosis.cases_columns", path=path, columns=", ".join(sorted(missing)))
    optional = ("mechanism", "cause", "asset", "date", "text", "action")
    return [
        Case(
            id=(row["id"] or "").strip() or str(number),
            equipment_class=(row["equipment_class"] or "").strip(),
            findings=frozenset(part.strip() for part in (row["findings"] or "").split(LISTS) if part.strip()),
            mode=(row["mode"] or "").strip(),
            **{name: row[name].strip() for name in optional if (row.get(name) or "").strip()},
        )
        for number, row in enumerate(rows, start=2)
    ]
