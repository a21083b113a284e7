"""The signals that a requirement speaks of, read by code: what each is called, which way it goes and its type.

Nothing is invented: every signal has the sentence that it was read from, and a person confirms or edits the list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from assay.skills.plc.making.acting import acted
from assay.skills.plc.making.identifiers import TYPES, Identifier, identifiers, spelled_out, type_near
from assay.skills.plc.making.mentions import (
    READ,
    TOPIC,
    Signal,
    Way,
    by_letters,
    compared,
    head_in,
    in_condition,
    type_of,
    way_of,
    way_word,
)
from assay.skills.plc.making.phrases import Phrase, phrases
from assay.skills.plc.making.plant_units import pieces
from assay.skills.plc.making.relating import between, measured_by
from assay.skills.plc.making.requirement import Numbered, Requirement
from assay.skills.plc.making.sharing import each_of
from assay.skills.plc.making.signal_words import STOPS, Head
from assay.skills.plc.making.tables import row

_HEADING = re.compile(
    r"^\s*(?:\W*(?:the|digital|analog(?:ue)?|数字量?|模拟量?|开关量)\s*)*"
    r"(?P<way>inputs?|outputs?|输入|输出)(?:信号|变量|点|量|端)?(?:\s*(?:signals?|variables?))?\s*"
    r"(?:[:：]|are\b|include\b|有|包括|为)\s*(?P<rest>.*)$",
    re.I | re.S,
)
_BARE_HEADING = re.compile(
    r"^(?:digital |analog(?:ue)? )?(?P<way>inputs?|outputs?|输入|输出)(?:信号|变量|点)?\s*$", re.I
)
#: What may stand between a noun and its identifier: "报警输出 ALM1", "transmitter, LIT-100", "电机正转（KM1".
_NAMES = re.compile(
    r"(?:输出|输入|信号|指令|命令|位号|编号|\s+(?:value|signal|output|input|tag))?[为是]?[\s`\"“「(（]*|[\u4e00-\u9fff]{1,4}[(（]\s*"
)
#: "釜门关闭到位（SQ1）" is read, whatever a door is.
_PLACE_HEAD = Head("LimitSwitch", "in", "state", "", "")
_SAYS_BOOL = re.compile(
    r"(?:[a-z]O[kK]|OK|Present|Ready|Done|Active|Closed|Opened|Fault|Alarm|High|Low|Switch|Full|Empty)$"
)
_INTRODUCES = re.compile(
    r"\b(?P<way>inputs?|outputs?)(?:\s+(?:variables?|signals?|parameters?))?\s*(?:\(\w+\)\s*)?"
    r"(?::|,?\s*(?:are|is|includ(?:es?|ing)|named|such as|for)\b)|(?P<zh>输入|输出)(?:变量|信号|参数|"
    r"点)?\s*(?:[:：]|包括|有|为)",
    re.I,
)
#: Names that are commands, whatever stands around them ("START energises the contactor").
_COMMANDS = frozenset("start stop reset ack acknowledge enable estop e_stop emergency_stop".split())
_APPOSED = re.compile(r",\s*")
#: A thing that the text then speaks about: "Crusher: ...", "A hoist has the buttons ...".
_SAYS = re.compile(
    r"(?:\s+[a-z]+){0,2}\s*[:：]\s*\S|\s+(?:has|have|consists?|comprises?|with|includes?)\b|\s*[有设]\S|"
    r"[，,]\s*共",
    re.I,
)
#: A round bullet that became a letter when the text was copied: "oWhen the button is pressed".
_GLUED = re.compile(r"(?<!\w)o(?:When|The|If|An?|Once|In|For|Every|Use|On|Each|It|This|All|While|After|Upon)\b")
_GLUED_ANY = re.compile(r"(?<!\w)o(?=[A-Z][a-z])")
#: An entry of a list: marked, or led by a name, a tag or an address ("X3 gripper closed").
_BULLET = re.compile(r"\s*(?:[-*•·]|\d+[.)、]|[A-Za-z_]\w*\s*[(（:：]|%?[A-Z]{1,4}[-_]?\d+(?:\.\d+)?\s+\S)")
_DRIVEN_BY = re.compile(
    r"\s+(?:is|are)\s+(?:driven|moved|switched|powered|operated)\s+by\b|由.{1,12}(?:驱动|带动)", re.I
)
_AT_PLACE = re.compile(r"到位|位置|反馈|检测|已")
_BETWEEN = re.compile(r"^\s*(?:[,，、/]|和|与|或|and|or|,\s*and)\s*$", re.I)
_JOINT = re.compile(
    rf"\s*(?:[:：,，(（=|–—-]|is|are|为|是|即)?\s*(?:(?:{TYPES})\s*)?[-–—,，:：|;；)）\s]*(?:[(（]\s*)?(?:(?:the|an?)\b)?\s*"
)
_TOPIC = re.compile(
    r"^[\u4e00-\u9fff]{0,4}?(?:控制|系统|程序|工位|回路|站)(?:[：:，,。；;]|$)|^\s*(?:controller|controls?\b|system|station|program|starter)",
    re.I,
)
_COMPLEMENT = re.compile(r"\b(?:of|across|inside|on|at|for|between|per)\s+(?:the|a|an|each|every)\s+$", re.I)


def read_signals(requirement: Requirement) -> list[Signal]:
    """Every mention of a signal, in the order of the text; the same signal may be mentioned several times."""
    found: list[Signal] = []
    glued = len(_GLUED.findall(requirement.text)) > 1
    known = spelled_out(
        [
            _GLUED_ANY.sub("", one.text) if glued else one.text
            for one in requirement.sentences
            if not _title(one, requirement)
        ]
    )
    way: Way = ""
    for sentence in requirement.sentences:
        if _title(sentence, requirement):
            way = _heading(sentence.text)
            continue
        heading = _HEADING.match(sentence.text)
        here: Way = ""
        text = _GLUED_ANY.sub("", sentence.text) if glued else sentence.text
        if heading:
            here, text = way_word(heading["way"]), heading["rest"]
            if not text.strip():
                way = here
                continue
        elif bare := _heading(sentence.text):
            way = bare
            continue
        elif text.startswith("|"):
            found += row(sentence, known, way)
            continue
        elif way and _bullet(sentence, requirement):
            here = way
        else:
            way = ""
        for piece in pieces(text):
            found += _mentions(piece, sentence, known, here)
    return found


def _mentions(text: str, sentence: Numbered, known: frozenset[str], listed: Way) -> Iterator[Signal]:
    text = text if listed else each_of(text)
    names = identifiers(text, known, listed=bool(listed))
    nouns = [one for one in phrases(text) if one.head.direction == "in" or not _TOPIC.match(text[one.end :])]
    nouns = sorted([*nouns, *(acted(text, nouns) if not listed else ())], key=lambda one: one.start)
    pairs = _paired(text, names, nouns)
    by = measured_by(text, nouns)
    used = {id(noun) for noun in pairs.values()} | {id(noun) for noun in by.values()}
    before: tuple[Identifier, Phrase] | None = None
    last_name: Identifier | None = None
    last_signal = Signal("", "", "", "", sentence)
    last: tuple[int, Way] | None = None
    for name in names:
        noun = pairs.get(name.start)
        if noun is None and before is not None and _follows(text[before[0].end : name.start], before[0], name):
            noun = before[1]
        if noun is not None and not (name.start <= noun.start < name.end):
            before = (name, noun)
        one = _named(text, name, noun, sentence, listed)
        if noun is not None and id(noun) in by:
            one = replace(one, also=by[id(noun)].words, type=one.type or "REAL")
        if through := between(last_name, name, text):
            yield from (replace(last_signal, name=each) for each in through)
        last_name, last_signal = name, one
        if last is not None and not one.way and _BETWEEN.match(text[last[0] : name.start]):
            one = replace(one, way=last[1])  # "inputs A, B and C"
        last = (name.end, one.way)
        yield one
    for noun in nouns if len(names) != 1 or not listed else ():  # the rest of an entry describes its one name
        inside = any(one.start < noun.end and noun.start < one.end for one in names)
        topic = not listed and noun.head.direction != "in" and _is_topic(text, noun)
        told = noun.head.english in ("Lamp", "Horn") or noun.head.kind in ("state", "command")
        where = not told and _COMPLEMENT.search(text[: noun.start])
        if id(noun) not in used and not inside and not where:
            for each in _unnamed(text, noun, sentence, listed):
                if topic:
                    yield replace(each, group=TOPIC)
                    continue
                yield replace(each, also=by[id(noun)].words, type="REAL") if id(noun) in by else each
    if listed and not names and not nouns:
        yield from _items(text, sentence, listed)


def _is_topic(text: str, noun: Phrase) -> bool:
    """Whether a noun only names what the text is about: a title, "Crusher: ...", "A hoist has the buttons ..."."""
    before, after = text[: noun.start], text[noun.end :]
    leads = re.match(r"\s+([a-z]+)(?:\s+([a-z]+))?\s*[:：]", after)
    if leads and any(one in STOPS for one in leads.groups() if one):
        return False  # "the motor runs: fast"
    if re.fullmatch(r"(?:an?\s+|the\s+)?", before, re.I):
        return not after.strip(" .。!！") or _SAYS.match(after) is not None
    return re.fullmatch(r"[\u4e00-\u9fff]{1,6}", before) is not None and _SAYS.match(after) is not None


def _paired(text: str, names: Sequence[Identifier], nouns: Sequence[Phrase]) -> dict[int, Phrase]:
    """The noun of each identifier: the one right before it ("start button (Start)"), else right behind it."""
    pairs: dict[int, Phrase] = {}
    free = list(nouns)
    for name in names:
        for noun in free:
            if noun.start <= name.start < noun.end or (noun.end <= name.start and _names(text, noun, name)):
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


def _names(text: str, noun: Phrase, name: Identifier) -> bool:
    """Whether an identifier right behind a noun is its name; one set off by commas ends there ("a valve, FV-10,")."""
    joint = text[noun.end : name.start]
    if _APPOSED.fullmatch(joint):
        return re.match(r"\s*(?:[,.;()（]|$|\band\b)", text[name.end :]) is not None and bool(
            re.search(r"\d", name.name)
        )
    return _NAMES.fullmatch(joint) is not None


def _follows(joint: str, first: Identifier, name: Identifier) -> bool:
    """Whether a noun goes on to the next identifier: "pumps P1, P2", but not over a comma that parts two clauses."""
    if not _BETWEEN.match(joint):
        return False
    return joint.strip() not in (",", "，") or re.sub(r"\d+.*", "", first.name) == re.sub(r"\d+.*", "", name.name)


def _named(text: str, name: Identifier, noun: Phrase | None, sentence: Numbered, listed: Way) -> Signal:
    head = noun.head if noun is not None else head_in(name.name)
    if noun is not None and head is not None and head.direction == "out" and noun.end <= name.start:
        head = _PLACE_HEAD if _AT_PLACE.search(text[noun.end : name.start]) else head
    kind = name.type or type_near(text, name.end) or (type_near(text, noun.end) if noun is not None else "")
    way: Way = listed
    said = re.search(r"(inputs?|outputs?|输入|输出)(?:信号|变量)?\s*[`\"“「(（]*$", text[: name.start], re.I)
    if not way and said:
        way = way_word(said[1])
    way = way or _introduced(text, name)
    if not way and noun is None and name.name.lower() in _COMMANDS:
        way, kind = "in", kind or "BOOL"
    if not way and noun is None and READ.search(text[: name.start]):
        way = "in"
    if not way and head is not None and (noun is not None or head.kind not in ("weak", "measure")):
        way = way_of(head, text, name.start)
    way, kind = by_letters(name.name, head, way, kind)
    if not kind and head is not None:
        kind = type_of(head, noun.words if noun is not None else name.name, text, (noun or name).end)
    if not kind and (only := re.findall(rf"[(（](?:{TYPES})[)）]", text)) and len(only) == 1:
        kind = only[0][1:-1]
    if noun is None and kind == "REAL" and not name.type and _SAYS_BOOL.search(name.name):
        kind = "BOOL"
    listing = bool(listed) or name.explicit
    words = noun.words if noun is not None else ""
    typed = bool(name.type or type_near(text, name.end))
    return Signal(name.name, words, way, kind, sentence, head, listing, listed=bool(listed), typed=typed)


def _introduced(text: str, name: Identifier) -> Way:
    """What a sentence lists before it: "four input variables: A, B and C, and two outputs: D and E"; or says behind it:
    "the Ready input"."""
    behind = re.match(r"[`\"”']?\s+(input|output)\b(?!\s+(?:of|from|to|is)\b)", text[name.end :], re.I)
    if behind:
        return way_word(behind[1])
    said = list(_INTRODUCES.finditer(text, 0, name.start))
    return way_word(said[-1]["way"] or said[-1]["zh"]) if said else ""


def _unnamed(text: str, noun: Phrase, sentence: Numbered, listed: Way) -> Iterator[Signal]:
    if noun.key in ("fault", "trip", "jam", "故障") and not listed and not in_condition(text, noun.start):
        return
    if noun.head.kind == "signal" and noun.key in ("signal", "信号", "input signal"):
        return
    if re.match(r"\s+(?:has|have)\s+(?:two|three|four|\d)\s+outputs\b|有[两二三\d]个输出", text[noun.end :]):
        return
    if noun.head.kind == "actuator" and _DRIVEN_BY.match(text[noun.end :]):
        return
    if noun.head.kind == "setpoint" and re.match(r"\s*(?:of|为|是|:|=)?\s*-?\d", text[noun.end :]):
        return
    if listed and (state := re.match(r"\s+(?:closed|opened|open|locked|present)\b", text[noun.end :])):
        noun = replace(noun, words=noun.words + state[0], end=noun.end + state.end())
    kind = type_near(text, noun.end) or type_of(noun.head, noun.words, text, noun.end)
    way = listed or way_of(noun.head, text, noun.start)
    one = Signal("", noun.words, way, kind, sentence, noun.head, bool(listed), listed=bool(listed))
    one = replace(one, compared=compared(text, noun.end))
    if noun.count <= 1:
        yield one if noun.count else replace(one, group=-1)
    for number in range(1, noun.count + 1) if noun.count > 1 else ():
        words = f"{noun.words} {number}" if noun.words.isascii() else f"{noun.words}{number}"
        yield replace(one, words=words, group=noun.count)


def _items(text: str, sentence: Numbered, listed: Way) -> Iterator[Signal]:
    """Entries of a list of signals whose nouns are not known: "part present, robot ready"."""
    for part in re.split(r"[,，、]|\band\b|和|与", text):
        words = re.sub(r"^(?:the|a|an)\s+", "", part.strip(" .。;；()（）"), flags=re.I)
        if words and len(words.split()) <= 5 and len(words) <= 40:
            yield Signal(
                "",
                words,
                listed,
                type_near(text, text.find(part) + len(part)) or "BOOL",
                sentence,
                None,
                True,
                listed=True,
            )


def _title(sentence: Numbered, requirement: Requirement) -> bool:
    return _line(sentence, requirement).lstrip().startswith("#")


def _bullet(sentence: Numbered, requirement: Requirement) -> bool:
    return _BULLET.match(_line(sentence, requirement)) is not None


def _line(sentence: Numbered, requirement: Requirement) -> str:
    place = requirement.text.find(sentence.text)
    start = requirement.text.rfind("\n", 0, max(place, 0)) + 1
    return requirement.text[start : place + len(sentence.text)] if place >= 0 else sentence.text


def _heading(text: str) -> Way:
    match = _BARE_HEADING.match(text.strip(" #:：*"))
    return way_word(match["way"]) if match else ""
