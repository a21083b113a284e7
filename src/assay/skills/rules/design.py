"""Designs: objects with fields, from YAML, JSON, CSV or Excel, each value with the place where it stands."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assay.kernel.errors import InputError

MAX_BYTES = 50_000_000
MAX_CELLS = 2_000_000
MAX_DEPTH = 20
KIND = re.compile(r"(?:type|kind|category|object|class|name|id|tag|类型|类别|种类|对象|名称|位号|编号)", re.IGNORECASE)
"""Fields whose value says what or which an object is."""
_UNIT = re.compile(r"\s*[\[(（【](?P<unit>[^\])）】]{1,20})[\])）】]\s*$|\s*[,，/]\s*(?P<after>[^\s,，/]{1,12})\s*$")
_LONG = {
    "object": re.compile(r"object|equipment|item|对象|设备|构件", re.I),
    "property": re.compile(r"property|field|parameter|attribute|属性|字段|参数|项目", re.I),
    "value": re.compile(r"value|值|数值", re.I),
    "unit": re.compile(r"unit|单位", re.I),
}
Scalar = str | float | int | bool


@dataclass(frozen=True, slots=True)
class Value:
    """A value as it stands in the design, the unit of its column or entry, and where (path, or sheet and cell)."""

    raw: Scalar | tuple[Scalar, ...]
    unit: str
    where: str


@dataclass(slots=True)
class Thing:
    """One object of a design. ``labels`` are the words for what it is; ``up`` is the number of the object around it."""

    number: int
    labels: tuple[str, ...]
    where: str
    fields: dict[str, Value] = field(default_factory=dict)
    up: int | None = None

    @property
    def shown(self) -> str:
        """Its own name, or its labels."""
        for name, value in self.fields.items():
            if re.fullmatch(r"name|id|tag|名称|位号|编号", name, re.I) and isinstance(value.raw, str | int):
                return str(value.raw)
        return self.labels[0] if self.labels else self.where


@dataclass(slots=True)
class Design:
    """The objects of a design in the order of the file; the first is the design itself (fields that name no object)."""

    name: str
    things: list[Thing]

    def document(self) -> dict[str, Any]:
        """The design as plain JSON data, from which ``load`` makes it again."""
        return {
            "name": self.name,
            "things": [
                {
                    "labels": list(one.labels),
                    "where": one.where,
                    "up": one.up,
                    "fields": [
                        [name, _plain(value.raw), value.unit, value.where] for name, value in one.fields.items()
                    ],
                }
                for one in self.things
            ],
        }

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> Design:
        """A design from ``document``'s data."""
        things = []
        for number, one in enumerate(data["things"]):
            made = Thing(number, tuple(one["labels"]), one["where"], {}, one["up"])
            for name, raw, unit, where in one["fields"]:
                made.fields[name] = Value(tuple(raw) if isinstance(raw, list) else raw, unit, where)
            things.append(made)
        return cls(data["name"], things)


def _plain(raw: Scalar | tuple[Scalar, ...]) -> Any:
    return list(raw) if isinstance(raw, tuple) else raw


def read_design(path: Path) -> Design:
    """A design from a file. Raises InputError for one that cannot be read or holds nothing."""
    if not path.is_file():
        raise InputError("rules.no_file", path=path)
    if path.stat().st_size > MAX_BYTES:
        raise InputError("rules.too_big", path=path, most=MAX_BYTES // 1_000_000)
    ending = path.suffix.lower()
    if ending in (".yaml", ".yml", ".json"):
        design = _of_tree(path, load_tree(path))
    elif ending == ".csv":
        design = _of_tables(path, [(path.stem, _csv_rows(path))])
    elif ending in (".xlsx", ".xlsm", ".xls", ".ods"):
        design = _of_tables(path, _sheets(path))
    else:
        raise InputError("rules.design_kind", path=path)
    if not any(thing.fields for thing in design.things):
        raise InputError("rules.design_empty", path=path)
    return design


def load_tree(path: Path) -> Any:
    """The data of a YAML or JSON file, without aliases that would grow without bound. Raises InputError."""
    try:
        words = path.read_text(encoding="utf-8-sig")
        if path.suffix.lower() == ".json":
            return json.loads(words)
        return _yaml(words)
    except OSError as error:
        raise InputError("rules.no_file", path=path) from error
    except (ValueError, RecursionError) as error:
        raise InputError("rules.broken", path=path, problem=_first_line(error)) from error


def _yaml(words: str) -> Any:
    import yaml

    try:
        for token in yaml.scan(words, Loader=yaml.CSafeLoader):
            if isinstance(token, yaml.AliasToken):
                raise ValueError("aliases (*name) are not read")
        return yaml.load(words, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise ValueError(_first_line(error)) from error


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


def _of_tree(path: Path, data: Any) -> Design:
    if isinstance(data, list) and all(isinstance(one, dict) for one in data):
        data = {path.stem: data}
    if not isinstance(data, dict):
        raise InputError("rules.design_shape", path=path)
    return design_of(path.name, data)


def design_of(name: str, data: Mapping[str, Any]) -> Design:
    """A design from plain data: objects by their label, each with its fields or a list of several such objects."""
    design = Design(name, [])
    _object(design, data, (), "", None, 0)
    return design


def _object(
    design: Design, data: Mapping[Any, Any], labels: tuple[str, ...], where: str, up: int | None, depth: int
) -> None:
    if depth > MAX_DEPTH or len(design.things) > MAX_CELLS:
        raise InputError("rules.design_shape", path=design.name)
    kinds = tuple(str(value) for key, value in data.items() if KIND.fullmatch(str(key)) and isinstance(value, str))
    thing = Thing(len(design.things), (*labels, *kinds), where or design.name, {}, up)
    design.things.append(thing)
    for key, value in data.items():
        name, place = str(key), f"{where}/{key}"
        if isinstance(value, Mapping) and "value" in value and set(value) <= {"value", "unit"}:
            _keep(thing, name, value["value"], str(value.get("unit") or ""), place)
        elif isinstance(value, Mapping):
            _object(design, value, (name,), place, thing.number, depth + 1)
        elif isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value):
            for index, one in enumerate(value):
                _object(design, one, (name,), f"{place}/{index}", thing.number, depth + 1)
        else:
            _keep(thing, name, value, "", place)


def _keep(thing: Thing, name: str, value: Any, unit: str, where: str) -> None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return
    if isinstance(value, list):
        value = tuple(one if isinstance(one, (str, int, float, bool)) else str(one) for one in value)
    elif not isinstance(value, (str, int, float, bool)):
        value = str(value)  # a date
    bare, own = split_unit(name)
    thing.fields.setdefault(bare, Value(value, unit or own, where))


def split_unit(header: str) -> tuple[str, str]:
    """A column's name and the unit in it: ``clear width (m)`` and ``净宽/m``; no unit is ""."""
    from assay.skills.rules.grammar.quantities import unit_at

    match = _UNIT.search(header)
    if match is None or not header[: match.start()].strip():
        return header.strip(), ""
    unit = (match["unit"] or match["after"]).strip()
    unit = {"月": "个月"}.get(unit, unit)  # in a heading it is how many, and no month of the year
    known = unit_at(unit, 0)
    if known is None or known[1] != len(unit):
        return header.strip(), ""
    return header[: match.start()].strip(), known[0]


def _csv_rows(path: Path) -> list[list[Any]]:
    data = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            words = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise InputError("rules.broken", path=path, problem="encoding")
    try:
        return [list(row) for row in csv.reader(io.StringIO(words))]
    except csv.Error as error:
        raise InputError("rules.broken", path=path, problem=error) from error


def _sheets(path: Path) -> list[tuple[str, list[list[Any]]]]:
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        return [(name, book.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in book.sheet_names]
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise InputError("rules.broken", path=path, problem=_first_line(error)) from error


def _of_tables(path: Path, sheets: Sequence[tuple[str, list[list[Any]]]]) -> Design:
    design = Design(path.name, [Thing(0, (), path.name)])
    if sum(len(row) for _, rows in sheets for row in rows) > MAX_CELLS:
        raise InputError("rules.too_big", path=path, most=MAX_BYTES // 1_000_000)
    for sheet, rows in sheets:
        filled = [number for number, row in enumerate(rows) if sum(_filled(cell) for cell in row) >= 2]
        if not filled:
            continue
        head = filled[0]
        headers = [str(cell).strip() if _filled(cell) else "" for cell in rows[head]]
        long = _long_columns(headers)
        body = [(number, rows[number]) for number in filled[1:]]
        if long is not None:
            _long_rows(design, sheet, long, body)
        else:
            _wide_rows(design, sheet, headers, body)
    return design


def _filled(cell: Any) -> bool:
    return cell is not None and str(cell).strip() != ""


def _long_columns(headers: Sequence[str]) -> dict[str, int] | None:
    """Columns of a list "object, property, value, unit", where the table is one."""
    found = {
        what: next((i for i, one in enumerate(headers) if pattern.fullmatch(one)), -1)
        for what, pattern in _LONG.items()
    }
    return found if found["property"] >= 0 and found["value"] >= 0 else None


def _long_rows(design: Design, sheet: str, columns: Mapping[str, int], body: Iterable[tuple[int, list[Any]]]) -> None:
    objects: dict[str, Thing] = {}
    for number, row in body:
        cells = {what: row[at] if 0 <= at < len(row) else None for what, at in columns.items()}
        if not _filled(cells["property"]) or not _filled(cells["value"]):
            continue
        label = str(cells["object"]).strip() if _filled(cells["object"]) else ""
        thing = design.things[0] if not label else objects.get(label)
        if thing is None:
            thing = objects[label] = Thing(len(design.things), (label,), f"{sheet}!{number + 1}", {}, 0)
            design.things.append(thing)
        unit = str(cells["unit"]).strip() if _filled(cells["unit"]) else ""
        _keep(thing, str(cells["property"]), _cell(cells["value"]), unit, _address(sheet, number, columns["value"]))


def _wide_rows(design: Design, sheet: str, headers: Sequence[str], body: Iterable[tuple[int, list[Any]]]) -> None:
    for number, row in body:
        cells = {headers[i]: cell for i, cell in enumerate(row) if i < len(headers) and headers[i] and _filled(cell)}
        kinds = tuple(str(cell).strip() for name, cell in cells.items() if KIND.fullmatch(name))
        thing = Thing(len(design.things), (sheet, *kinds), f"{sheet}!{number + 1}", {}, 0)
        design.things.append(thing)
        for at, name in enumerate(headers):
            if name in cells and at < len(row):
                _keep(thing, name, _cell(row[at]), "", _address(sheet, number, at))


def _cell(cell: Any) -> Any:
    return cell.strip() if isinstance(cell, str) else cell


def _address(sheet: str, row: int, column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{sheet}!{letters}{row + 1}"
