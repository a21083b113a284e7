"""The identifiers that stand in a sentence: in backticks, quotes or brackets, by their spelling, or in a list."""

from __future__ import annotations

import re
from dataclasses import dataclass

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
_WORD = re.compile(r"(?<![\w.%#`])[A-Za-z_][A-Za-z0-9_]*(?![\w(#]|\.\d)")
_ROLE_WORD = re.compile(
    r"(?:\b(?:output|input|signal|variable|tag|named|called|bit|contact)s?|输出|输入|信号|变量)\s+$", re.I
)
_UNIT_NAME = re.compile(r"(?:FB|FC|PRG)_|(?:PLC|HMI|CPU|SCADA|DCS|SPS)_?\d*$", re.I)
_HAN = re.compile(r"[\u4e00-\u9fff]")
#: Words that look like identifiers and are none.
NO_NAMES = frozenset(
    f"{TYPES}|TRUE|FALSE|PLC|HMI|IEC|LED|ST|FB|OK|NC|NO|AND|OR|NOT|IF|THEN|ELSE|CO2|PH|IO|SCADA|MCC|ON|OFF|AC|DC|PID|PI|"
    "TON|TOF|TP|IP|UPS|I|A|THE|ALL|BOTH|MUST|SHALL|NEVER|STOP_CATEGORY|R_TRIG|F_TRIG|PT100|VAR|END_VAR|VAR_INPUT|"
    "VAR_OUTPUT|FUNCTION_BLOCK|FUNCTION|PROGRAM|END_FUNCTION_BLOCK|END_PROGRAM|BOOLEAN|INTEGER|WHEN|WHILE|UNTIL|ONCE|"
    "AFTER|BEFORE|IT|IN|OF|AT|TO|NB|EG|E|G|MIN|MAX|SIL|SIL2|SIL3|PL|ISO|EN|GB|INPUT|OUTPUT|INPUTS|OUTPUTS|S7|SCL|CPU|"
    "DI|DO|AI|AO|VAR_IN_OUT|NAME|TYPE|KP|KI|KD|TN|TV|TI|TD|VFD|NOTE|SYSTEM|ST_TEXT|X|Y".split("|")
)
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
            and (one.explicit or _spelled(one.name, sentence, known))
        ):
            found.append(Identifier(one.name, one.start, one.end, one.type, explicit=True))
            taken.append(match.span())
    for match in _WORD.finditer(sentence):
        if _within(match.start(), taken) or match[0].upper() in NO_NAMES or _UNIT_NAME.match(match[0]):
            continue
        leads = listed and re.match(r"\s*(?::(?!=)|：|[-–—]\s|\(|（|,|，|、|$)", sentence[match.end() :]) is not None
        leads = leads and (match.start() == 0 or sentence[: match.start()].rstrip()[-1:] in ",，、:：")
        if leads or _plain(match, sentence, known):
            kind = type_near(sentence, match.end())
            explicit = bool(kind) or (listed and leads)
            found.append(Identifier(match[0], match.start(), match.end(), kind, explicit))
    return sorted(found, key=lambda one: one.start)


def spelled_out(sentences: list[str]) -> frozenset[str]:
    """Words of an English text that are capitalised where no sentence begins: "Motor" in "then Motor must be TRUE"."""
    found = set()
    for sentence in sentences:
        for match in _WORD.finditer(sentence):
            begins = not re.search(r"[\w`)）,，]\s*$", sentence[: match.start()])
            said = re.match(r"\s+(?:is|=|:=|must be|shall be|becomes)\s+(?:TRUE|FALSE|\d)", sentence[match.end() :])
            if match[0][0].isupper() and match[0].upper() not in NO_NAMES and (said or not begins):
                found.add(match[0])
    return frozenset(found)


def type_near(sentence: str, end: int) -> str:
    """The type in the brackets or behind the colon that follow a place; empty when there is none."""
    after = re.match(rf"\s*(?:[(（][^)）]*?|:\s*|：\s*|为\s*|,\s*|\|\s*)\b({TYPES})\b", sentence[end : end + 60], re.I)
    if after:
        return after[1].upper()
    said = re.match(r"\s*[(（]([^)）]{1,40})[)）]", sentence[end : end + 60])
    if said is None:
        return ""
    word = next((kind for word, kind in _TYPE_WORDS.items() if word in said[1].lower()), "")
    unit = re.search(rf"(?:^|[\s,，、]|in\s|单位\s?)(?:{UNITS_REAL})$", said[1].strip())
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
    return _spelled(match[0], sentence, known)


def _spelled(name: str, sentence: str, known: frozenset[str]) -> bool:
    if name in known:
        return True
    if _HAN.search(sentence):
        return len(name) > 1 and not _UNIT_WORD.match(name)
    inner = bool(re.search(r"[a-z][A-Z]|\d|_", name)) or (name.isupper() and len(name) > 1)
    return inner and not _UNIT_WORD.match(name)


def _within(place: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= place < end for start, end in spans)
