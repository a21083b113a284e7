"""Where a unit speaks of another case than the question: a range without the question's number, another designation."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assay.skills.knowledge_qa.candidates import Candidate, line_of, value_of
from assay.skills.knowledge_qa.quantities import Amount, amounts, designations_in
from assay.skills.knowledge_qa.question import Asked, Wanted
from assay.skills.knowledge_qa.ranges import holds

_ABOVE = re.compile(r"(?:above|over|more than|exceeding|beyond|超过|高于|大于|多于)\s*$", re.I)
_BELOW = re.compile(r"(?:below|under|less than|低于|小于|少于|不到|不足)\s*$", re.I)
_ABOVE_BEHIND = re.compile(r"\s*以上")
_BELOW_BEHIND = re.compile(r"\s*以下")
_NAMED = re.compile(r"(?<![A-Za-z0-9])(?P<kind>[A-Z]{1,4})[\s-]?(?P<mark>\d[\d/.]*)(?![A-Za-z0-9])")
_CLASS_ZH = re.compile(
    r"(?P<mark>[一二三四五六七八九十特甲乙丙丁]|[A-Z]|\d+)\s?(?P<kind>[级类档段期组极])(?![\u4e00-\u9fff]{0,1}别)"
)
_CLASS_EN = re.compile(
    r"(?<![a-z])(?P<kind>class|grade|type|stage|zone|group|level|size|phase)(?:es|s)?"
    r" (?P<mark>[A-Z]{1,2}|\d[\d/.]*)(?![a-z])",
    re.I,
)
_THING_ZH = r"机组|纸机|车间|车位|泊位|通道|工位|码头|平台|皮带|机(?![油械理会构])"
_THING_ZH += r"|[间区线仓库室柜楼炉塔泵罐井站窑磨釜槽门跨床辊阀闸池舱棚梯坝廊桥]"
_PLACE_ZH = re.compile(
    r"(?:(?P<number>\d{1,3}|[一二三四五六七八九十])\s?[号#]|#(?P<hash>\d{1,3})"
    r"|(?<![A-Za-z0-9/-])(?P<letter>[A-H]|[甲乙丙丁](?!方)|(?<![山华广河湖陕江京])[东西南北](?=车间|[线厂楼区库站塔炉池门机闸])))"
    rf"\s?(?![类级型])(?P<of>[\u4e00-\u9fff]{{0,3}}?)(?P<kind>{_THING_ZH})"
)
_PLACE_BEHIND_ZH = re.compile(rf"(?P<kind>{_THING_ZH})\s?(?P<letter>[A-H])(?![A-Za-z0-9+-])")
_THING_EN = (
    r"room|line|unit|bay|berth|chamber|lock|pool|pond|kettle|basin|rink|stage|oven|dryer|cabin|deck|track|hangar|bath|furnace|boiler|kiln|tank|silo|hall|building|floor|machine|mill|pump|fan|compressor|crane"
    r"|train|cell|area|lane|gate|shift|mode|press|conveyor|reactor|column|tower|vessel|cabinet|panel|well"
)
_PLACE_EN = re.compile(
    rf"(?<![a-z])(?P<kind>{_THING_EN})s? (?:no\.? ?|number |#)?(?P<mark>[A-H]|\d{{1,3}})"
    r"(?![A-Za-z0-9.,/%-]*[A-Za-z0-9%])"
    rf"|(?<![a-z])(?:no\.|number) ?(?P<number>\d{{1,3}}) (?P<of>{_THING_EN})(?![a-z])",
    re.I,
)
_NUMERALS = {
    "一": "1",
    "二": "2",
    "三": "3",
    "四": "4",
    "五": "5",
    "六": "6",
    "七": "7",
    "八": "8",
    "九": "9",
    "十": "10",
}
_KINDS = {"class": "级", "grade": "级", "level": "级", "type": "类", "stage": "段", "phase": "期", "group": "组"}
_THINGS = {
    "room": "间",
    "室": "间",
    "line": "线",
    "boiler": "炉",
    "furnace": "炉",
    "mill": "磨",
    "tank": "罐",
    "pump": "泵",
}
_IN_CHINESE = dict(
    one.split(":")
    for one in (
        "room:间室 line:线 unit:机 bay:间仓 berth:泊位 chamber:间室舱仓 lock:闸 pool:池 pond:池 kettle:釜 "
        "basin:池 oven:炉窑 dryer:机 cabin:舱 hangar:库 bath:槽池 furnace:炉 boiler:炉 kiln:窑炉 "
        "tank:罐槽 silo:仓罐 hall:库楼间 building:楼 floor:楼 machine:机 mill:磨机 pump:泵 fan:机 compressor:机 "
        "crane:机 cell:槽 area:区 lane:道 gate:门闸 press:机 conveyor:带机 reactor:釜塔 column:塔 tower:塔 "
        "vessel:罐釜 cabinet:柜 panel:柜 well:井"
    ).split()
)
"""What a kind of thing may be called in Chinese: one of these characters is in it."""
_TO = r"\s?(?:to|through|至|到|~|～|–|—|-)\s?"
_RANGE_BEHIND = re.compile(rf"(?P<to>{_TO})(?P<kind>[A-Z]{{1,4}}[\s-]?)?(?P<last>\d{{1,4}})(?!\d|\.\d)")
_DASH = re.compile(r"\s?[~～–—]\s?|\s?[至到]\s?")
_SEVERAL = re.compile(r"[a-z]s (?:no\.? ?|number |#)?\d+$", re.I)
_RANGE_BEFORE = re.compile(rf"(?<![\d.A-Za-z-])(?P<first>\d{{1,4}})\s?[号#]?{_TO}$")
_ONLY = re.compile(r"[只仅]限|[只仅](?:允许|许|准|能|可|供|用于|在)|(?<![a-z])only(?![a-z])", re.I)
LONGEST_RANGE = 200
NUDGE = 1e-6


def clash_features(asked: Asked, one: Candidate) -> dict[str, float]:
    """``range_clash``: a row is for other numbers than the question's; ``mark_clash``: a row's label or condition, or
    a sentence, names other designations of a kind that the question names (``EP 500/3`` for ``EP 630/4``), or it stands
    under the heading of another room or machine."""
    return {"range_clash": float(_range_clash(asked, one)), "mark_clash": float(_mark_clash(asked, one))}


def _range_clash(asked: Asked, one: Candidate) -> bool:
    if not one.unit.fields or asked.wanted is Wanted.YES_NO:  # there a number is compared with limits
        return False
    shown = [value_of(cell, one.unit) for cell in one.unit.fields if cell is not one.field and cell.value]
    for wanted in asked.amounts:
        if not wanted.unit or wanted.magnitude is None:
            continue
        meant = _Meant(wanted.dimension, _nudged(asked.text, wanted))
        held = [holds(cell, meant) for cell in shown]
        if False in held and True not in held:
            return True
    return False


@dataclass(frozen=True, slots=True)
class _Meant:
    """An amount of the question as it is meant: just above it where the question says "above"."""

    dimension: str
    magnitude: float


def _nudged(text: str, wanted: Amount) -> float:
    size = wanted.magnitude or 0.0
    step = NUDGE * max(1.0, abs(size))
    before, behind = text[: wanted.start], text[wanted.end :]
    if _ABOVE.search(before) or _ABOVE_BEHIND.match(behind):
        return size + step
    return size - step if _BELOW.search(before) or _BELOW_BEHIND.match(behind) else size


def _mark_clash(asked: Asked, one: Candidate) -> bool:
    if asked.wanted is Wanted.YES_NO and not one.unit.fields and _ONLY.search(one.text):
        return False  # what only the sister may, decides for the one that is asked about
    wanted = _marks(asked.text)
    if not wanted:
        return _place_clash(asked, one)
    if not one.unit.fields:
        own = _marks(one.text)
        above = _marks(one.above)
        differs = any(
            kind in own and not own[kind] & marks and not above.get(kind, frozenset()) & marks
            for kind, marks in wanted.items()
        )
        return differs or _place_clash(asked, one)
    cells = [cell for at, cell in enumerate(one.unit.fields) if cell is not one.field and (at == 0 or cell.condition)]
    for kind, marks in wanted.items():
        held: frozenset[str] = frozenset().union(*(_marks(cell.value).get(kind, frozenset()) for cell in cells))
        if held and not held & marks:
            return True
    return _place_clash(asked, one)


def _place_clash(asked: Asked, one: Candidate) -> bool:
    """Whether a unit, or else the nearest heading that names one, is about another room, line, machine ... of the kind
    that the question names with its number or letter (``D 间`` for ``A 间``)."""
    wanted = _places(asked.text)
    if not wanted:
        return False
    around = (line_of(one.unit), one.lead, one.passage.lead, *reversed(one.passage.headings), one.passage.title)
    told = [_places(each) for each in around if each]
    for kind, marks in wanted.items():
        nearest = next((held for each in told if (held := _of_kind(each, kind))), frozenset())
        if nearest and not nearest & marks:
            return True
    return False


def _of_kind(told: Mapping[str, frozenset[str]], kind: str) -> frozenset[str]:
    """The marks of things of a kind, in either language."""
    same = (marks for other, marks in told.items() if other == kind or _alike(kind, other) or _alike(other, kind))
    return frozenset().union(*same)


def _alike(english: str, chinese: str) -> bool:
    return any(one in chinese for one in _IN_CHINESE.get(english, ""))


def _places(text: str) -> Mapping[str, frozenset[str]]:
    """Rooms, lines and machines with the numbers or letters that tell them apart, by their kind; a name that documents
    give one stands for it."""
    found = dict(_places_said(text))
    for designation in designations_in(text):
        for kind, marks in _places_said(designation).items():
            found[kind] = found.get(kind, frozenset()) | marks
    return found


@lru_cache(maxsize=4096)
def _places_said(text: str) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    read = [(each.start, each.end) for each in amounts(text) if each.unit]
    for match in (*_PLACE_ZH.finditer(text), *_PLACE_BEHIND_ZH.finditer(text), *_PLACE_EN.finditer(text)):
        held = match.groupdict()
        mark = next(held[name] for name in ("number", "hash", "letter", "mark") if held.get(name))
        kind = (held["kind"] or held.get("of") or "").lower()
        start, end = match.span()
        if mark.isdigit() and any(start < b and a < end for a, b in read):
            continue
        mark = _NUMERALS.get(mark, mark.upper())
        found.setdefault(_THINGS.get(kind, kind), set()).update({mark}, _in_range(text, match, mark, read))
    return {kind: frozenset(marks) for kind, marks in found.items()}


def _in_range(text: str, match: re.Match[str], mark: str, read: Sequence[tuple[int, int]]) -> set[str]:
    """The marks between a mark and the one that a range ends with or began with ("lanes 13 to 20", ``F1～F3``); an
    amount, which stands at one of the places ``read``, is none."""
    if not mark.isdigit():
        return set()
    behind = _RANGE_BEHIND.match(text, match.end())
    if behind is not None and any(start < behind.end("last") and behind.start("last") < end for start, end in read):
        behind = None
    if behind is not None and _same_run(match, behind):
        low, high = int(mark), int(behind["last"])
    elif before := _RANGE_BEFORE.search(text[: match.start()]):
        low, high = int(before["first"]), int(mark)
    else:
        return set()
    return {str(one).zfill(len(mark)) for one in range(low, high + 1)} if high - low <= LONGEST_RANGE else set()


def _same_run(match: re.Match[str], behind: re.Match[str]) -> bool:
    """Whether a number behind a mark ends a range: with the mark's own letters, behind a dash or 至, or behind a plural
    ("lanes 13 to 20"). "Set line 2 to 60" is none."""
    own = re.match(r"[A-Z]+(?=[\s-]?\d)", match.group())
    if behind["kind"]:
        return own is not None and own.group() == behind["kind"].rstrip(" -")
    return bool(_DASH.fullmatch(behind["to"]) or (own is None and _SEVERAL.search(match.group())))


@lru_cache(maxsize=4096)
def _marks(text: str) -> Mapping[str, frozenset[str]]:
    """The designations of a text by their kind: letters with a number, and classes in both languages."""
    found: dict[str, set[str]] = {}
    read = [(each.start, each.end) for each in amounts(text) if each.unit]
    for match in _NAMED.finditer(text):
        if not any(start < match.end() and match.start() < end for start, end in read):
            mark = match["mark"].rstrip("./")
            found.setdefault(match["kind"].upper(), set()).update({mark}, _in_range(text, match, mark, read))
    for pattern in (_CLASS_ZH, _CLASS_EN):
        for match in pattern.finditer(text):
            kind = _KINDS.get(match["kind"].lower(), match["kind"].lower())
            found.setdefault(kind, set()).add(_NUMERALS.get(match["mark"], match["mark"].upper()))
    return {kind: frozenset(marks) for kind, marks in found.items()}
