"""The amounts that a requirement fixes by a number: times, limits and counts become constants of the interface.

A rating (``400 V``), the range of a measurement (``0 to 6 m``) and a number of devices (``two pumps``) are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from assay.kernel.numbers import normalise
from assay.kernel.quantity import Quantity, Reading
from assay.kernel.unit_words import same_unit
from assay.skills.plc.making.amount_names import count_name, limit_name, time_name
from assay.skills.plc.making.plant_units import pieces, quantities
from assay.skills.plc.making.requirement import Numbered

_TIMES = {"ms": "ms", "s": "s", "min": "m", "分": "m", "h": "h", "d": "d"}
_RATED = frozenset(("kW", "kVA", "VA", "VAC", "VDC", "VAC/DC", "hp", "马力", "W", "MW", "kV"))
#: Of a device or its supply, and compared with nothing.
_OF_DEVICE = re.compile(
    r"\b(?:motors?|supply|supplies|supplied|mains|panel|rated|nominal|power|single-phase|three-phase|phase|"
    r"control voltage)\b"
    r"|电源|功率|额定|供电|相电|电压[为是]|电机|电动机",
    re.I,
)
_COMPARED = re.compile(
    r"(?:\b(?:above|below|over|under|exceed(?:s|ed|ing)?|than|reach(?:es|ed|ing)?|at least|at most|up to|down to|until|"
    r"falls? to|rises? to|drops? to|equals?|between)|高于|低于|超过|大于|小于|达到|达|不足|至少|至多|等于|"
    r"升到|升至|降到|降至|不超|"
    r"满|少于|多于|低到|高到|介于)\s*(?:或等于)?\s*(?:the\s+|about\s+|于\s*|约\s*)?[-+]?$",
    re.I,
)
_COMPARED_AFTER = re.compile(r"^\s*(?:以上|以下|or (?:more|less|above|below)\b)", re.I)
_RANGE = re.compile(r"^\s*(?:[-–—~]|至|到|\bto\b|\.{2,3}|…+)\s*$")
_KEPT = re.compile(
    r"范围[为是内]?|保持|维持|限制|限幅|控制在|介于|\bbetween\b|\bkeep|\bkept\b|\bheld\b|\bwithin\b|\blimit", re.I
)
_MEASURES = re.compile(r"量程|测量|range|transmitter|变送|传感|[（(]\s*$|\|[^|]*$|输入|模拟|4\s*-\s*20", re.I)
_COUNTED_ZH = re.compile(
    r"^\s*(?P<noun>批次?|件|次|个?脉冲|瓶|箱|包|袋|盒|罐|圈|盘|层|张|块|粒|支)(?!数|电|泵|风|阀|路)"
)
_COUNTED_EN = re.compile(r"^\s+(?:(?:[a-z]+)\s+)?(?P<noun>[a-z]+?)(?P<plural>s|es|ies)\b", re.I)
_THINGS = frozenset(
    "time attempt start pulse reject part piece bottle box carton case cycle stroke revolution product "
    "batch can bag tray "
    "unit item layer row fault jam rejection error car pallet sheet turn step hit sample package egg vial "
    "pouch bar rod "
    "failure try retrie retry trip movement lap load portion dose shot tablet roll stop operation count".split()
)
_BEFORE_COUNT = re.compile(
    r"(?:\b(?:after|every|each|count(?:s|er)?(?: of)?|reach(?:es)?|of|than|until|to)|[满每计到达第过连续于数多])\s*$",
    re.I,
)
_SHARED_UNIT = re.compile(r"(?:\bbetween|\bfrom|介于|在|从)\s*$", re.I)
_FIXED = re.compile(r"(?:\b(?:of|is|are|at|to|:|=|than)|为|是|于|到|[:：=])\s*$", re.I)
_SETPOINT = re.compile(
    r"(?:\b[A-Za-z]+\s+)?\b(?:set\s?-?point|threshold|(?:high |low |upper |lower )?limit)\s*(?:of|is|at|:|=)?\s*$"
    r"|(?:设定值|给定值|阈值|上限|下限)\s*(?:为|是|:|：|=)?\s*$",
    re.I,
)
_DIFFERS = re.compile(r"^\s*[A-Za-z%°℃]*\s*(?:per|/|每)\s", re.I)


@dataclass(frozen=True, slots=True)
class Amount:
    """``value`` is a literal of ``type``; ``words`` is what stands in the sentence; ``unit`` is empty for times, whose
    literal has it, and for counts."""

    name: str
    type: str
    value: str
    words: str
    sentence: Numbered
    unit: str = ""


def read_amounts(sentences: Sequence[Numbered]) -> Iterator[Amount]:
    """In the order of the text; the same amount may come several times."""
    for sentence in sentences:
        if not sentence.text.startswith("|"):
            for piece in pieces(sentence.text):
                yield from (replace(one, sentence=sentence) for one in _amounts(replace(sentence, text=piece)))


def _amounts(sentence: Numbered) -> Iterator[Amount]:
    text = normalise(sentence.text)
    found = quantities(sentence.text)
    ends = _ranges(text, found)
    skip: set[int] = set()
    for place, one in enumerate(found):
        reading = _reading(text, one)
        if place in skip or _part_of_name(text, one) or ("half" in one.text.lower() and not reading.unit):
            continue
        words = sentence.text[one.start : one.end]
        if reading.unit in _TIMES:
            value, end, more = _time(text, found, place)
            skip |= more
            yield Amount(time_name(text, one.start, end), "TIME", value, sentence.text[one.start : end], sentence)
        elif reading.unit and not _rating(text, one, reading) and ends.get(place) != "range":
            value = _real(one, reading)
            yield Amount(limit_name(text, one, reading.unit), "REAL", value, words, sentence, reading.unit)
        elif not reading.unit and (noun := _counted(text, one, reading)):
            number = int(reading.mantissa)
            kind = "INT" if number < 1 << 15 else "DINT"
            yield Amount(count_name(noun), kind, str(number), f"{words.strip()} {noun}".strip(), sentence)
        elif not reading.unit and _plain(text, one) and place not in ends:
            yield Amount(limit_name(text, one, ""), "REAL", _real(one, reading), words, sentence)


def _reading(text: str, one: Quantity) -> Reading:
    """Of "between 55 and 60 °C" the first has the unit too."""
    kept = _SHARED_UNIT.search(text[: one.start]) is not None
    return one.readings[-1] if kept and not one.readings[0].unit else one.readings[0]


def _time(text: str, found: Sequence[Quantity], place: int) -> tuple[str, int, set[int]]:
    """The literal of a time, with the smaller units that follow it at once ("2 min 30 s", "2分30秒")."""
    order = ["d", "h", "m", "s", "ms"]
    one = found[place]
    unit = _TIMES[one.readings[0].unit]
    parts, end, more = [f"{_digits(one.readings[0])}{unit}"], one.end, set()
    for later in range(place + 1, len(found)):
        next_ = found[later]
        smaller = _TIMES.get(next_.readings[0].unit, "")
        joined = re.fullmatch(r"\s*(?:and\s+|零)?", text[end : next_.start]) is not None
        if not (joined and smaller and order.index(smaller) > order.index(unit)):
            break
        parts.append(f"{_digits(next_.readings[0])}{smaller}")
        unit, end = smaller, next_.end
        more.add(later)
    return f"T#{''.join(parts)}", end, more


def _digits(reading: Reading) -> str:
    value = reading.mantissa * Decimal(10) ** reading.power
    return format(value, "f") if reading.power <= 0 else format(value.normalize(), "f")


def _real(one: Quantity, reading: Reading) -> str:
    plain = _digits(reading)
    return ("-" if one.sign == "-" else "") + (plain if "." in plain else f"{plain}.0")


def _part_of_name(text: str, one: Quantity) -> bool:
    """Digits of an address, a number of a list or of a machine: %Q0.1, 1., (2), 3#, 2号, step 3."""
    before, after = text[: one.start], text[one.end :]
    unit = one.readings[0].unit
    if re.search(r"[A-Za-z_%#.]$|[A-Za-z]-$", before) or re.match(r"\s?[号#]|\.\d", after):
        return True
    if unit:
        return False
    return (re.match(r"\s*[.)、]\s", after) is not None and not before.strip()) or re.search(
        r"[(]$", before
    ) is not None


def _rating(text: str, one: Quantity, reading: Reading) -> bool:
    """What a device is built for: nothing of it is compared."""
    near, after = text[: one.start], text[one.end :]
    if _COMPARED.search(near) or _COMPARED_AFTER.match(after):
        return False
    if reading.unit in _RATED:
        return True
    clause = re.split(r"[,，;；。]", near)[-1] + re.split(r"[,，;；。]", after)[0]
    return same_unit(reading.unit) in ("V", "kV") and (bool(_OF_DEVICE.search(clause)) or not _FIXED.search(near))


def _ranges(text: str, found: Sequence[Quantity]) -> dict[int, str]:
    """Which quantities are the ends of a range: ``range`` of a measurement or signal, ``limits`` that are kept."""
    made: dict[int, str] = {}
    for place in range(len(found) - 1):
        first, second = found[place], found[place + 1]
        if not _RANGE.match(text[first.end : second.start]):
            continue
        unit = second.readings[0].unit
        near = text[max(0, first.start - 24) : first.start]
        signal = unit in ("mA", "V", "mV") or (not unit and first.text.strip() == "0")
        kind = "range" if signal or not (_KEPT.search(near) and not _MEASURES.search(near)) else "limits"
        if kind == "range" and unit in _TIMES:
            kind = "limits"
        made |= {place: kind, place + 1: kind}
    return made


def _counted(text: str, one: Quantity, reading: Reading) -> str:
    """The noun of a count that the program counts up to ("after 5 rejects", "计满 20 批"); devices are not counted."""
    if reading.power or reading.mantissa != int(reading.mantissa) or reading.mantissa < 1:
        return ""
    start = one.start + len(re.match(r"[\d.]*", text[one.start :])[0])  # type: ignore[index]
    before = text[: one.start]
    if zh := _COUNTED_ZH.match(text[start:]):
        said = _BEFORE_COUNT.search(before) or re.match(r"\D{0,8}(?:后|时|则|以上|一)", text[start + zh.end() :])
        return (
            zh["noun"] if (said and zh["noun"] not in ("层", "块", "张", "支")) or zh["noun"] in ("批", "脉冲") else ""
        )
    if re.match(r"\s*个", text[start:]) and re.search(r"[满每]\s*$|(?:达到|计到|计数到|超过)\s*$", before):
        return "个"
    word = re.match(r"[A-Za-z]+", one.text)
    en = _COUNTED_EN.match(text[one.end if word or one.text.endswith("times") else start :])
    if en is None:
        return ""
    noun = {"ies": f"{en['noun']}y"}.get(en["plural"].lower(), en["noun"]).lower()
    noun = f"{noun}e" if f"{noun}e" in _THINGS else noun
    known = noun in _THINGS
    if known and reading.mantissa == 1 and not _BEFORE_COUNT.search(before):
        return ""
    return noun if known else ""


def _plain(text: str, one: Quantity) -> bool:
    """A number without a unit that a measured value is compared with."""
    before = text[: one.start]
    if re.search(r"[<>=]\s*-?$", before):
        return False
    if _SETPOINT.search(before):
        return True
    unit = re.match(r"\s*(?:个|台|只|盏|路|条|套|层|楼|人|辆|名|type|mode|step|号)", text[one.end :])
    digits = re.fullmatch(r"[-+]?[\d.,]+", one.text.strip()) is not None
    return digits and unit is None and bool(_COMPARED.search(before)) and not re.match(r"\s*[A-Za-z]", text[one.end :])
