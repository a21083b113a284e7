"""The numbers that Word prints in front of paragraphs and does not store: counted as numbering.xml says.

Levels, formats, restarts and overrides follow ECMA-376 part 1, 17.9; formats beyond the usual ones print as decimals.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assay.knowledge.reading.xml import W

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_ZH = "零一二三四五六七八九"
_LEGAL = "零壹贰叁肆伍陆柒捌玖"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"))
_ROMAN_LOW = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_CHINESE = frozenset(
    "chineseCounting chineseCountingThousand taiwaneseCounting taiwaneseCountingThousand japaneseCounting "
    "ideographDigital taiwaneseDigital japaneseDigitalTenThousand koreanDigital".split()
)
_MOST = 30_000


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    form: str
    text: str
    legal: bool
    restart: int | None
    style: str


@dataclass(slots=True)
class _List:
    abstract: str
    levels: dict[int, _Level]
    overrides: dict[int, int] = field(default_factory=dict)
    begun: bool = False


class Numbers:
    """Counts through a document's numbered paragraphs."""

    def __init__(self, numbering: Element | None) -> None:
        self._lists: dict[str, _List] = {}
        self._counts: dict[str, dict[int, int]] = {}
        if numbering is not None:
            self._load(numbering)

    def style_level(self, number_id: str, style: str) -> int | None:
        """The level that a list gives to a paragraph style, if it names one."""
        found = self._lists.get(number_id)
        return next((at for at, level in found.levels.items() if level.style == style), None) if found else None

    def next(self, number_id: str, depth: int) -> tuple[str, bool]:
        """Counts one on: the number as printed (empty for a bullet), and whether there is a list at all."""
        found = self._lists.get(number_id)
        if found is None or depth not in found.levels:
            return "", False
        counts = self._counts.setdefault(found.abstract, {})
        if not found.begun:
            found.begun = True
            counts.update({at: start - 1 for at, start in found.overrides.items()})
        level = found.levels[depth]
        counts[depth] = counts.get(depth, level.start - 1) + 1
        for deeper in [at for at in counts if at > depth]:
            restart = found.levels[deeper].restart if deeper in found.levels else None
            if restart is None or (restart and depth < restart):
                del counts[deeper]
        if level.form in ("bullet", "none"):
            return ("" if level.form == "bullet" else _filled(level, found, counts)), True
        return _filled(level, found, counts), True

    def _load(self, numbering: Element) -> None:
        abstract: dict[str, dict[int, _Level]] = {}
        for one in numbering.findall(f"{W}abstractNum"):
            levels = {_int(level, "ilvl"): _level(level) for level in one.findall(f"{W}lvl")}
            abstract[one.get(f"{W}abstractNumId", "")] = levels
        for one in numbering.findall(f"{W}num"):
            base = _value(one, "abstractNumId")
            made = _List(base, dict(abstract.get(base, {})))
            for override in one.findall(f"{W}lvlOverride"):
                at = _int(override, "ilvl")
                own = override.find(f"{W}lvl")
                if own is not None:
                    made.levels[at] = _level(own)
                start = _value(override, "startOverride")
                if start.isdigit():
                    made.overrides[at] = int(start)
            self._lists[one.get(f"{W}numId", "")] = made


def _level(one: Element) -> _Level:
    start, restart = _value(one, "start"), _value(one, "lvlRestart")
    legal = one.find(f"{W}isLgl") is not None
    return _Level(
        start=int(start) if start.isdigit() else 1,
        form=_value(one, "numFmt") or "decimal",
        text=_value(one, "lvlText"),
        legal=legal,
        restart=int(restart) if restart.isdigit() else None,
        style=_value(one, "pStyle"),
    )


def _filled(level: _Level, found: _List, counts: dict[int, int]) -> str:
    text = level.text
    for at in range(9, 0, -1):
        if f"%{at}" not in text:
            continue
        other = found.levels.get(at - 1)
        count = counts.get(at - 1, other.start if other else 1)
        form = "decimal" if level.legal or other is None else other.form
        text = text.replace(f"%{at}", printed(count, form))
    return text.strip()


def printed(count: int, form: str) -> str:
    """A number in one of Word's formats ("lowerLetter", "chineseCounting" ...)."""
    if form in ("bullet", "none") or not 0 <= count <= _MOST:
        return ""
    if form in ("lowerLetter", "upperLetter") and count:
        letters = chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 + 1)
        return letters if form == "lowerLetter" else letters.upper()
    if form in ("lowerRoman", "upperRoman"):
        return _roman(count) if form == "lowerRoman" else _roman(count).upper()
    if form in _CHINESE:
        return _chinese(count, _ZH)
    if form == "chineseLegalSimplified":
        return _chinese(count, _LEGAL)
    if form == "ideographTraditional" and 0 < count <= 10:
        return _STEMS[count - 1]
    if form.startswith("decimalEnclosedCircle") and 0 < count <= 20:
        return chr(0x2460 + count - 1)
    if form == "decimalZero":
        return f"{count:02d}"
    return str(count)


def _roman(count: int) -> str:
    made = ""
    for value, letters in (*_ROMAN, *_ROMAN_LOW):
        made += letters * (count // value)
        count %= value
    return made


def _chinese(count: int, digits: str) -> str:
    """A number below ten thousand in Chinese: 十二, 二十, 一百零三."""
    if count < 10:
        return digits[count]
    tens = "拾佰仟" if digits is _LEGAL else "十百千"
    made, zero = "", False
    figures = str(count)[-4:]
    for at, figure in enumerate(figures):
        place = len(figures) - at - 1
        if figure == "0":
            zero = bool(made)
            continue
        made += ("零" if zero else "") + digits[int(figure)] + (tens[place - 1] if place else "")
        zero = False
    return made[1:] if digits is _ZH and 10 <= count < 20 else made


def _value(one: Element, tag: str) -> str:
    found = one.find(f"{W}{tag}")
    return found.get(f"{W}val", "") if found is not None else ""


def _int(one: Element, attribute: str) -> int:
    value = one.get(f"{W}{attribute}", "0")
    return int(value) if value.isdigit() else 0
