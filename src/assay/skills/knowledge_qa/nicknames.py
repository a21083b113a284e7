"""Names that a plant's documents give their machines in passing: ``BX-65（铁塔）``, ``CR-2, called "Pip"``.

A question that says such a name means the machine: it is ruled on as if its asker had said the code as well, and
wherever a document says the name it names the code (``known_as``). Only what the asker may read tells names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from assay.knowledge.passage import Passage
from assay.knowledge.reader import Hit
from assay.skills.knowledge_qa.candidates import line_of
from assay.skills.knowledge_qa.lexicon import attributes_in, opposites, stop_words
from assay.skills.knowledge_qa.quantities import Named, codes, name_said, plain_code
from assay.skills.knowledge_qa.question import Asked, read_question
from assay.skills.knowledge_qa.terms import known_words

_CODE = r"(?<![A-Za-z0-9-])(?P<code>[A-Z]{1,5}-?\d{1,5}[A-Z]?(?:-\d{1,4})?)(?![A-Za-z0-9-])"
_HAN = r"(?P<nick>[\u4e00-\u9fff]{2,6}?)"
_THE = r"(?:[Tt]he )?"
_LATIN = r"(?P<nick>[A-Z][\w']+(?: [A-Z][\w']+){0,2})"
_CALLED = r"(?:俗称|又称|也称|简称|人称|外号|绰号|现场俗?[称叫]|习惯[称叫]|大家[都管]?叫|工人叫|叫做?|称为?)"
_ENDS = r"[”\"」]?(?=[，,。；;、）)\n]|$)"
_CALLED_SO = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_CODE}\s*[（(](?:[^（()）“\"]{{0,12}}[，,])?{_CALLED}\s*[“\"「]?{_HAN}{_ENDS}",
        rf"{_CODE}(?:[（(][^（()）\n]{{0,20}}[）)])?[^。；;，,\n（()）]{{0,8}}?[，,]?\s*{_CALLED}\s*[“\"「]?{_HAN}{_ENDS}",
        rf"(?<!for )(?<!for the ){_CODE}(?: [a-z]+){{0,3}},?\s*\(?[^().\"“]{{0,30}}?[\"“]{_THE}{_LATIN}[\"”]",
        rf"(?<!for )(?<!for the ){_CODE} \([^().\"“]{{0,50}}?(?:known|called|nicknamed)[^().\"“]{{0,20}}?"
        rf"[\"“]{_THE}{_LATIN}[\"”]",
        rf"{_CODE},? (?:also |in the hall |on the floor )?(?:known as|called|nicknamed) [\"“]?{_THE}{_LATIN}"
        r"[\"”]?(?=[,.;)\n]|$)",
        rf"[\"“]{_THE}{_LATIN}[\"”] (?:\(|for (?:the )?){_CODE}(?=[),.;]|$)",
    )
)
"""A word of calling, or quotation marks, say that it is a name."""
_BESIDE = tuple(
    re.compile(pattern)
    for pattern in (rf"{_CODE}\s*[（(]{_HAN}[）)]", rf"(?<![\u4e00-\u9fff\d#]){_HAN}[（(]{_CODE}[）)]")
)
"""Here it may as well be what the machine is, or how it stands: ``P-101（循环水泵）``, ``V-5（常开）``."""
_NUMBERED = r"(?P<code>(?:\d{1,2}|[一二三四五六七八九十])(?:号|#)(?:(?![的为是])[\u4e00-\u9fff]){1,5}?)"
_LETTERED = (
    r"(?<![A-Za-z])(?P<code>(?!(?:and|for|the|with|from|(?i:table|figure|chapter|section|step|page)) )"
    r"[A-Za-z][a-z]{2,} (?:[A-Z]|\d{1,2}))"
)
_BUILT = r"(?:[（(][^（）()\n]{0,20}[）)])?"
_CLASS = (
    r"(?:[甲乙丙丁](?![方醇烷烯苯酸酮醛醚烃炔基类级型])[\u4e00-\u9fff]|[东西南北](?:车间|[线厂楼区库站塔炉池门机闸]))"
)
_CLASSED = rf"(?<![\u4e00-\u9fffA-Za-z])(?P<code>{_CLASS})"
_DESIGNATED = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_CLASSED}(?:[：:，,（(])?[^。；;\n“\"「甲乙丙丁]{{0,36}}?{_CALLED}\s*[“\"「]{_HAN}[”\"」]",
        rf"{_LETTERED}(?: is [^.;\"“]{{0,60}}?)?,? (?:also )?(?:known as|called|nicknamed) [“\"]{_THE}{_LATIN}[”\"]",
        rf"{_NUMBERED}{_BUILT}[^。；;，,\n（()）“\"「]{{0,8}}[，,]?\s*{_CALLED}\s*[“\"「]{_HAN}[”\"」]",
        rf"{_NUMBERED}[（(](?:[^（()）“\"「]{{0,16}}[，,])?{_CALLED}?[“\"「]{_HAN}[”\"」]",
        rf"{_LETTERED},?\s*\(?(?:(?:is |also )?(?:known as|called|nicknamed) )?[“\"]{_THE}{_LATIN}[”\"]",
    )
)
_LISTED = re.compile(rf"(?P<kind>[A-Z][a-z]+?)s: [^.\n]*?\b(?P<letter>[A-Z]) \([“\"]{_LATIN}[”\"]")
"""``Chambers: A ("Pip", 9 m³) and B ("Goliath", 41 m³)``."""
_MADE_A_NAME = re.compile(rf"把(?:{_NUMBERED}|(?P<class>{_CLASS}))都?[叫称](?:做|作|为)?[“\"「]{_HAN}[”\"」]")
"""``把西线叫“长龙”``."""
_NUMBERED_BESIDE = re.compile(rf"(?:{_NUMBERED}|(?<![\u4e00-\u9fffA-Za-z])(?P<class>{_CLASS}))[（(]{_HAN}[）)]")
_CAPITAL = re.compile(r"(?<=[a-z0-9,;'’] )[A-Z][a-z]+(?![a-z])")
_WHERE = re.compile(r"[东西南北上下左右前后内外旧新老大小][侧边面楼层区段组台套期厂]?$|[侧边面楼层区段]$")


def told_names(text: str) -> Iterator[Named]:
    """Names that a text gives, each with the code that it is the name of."""
    for pattern in _CALLED_SO:
        for match in pattern.finditer(text):
            if _is_name(text, match):
                yield match["nick"], plain_code(match["code"])
    for pattern in _BESIDE:
        for match in pattern.finditer(text):
            if not _describes(match["nick"]):
                yield match["nick"], plain_code(match["code"])


def told_designations(text: str) -> Iterator[Named]:
    """The same of machines with a designation instead of a code: ``1号柜，俗称“老炮”``, ``Chamber A ("Pip")``."""
    for pattern in _DESIGNATED:
        for match in pattern.finditer(text):
            if _is_name(text, match):
                yield match["nick"], match["code"]
    for kind in _LISTED.finditer(text):
        for match in re.finditer(rf"\b(?P<letter>[A-Z]) \([“\"]{_LATIN}[”\"]", text[kind.start() :].partition(". ")[0]):
            if not _plain_word(match["nick"].lower()):
                yield match["nick"], f"{kind['kind'].lower()} {match['letter']}"
    for match in _MADE_A_NAME.finditer(text):
        if not _plain_word(match["nick"]):
            yield match["nick"], match["code"] or match["class"]
    for match in _NUMBERED_BESIDE.finditer(text):
        if not _describes(match["nick"]) and not _WHERE.search(match["nick"]):
            yield match["nick"], match["code"] or match["class"]


def names_of(hits: Iterable[Hit]) -> tuple[Named, ...]:
    """The names that hits tell of one code alone."""
    return _alone(hits, told_names)


def designations_of(hits: Iterable[Hit]) -> tuple[Named, ...]:
    """The same for machines that have a designation instead of a code."""
    return _alone(hits, told_designations)


def perhaps_names(question: str) -> str:
    """The words of a question that may be names: those with a capital inside a sentence, else all."""
    found = _CAPITAL.findall(question)
    first = re.match(r"[A-Z][a-z]+", question)
    if first is not None and first.group().lower() not in stop_words():
        found.insert(0, first.group())
    return " ".join(found) or question


def said_in(question: str, names: Iterable[Named]) -> tuple[Named, ...]:
    """Those of some names that a question says, where it does not say the code or designation as well."""
    known = set(codes(question))
    return tuple(
        (nick, code)
        for nick, code in names
        if _meant(question, nick) and code not in known and not _stands_in(question, code)
    )


def _stands_in(question: str, designation: str) -> bool:
    """Whether a question says a designation as a whole ("line 4", and not in "line 42")."""
    bounds = rf"(?<![A-Za-z0-9]){re.escape(designation)}(?![A-Za-z0-9])"
    return bool(re.search(bounds, question, re.I))


def _meant(question: str, nick: str) -> bool:
    """Whether a question says a name; one that is a plain word as well ("Needle") must have its capital inside a
    sentence."""
    if name_said(question, nick) is None:
        return False
    return not _plain_word(nick.lower()) or bool(re.search(rf"(?<=[a-z0-9,;'’] ){re.escape(nick)}(?![a-z])", question))


def _alone(hits: Iterable[Hit], told: Callable[[str], Iterator[Named]]) -> tuple[Named, ...]:
    """What the hits tell of one machine alone."""
    held: dict[str, set[str]] = {}
    for hit in hits:
        for nick, code in told(f"{' '.join(hit.passage.headings)}\n{hit.passage.title}\n{hit.passage.text}"):
            held.setdefault(nick, set()).add(code)
    return tuple((nick, next(iter(found))) for nick, found in sorted(held.items()) if len(found) == 1)


def tellings(names: Iterable[Named], hits: Iterable[Hit]) -> Iterator[tuple[str, Passage, int]]:
    """Where the hits tell these names, each once: the name, the passage and the place of its unit."""
    left = set(names)
    for hit in hits:
        for at, unit in enumerate(hit.passage.units):
            line = line_of(unit)
            for one in left & {*told_names(line), *told_designations(line)}:
                left.remove(one)
                yield one[0], hit.passage, at


def with_codes(asked: Asked, names: Iterable[Named]) -> Asked:
    """The question with the code behind each name that it says."""
    text = asked.text
    for nick, code in names:
        mark = f" ({code})" if nick.isascii() else f"（{code}）"
        end = name_said(text, nick)
        text = text if end is None else f"{text[:end]}{mark}{text[end:]}"
    if text == asked.text:
        return asked
    return replace(read_question(text, asked.lang, split=False), wanted=asked.wanted, asks=asked.asks)


def _is_name(text: str, match: re.Match[str]) -> bool:
    """Whether words may be a name: none that questions say of anything, but for a Latin one in quotation marks behind a
    word of calling, which is told apart by its capital."""
    nick = match["nick"].lower()
    called = nick.isascii() and re.search(r"known|called|nicknamed", match.group())
    quoted = text[match.end("nick") : match.end("nick") + 1] in ('"', "”")
    return nick not in stop_words() if called and quoted else not _plain_word(nick)


def _plain_word(nick: str) -> bool:
    """Whether questions say it of anything: ``P-1, called "What"``, P-1 又称循环水泵."""
    short = nick.isascii() and len(nick) <= 3  # "pip" stands for pipe, but no question says it so
    return nick in stop_words() or (not short and any(phrase == nick for phrase, _ in known_words(nick)))


def _describes(nick: str) -> bool:
    """Whether a word says what a thing is or how it stands, so that it names no single one."""
    stands = any(pattern.search(nick) for group in opposites() for pattern in group)
    known = any(len(phrase) > 1 for phrase, _ in known_words(nick))  # 塔 and 车 alone are in many a nickname
    return stands or known or bool(attributes_in(nick)) or nick in stop_words()
