"""Whether a noun without an identifier means a signal that is there already.

A person says "the pump" after "feed pump P-101", 急停 after 急停按钮, "the temperature" after
    "furnace temperature". Two
things with words of their own stay two: "suction pressure" is not "discharge pressure".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assay.skills.plc.making.entries import MEASURED, Entry
from assay.skills.plc.making.mentions import Signal
from assay.skills.plc.making.naming import from_noun
from assay.skills.plc.making.signal_words import HEADS, Head

_SUFFIX = re.compile(
    r"(?:\s+(?:push\s?buttons?|push-buttons?|buttons?|switch|signal|contact|input|output|command|contactor|sensor|coil))$|"
    r"(?:按钮|按键|开关|信号|触点|接点|命令|接触器|线圈|输出|输入|传感器|启动|运行)$",
    re.I,
)
#: What says nothing about which of several measured things is meant.
_PLAIN = re.compile(
    r"\b(?:measured|actual|current|process|value|reading|transmitter|transducer|sensor|signal|meter|gauge|probe|the|of|in|total|radar|"
    r"ultrasonic|magnetic|guided|hydrostatic|analog(?:ue)?|live|present)\b|实际|当前|测量|检测|累计|瞬时|平均|值|信号|传感器|变送器|"
    r"超声波|雷达|电磁|投入式|差压式|数值|实时|系统|计$|仪$|器$",
    re.I,
)
_ROLES = re.compile(
    r"^(?:(?:lead|lag|duty|standby|assist|running|other|first|second|third|both|remaining|working|next|stopped|faulty|failed|each|"
    r"every|any)\s+)+|^(?:主|备用?|工作|运行|另一?台?|先启|后启|故障)",
    re.I,
)
_EDGE = re.compile(r"\b(?:very )?(?:high|low)(?:-high|-low)?\b|[高低]", re.I)
_MODE_WORDS = re.compile(
    r"selector|\bauto|manual|\bhand[ /]|local|remote|\bmode|选择开关|转换开关|旋钮|手动|自动|就地|远程|远方|方式|模式",
    re.I,
)
_ALARM = re.compile(r"alarm|alm|warn|报警|警", re.I)
_ISA = {
    "L": "Level", "P": "Pressure", "T":
        "Temperature", "F": "Flow", "S": "Speed", "W": "Weight", "I": "Current", "M": "Humidity",
    "A": "Concentration", "PD": "DifferentialPressure", "DP": "DifferentialPressure", "C": "Conductivity",
}  # fmt: skip
_CONTACTOR, _VALVE = r"K[MAUD]?[-_]?\d*", r"(?:YV|Y|XV|SOL)[-_]?\d+"
_SPEEDS = ("LowSpeed", "HighSpeed")
#: The letters of the outputs that move a thing.
_MOVERS = {
    "Motor": _CONTACTOR,
    "Cylinder": _VALVE,
    "Door": f"{_CONTACTOR}|M[-_]?\\d+",
    "Fan": _CONTACTOR,
    "Conveyor": _CONTACTOR,
}
_MEASURES = tuple(one for one in HEADS if one.kind == "measure" and one.english not in ("Transmitter", "Measurement"))


def alike(one: Signal, entry: Entry, entries: Sequence[Entry]) -> bool:
    """Whether the noun of ``one`` means ``entry``."""
    if spelled_alike(one, entry):
        return True
    if one.head is None:
        return False
    if spaced := _spaced(entry.name):
        entry = replace(entry, nouns=[*entry.nouns, spaced])
        if _specifies(one, entry, spaced, entries):
            return True
    return (
        _core_alike(one, entry)
        or _measured_alike(one, entry)
        or _part_of(one, entry)
        or _alarm_alike(one, entry)
        or _mode_alike(one, entry)
        or _one_of_many(one, entry, entries)
    )


def _spaced(name: str) -> str:
    """ "conveyor motor" of ``ConveyorMotor`` or ``conveyor_motor``; empty for what is no English words."""
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", name)
    return " ".join(words).lower() if words and all(len(one) > 1 or one.isdigit() for one in words) else ""


def _specifies(one: Signal, entry: Entry, spaced: str, entries: Sequence[Entry]) -> bool:
    """ "The water heater" where ``Heater`` is declared, and no other heater is."""
    assert one.head is not None
    if not entry.firm or entry.head is None or entry.head.english != one.head.english or entry.way != one.way:
        return False
    of = [each for each in entries if each.given and each.head is entry.head and each.way == entry.way]
    same = (one.type in MEASURED) == (entry.type in MEASURED)
    return len(of) == 1 and same and set(spaced.split()) <= set(one.words.lower().split())


def is_bare(one: Signal) -> bool:
    """Whether a noun is only what a thing is called: "the pump", "both pumps", 备用泵."""
    words = one.words.lower()
    return one.head is not None and bool(words) and _without_role(words, one.head) in _spellings(one.head)


def _without_role(words: str, head: Head) -> str:
    """ "Pump" of "lag pump"; a "running light" is no light that runs."""
    driven = head.kind == "actuator" and head.english not in ("Lamp", "Horn", "Contactor")
    return (_ROLES.sub("", words) if driven else words) or words


def spelled_alike(one: Signal, entry: Entry) -> bool:
    """Whether the noun is spelled like one of the signal's own, or like its identifier."""
    spelled = from_noun(one.words).upper()
    known = {entry.name.upper(), *(from_noun(each).upper() for each in entry.nouns)}
    return one.words.lower() in entry.nouns or (bool(spelled) and spelled in known)


def part(noun: str, other: str) -> bool:
    """Whether all of a noun stands in another one."""
    if noun.isascii() != other.isascii():
        return False
    if noun.isascii():
        return set(noun.split()) <= set(other.split())
    rest = iter(other)  # "A门按钮" of "A门开门按钮"
    return noun in other or (len(noun) > 3 and noun[:2] == other[:2] and all(one in rest for one in noun))


def quantity(nouns: Sequence[str], head: Head | None, name: str) -> str:
    """What kind of thing is measured: by the head, the noun it stands in, or the letters of the tag (ISA-5.1)."""
    if head is not None and head in _MEASURES:
        return head.english
    for noun in nouns:
        for each in _MEASURES:
            spellings = rf"\b(?:{each.en})\b" if noun.isascii() else f"(?:{each.zh})"
            if re.search(spellings, noun, re.I):
                return each.english
    letters = re.match(r"[A-Z]+(?=[-_]?\d)", name.upper())
    if letters is None or not re.search(r"[TIEA]$", letters[0]):
        return ""
    return _ISA.get(letters[0][:2], _ISA.get(letters[0][0], ""))


def _core(words: str) -> str:
    core = words.lower().strip()
    while (shorter := _SUFFIX.sub("", core)) != core and shorter.strip():
        core = shorter
    return core


def _core_alike(one: Signal, entry: Entry) -> bool:
    """急停 and 急停按钮, "start signal" and "start button": the same but for a word that says only how it comes in."""
    if one.way != entry.way or one.type != entry.type or one.type in MEASURED:
        return False
    own = one.words.lower()
    for noun in entry.nouns:
        if own == noun or _core(own) != _core(noun):
            if one.head is not None and one.head.english in _SPEEDS and _core(noun) in _spellings(one.head):
                return True  # "at high speed" and "high speed contactor"
            if entry.head is not None and entry.head.english in _SPEEDS and _core(own) in _spellings(entry.head):
                return True
            continue
        ends = {(_SUFFIX.search(each) or [""])[0].strip() for each in (own, noun)}
        if ends & {"", "signal", "信号", "contact", "触点", "接点", "input", "output", "输入", "输出", "运行", "启动"}:
            return True
    return False


def _measured_alike(one: Signal, entry: Entry) -> bool:
    own = quantity([one.words.lower()], one.head, "")
    theirs_own = quantity(entry.nouns, entry.head, entry.name)
    if own and entry.way == "out" and own == theirs_own and one.head is entry.head:
        return not _qualifiers(one.words, own, edge=False)  # "the frequency" of "inverter frequency"
    if (
        not own
        or entry.way != "in"
        or (own != theirs_own and (own, theirs_own) != ("Pressure", "DifferentialPressure"))
    ):
        return False
    edge = one.type == "BOOL" and one.head is not None and one.head.kind == "measure"
    if entry.type not in MEASURED:  # a level switch is told by "high level", not by "the level"
        alone = one.head is not None and one.head.kind == "measure" and one.type in MEASURED and not one.compared
        return alone and any(part(one.words.lower(), each) for each in entry.nouns)
    if one.type not in MEASURED and not edge:
        return False
    mine = _qualifiers(one.words, own, edge=edge)
    if own != theirs_own:
        return not mine
    theirs = [_qualifiers(each, own, edge=False) for each in entry.nouns] or [""]
    return any(not mine or not each or part(mine, each) or part(each, mine) for each in theirs)


def _qualifiers(words: str, kind: str, *, edge: bool) -> str:
    """The words of a measured thing without those for what is measured."""
    left = words.lower()
    for each in _MEASURES:
        if each.english == kind:
            spellings = rf"\b(?:{each.en})\b" if left.isascii() else f"(?:{each.zh})"
            left = re.sub(spellings, " ", left)
    left = _PLAIN.sub(" ", left)
    left = _EDGE.sub(" ", left) if edge else left
    return " ".join(left.split())


def _part_of(one: Signal, entry: Entry) -> bool:
    """ "The pump" of "feed pump", "the door" of "door motor", 皮带 of 皮带电机."""
    assert one.head is not None
    if one.head.english in ("Door", "Gate") and entry.head is not None and entry.head.english in ("Motor", "Contactor"):
        moved = entry.way == "out" and any(one.words.lower() in each.sentence.text.lower() for each in entry.mentions)
        return moved and one.words.lower() in _spellings(one.head)
    noun = _without_role(one.words.lower(), one.head)
    if not any(part(noun, other) and other != noun for other in entry.nouns):
        return False
    same = entry.head is not None and one.head.english == entry.head.english and bool(one.head.english)
    if one.head.kind in ("weak", "signal"):
        return one.way == entry.way
    if same:
        return one.head.kind != "measure"
    bare = noun in _spellings(one.head) or not one.head.english
    return bare and one.way == entry.way == "out" and one.head.kind == "actuator"


def _spellings(head: Head) -> set[str]:
    return {each.lower() for each in (*head.en.split("|"), *head.zh.split("|"))}


def _mode_alike(one: Signal, entry: Entry) -> bool:
    """ "In automatic mode" where there is a switch for it, or the other mode has an input."""
    if one.head is None or one.head.english != "Mode" or entry.way != "in" or entry.type != "BOOL":
        return False
    if not re.search(r"mode|position|方式|模式|状态|位置", one.words, re.I):
        return False
    return any(_MODE_WORDS.search(each) for each in entry.nouns)


def _alarm_alike(one: Signal, entry: Entry) -> bool:
    """ "Raise an alarm" where there is an alarm light."""
    told = one.head is not None and one.head.english == "Fault"  # "报水泵故障": the alarm says it
    bare = told or one.words.lower() in ("alarm", "warning", "报警", "警报", "告警")
    return bare and one.way == entry.way == "out" and any(_ALARM.search(each) for each in (entry.name, *entry.nouns))


def _one_of_many(one: Signal, entry: Entry, entries: Sequence[Entry]) -> bool:
    """ "Both pumps", "the lag pump", 任一台泵: of pumps that are all there."""
    if one.head is None or entry.head is None or one.head.english != entry.head.english or not one.head.english:
        return False
    if one.head.kind not in ("actuator", "state", "command") or entry.way != one.way:
        return False
    noun = re.sub(r"\s?\d$", "", one.words.lower()) if one.group else one.words.lower()
    noun = _without_role(noun, one.head)
    if noun and not any(part(noun, each) for each in entry.nouns):
        return False
    role = noun != one.words.lower() or bool(one.group) or noun in _spellings(one.head)
    of = [
        each
        for each in entries
        if each.head is not None and each.head.english == one.head.english and each.way == one.way
    ]
    others = [each for each in of if each.given or not each.group]
    return role and len(others) >= max(2, one.group) and entry in others


def moves(entry: Entry, one: Signal) -> bool:
    """Whether a named output drives the bare thing that a sentence speaks of: a motor by contactors, a slide by valves.
    The tags are the outputs then, and the thing itself is none."""
    bare = one.head is not None and one.words.lower() in _spellings(one.head)
    if one.head is None or not bare or one.group or one.way != "out" or entry.way != "out" or not entry.given:
        return False
    letters = _MOVERS.get(one.head.english)
    named = letters is not None and re.fullmatch(letters, entry.name, re.I) is not None
    return named and re.search(rf"(?<!\w){re.escape(entry.name)}(?!\w)", one.sentence.text) is not None
