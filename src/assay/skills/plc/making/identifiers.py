"""The identifiers that stand in a sentence: in backticks, quotes or brackets, by their spelling, or in a list."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assay.skills.plc.front.words import RESERVED
from assay.skills.plc.making.plant_units import quantities
from assay.skills.plc.making.signal_words import UNITS_REAL

TYPES = "BOOL|REAL|LREAL|INT|DINT|LINT|UINT|UDINT|SINT|USINT|WORD|BYTE|DWORD|TIME|STRING"
_TYPE_WORDS = {
    "布尔": "BOOL",
    "整数": "INT",
    "整型": "INT",
    "实数": "REAL",
    "浮点": "REAL",
    "boolean": "BOOL",
    "integer": "INT",
}
_QUOTED = re.compile(r"`([^`]{1,80})`|[“\"「『']([A-Za-z_]\w{0,60})[”\"」』']")
_BRACKETS = re.compile(r"[(（]([^()（）]{1,60})[)）]")
#: A plant's tag may have hyphens ("P-101", "FV-10_OPEN").
_WORD = re.compile(
    r"(?<![\w.%#`])(?:[A-Z]{1,5}-\d{1,5}[A-Za-z]?(?:[-_][A-Z][A-Z0-9]*)*|[A-Za-z_][A-Za-z0-9_]*)(?![\w(#]|\.\d|-\d)"
)
_ROLE_WORD = re.compile(
    r"(?:\b(?:output|input|signal|variable|tag|named|called|bit|contact)s?|输出|输入|信号|变量)\s+$", re.I
)
_UNIT_NAME = re.compile(r"(?:FB|FC|PRG)_|(?:PLC|HMI|CPU|SCADA|DCS|SPS)_?\d*$", re.I)
#: A heading over a part of the text: few words, and a colon or nothing behind them.
_TITLE = re.compile(r"\W*(?:[\w/'&()-]+\s+){0,5}[\w/'&()-]+\s*:?\s*")
#: What introduces the name of the unit, which is none of its variables.
_UNIT_BEFORE = re.compile(
    r"(?:\b(?:function[ _]block|program|fb)|功能块|程序)\s*(?:\(\w+\)\s*)?(?:named|called|名为|"
    r"叫)?\s*[(（'\"`“]?$",
    re.I,
)
_VARIABLE = r"(?:variable|input|output|signal|tag|constant|parameter|sensor|button|switch|valve|motor|pump|lamp|bit)s?$"
_GLUED_BEFORE, _GLUED_BEHIND = (
    re.compile(r"^(?:and|that|while|or|if|when|the|o)(?=[A-Z])"),
    re.compile(r"(?:and|or|is)$"),
)
_HAN = re.compile(r"[\u4e00-\u9fff]")
_VERB = (
    r"(?:is|are|was|must|shall|may|can|will|has|goes|comes|and|or|in|at|on|off|to|by|for|when|while|if|then|"
    r"[a-z]+(?:s|ed|ing))\b"
)
_DEVICE = re.compile(
    r"(?:contactor|relay|valve|motor|pump|button|switch|lamp|light|sensor|output|input|coil|cylinder|fan|and|接触器|继电器|阀|灯|泵|"
    r"电机|按钮|开关|传感器|[、和与，,])\s*[(（]?\s*$",
    re.I,
)
#: Words that look like identifiers and are none.
NO_NAMES = frozenset(
    f"{TYPES}|TRUE|FALSE|PLC|HMI|IEC|LED|ST|FB|OK|NC|NO|AND|OR|NOT|IF|THEN|ELSE|CO2|PH|IO|SCADA|MCC|ON|OFF|AC|DC|PID|PI|"
    "TON|TOF|TP|IP|UPS|I|A|THE|ALL|BOTH|MUST|SHALL|NEVER|STOP_CATEGORY|R_TRIG|F_TRIG|PT100|VAR|END_VAR|VAR_INPUT|"
    "VAR_OUTPUT|FUNCTION_BLOCK|FUNCTION|PROGRAM|END_FUNCTION_BLOCK|END_PROGRAM|BOOLEAN|INTEGER|WHEN|WHILE|UNTIL|ONCE|"
    "AFTER|BEFORE|IT|IN|OF|AT|TO|NB|EG|E|G|MIN|MAX|SIL|SIL2|SIL3|PL|ISO|EN|GB|INPUT|OUTPUT|INPUTS|OUTPUTS|S7|SCL|CPU|"
    "DI|DO|AI|AO|VAR_IN_OUT|NAME|TYPE|TN|TV|TI|TD|VFD|NOTE|SYSTEM|ST_TEXT|X|Y|CO|CIP|SIP|RO|HVAC|AHU|ORP|RH|LEL|MES|OEE|"
    "RS485|RS232|PT1000|MODBUS|PROFINET|PROFIBUS|ETHERCAT|WIFI|GPRS|RTD|DN|PN|IW|QW|TAG|UV|DCS|ESD|AUTO|MANUAL|MAN|LOCAL|"
    "REMOTE|HAND|COMMENT|DESCRIPTION|ADDRESS|REQUIREMENT|REQUIREMENTS|FUNCTIONALITY|VARIABLES|CONSTANTS|LOGIC|"
    "NOTES|STRUCTURED|TEXT|SPECIFICATION|SPECIFICATIONS|OBJECTIVE|IMPLEMENTATION|BEHAVIOR|BEHAVIOUR|CONSIDERATIONS|"
    "AM|PM|RPM|FIFO|LIFO|AGV|AGVS|EV|IDLE|SIGNAL|UNIT|RANGE|HI|LO|HH|LL|RESP|INFO|TBD|SPEC|REV|FDS|URS".split("|")
)
#: Gains of a controller, unless a device stands before them ("contactor KD").
_GAINS = frozenset(("KP", "KI", "KD"))
#: What an identifier behind it names is no signal, but the plant around it.
_PLACE = re.compile(
    r"(?:\b(?:station|tank|silo|vessel|reactor|skid|plant|area|building|room|cabinet|panel|unit|zone|well|"
    r"basin|bin|hopper|column|boiler|furnace|drawing|document|cell)s?|[站罐仓柜区井池楼塔槽釜])\s*[(（]?$",
    re.I,
)
_ADDRESS = re.compile(r"%[IQM][XBWD]?\d+(?:\.\d+)?$|[IQM]\d+\.\d+$|P?[IQAM][WBD]\d+$", re.I)
#: The same in quotes: a keyword that somebody gave as a name is one, and gets a legal spelling.
_NEVER = frozenset(f"{TYPES}|TRUE|FALSE".split("|"))
_UNIT_WORD = re.compile(rf"(?:{UNITS_REAL}|ms|s|min|h|sec|VAC|VDC|l|L)$")


@dataclass(frozen=True, slots=True)
class Identifier:
    """``start`` and ``end`` take in the quotes or brackets around it; ``type`` is the type that stands with it;
    ``explicit``: quoted, typed or in a list, so that nobody can take it for an ordinary word."""

    name: str
    start: int
    end: int
    type: str = ""
    explicit: bool = False


def identifiers(sentence: str, known: frozenset[str], *, listed: bool = False) -> list[Identifier]:
    """In their order. ``known`` are words that are identifiers elsewhere in the requirement (see :func:`spelled_out`);
    ``listed``: the sentence is an entry of a list of signals."""
    found: list[Identifier] = []
    taken: list[tuple[int, int]] = []
    for match in _QUOTED.finditer(sentence):
        one = _of_content(match[1] or match[2], match.start(), match.end(), quoted=True)
        taken.append(match.span())
        if one is not None:
            found.append(one)
    for match in _BRACKETS.finditer(sentence):
        one = _of_content(match[1], match.start(), match.end())
        if (
            one is not None
            and not _within(match.start(), taken)
            and (one.type or not one.name.isalpha() or not one.name.islower())
            and (one.explicit or _spelled(one.name, sentence, known))
        ):
            found.append(Identifier(one.name, one.start, one.end, one.type, explicit=True))
            taken.append(match.span())
    amounts = [(one.start, one.end) for one in quantities(sentence) if one.readings[0].unit]
    for match in _WORD.finditer(sentence):
        if _within(match.start(), [*taken, *amounts]) or _no_name(match[0], sentence[: match.start()]):
            continue
        if (_PLACE.search(sentence[: match.start()]) and not listed) or _names_unit(sentence[: match.start()]):
            continue
        leads = listed and re.match(r"\s*(?::(?!=)|：|[-–—]\s|\(|（|,|，|、|$)", sentence[match.end() :]) is not None
        leads = leads and (match.start() == 0 or sentence[: match.start()].rstrip()[-1:] in ",，、:：")
        if leads or _plain(match, sentence, known):
            kind = type_near(sentence, match.end())
            explicit = bool(kind) or (listed and leads)
            name = _unglued(match[0], known)
            found.append(Identifier(name, match.start() + match[0].find(name), match.end(), kind, explicit))
    return sorted(found, key=lambda one: one.start)


def _unglued(word: str, known: frozenset[str]) -> str:
    """A name that lost the space beside it when the text was copied ("andReady", a bullet in "oReady", "Time1and")."""
    for rest in (_GLUED_BEFORE.sub("", word), _GLUED_BEHIND.sub("", word)):
        if rest != word and rest in known:
            return rest
    return word


def spelled_out(sentences: list[str]) -> frozenset[str]:
    """Words of an English text that are capitalised where no sentence begins: "Motor" in "then Motor must be TRUE"."""
    found = set()
    for sentence in (one for one in sentences if not _HAN.search(one)):
        for match in _WORD.finditer(sentence):
            before, after = sentence[: match.start()], sentence[match.end() :]
            begins = not re.search(r"[\w`)）,，]\s*$", before)
            titled = re.search(r"(?:^|\W)[A-Z][a-z]+[ -]$", before) or re.match(r"[ -][A-Z][a-z]", after)
            said = re.match(r"\s+(?:is|=|:=|must be|shall be|becomes)\s+(?:TRUE|FALSE|\d)", sentence[match.end() :])
            if (
                len(match[0]) > 1
                and match[0][0].isupper()
                and match[0].upper() not in NO_NAMES
                and (said or not (begins or titled or (_TITLE.fullmatch(sentence) and match[0].isalpha())))
            ):
                found.add(match[0])
    return frozenset(found)


def type_near(sentence: str, end: int) -> str:
    """The type in the brackets or behind the colon that follow a place; empty when there is none."""
    after = re.match(
        rf"\s*(?:[(（][^)）]*?|:\s*|：\s*|为\s*|,\s*|\|\s*|\s+(?:input |output |variable )?of (?:data "
        rf")?type\s+)\b({TYPES})\b",
        sentence[end : end + 60],
        re.I,
    )
    if after:
        return after[1].upper()
    said = re.match(r"\s*[(（]([^)）]{1,40})[)）]", sentence[end : end + 60])
    if said is None:
        return ""
    word = next((kind for word, kind in _TYPE_WORDS.items() if word in said[1].lower()), "")
    number = r"[-+]?\d+(?:\.\d+)?"
    unit = re.fullmatch(
        rf"(?:.{{0,12}}[\s,，、])?(?:in\s+|单位[:：]?\s?)?(?:{UNITS_REAL})|(?:.{{0,12}}[\s,，、])?{number}\s*(?:{UNITS_REAL})?\s*"
        rf"(?:[-–~～…]|\.\.+|to|至|到)\s*{number}\s*(?:{UNITS_REAL}).{{0,8}}",
        said[1].strip(),
    )
    return word or ("REAL" if unit else "")


def _of_content(content: str, start: int, end: int, *, quoted: bool = False) -> Identifier | None:
    """The identifier in quotes or brackets, which may hold its type too."""
    match = re.match(r"\s*([A-Za-z_]\w*)\s*(?:(?:[:：,，]|\s)\s*(?P<more>.{1,40}))?$", content)
    if match is None or match[1].upper() in (_NEVER if quoted else NO_NAMES):
        return None
    if not quoted and _UNIT_WORD.match(match[1]):
        return None
    typed = re.search(rf"\b({TYPES})\b", match["more"] or "", re.I)
    if match["more"] and typed is None:
        return None
    return Identifier(match[1], start, end, typed[1].upper() if typed else "", explicit=True)


def _plain(match: re.Match[str], sentence: str, known: frozenset[str]) -> bool:
    before = sentence[: match.start()]
    if _UNIT_WORD.match(match[0]):
        return False
    if _ROLE_WORD.search(before) and match[0][0].isupper():
        return True
    if match[0][0].isupper() and re.match(rf"\s*[(（:]\s*(?:{TYPES})\b", sentence[match.end() :]):
        return True
    return _spelled(match[0], sentence, known)


def _spelled(name: str, sentence: str, known: frozenset[str]) -> bool:
    if name in known:
        return True
    inner = bool(re.search(r"[a-z][A-Z]|\d|_", name))
    if _HAN.search(sentence):
        if name.isalpha() and re.search(rf"{name}\s?(?:[池罐塔釜炉系工协通总]|方式|模式|法)", sentence):
            return False
        single = (
            len(name) == 1
            and re.search(rf"(?:机|泵|阀|灯|开关|按钮|传感器)\s?(?:{name})(?![A-Za-z0-9])", sentence) is not None
        )
        return (single or len(name) > 1) and (inner or not name.islower()) and not _UNIT_WORD.match(name)
    return (inner or (name.isupper() and len(name) > 1 and not _describes(name, sentence))) and not _UNIT_WORD.match(
        name
    )


def _names_unit(before: str) -> bool:
    """Whether what follows is the name of the unit: "a function block named", "a coffee machine called"."""
    if _UNIT_BEFORE.search(before):
        return True
    named = re.search(r"(?P<of>\w+)\)?\s+(?:named|called)\s+['\"`“]?$", before, re.I)
    of_unit = re.search(r"function[ _]block|program|功能块", before, re.I) is not None
    return named is not None and of_unit and not re.match(_VARIABLE, named["of"], re.I)


def _describes(name: str, sentence: str) -> bool:
    """Whether an abbreviation everywhere stands before a noun that it describes ("CIP skid")."""
    after = [sentence[one.end() :] for one in re.finditer(rf"\b{name}\b", sentence)]
    return all(re.match(rf"\s+(?!{_VERB})[a-z]{{3,}}", one) is not None for one in after)


def _no_name(word: str, before: str) -> bool:
    if word.upper() in RESERVED:
        return True  # "a REPEAT loop"; in quotes it is a name
    plain = word.replace("-", "").upper()
    if plain in _GAINS:
        return not _DEVICE.search(before)
    return (
        plain in NO_NAMES or bool(_UNIT_NAME.match(word)) or bool(_ADDRESS.match(word) and not _DEVICE.search(before))
    )


def _within(place: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= place < end for start, end in spans)
