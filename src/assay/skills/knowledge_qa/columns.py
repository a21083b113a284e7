"""Columns of a row: which one a question names, and which are the same thing for other machines, rooms or products."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from assay.knowledge.passage import Field, Unit
from assay.skills.knowledge_qa.lexicon import attributes_in
from assay.skills.knowledge_qa.numbered import numbered
from assay.skills.knowledge_qa.quantities import Amount, amounts, codes
from assay.skills.knowledge_qa.question import Asked, language_of
from assay.skills.knowledge_qa.ranges import holds
from assay.skills.knowledge_qa.terms import covered, said, terms_of

_UNIT_HEAD = re.compile(r"units?|单位|计量单位", re.I)
_LABEL = re.compile(
    r"代码|代号|编号|位号|标号|序号|(?:泵|罐|机|设备|柜)号|code|tags?|no\.?|number|id|item no\.?|designation", re.I
)
_LABEL_ASKED = re.compile(
    r"(?:哪[个条种]?|什么|几号?|多少)的?(?:报警|故障|联锁)?(?:代码|代号|编号|位号)|(?:代码|代号|编号|位号)(?:是|为|叫|报|显示)?(?:哪|什么|多少|几)"
    r"|(?:which|what)(?: [a-z]+){0,3}? (?:code|tag|tag number|number)(?![a-z])",
    re.I,
)
_MEANING = re.compile(
    r"含义|意义|意思|说明|名称|描述|内容|故障(?:现象)?|报警(?:内容|文本)|meaning|description|text(?: on .+)?|fault"
    r"|message|alarm|name|service",
    re.I,
)
_MEANING_ASKED = re.compile(
    r"是?什么(?:意思|毛病|故障|报警|含义|问题)|(?:表示|代表|说明|指|是|叫)什么|啥(?:意思|毛病|故障)|什么原因报"
    r"|what does .+ (?:mean|say|stand for|indicate|tell)|meaning of|what(?: fault| alarm)? is (?:code |alarm )?[A-Z]",
    re.I,
)
_DIGITS = re.compile(r"\d{2,}")
OTHERS = "*"
"""Stands for the other codes of a list that has one name."""
_LIST_BEHIND = re.compile(r"\s*(?:[、，,/／~～至和及与-]|and |to |or )\s*[A-Z]{1,4}[-_]?\d")
_LIST_BEFORE = re.compile(r"\d[A-Z]?\s*(?:[、，,/／~～至和及与]|(?:and|to|or)\s)\s*$")
_NUMBER_SIGN = re.compile(r"\s*(?<![A-Za-z])[Nn](?:o\.|umber)\s*(?=\d)")
LONGEST_MARKED = 12
"""Characters of a heading that a question must say for its letter to be meant."""
_MARK = re.compile(r"(?<![A-Za-z])[A-Z](?![A-Za-z])")
_FAMILY = re.compile(r"\d+[A-Z]?$")

Shown = Callable[[Field, Unit], str]
"""A cell's value with its unit."""


def label_asked(asked: Asked, label: Field) -> bool:
    """Whether a question asks for what a row is called by (its code), which the label's heading says."""
    return bool(_LABEL_ASKED.search(asked.text) and _LABEL.search(label.header) and codes_like(label.value))


def code_asked(asked: Asked) -> bool:
    """Whether a question asks for a code or a number that things are called by."""
    return bool(_LABEL_ASKED.search(asked.text))


def codes_like(value: str) -> bool:
    """Whether a label is a mark: letters and digits, no words."""
    return bool(re.search(r"\d", value)) and len(value.split()) <= 2


def meaning_asked(asked: Asked, cell: Field, unit: Unit) -> bool:
    """Whether a question asks what a row's code means, and a cell's heading says that it does."""
    if cell is unit.fields[0] or not _MEANING_ASKED.search(asked.text):
        return False
    return bool(_MEANING.fullmatch(cell.header.strip())) and unit.fields[0].value.strip() in asked.text


def head_number(asked: Asked, header: str) -> float:
    """1 where a heading's own number ("Level 2") is said in the question, -1 where another one of its kind is; a
    heading that is a range likewise by a number of the question."""
    held = [holds(header, one) for one in asked.amounts if one.unit]
    if True in held or False in held:
        return 1.0 if True in held else -1.0
    mine, theirs = numbered(header), numbered(asked.text)
    shared = {word for word in mine.keys() & theirs.keys() if len(theirs[word]) == 1}
    if not shared:
        return 0.0
    return 1.0 if any(mine[word] & theirs[word] for word in shared) else -1.0


def open_columns(
    asked: Asked, unit: Unit, chosen: Field | None, shown: Shown, implied: frozenset[str] = frozenset()
) -> bool:
    """Whether a row gives other values in columns for other cases, and the question names the chosen one no more than
    those: a value per machine, room, product or load of which the question leaves open which is meant."""
    if chosen is None or chosen is unit.fields[0] or chosen.condition:
        return False
    mine = amounts(shown(chosen, unit))
    if not mine:
        return False
    rest = [one for one in unit.fields[1:] if one is not chosen and not one.condition]
    others = [one for one in rest if _peers(unit, chosen, one) and _same_kind(mine, amounts(shown(one, unit)))]
    if not others or all(_same(mine, amounts(shown(one, unit))) for one in others):
        return False
    heads = [chosen.header, *(one.header for one in others)]
    return not any(implied & set(codes(head)) or named_of(asked, head, heads) for head in heads)


def sister_named(asked: Asked, unit: Unit, one: Field, other: Field) -> bool | None:
    """Of two columns that say the same of different things: whether the question names ``other`` and not ``one``; None
    where they are no such columns."""
    if not _peers(unit, one, other):
        return None
    heads = (one.header, other.header)
    if any(len(numbers) > 1 for numbers in numbered(asked.text).values()):
        return False  # "1# and 2#": neither of the two alone
    return named_of(asked, other.header, heads) and not named_of(asked, one.header, heads)


def _same_kind(mine: Sequence[Amount], theirs: Sequence[Amount]) -> bool:
    return bool(mine and theirs) and (
        mine[0].dimension == theirs[0].dimension or not mine[0].unit or not theirs[0].unit
    )


def _same(mine: Sequence[Amount], theirs: Sequence[Amount]) -> bool:
    return len(mine) == len(theirs) and all(one.same(other) for one, other in zip(mine, theirs, strict=True))


def _peers(unit: Unit, one: Field, other: Field) -> bool:
    """Whether two columns say the same of different things: sister codes, other ranges of one quantity, one word with
    other numbers, or any two of a table that gives each row's unit in a column of its own."""
    if not one.header or not other.header:
        return False
    families = [{_FAMILY.sub("", code) for code in codes(each.header)} for each in (one, other)]
    if families[0] & families[1]:
        return True
    if any(_UNIT_HEAD.fullmatch(each.header.strip()) for each in unit.fields):
        alike = _same_kind(amounts(one.value), amounts(other.value))
        return alike and not any(named.dimension for each in (one, other) for named, _ in attributes_in(each.header))
    ranges = [{each.dimension for each in amounts(head.header) if each.unit} for head in (one, other)]
    if ranges[0] & ranges[1]:
        return True
    return bool(numbered(one.header).keys() & numbered(other.header).keys())


def named_of(asked: Asked, head: str, heads: Sequence[str]) -> bool:
    """Whether the question names what a heading, or a case, has beyond the others: its code, mark, number
    (2号闸), words or range."""
    if any(holds(head, one) for one in asked.amounts if one.unit):
        return True
    if _number_named(asked, head, [one for one in heads if one != head]):
        return True
    own = set(codes(head))
    if any(code in asked.text.upper() for code in own):
        return True
    others = [each for each in heads if each != head]
    question = said(asked.text)
    digits = set(_DIGITS.findall(head)) - {each for other in others for each in _DIGITS.findall(other)}
    if digits & set(_DIGITS.findall(asked.text)):
        return True
    if not own and head_marked(asked, head):
        return True
    distinct = [one for one in terms_of(head) if not all(covered(one, said(other)) >= 0.5 for other in others)]
    if any(covered(one, question) >= 0.5 for one in distinct if one.kind != "code"):
        return True
    words = [one for one in asked.terms if one.kind != "code" and len(one.text) > 1 and covered(one, said(head)) >= 0.8]
    return any(not any(covered(one, said(other)) >= 0.5 for other in others) for one in words)


def _number_named(asked: Asked, head: str, others: Sequence[str]) -> bool:
    """Whether the question names a heading's number that the other headings do not have (2号闸), in the other language
    by the only number that goes with a word there ("lock 2")."""
    own, wanted = numbered(head), numbered(_NUMBER_SIGN.sub(" ", asked.text))
    apart = {word: held for word, held in own.items() if all(numbered(one).get(word) != held for one in others)}
    if any(held & wanted.get(word, frozenset()) for word, held in apart.items()):
        return True
    foreign = language_of(head) != asked.lang and not own.keys() & wanted.keys()
    said_there = frozenset().union(*wanted.values()) if foreign else frozenset()
    return len(said_there) == 1 and any(held == said_there for held in apart.values())


def head_marked(asked: Asked, head: str) -> bool:
    """Whether a heading's letter stands in the question as it stands there (``A 间``, "side B", "chamber A")."""
    pieces = head.split()
    if not _MARK.search(head) or len("".join(pieces)) < 2:
        return False
    wanted = [_either_case(piece) for piece in _first(pieces, LONGEST_MARKED)]
    return bool(re.search(r"\s*".join(wanted) + r"(?![A-Za-z])", asked.text))


def _first(pieces: Sequence[str], most: int) -> list[str]:
    """The pieces up to so many characters."""
    taken: list[str] = []
    for piece in pieces:
        left = most - sum(map(len, taken))
        if left <= 0:
            break
        taken.append(piece[:left])
    return taken


def _either_case(piece: str) -> str:
    """A pattern of a piece; a letter alone keeps its case (an "a" is no mark)."""
    return re.escape(piece) if len(piece) == 1 else f"(?i:{re.escape(piece)})"


@lru_cache(maxsize=4096)
def _named_codes(text: str) -> tuple[tuple[str, str], ...]:
    """Codes of a text with the words right beside them that say what they are (``P-76 苯泵``, "the booster AC-3")."""
    found: list[tuple[str, str]] = []
    for code in codes(text):
        for match in re.finditer(re.escape(code).replace("/", r"\s?/\s?"), text, re.I):
            listed = _LIST_BEHIND.match(text[match.end() :]) or _LIST_BEFORE.search(text[: match.start()])
            behind = re.match(r"[\s(（]*([\u4e00-\u9fff]{2,6})", text[match.end() : match.end() + 12])
            before = re.search(r"([\u4e00-\u9fff]{2,6})[\s(（]*$", text[max(0, match.start() - 12) : match.start()])
            latin = re.search(r"((?:[A-Za-z][a-z-]+ ){1,2})$", text[max(0, match.start() - 40) : match.start()])
            marks = [f">{behind[1]}"] if behind else []
            marks += [f"<{before[1]}"] if before else []
            marks += [f"={latin[1].strip().lower()}"] if latin else []
            found += [(each, mark) for mark in marks for each in ((code, OTHERS) if listed else (code,))]
    return tuple(found)


def implied_codes(asked: Asked, texts: Sequence[str]) -> frozenset[str]:
    """Codes that a question means by name: where the documents set a name beside one code alone (``P-76 苯泵``).

    Empty where the question names codes itself, or where the longest such name stands beside several codes.
    """
    if asked.codes:
        return frozenset()
    held: dict[str, set[str]] = {}
    question = asked.text.lower()
    for text in texts:
        for code, beside in _named_codes(text):
            name = _said_part(question, beside)
            if name:
                held.setdefault(name, set()).add(code)
    alone = [name for name, named in held.items() if len(named) == 1]
    if not alone:
        return frozenset()
    longest = max(alone, key=lambda name: (len(name), name))
    return frozenset(held[longest]) if not any(longest in name for name in held if name != longest) else frozenset()


def _said_part(question: str, beside: str) -> str:
    kind, words = beside[0], beside[1:]
    if kind == "=":
        return words if " " in words and re.search(rf"(?<![a-z]){re.escape(words)}(?![a-z])", question) else ""
    for length in range(len(words), 1, -1):
        part = words[:length] if kind == ">" else words[-length:]
        if part in question:
            return part
    return ""
