"""What the constant of an amount is called: by the noun it is a limit of and the side it limits."""

from __future__ import annotations

import re
from functools import lru_cache

from assay.kernel.quantity import Quantity
from assay.kernel.unit_words import same_unit
from assay.skills.plc.making.naming import from_noun, in_pinyin
from assay.skills.plc.making.phrases import Phrase, phrases

_NAMED = re.compile(
    r"(?:\b(?P<word>[A-Za-z]+)\s+)?\b(?:time|delay|period|timeout)\s*(?:of|is|=|:)?\s*(?:about\s*)?$", re.I
)
_BEFORE = (
    (r"延时|延迟|滞后", "Delay"), (r"\bafter\b[^,]{0,12}$", "Delay"), (r"\bdelay", "Delay"), (r"超时", "Timeout"),
    (r"\bwithin\b[^,]{0,6}$", "Within"), (r"\bfor\b[^,]{0,18}$", "Hold"), (r"持续|保持|维持|超过|连续", "Hold"),
    (r"每隔?|间隔|\bevery\b[^,]{0,6}$", "Period"), (r"等待|\bwaits?\b[^,]{0,6}$", "Wait"),
)  # fmt: skip
_AFTER = (
    (r"^\s*(?:delay|later)", "Delay"), (r"^\s*(?:之后|以后|后)", "Delay"), (r"^\s*(?:之内|以内|内)", "Within"),
)  # fmt: skip
_PLAIN = frozenset("a an the of this that first then with has have is one".split())
_SETPOINT = re.compile(
    r"(?P<en>(?:\b[A-Za-z]+\s+)?\b(?:set\s?-?point|threshold|(?:high |low |upper |lower )?limit))\s*(?:of|"
    r"is|at|:|=)?\s*$"
    r"|(?P<zh>[\u4e00-\u9fff]{0,4}?(?:设定值|给定值|阈值|上限|下限))\s*(?:为|是|:|：|=)?\s*$",
    re.I,
)
_HIGH = re.compile(
    r"\b(?:above|over|exceed\w*|more|greater|higher|heavier|longer|faster|reach\w*|rises?|until|at least|up "
    r"to|warmer)\b|"
    r"高于|超过|大于|达到?|升[到至]|多于|高到|至少|上限|满",
    re.I,
)
_LOW = re.compile(
    r"\b(?:below|under|less|lower|lighter|shorter|slower|falls?|drops?|down to|fewer|colder|at most)\b|"
    r"低于|小于|降[到至]|少于|不足|低到|下限",
    re.I,
)
_HIGH_AFTER, _LOW_AFTER = (
    re.compile(r"^\s*(?:以上|or (?:more|above))", re.I),
    re.compile(r"^\s*(?:以下|or (?:less|below))", re.I),
)
#: What is measured in a unit, when no noun says it.
_KINDS = {
    "Temperature": "°C K °F °", "Pressure":
        "Pa hPa kPa MPa bar mbar psi mmHg", "Level": "m mm cm", "Weight": "kg g t mg",
    "Flow": "m3/h L/min l/min l/h L/h l/s m3/min kg/h t/h gpm", "Speed": "rpm m/s m/min mm/s", "Current": "A mA",
    "Voltage": "V mV kV", "Frequency": "Hz", "Concentration": "ppm mg/L mg/l g/L vol% %LEL mg/m3", "Torque": "Nm N·m",
    "Force": "N kN", "Volume": "L l ml mL m3", "Conductivity": "µS/cm μS/cm uS/cm mS/cm", "Illuminance": "lx lux",
    "Noise": "dB", "Humidity": "%RH", "Power": "kW W MW",
}  # fmt: skip
KIND = {unit: kind for kind, units in _KINDS.items() for unit in units.split()}
_ALIKE = {"DifferentialPressure": "Pressure", "Position": "Level", "Length": "Level", "Tension": "Force"}
_COUNTS = {
    "批": "Batch", "批次": "Batch", "件": "Part", "脉冲": "Pulse", "个脉冲": "Pulse", "瓶": "Bottle", "箱": "Box",
    "包": "Pack", "袋": "Bag", "盒": "Box", "罐": "Can", "圈": "Turn", "盘": "Pallet",
}  # fmt: skip


def time_name(text: str, start: int, end: int) -> str:
    """By the words around it: ``DelayTime``, ``HoldTime``, ``Period`` ..."""
    return f"{_time_role(text, start, end)}Time".replace("PeriodTime", "Period").replace("TimeoutTime", "Timeout")


def _time_role(text: str, start: int, end: int) -> str:
    before, after = text[:start], text[end:]
    if named := _NAMED.search(before):
        word = (named["word"] or "").lower()
        return word.title() if word and word not in _PLAIN else "Delay" if "delay" in named[0].lower() else ""
    for pattern, name in _AFTER:
        if re.search(pattern, after, re.I):
            return name
    near = re.split(r"[，,。；;后]|\bthen\b", before)[-1]
    later = "Delay" if re.match(r"\s*(?:after|before)\b", after, re.I) else "Run"
    return next((name for pattern, name in _BEFORE if re.search(pattern, near, re.I)), later)


def limit_name(text: str, one: Quantity, unit: str) -> str:
    """The noun that the amount limits, with High or Low: ``LevelLow``; a set point by its own words."""
    before = text[: one.start]
    if said := _SETPOINT.search(before):
        words = re.sub(
            r"^(?:the|a|an|its|is|at|above|below|than|to)\s+", "", (said["en"] or said["zh"]).strip(), flags=re.I
        )
        words = re.split(r"[于过到为是在的]", words)[-1]
        return from_noun(words) or in_pinyin(words) or "Setpoint"
    return f"{_measured(text, one, unit)}{_side(before, text[one.end :])}"


def _measured(text: str, one: Quantity, unit: str) -> str:
    kind = KIND.get(same_unit(unit), "")
    nouns = _measures(text)
    before = [each for each in nouns if each.end <= one.start and _fits(each, kind)]
    after = [each for each in nouns if each.start >= one.end and _fits(each, kind)]
    chosen = before[-1] if before else after[0] if after and not kind else None
    return chosen.head.english if chosen is not None else kind or "Value"


@lru_cache(maxsize=64)
def _measures(text: str) -> tuple[Phrase, ...]:
    return tuple(each for each in phrases(text) if each.head.kind == "measure")


def _fits(noun: Phrase, kind: str) -> bool:
    own = noun.head.english
    return not kind or own == kind or _ALIKE.get(own, own) == kind or own == "Measurement"


def _side(before: str, after: str) -> str:
    if _HIGH_AFTER.match(after):
        return "High"
    if _LOW_AFTER.match(after):
        return "Low"
    clause = re.split(r"[，,。；;]", before)[-1]
    sides = [(found.start(), side) for side, one in (("High", _HIGH), ("Low", _LOW)) for found in one.finditer(clause)]
    return max(sides)[1] if sides else "Setpoint"


def count_name(noun: str) -> str:
    """``BatchCount``, ``RejectCount``; of nothing in particular just ``Count``."""
    word = _COUNTS.get(noun, noun.title() if noun.isascii() else "")
    return "Count" if word in ("", "Time", "Count") else f"{word}Count"
