"""The signals that a requirement speaks of, read by code: what each is called, which way it goes and its type.

Nothing is invented: every signal has the sentence that it was read from, and a person confirms or edits the list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from assay.skills.plc.making.identifiers import TYPES, Identifier, identifiers, spelled_out, type_near
from assay.skills.plc.making.phrases import Phrase, phrases
from assay.skills.plc.making.requirement import Numbered, Requirement
from assay.skills.plc.making.signal_words import HEADS, LETTERS, UNITS_REAL, Head

Way = Literal["in", "out", ""]

_HEADING = re.compile(
    r"^\s*(?:\W*(?:the|digital|analog(?:ue)?|数字量?|模拟量?|开关量)\s*)*"
    r"(?P<way>inputs?|outputs?|输入|输出)(?:信号|变量|点|量|端)?(?:\s*(?:signals?|variables?))?\s*"
    r"(?:[:：]|are\b|include\b|有|包括|为)\s*(?P<rest>.*)$",
    re.I | re.S,
)
_BARE_HEADING = re.compile(
    r"^(?:digital |analog(?:ue)? )?(?P<way>inputs?|outputs?|输入|输出)(?:信号|变量|点)?\s*$", re.I
)
_CONDITION = re.compile(
    r"\b(?:if|when(?:ever)?|while|as long as|once|after|until|unless|with)\b.*?(?:,|\bthen\b|$)"
    r"|(?:当|若|如果|只要|一旦).*?(?:则|时|，|$)|^[^，,]*?(?:时|后)[，,]"
    r"|(?:^|[，,；;])[^，,；;]{1,20}?(?<![同延定及计小])时(?![间长刻序])",
    re.I,
)
_BETWEEN = re.compile(r"^\s*(?:[,，、/]|和|与|或|and|or|,\s*and)\s*$", re.I)
_READ = re.compile(r"(?:\b(?:read|measured?|monitor)s?\b|读取|读入|测量|监测|采集)[^,.;，。；]{0,30}$", re.I)
_JOINT = re.compile(
    rf"\s*(?:[:：,，(（=|–—-]|is|are|为|是|即)?\s*(?:(?:{TYPES})\s*)?[-–—,，:：|;；)）\s]*(?:[(（]\s*)?(?:(?:the|an?)\b)?\s*"
)
_CELL = re.compile(r"\|\s*(?P<way>输入|输出|inputs?|outputs?|VAR_INPUT|VAR_OUTPUT|DI|DO|AI|AO)\s*\|", re.I)
_TOPIC = re.compile(
    r"^[\u4e00-\u9fff]{0,4}?(?:控制|系统|程序|工位|回路|站)(?:[：:，,。；;]|$)|^\s*(?:controller|controls?\b|system|station|program|starter)",
    re.I,
)
_COMPLEMENT = re.compile(r"\b(?:of|across|inside|on|at|for|between|per)\s+(?:the|a|an|each|every)\s+$", re.I)
_COMPARED = re.compile(
    rf"^.{{0,30}}?(?:above|below|exceeds?|over|under|than|reach(?:es)?|at least|at most|[<>]=?|"
    rf"低于|高于|超过|大于|小于|达到|等于|不足)\s*(?:the\s+)?(?:\w+\s+)?-?\d|^.{{0,20}}?\d+(?:\.\d+)?\s*(?:{UNITS_REAL})(?![A-Za-z])",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Signal:
    """``name`` is the identifier in the text (empty: none stands there); ``words`` is the noun (empty: none);
    ``explicit``: quoted, typed or listed. ``type`` is empty while nothing said it."""

    name: str
    words: str
    way: Way
    type: str
    sentence: Numbered
    head: Head | None = None
    explicit: bool = False


def read_signals(requirement: Requirement) -> list[Signal]:
    """Every mention of a signal, in the order of the text; the same signal may be mentioned several times."""
    found: list[Signal] = []
    known = spelled_out([one.text for one in requirement.sentences if not _title(one, requirement)])
    way: Way = ""
    for sentence in requirement.sentences:
        if _title(sentence, requirement):
            way = _heading(sentence.text)
            continue
        heading = _HEADING.match(sentence.text)
        here: Way = ""
        text = sentence.text
        if heading:
            here, text = _way(heading["way"]), heading["rest"]
            if not text.strip():
                way = here
                continue
        elif bare := _heading(sentence.text):
            way = bare
            continue
        elif text.startswith("|"):  # a row of a table: it may say itself which way a signal goes
            here = _way(cell["way"]) if (cell := _CELL.search(text)) else way
        elif way and _bullet(sentence, requirement):
            here = way
        else:
            way = ""
        found += _mentions(text, sentence, known, here)
    return found


def _mentions(text: str, sentence: Numbered, known: frozenset[str], listed: Way) -> Iterator[Signal]:
    names = identifiers(text, known, listed=bool(listed))
    nouns = [one for one in phrases(text) if not _TOPIC.match(text[one.end :])]
    pairs = _paired(text, names, nouns)
    used = {id(noun) for noun in pairs.values()}
    before: tuple[Identifier, Phrase] | None = None
    last: tuple[int, Way] | None = None
    for name in names:
        noun = pairs.get(name.start)
        if noun is None and before is not None and _BETWEEN.match(text[before[0].end : name.start]):
            noun = before[1]
        if noun is not None and not (name.start <= noun.start < name.end):
            before = (name, noun)
        one = _named(text, name, noun, sentence, listed)
        if last is not None and not one.way and _BETWEEN.match(text[last[0] : name.start]):
            one = replace(one, way=last[1])  # "inputs A, B and C"
        last = (name.end, one.way)
        yield one
    for noun in nouns if len(names) != 1 or not listed else ():  # the rest of an entry describes its one name
        inside = any(one.start < noun.end and noun.start < one.end for one in names)
        topic = noun.start == 0 and not listed and re.match(r"\s*[:：]\s*\S", text[noun.end :])
        if id(noun) not in used and not inside and not topic and not _COMPLEMENT.search(text[: noun.start]):
            yield from _unnamed(text, noun, sentence, listed)
    if listed and not names and not nouns:
        yield from _items(text, sentence, listed)


def _paired(text: str, names: Sequence[Identifier], nouns: Sequence[Phrase]) -> dict[int, Phrase]:
    """The noun of each identifier: the one right before it ("start button (Start)"), else right behind it."""
    pairs: dict[int, Phrase] = {}
    free = list(nouns)
    for name in names:
        for noun in free:
            if noun.start <= name.start < noun.end or (
                noun.end <= name.start and re.fullmatch(r"[\s`\"“「(（]*", text[noun.end : name.start])
            ):
                pairs[name.start] = noun
                free.remove(noun)
                break
    for name in names:
        if name.start in pairs and len(pairs[name.start].words) > len(name.name):
            continue
        for noun in free:
            joint = text[name.end : noun.start]
            if noun.start >= name.end and _JOINT.fullmatch(joint):
                pairs[name.start] = noun
                free.remove(noun)
                break
    return pairs


def _named(text: str, name: Identifier, noun: Phrase | None, sentence: Numbered, listed: Way) -> Signal:
    head = noun.head if noun is not None else head_in(name.name)
    kind = name.type or type_near(text, name.end) or (type_near(text, noun.end) if noun is not None else "")
    way: Way = listed
    said = re.search(r"(inputs?|outputs?|输入|输出)(?:信号|变量)?\s*[`\"“「(（]*$", text[: name.start], re.I)
    if not way and said:
        way = _way(said[1])
    if not way and noun is None and _READ.search(text[: name.start]):
        way = "in"
    if not way and head is not None and (noun is not None or head.kind not in ("weak", "measure")):
        way = _way_of(head, text, name.start)
    letters = LETTERS.get(re.sub(r"[\d_]+.*$", "", name.name).upper()) if head is None else None
    if letters is not None and (re.search(r"\d", name.name) or len(name.name) > 1):
        way, kind = way or ("in" if letters[0] == "in" else "out"), kind or letters[1]
    if not kind and head is not None:
        kind = _type_of(head, noun.words if noun is not None else name.name, text, (noun or name).end)
    if not kind and (only := re.findall(rf"[(（](?:{TYPES})[)）]", text)) and len(only) == 1:
        kind = only[0][1:-1]
    listing = bool(listed) or name.explicit
    return Signal(name.name, noun.words if noun is not None else "", way, kind, sentence, head, listing)


def _unnamed(text: str, noun: Phrase, sentence: Numbered, listed: Way) -> Iterator[Signal]:
    if noun.key in ("fault", "trip", "故障") and not listed and not in_condition(text, noun.start):
        return
    if noun.head.kind == "signal" and noun.key in ("signal", "信号", "input signal"):
        return
    if noun.count == 0 or (noun.head.kind == "setpoint" and re.match(r"\s*(?:of|为|是|:|=)?\s*-?\d", text[noun.end :])):
        return
    if listed and (state := re.match(r"\s+(?:closed|opened|open|locked|present)\b", text[noun.end :])):
        noun = replace(noun, words=noun.words + state[0], end=noun.end + state.end())
    kind = type_near(text, noun.end) or _type_of(noun.head, noun.words, text, noun.end)
    one = Signal(
        "", noun.words, listed or _way_of(noun.head, text, noun.start), kind, sentence, noun.head, bool(listed)
    )
    if noun.count == 1:
        yield one
    for number in range(1, noun.count + 1) if noun.count > 1 else ():
        yield replace(one, words=f"{noun.words} {number}" if noun.words.isascii() else f"{noun.words}{number}")


def _items(text: str, sentence: Numbered, listed: Way) -> Iterator[Signal]:
    """Entries of a list of signals whose nouns are not known: "part present, robot ready"."""
    for part in re.split(r"[,，、]|\band\b|和|与", text):
        words = re.sub(r"^(?:the|a|an)\s+", "", part.strip(" .。;；()（）"), flags=re.I)
        if words and len(words.split()) <= 5 and len(words) <= 40:
            yield Signal(
                "", words, listed, type_near(text, text.find(part) + len(part)) or "BOOL", sentence, None, True
            )


def _way_of(head: Head, text: str, place: int) -> Way:
    if head.direction != "role":
        return head.direction
    return "in" if in_condition(text, place) else "out"


def in_condition(text: str, place: int) -> bool:
    """Whether a place of a sentence belongs to a condition ("when ...,", "当 ... 时")."""
    return any(one.start() <= place < one.end() for one in _CONDITION.finditer(text))


def _type_of(head: Head, words: str, text: str, end: int) -> str:
    """BOOL for what is on or off, REAL for what is measured or compared with a number of a unit."""
    lower = words.lower()
    compared = bool(_COMPARED.match(text[end:]))
    if head.kind == "measure":
        edge = re.search(r"\b(?:high|low|full|empty)\b|[高低满空]", lower)
        return "BOOL" if edge and not compared else "REAL"
    if head.kind == "setpoint":
        return "REAL"
    if head.english == "Sensor":
        measured = any(
            re.search(rf"\b(?:{one.en})\b" if lower.isascii() else one.zh, lower)
            for one in HEADS
            if one.kind == "measure"
        )
        edge = re.search(r"\b(?:high|low|upper|lower|full|empty)\b|[高低满空上下]", lower)
        return "REAL" if compared or (measured and not edge) else "BOOL"
    return "BOOL"


def head_in(name: str) -> Head | None:
    """The noun in the spelling of an identifier: ``StartButton``, ``motor_1``."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|_|\d+", " ", name)
    found = phrases(re.sub(r"\s+", " ", spaced).strip().lower())
    return found[-1].head if found else None


def _title(sentence: Numbered, requirement: Requirement) -> bool:
    return _line(sentence, requirement).lstrip().startswith("#")


def _bullet(sentence: Numbered, requirement: Requirement) -> bool:
    return bool(re.match(r"\s*(?:[-*•·]|\d+[.)、]|[A-Za-z_]\w*\s*[(（:：])", _line(sentence, requirement)))


def _line(sentence: Numbered, requirement: Requirement) -> str:
    place = requirement.text.find(sentence.text)
    start = requirement.text.rfind("\n", 0, max(place, 0)) + 1
    return requirement.text[start : place + len(sentence.text)] if place >= 0 else sentence.text


def _heading(text: str) -> Way:
    match = _BARE_HEADING.match(text.strip(" #:：*"))
    return _way(match["way"]) if match else ""


def _way(word: str) -> Way:
    return "in" if word.lower().startswith(("input", "输入", "var_input", "di", "ai")) else "out"
