"""Who can be sent: a roster from a CSV or YAML file, with skills, place, shifts, load and leave.

A shift is ``08:00-20:00`` (``22:00-06:00`` runs past midnight), with days before it where it does not hold on all
(``Mon-Fri 08:00-16:00``, ``Sat,Sun 20:00-08:00``; the day is that of the beginning), or ``always``. Times are wall time
of the roster's zone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import Any

from assay.kernel.errors import InputError
from assay.plant.file_table import load_table, shortened, simple

MAX_BYTES = 1 << 24
FIELDS = ("name", "skills", "area", "x", "y", "shift", "load", "phone", "leave")
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "person", "employee", "姓名", "人员", "名字"),
    "skills": ("skills", "skill", "trade", "trades", "discipline", "技能", "专业", "工种"),
    "area": ("area", "location", "unit", "zone", "place", "区域", "位置", "装置", "岗位"),
    "x": ("x", "east", "x m", "坐标x"),
    "y": ("y", "north", "y m", "坐标y"),
    "shift": ("shift", "shifts", "hours", "班次", "班", "上班时间"),
    "load": ("load", "jobs", "open jobs", "workload", "current load", "负荷", "在手工作", "任务数"),
    "phone": ("phone", "mobile", "tel", "电话", "手机"),
    "leave": ("leave", "on leave", "absent", "休假", "请假"),
}
_LIST = re.compile(r"[;|,、，；/]+")
_SHIFT = re.compile(r"(?:(?P<days>[^\d]+?)\s+)?(?P<from>\d{1,2}:\d{2})\s*[-–~至]\s*(?P<to>\d{1,2}:\d{2})")
_ALWAYS = frozenset({"always", "24h", "24/7", "全天", "全天候"})
_YES = frozenset({"yes", "y", "true", "1", "x", "leave", "是", "休", "休假", "请假"})
_NO = frozenset({"", "no", "n", "false", "0", "-", "否", "无"})
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAYS_ZH = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


@dataclass(frozen=True, slots=True)
class Shift:
    """Wall times; ``days`` (0 is Monday) are those on which it begins. An end not after the begin is next morning."""

    begin: str
    end: str
    days: tuple[int, ...] = tuple(range(7))

    def ends(self, at: datetime, zone: tzinfo) -> datetime | None:
        """The end of the shift that runs at ``at`` (aware), in UTC; None when none does."""
        begin, end = time.fromisoformat(self.begin), time.fromisoformat(self.end)
        today = at.astimezone(zone).date()
        for day in (today, today - timedelta(days=1)):
            if day.weekday() not in self.days:
                continue
            start = datetime.combine(day, begin, zone)
            until = datetime.combine(day + timedelta(days=int(end <= begin)), end, zone)
            if start.astimezone(UTC) <= at < until.astimezone(UTC):
                return until.astimezone(UTC)
        return None


@dataclass(frozen=True, slots=True)
class Person:
    """One person. ``place`` is an area, unit or equipment of the plant; ``xy`` metres; ``load`` jobs at hand now;
    ``leave`` True, or dates from..to (inclusive). No shift at all means always."""

    name: str
    skills: tuple[str, ...]
    place: str = ""
    xy: tuple[float, float] | None = None
    shifts: tuple[Shift, ...] = ()
    load: float = 0.0
    phone: str = ""
    leave: bool | tuple[tuple[str, str], ...] = False

    def shift_end(self, at: datetime, zone: tzinfo) -> datetime | None:
        """When the shift that runs at ``at`` ends; a day later for who is always there; None off shift."""
        if not self.shifts:
            return at + timedelta(days=1)
        ends = [end for end in (shift.ends(at, zone) for shift in self.shifts) if end is not None]
        return max(ends, default=None)

    def on_leave(self, at: datetime, zone: tzinfo) -> bool:
        """Whether the person is on leave on the day of ``at``."""
        if isinstance(self.leave, bool):
            return self.leave
        day = at.astimezone(zone).date().isoformat()
        return any(first <= day <= last for first, last in self.leave)


@dataclass(frozen=True, slots=True)
class Roster:
    """All people. ``zone`` is the file's own time zone, empty where it names none; ``places`` are coordinates in metres
    by equipment; ``needs`` are skills by equipment, tag, or failure mode."""

    people: tuple[Person, ...]
    zone: str = ""
    places: dict[str, tuple[float, float]] = field(default_factory=dict)
    needs: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """As plain data, which ``roster_of`` reads."""
        return asdict(self)


def roster_of(content: Mapping[str, Any]) -> Roster:
    """A roster from what ``Roster.plain`` gave."""
    people = []
    for one in content["people"]:
        leave = one["leave"] if isinstance(one["leave"], bool) else tuple((str(a), str(b)) for a, b in one["leave"])
        shifts = tuple(Shift(each["begin"], each["end"], tuple(each["days"])) for each in one["shifts"])
        xy = None if one["xy"] is None else (float(one["xy"][0]), float(one["xy"][1]))
        plain = {**one, "skills": tuple(one["skills"]), "xy": xy, "shifts": shifts, "leave": leave}
        people.append(Person(**plain))
    places = {str(name): (float(x), float(y)) for name, (x, y) in content["places"].items()}
    needs = {str(name): tuple(skills) for name, skills in content["needs"].items()}
    return Roster(tuple(people), content["zone"], places, needs)


def read_roster(path: Path | str) -> Roster:
    """Read a roster. CSV: a row a person with the columns of ``COLUMNS``, lists cut at ``;``. YAML: a list of people
    with these fields, or ``{zone, people, places: {EQUIPMENT: [x, y]}, needs: {EQUIPMENT|TAG|MODE: [skill]}}``.

    InputError when a person has no name, a name stands twice, or a shift, leave or number cannot be read.
    """
    path = Path(path)
    if path.suffix.lower() in (".yaml", ".yml", ".json"):
        return _from_yaml(path)
    return Roster(_people(path, _rows(path)))


def _rows(path: Path) -> list[dict[str, Any]]:
    def is_header(cells: list[str]) -> bool:
        return bool({simple(cell) for cell in cells} & set(COLUMNS["name"]))

    try:
        raw = load_table(path, MAX_BYTES, is_header)
    except InputError as error:
        if error.key != "plant.import_no_time":  # the reader's word for a file without the header that it looks for
            raise
        raise InputError("plant.roster_broken", path=path) from error
    by_word = {simple(name): name for name in raw.columns.column_names}
    chosen = {one: by_word[word] for one in FIELDS for word in COLUMNS[one][::-1] if word in by_word}
    cells = {one: raw.columns[column].to_pylist() for one, column in chosen.items()}
    return [{one: values[row] for one, values in cells.items()} for row in range(raw.columns.num_rows)]


def _from_yaml(path: Path) -> Roster:
    import yaml

    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError("plant.import_unreadable", path=path, reason=error.strerror or error) from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError("plant.roster_broken", path=path) from error
    whole = {"people": content} if isinstance(content, list) else content
    if not isinstance(whole, dict) or not isinstance(whole.get("people"), list):
        raise InputError("plant.roster_broken", path=path)
    rows = whole["people"]
    if not all(isinstance(row, dict) for row in rows):
        raise InputError("plant.roster_broken", path=path)
    try:
        places = {str(name): (float(x), float(y)) for name, (x, y) in (whole.get("places") or {}).items()}
        needs = {str(name): tuple(_list(skills)) for name, skills in (whole.get("needs") or {}).items()}
    except (TypeError, ValueError, AttributeError) as error:
        raise InputError("plant.roster_broken", path=path) from error
    plain = [{simple(str(key)): value for key, value in row.items()} for row in rows]
    known = {word: one for one, words in COLUMNS.items() for word in words}
    people = _people(path, [{known[key]: value for key, value in row.items() if key in known} for row in plain])
    return Roster(people, str(whole.get("zone") or ""), places, needs)


def _people(path: Path, rows: Sequence[Mapping[str, Any]]) -> tuple[Person, ...]:
    found: dict[str, Person] = {}
    for number, row in enumerate(rows, start=1):
        name = str(row.get("name") or "").strip()
        if not name:
            raise InputError("plant.roster_field", path=path, row=number, field="name", value="")
        if name in found:
            raise InputError("plant.roster_twice", path=path, name=shortened(name, 40))
        found[name] = _person(path, number, name, row)
    if not found:
        raise InputError("plant.roster_empty", path=path)
    return tuple(found.values())


def _person(path: Path, number: int, name: str, row: Mapping[str, Any]) -> Person:
    def wrong(field: str) -> InputError:
        value = shortened(str(row.get(field)), 40)
        return InputError("plant.roster_field", path=path, row=number, field=field, value=value)

    shifts = _shifts(row.get("shift"))
    leave = _leave(row.get("leave"))
    if shifts is None:
        raise wrong("shift")
    if leave is None:
        raise wrong("leave")
    numbers: dict[str, float | None] = {}
    for one in ("load", "x", "y"):
        raw = str(row.get(one) if row.get(one) is not None else "").strip()
        try:
            numbers[one] = float(raw) if raw else None
        except ValueError:
            raise wrong(one) from None
        if raw and not math.isfinite(numbers[one] or 0.0):
            raise wrong(one)
    load = numbers["load"] or 0.0
    if load < 0.0:
        raise wrong("load")
    x, y = numbers["x"], numbers["y"]
    xy = None if x is None or y is None else (x, y)
    words = {one: str(row.get(one) or "").strip() for one in ("area", "phone")}
    return Person(name, tuple(_list(row.get("skills"))), words["area"], xy, shifts, load, words["phone"], leave)


def _list(value: Any) -> list[str]:
    parts = value if isinstance(value, list) else _LIST.split(str(value or ""))
    return [str(part).strip() for part in parts if str(part).strip()]


def _shifts(value: Any) -> tuple[Shift, ...] | None:
    """All shifts of a cell; None when it cannot be read."""
    parts = value if isinstance(value, list) else re.split(r"[;；|]", str(value or ""))
    words = [str(part).strip() for part in parts if str(part).strip()]
    if not words or any(word.casefold() in _ALWAYS for word in words):
        return ()
    found = []
    for word in words:
        match = _SHIFT.fullmatch(word)
        days = None if match is None else _days(match["days"])
        try:
            begin, end = ("", "") if match is None else (_clock(match["from"]), _clock(match["to"]))
        except ValueError:
            return None
        if days is None:
            return None
        found.append(Shift(begin, end, days))
    return tuple(found)


def _clock(value: str) -> str:
    hours, minutes = (int(part) for part in value.split(":"))
    return time(hours % 24 if hours == 24 and minutes == 0 else hours, minutes).isoformat("minutes")


def _days(value: str | None) -> tuple[int, ...] | None:
    if value is None:
        return tuple(range(7))
    found: list[int] = []
    for part in re.split(r"[,，、]", value.strip()):
        ends = [_day(one) for one in re.split(r"[-–~至]", part.strip())]
        if len(ends) > 2 or any(one is None for one in ends):
            return None
        first, last = ends[0], ends[-1]
        assert first is not None and last is not None
        found += [(first + step) % 7 for step in range((last - first) % 7 + 1)]
    return tuple(sorted(set(found)))


def _day(word: str) -> int | None:
    plain = word.strip().casefold()
    for names in (_DAYS, _DAYS_ZH):
        for number, one in enumerate(names):
            if plain.startswith(one):
                return number
    return None


def _leave(value: Any) -> bool | tuple[tuple[str, str], ...] | None:
    if isinstance(value, bool):
        return value
    plain = str(value if value is not None else "").strip()
    if plain.casefold() in _NO:
        return False
    if plain.casefold() in _YES:
        return True
    found = []
    for part in re.split(r"[;；|]", plain):
        first, _, last = part.strip().partition("..")
        try:
            days = [date.fromisoformat(one.strip()).isoformat() for one in (first, last or first)]
        except ValueError:
            return None
        found.append((days[0], days[1]))
    return tuple(found)
