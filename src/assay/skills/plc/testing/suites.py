"""``T.json``: test cases of a unit as people write them, checked key by key with the place in every sentence.

The JSON Schema of the same format is ``docs/schemas/plc-tests.schema.json``; the tests hold both together.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assay.kernel.errors import InputError
from assay.skills.plc.testing.durations import milliseconds

MOST_SCANS = 10_000_000
FAULTS = ("div_zero", "index", "range", "null", "watchdog", "recursion")
_SUITE = {"pou", "scan", "cases", "$schema", "text"}
_CASE = {"name", "steps", "scan", "text", "proposed", "requirement"}
_STEP = {"set", "scans", "expect", "when", "tolerance", "scan", "restart", "fault", "text"}


@dataclass(frozen=True, slots=True)
class Step:
    """``sets`` before the first of ``scans`` scans; ``expect`` after the last or (``each``) after each of them.
    ``tolerance`` by upper-case path, ``""`` for all others. ``restart``: power off and on before (retained variables
    are kept). ``fault``: the kind that must occur in this step. ``where``: its place in the file."""

    sets: tuple[tuple[str, object], ...]
    scans: int
    expect: tuple[tuple[str, object], ...]
    each: bool
    tolerance: Mapping[str, float]
    scan_ns: int
    restart: bool
    fault: str | None
    where: str


@dataclass(frozen=True, slots=True)
class Case:
    """One fresh instance, and what is done to it. ``proposed``: nobody has confirmed the expected values yet."""

    name: str
    steps: tuple[Step, ...]
    proposed: bool = False


@dataclass(frozen=True, slots=True)
class Suite:
    """The cases of one unit; ``pou`` None: the only one there is."""

    pou: str | None
    cases: tuple[Case, ...]


def load_suites(path: Path) -> tuple[Suite, ...]:
    """The suites of a file: one object, or a list of them. InputError with the place for everything that is wrong."""
    try:
        document = json.loads(path.read_bytes().decode("utf-8-sig"), object_pairs_hook=_unique)
    except OSError as error:
        raise InputError("plc_testing.unreadable", file=path, problem=error.strerror or error) from error
    except json.JSONDecodeError as error:
        raise InputError("plc_testing.no_json", file=path.name, line=error.lineno, column=error.colno) from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise InputError("plc_testing.no_text", file=path.name) from error
    except _Twice as error:
        raise InputError("plc_testing.key_twice", where=path.name, key=str(error)) from error
    return suites_of(document, path.name)


def suites_of(document: object, name: str = "T.json") -> tuple[Suite, ...]:
    """The same from a parsed document."""
    if isinstance(document, list):
        if not document:
            raise InputError("plc_testing.no_cases", where=name)
        return tuple(_suite(one, f"{name}: [{index}]") for index, one in enumerate(document))
    return (_suite(document, f"{name}: "),)


class _Twice(Exception):
    pass


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        raise _Twice(next(name for name in names if names.count(name) > 1))
    return made


def _suite(raw: object, where: str) -> Suite:
    found = _object(raw, _SUITE, where)
    place = where if where.endswith(": ") else where + "."
    pou = found.get("pou")
    if pou is not None and (not isinstance(pou, str) or not pou.strip()):
        raise InputError("plc_testing.not_text", where=f"{place}pou")
    scan_ns = _duration(found.get("scan", 100), f"{place}scan")
    cases = _list(found.get("cases"), f"{place}cases")
    made = tuple(_case(one, f"{place}cases[{index}]", scan_ns, index) for index, one in enumerate(cases))
    names: set[str] = set()
    for index, one in enumerate(made):
        if one.name in names:
            raise InputError("plc_testing.case_twice", where=f"{place}cases[{index}].name", name=one.name)
        names.add(one.name)
    return Suite(pou, made)


def _case(raw: object, where: str, scan_ns: int, index: int) -> Case:
    found = _object(raw, _CASE, where)
    name = found.get("name", f"case {index + 1}")
    if not isinstance(name, str) or not name.strip():
        raise InputError("plc_testing.not_text", where=f"{where}.name")
    own = _duration(found["scan"], f"{where}.scan") if "scan" in found else scan_ns
    steps = _list(found.get("steps"), f"{where}.steps")
    proposed = _flag(found.get("proposed", False), f"{where}.proposed")
    return Case(name, tuple(_step(one, f"{where}.steps[{at}]", own) for at, one in enumerate(steps)), proposed)


def _step(raw: object, where: str, scan_ns: int) -> Step:
    found = _object(raw, _STEP, where)
    scans = found.get("scans", 1)
    if isinstance(scans, bool) or not isinstance(scans, int) or not 1 <= scans <= MOST_SCANS:
        raise InputError("plc_testing.scans", where=f"{where}.scans", most=MOST_SCANS)
    when = found.get("when", "last")
    if when not in ("last", "each"):
        raise InputError("plc_testing.one_of", where=f"{where}.when", names="last, each")
    fault = found.get("fault")
    if fault is not None and fault not in FAULTS:
        raise InputError("plc_testing.one_of", where=f"{where}.fault", names=", ".join(FAULTS))
    return Step(
        sets=_paths(found.get("set", {}), f"{where}.set"),
        scans=scans,
        expect=_paths(found.get("expect", {}), f"{where}.expect"),
        each=when == "each",
        tolerance=_tolerance(found.get("tolerance", {}), f"{where}.tolerance"),
        scan_ns=_duration(found["scan"], f"{where}.scan") if "scan" in found else scan_ns,
        restart=_flag(found.get("restart", False), f"{where}.restart"),
        fault=fault,
        where=where,
    )


def _object(raw: object, known: set[str], where: str) -> Mapping[str, Any]:
    if not isinstance(raw, dict):
        raise InputError("plc_testing.not_object", where=where.rstrip(": "))
    for key in raw:
        if key not in known:
            raise InputError(
                "plc_testing.unknown_key", where=where.rstrip(": "), key=key, names=", ".join(sorted(known))
            )
    return raw


def _list(raw: object, where: str) -> Sequence[Any]:
    if not isinstance(raw, list) or not raw:
        raise InputError("plc_testing.not_list", where=where)
    return raw


def _flag(raw: object, where: str) -> bool:
    if not isinstance(raw, bool):
        raise InputError("plc_testing.not_bool", where=where, value=str(raw)[:60])
    return raw


def _paths(raw: object, where: str) -> tuple[tuple[str, object], ...]:
    if not isinstance(raw, dict):
        raise InputError("plc_testing.not_object", where=where)
    return tuple(raw.items())


def _duration(raw: object, where: str) -> int:
    value = None
    if isinstance(raw, (str, int, float)) and not isinstance(raw, bool) and raw == raw:
        value = milliseconds(raw)
    if value is None or value <= 0:
        raise InputError("plc_testing.no_scan", where=where, value=str(raw)[:60])
    return value


def _tolerance(raw: object, where: str) -> Mapping[str, float]:
    pairs = raw.items() if isinstance(raw, dict) else [("", raw)]
    made: dict[str, float] = {}
    for name, value in pairs:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < math.inf:
            raise InputError("plc_testing.no_tolerance", where=f"{where}.{name}".rstrip("."), value=str(value)[:60])
        made[name.upper()] = float(value)
    return made
