"""The short answer inside a sentence or row: spans that code enumerates, the likeliest first."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from assay.knowledge.passage import Field, Unit
from assay.skills.knowledge_qa.candidates import value_of
from assay.skills.knowledge_qa.lexicon import opposites
from assay.skills.knowledge_qa.polarity import says_when
from assay.skills.knowledge_qa.quantities import Amount, amounts, codes, dates
from assay.skills.knowledge_qa.question import Asked, Wanted
from assay.skills.knowledge_qa.ranges import holds
from assay.skills.knowledge_qa.terms import covered, grams, said, shares, terms_of

_CLAUSES = re.compile(r"[，,；;。！!？?：:\n]|\.(?=\s)|(?<![A-Za-z])(?:and|but|or|while|whereas)(?![A-Za-z])|而|但")
_RANGE = re.compile(r"\s*(?:至|到|~|～|-|–|—|to|and|和|与)\s*", re.I)
_BETWEEN = re.compile(r"(?:between|from)\s*$|在\s*$|(?:为|是)\s*$", re.I)
_PERSON = (
    re.compile(
        r"(?:由|经|报|向|通知|须经|应经)(?P<who>[^，。；、,;]{2,16}?)(?:负责|批准|审批|签字|签发|确认|同意"
        r"|执行|进行|完成|操作|检查|处理|报告|组织|校准|保管|监护|实施|更换|书面|决定|书面同意|$)"),
    re.compile(r"^(?:只有|仅)?(?P<who>[^，。；、,;]{2,14}?)(?:负责|可以?|必须|应|有权|方可|才能|每)"),
    re.compile(
        r"(?:by|from|of|to|with|inform|notify|tell|call|informs|calls) (?:the |an? )?(?P<who>(?:[a-z][a-z-]+ ){0,3}"
        
        r"(?:supervisor|engineer|operator|manager|department|technician|person|coordinator|team|crew|officer"
        r"|electrician|fitter|leader|head|staff|inspector"
        
        r"|contractor|chemist|planner|superintendent|group|room|workshop|laboratory|foreman|operators"
        r"|technicians|engineers|mechanic|specialist|office|manufacturer))",
        re.I,
    ),
    re.compile(
        
        r"(?:^|[.;,] )(?:only |the |an? )*(?P<who>(?:[a-z][a-z-]+ ){0,4}(?:persons?|operators?|engineers?"
        r"|supervisors?|managers?|technicians?|electricians?|"
        
        r"fitters?|officers?|coordinators?|leaders?|inspectors?|contractors?|team|department|crew|chemists?"
        r"|planners?|staff))(?: with [^,;.]{3,40}?)? (?:shall|must|may|can|is|are|has|have|[a-z]+s )",
        re.I,
    ),
)  # fmt: skip
_BECAUSE = re.compile(
    r"(?:因为|由于|以免|以防|防止|避免|为了|以便|否则|以补偿|以保证|以减少|以使|because|since|to avoid"
    r"|to prevent|so that|otherwise|in order to|due to|or (?:it|the)|as otherwise)(?P<why>[^。；;]*)",
    re.I,
)
_JOINED = re.compile(r"(?<![A-Za-z])(?:and|or)$", re.I)
_BELOW = r"(?:低于|小于|少于|不到|不足|below|under|less than|lower than|fewer than)"
_ABOVE = r"(?:高于|大于|多于|超过|长于|above|over|more than|higher than|longer than|exceeds?)"
_COMPARED = tuple(
    (re.compile(rf"{words}\s*(?:多少|多[大久长高]|几|what|which)", re.I), re.compile(rf"{words}\s*(?:the\s+)?$", re.I))
    for words in (_BELOW, _ABOVE)
)
_WH = re.compile(
    r"多少|多[大久长高重宽厚深快远紧粗热烫]|几(?!乎)|什么|哪|谁|(?<![a-z])(?:how|what|which|when|who|whom|where)(?![a-z])",
    re.I,
)
_WHEN_ASKED = re.compile(
    r"[到于过低高]\s*(?:多少|几|多[大高长久])|(?:多少|几).{0,8}(?:时(?!间)|才|就|会|应|要|停|报|跳|换|动作)"
    r"|(?:at|from|above|below|until|after|over|under) (?:what|which|how)|(?<![a-z])when(?![a-z])",
    re.I,
)
_DESIGNATED = re.compile(
    r"代码|代号|编号|位号|型号|哪[一]?[个台条只根套块路]|(?<![a-z])(?:codes?|tags?|numbers?|models?|types?)(?![a-z])",
    re.I,
)
_CIRCUMSTANCES = re.compile(
    r"(?:what|which) (?:circumstances?|conditions?|cases?|situations?)|什么(?:情况|条件|情形)|(?<![a-z])when(?![a-z])"
    r"|何时|什么时候",
    re.I,
)
_CIRCUMSTANCE = re.compile(
    r"(?<![a-z])only (?:in|if|when|while|during|after|before|for|with|by|on|at|from|under|until)(?![a-z])[^,;.]*"
    r"|(?<![a-z])(?:if|when|unless|once|as soon as|in case of)(?![a-z])[^,;.]*"
    r"|(?:只有|仅在?|只在|只能在)[^，。；]*|[^，。；]*(?:时(?!间)|的情况下)(?=[，,才方可能，]|$)",
    re.I,
)
_CLOCK_TIME = re.compile(r"(?<!\d)\d{1,2}[:：]\d{2}(?!\d)|(?<!\d)\d{1,2}\s?点(?:半|\d{1,2}\s?分)?")
_MONTH = re.compile(
    r"(?<![A-Za-z])(?:January|February|March|April|May|June|July|August|September|October|November|December)(?![A-Za-z])"
    r"|(?<![\d年])\d{1,2}\s?月份?(?!\s?\d)|[一二三四五六七八九十]+月份?"
)
_DAY_EN = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?(?![a-z])"
_WEEKDAY = re.compile(
    r"(?:每个?)?(?:周|星期|礼拜)[一二三四五六日天](?:[、和与及](?:周|星期|礼拜)?[一二三四五六日天])*(?![次回遍个天班号线检])"
    rf"|(?<![A-Za-z]){_DAY_EN}(?:(?:, | and | or |, and ){_DAY_EN})*"
)
_DAY_AND_TIME = re.compile(rf"(?:{_WEEKDAY.pattern})[\s,，]*(?:at )?(?:{_CLOCK_TIME.pattern})")
_PERIOD = re.compile(
    rf"(?:{_CLOCK_TIME.pattern})\s*(?:[至到~～–—-]|to|until|till|and|和|与)\s*(?:{_CLOCK_TIME.pattern})(?:\s?[ap]m(?![a-z]))?"
)
_TIME_ASKED = (
    (
        re.compile(
            r"几点(?:钟|整)?[^，。；？?几]{0,3}[到至][^，。；？?几]{0,3}几点|哪[个些]?时段|什么时段"
            r"|(?<![a-z])(?:what|which) (?:hours|times)(?![a-z])"
            r"|(?<![a-z])(?:from|between) (?:when|what time) (?:to|and|until|till)(?![a-z])",
            re.I,
        ),
        (_PERIOD,),
    ),
    (
        re.compile(
            r"(?:(?:星期|周|礼拜)几|哪一?天).{0,4}几点|day and (?:at )?(?:what |which )?(?:hour|time)(?![a-z])"
            r"|(?:what|which) day,? (?:at )?(?:what |which )(?:hour|time)(?![a-z])",
            re.I,
        ),
        (_DAY_AND_TIME,),
    ),
    (re.compile(r"几点|(?<![a-z])(?:hour|what time)", re.I), (_CLOCK_TIME,)),
    (re.compile(r"几月|month", re.I), (_MONTH,)),
    (re.compile(r"(?:星期|周|礼拜)几|weekday|(?:what|which) day", re.I), (_WEEKDAY,)),
)
_SOON_ASKED = re.compile(r"how (?:soon|quickly)(?![a-z])|(?:多久|多长时间|几(?:分钟|小时|天))(?:之|以)?内", re.I)
_SOON = (
    re.compile(r"(?<![a-z])(?:within|no later than|not later than|at the latest)\s*(?:the )?$", re.I),
    re.compile(r"\s?(?:之|以)?内"),
)
CASE_NAMED = 10.0
BRANCH_WORDS = 4
"""A clause of at most so many words gives a case of the sentence before it."""
_OFTEN = re.compile(
    r"多久.{0,12}(?:[一几]次|[一几]回)|隔多久|多长时间.{0,12}一次|周期|频次|频率|how often|interval", re.I
)
PERIOD = re.compile(
    r"每[年月周天日班]|每季度|每半[年月]|每[小时]{2}(?=[^，。；]{0,10}一次)|每次[^，。；]{1,8}[前后]"
    r"|(?<![a-z])(?:(?:once|twice) (?:a|per|every) (?:shift|day|week|month|quarter|year)|daily|weekly|monthly"
    r"|quarterly|yearly|annually|(?:every|each) (?:shift|day|week|month|quarter|year))(?![a-z])",
    re.I,
)
_NAMED_NUMBER = re.compile(r"\d+(?:\.\d+)?\s*(?:[\u4e00-\u9fff]|[A-Za-zµμ]+)|[A-Z]{1,3}\s?\d+", re.I)
_PH = re.compile(r"(?<![A-Za-z])pH(?![A-Za-z])[^\d。；;]*$|(?:至|to|and|or|或)\s*$", re.I)
_OWN_NUMBER = re.compile(r"\s*\d+(?:\.\d+)*[.)、]?\s")
_REFERENCE = re.compile(r"(?:table|figure|section|clause|chapter|step|表|图|第|见|附录)\s*$", re.I)


@dataclass(frozen=True, slots=True)
class Short:
    """A short answer: its words, its place in the unit's text (``start`` -1 when a cell), and how sure code is."""

    text: str
    start: int = -1
    end: int = -1
    sure: float = 0.0
    kind: str = "sentence"


def short_answers(asked: Asked, unit: Unit, cell: Field | None) -> list[Short]:
    """The spans that may be the short answer, the likeliest first; the whole sentence is always among them."""
    if unit.fields:
        return _cells(asked, unit, cell)
    text = unit.text
    found: list[Short] = []
    if asked.wanted in (Wanted.NUMBER, Wanted.DURATION, Wanted.COUNT):
        found = [*_periods(asked, text), *_numbers(asked, text)]
    elif asked.wanted is Wanted.DATE:
        found = _times(asked, text) or _circumstances(asked, text)
    elif asked.wanted is Wanted.PERSON:
        found = _nearest(asked, text, [one for pattern in _PERSON for one in _persons(pattern, text)])
    elif asked.wanted is Wanted.REASON:
        found = [Short(m.group().strip(), m.start(), m.end(), 0.6, "clause") for m in _BECAUSE.finditer(text)]
    elif asked.wanted is Wanted.NAME and not asked.yes_no:
        found = _circumstances(asked, text) or _named_numbers(asked, text) or _codes(asked, text)
    whole = Short(" ".join(text.split()), 0, len(text), 0.3)
    return [*found[:6], whole]


def _cells(asked: Asked, unit: Unit, cell: Field | None) -> list[Short]:
    if cell is None:
        return [Short("; ".join(one.value for one in unit.fields if one.value), -1, -1, 0.2)]
    return [Short(value_of(cell, unit), -1, -1, 0.9, "cell")]


def _times(asked: Asked, text: str) -> list[Short]:
    """Dates, clock times, months or weekdays, as the question wants them; the one in the clause that speaks of the
    question's case first."""
    read = [(words, start, end) for words, start, end in dates(text)]
    for asks, patterns in _TIME_ASKED:
        if asks.search(asked.text):
            own = [(m.group(), m.start(), m.end()) for pattern in patterns for m in pattern.finditer(text)]
            read = own or read
            if own:
                break
    if not read:
        return []
    held = [_clause_of_time(text, start) for _, start, _ in read]
    near = shares(asked.text, held)
    order = sorted(range(len(read)), key=lambda at: (-round(near[at], 6), at))
    return [Short(read[at][0].strip(), read[at][1], read[at][2], 0.8, "date") for at in order]


def _clause_of_time(text: str, place: int) -> str:
    """The clause of a time; "except on Sundays, when it is at 09:00" is one case with the words before its comma."""
    cut = clauses_of(text)
    at = next((at for at, (a, b) in enumerate(cut) if a <= place < b), 0)
    low, high = cut[at]
    if at and re.match(r"\s*(?:when|where|then|which)(?![a-z])", text[low:high], re.I):
        low = cut[at - 1][0]
    before = text[low:place]
    if excepted := re.search(r"(?<![a-z])(?:except|unless)(?![a-z])|除", before, re.I):
        return before[excepted.start() :] + text[place:high]
    return re.split(r"(?<![a-z])(?:except|unless)(?![a-z])", text[low:high], flags=re.I)[0]


def _circumstances(asked: Asked, text: str) -> list[Short]:
    """Under which condition something holds: "only in daylight", "if the other one is broken"."""
    if not _CIRCUMSTANCES.search(asked.text):
        return []
    found = [match for match in _CIRCUMSTANCE.finditer(text) if match.group().strip()]
    near = shares(asked.text, [text[: match.start()].rsplit(";", 1)[-1] for match in found])
    order = sorted(range(len(found)), key=lambda at: (-round(near[at], 6), at))
    return [Short(found[at].group().strip(), found[at].start(), found[at].end(), 0.5, "clause") for at in order]


def _named_numbers(asked: Asked, text: str) -> list[Short]:
    """What is asked for by a name that the lexicon does not know ("what superheat"), where the sentence sets a number
    with a unit beside that name, or the question asks at which value ("at what wind")."""
    if _DESIGNATED.search(asked.text) or not any(one.unit for one in amounts(text)):
        return []
    things = [term for term in asked.focus if term.kind != "code" and len(term.text) > 1]
    at_which = re.search(
        r"(?<![a-z])(?:at|above|below|from|up to|over|under) (?:what|which)(?![a-z])", asked.text, re.I
    )
    for one in amounts(text):
        before = said(text[_clause_start(text, one.start) : one.start])
        if one.unit and not says_when(text, one.start, one.end) and things and covered(things[-1], before) >= 1.0:
            return _numbers(asked, text)
    return _numbers(asked, text) if at_which and not things_beside(asked) else []


def things_beside(asked: Asked) -> bool:
    """Whether "at which" asks for a place or a thing of the plant ("at which pump")."""
    return any(term.kind == "code" for term in asked.focus) or bool(
        re.search(
            r"(?:at|from) (?:what|which) (?:pump|valve|tank|machine|place|point|station|line|end|side)",
            asked.text,
            re.I,
        )
    )


def clauses_of(text: str) -> list[tuple[int, int]]:
    """The stretches between commas and conjunctions."""
    cuts = [0]
    for match in _CLAUSES.finditer(text):
        cuts += [match.end()]
    cuts.append(len(text))
    return [(a, b) for a, b in itertools.pairwise(cuts) if b > a]


def _numbers(asked: Asked, text: str) -> list[Short]:
    """The numbers of a sentence, best first: of the wanted kind, near the question's words, not said in it."""
    skip = match.end() if (match := _OWN_NUMBER.match(text)) else 0
    groups = [group for group in _ranges(text, amounts(text)) if group[0].start >= skip]
    asked_dimensions = {one.dimension for one in asked.amounts if one.unit} - asked.dimensions
    groups = [g for g in groups if not any(each.same(wanted) for wanted in asked.amounts for each in g)]
    others = [g for g in groups if g[0].dimension not in asked_dimensions]
    if others and (asked.wanted is not Wanted.NUMBER or any(g[0].dimension != "[time]" for g in others)):
        groups = others
    groups = [g for g in groups if not _REFERENCE.search(text[: g[0].start])]
    if asked.wanted is Wanted.DURATION or (asked.unit and asked.wanted is not Wanted.COUNT):
        groups = [g for g in groups if g[-1].dimension in asked.dimensions] or groups
    asks_when = bool(_WHEN_ASKED.search(asked.text))
    cases = _cases(asked, text, groups)
    around = shares(_subject(asked), [_around(text, group) for group in groups])
    most = max(around, default=0.0) or 1.0
    scored = []
    for group, near in zip(groups, around, strict=True):
        one, dims = group[-1], asked.dimensions
        fit = 2.0 if dims and one.dimension in dims else 0.0 if dims else 1.0 if one.unit else 0.2
        if asked.wanted is Wanted.COUNT and one.unit:
            fit = -0.5
        if not dims and asked.wanted is Wanted.NUMBER and one.dimension == "[time]":
            fit = 0.6  # how long is asked for in other words
        if acidity_asked(asked):
            fit = 2.0 if _PH.search(text[max(0, group[0].start - 20) : group[0].start]) and not one.unit else -0.5
        score = fit + 1.5 * near / most - 1.4 * _other_code(asked, text, group) + _in_range(asked, text, group)
        score += 1.8 * _asked_code(asked, text, group, groups)
        score -= 1.2 * _other_state(asked, _around(text, group))
        score += _branch(asked, text, group, first=group is groups[0])
        score += 1.6 * compared_as(asked, text, group[0].start, one.end)
        score += 1.2 * _numbered_alike(asked, text, group, groups) + cases[id(group)]
        if not asks_when and len(groups) > 1:
            score -= 0.8 * says_when(text, group[0].start, one.end)
        scored.append((score, -group[0].start, Short(_words(text, group), group[0].start, one.end, 0.0, "number")))
    scored.sort(key=lambda each: each[:2], reverse=True)
    margin = scored[0][0] - scored[1][0] if len(scored) > 1 else 2.0
    sure = min(1.0, 0.4 + margin / 2)
    return [
        Short(one.text, one.start, one.end, sure if at == 0 else 0.1, one.kind)
        for at, (score, _, one) in enumerate(scored)
        if score > 0.3
    ]


def _cases(asked: Asked, text: str, groups: Sequence[Sequence[Amount]]) -> dict[int, float]:
    """How far each of several numbers of one kind stands in the case that is asked about: what is said right around it,
    without the subject that all share, against the question's main clause; a bare number of the question beside it."""
    found = dict.fromkeys(map(id, groups), 0.0)
    if len(groups) < 2:
        return found
    places = [_place_of(text, group, groups) for group in groups]
    # The words before the first number may be the subject of all: they say less of which one is meant.
    weak = [0.5 if at == 0 and not _said_behind(text, group, groups) else 1.0 for at, group in enumerate(groups)]
    for words, worth in ((_main_clause(asked), 1.2), (_subject(asked), 0.5)):
        near = [share * part for share, part in zip(shares(words, places), weak, strict=True)]
        most = max(near)
        if most > min(near):
            for group, share in zip(groups, near, strict=True):
                found[id(group)] += worth * share / most
    bare = [one for one in asked.amounts if not one.unit]
    held = [any(each.same(one) for one in bare for each in amounts(place)) for place in places]
    if any(held) and not all(held):
        for group, has in zip(groups, held, strict=True):
            found[id(group)] += 1.2 * has
    return found


def _said_behind(text: str, group: Sequence[Amount], groups: Sequence[Sequence[Amount]]) -> str:
    """What follows a number in its clause, up to the next number."""
    high = next((b for a, b in clauses_of(text) if a <= group[-1].start < b), len(text))
    high = min([max(high, group[-1].end), *(g[0].start for g in groups if g[0].start >= group[-1].end)])
    behind = text[group[-1].end : high]
    return behind if len(re.sub(r"\W+", "", behind)) > 1 else ""


def _place_of(text: str, group: Sequence[Amount], groups: Sequence[Sequence[Amount]]) -> str:
    """What is said around a number: from the last cut or number before it to the next one behind it. The first of
    several takes only what follows it where something does, since the words before it are the subject of all."""
    behind = _said_behind(text, group, groups)
    if group is groups[0] and behind:
        return behind
    low = next((a for a, b in clauses_of(text) if a <= group[0].start < b), 0)
    low = max([low, *(g[-1].end for g in groups if g[-1].end <= group[0].start)])
    return f"{text[low : group[0].start]} {behind}"


def _main_clause(asked: Asked) -> str:
    """The clause of the question that holds the asking word, without what names the attribute ("at how many times the
    new flow"); the whole where it is the only one."""
    pieces = [piece for piece in re.split(r"[,，;；:：]", asked.text) if piece.strip()]
    named = [piece for piece in pieces if _WH.search(piece)]
    words = named[-1] if named else asked.text
    for term in asked.focus:
        words = (
            re.sub(rf"(?<![a-z]){re.escape(term.text)}(?![a-z])", " ", words, flags=re.I)
            if term.text.isascii()
            else words
        )
    return words


def _around(text: str, group: Sequence[Amount]) -> str:
    """The clause of a number; where it is nothing but the number, the one before it as well; what is joined to it by
    "and" without a number of its own (``for G10 and G20``) belongs to it."""
    cut = clauses_of(text)
    low, high = next(((a, b) for a, b in cut if a <= group[0].start < b), (0, len(text)))
    high = max(high, group[-1].end)
    if group[0].start - low < 3:
        low = max((a for a, b in cut if b <= low), default=low)
    for a, b in cut:
        if a == high and _JOINED.search(text[:a]) and len(text[a:b].split()) <= 3 and not amounts(text[a:b]):
            high = b
    listed = [match.start() for match in re.finditer("、", text) if low <= match.start() < high]
    pieces = [(a, b) for a, b in itertools.pairwise([low, *listed, high]) if amounts(text[a:b])]
    if listed and len(pieces) > 1:
        return next((text[a:b] for a, b in pieces if a <= group[0].start < b), text[low:high])
    return text[low:high]


def _branch(asked: Asked, text: str, group: Sequence[Amount], *, first: bool) -> float:
    """Of a list of cases ("至少 30 分钟，特级动火为 60 分钟"): a later short clause counts where the question names its
    case, and counts against where it does not."""
    clause = _around(text, group)
    words = [term for term in terms_of(clause) if term.kind != "code"]
    if first or not words or len(words) > BRANCH_WORDS or codes(clause):
        return 0.0
    question = said(asked.text)
    share = sum(covered(word, question) >= 0.8 for word in words) / len(words)
    return 0.9 if share == 1.0 else -0.4 if not share else 0.0


def compared_as(asked: Asked, text: str, start: int, end: int) -> bool:
    """Whether a number at a place stands at the comparison that is asked for ("低于多少", "above what", "how soon")."""
    for asks, says in _COMPARED:
        if asks.search(asked.text):
            return bool(says.search(text[max(0, start - 14) : start]))
    if _SOON_ASKED.search(asked.text):
        before, behind = _SOON
        return bool(before.search(text[:start]) or behind.match(text, end))
    return False


def _in_range(asked: Asked, text: str, group: Sequence[Amount]) -> float:
    """Whether the number's clause states a range that takes in a number of the question, or only others."""
    found = [
        holds(_around(text, group), one) for one in asked.amounts if one.unit and one.dimension != group[0].dimension
    ]
    return 1.5 * (True in found) - 1.0 * (False in found and True not in found)


def conditional_list(asked: Asked, text: str) -> bool:
    """Whether a sentence gives a value for each of several conditions of which the question names none."""
    read = amounts(text)
    dims = asked.dimensions
    mine = [one for one in read if (one.dimension in dims if dims else one.unit)]
    if len({(one.value, one.unit) for one in mine}) < 2:
        return False
    others = [one for one in read if one.unit and one.dimension not in {each.dimension for each in mine}]
    asked_for = {one.dimension for one in asked.amounts}
    return len(others) > 1 and not any(one.dimension in asked_for for one in others)


def _subject(asked: Asked) -> str:
    """The question without the words of the attribute, which every number of a sentence may share."""
    words = asked.text
    for term in asked.terms:
        if term.kind == "quantity":
            words = words.replace(term.text, " ")
    return words if len(grams(words)) > 1 else asked.text


def _other_state(asked: Asked, clause: str) -> bool:
    """Whether a clause names a state that excludes one of the question's, and none of those."""
    for group in opposites():
        wanted = {at for at, pattern in enumerate(group) if pattern.search(asked.text)}
        here = {at for at, pattern in enumerate(group) if pattern.search(clause)}
        if wanted and here and not wanted & here:
            return True
    return False


def _other_code(asked: Asked, text: str, group: Sequence[Amount]) -> bool:
    """Whether the number's clause names codes, and none that the question names."""
    here = codes(_around(text, group))
    return bool(here) and bool(asked.codes) and not any(code in asked.codes for code in here)


def _asked_code(asked: Asked, text: str, group: Sequence[Amount], groups: Sequence[Sequence[Amount]]) -> bool:
    """Whether the number's clause names a code of the question that another number's clause does not."""
    here = {code for code in codes(_around(text, group)) if code in asked.codes}
    return any(here - set(codes(_around(text, other))) for other in groups if other is not group)


def acidity_asked(asked: Asked) -> bool:
    """Whether a pH is asked for: a number without a unit, which stands behind its name."""
    return any(one.id == "acidity" for one, _ in asked.attributes) and asked.unit is None


def _numbered_alike(asked: Asked, text: str, group: Sequence[Amount], groups: Sequence[Sequence[Amount]]) -> bool:
    """Whether the number's clause names the question's case by its number ("4 极", "M24") and not every one does."""
    named = {_tight(match.group()) for match in _NAMED_NUMBER.finditer(asked.text)}
    if not named or len(groups) < 2:
        return False
    held = [{_tight(match.group()) for match in _NAMED_NUMBER.finditer(_around(text, each))} & named for each in groups]
    mine = held[next(at for at, each in enumerate(groups) if each is group)]
    return bool(mine) and any(not mine <= each for each in held)


def _tight(words: str) -> str:
    return re.sub(r"\s+", "", words).lower()


def _words(text: str, group: Sequence[Amount]) -> str:
    return " ".join(text[group[0].start : group[-1].end].split())


def _ranges(text: str, read: list[Amount]) -> list[list[Amount]]:
    """Numbers with those they form a range with: ``3 mm 至 5 mm``, ``between 5 °C and 40 °C``."""
    groups: list[list[Amount]] = []
    for one in read:
        last = groups[-1][-1] if groups else None
        if last is not None and last.dimension == one.dimension and len(groups[-1]) == 1:
            joint = text[last.end : one.start]
            if (found := _RANGE.fullmatch(joint)) and (
                found.group().strip().lower() not in ("and", "和", "与")
                or re.search(r"(?:between)\s*$|在\s*$", text[: last.start], re.I)
            ):
                groups[-1].append(one)
                continue
        groups.append([one])
    return groups


def _persons(pattern: re.Pattern[str], text: str) -> list[Short]:
    found = []
    for match in pattern.finditer(text):
        words = match["who"].strip()
        if 1 < len(words) <= 60:
            start = match.start("who")
            found.append(Short(words, start, start + len(match["who"]), 0.6, "person"))
    return found


def _nearest(asked: Asked, text: str, found: list[Short]) -> list[Short]:
    """The persons of a sentence, those whose clause says most of the question first."""
    if len(found) < 2:
        return found
    cut = clauses_of(text)
    held = [next((text[a:b] for a, b in cut if a <= one.start < b), text) for one in found]
    near = [
        n + _case_named(asked, part, one) for n, part, one in zip(shares(asked.text, held), held, found, strict=True)
    ]
    return [found[at] for at in sorted(range(len(found)), key=lambda at: -round(near[at], 6))]


def _case_named(asked: Asked, clause: str, one: Short) -> float:
    """Of a list of cases ("by the officer, at weekends by the supervisor"): the question names all of this one's."""
    words = [term for term in terms_of(clause.replace(one.text, " ")) if term.kind != "code"]
    question = said(asked.text)
    named = 0 < len(words) <= BRANCH_WORDS and all(covered(word, question) >= 0.8 for word in words)
    return CASE_NAMED * named


def _periods(asked: Asked, text: str) -> list[Short]:
    """How often something is done, where a sentence says it in words: ``每月``, "weekly", "once a year"."""
    if not _OFTEN.search(asked.text):
        return []
    found = list(PERIOD.finditer(text))
    near = shares(_subject(asked), [_clause(text, match.start()) for match in found])
    order = sorted(range(len(found)), key=lambda at: (-round(near[at], 6), at))
    return [
        Short(found[at].group().strip(), found[at].start(), found[at].end(), 0.8 if at == order[0] else 0.1, "period")
        for at in order
    ]


def _clause_start(text: str, place: int) -> int:
    return next((a for a, b in clauses_of(text) if a <= place < b), 0)


def _clause(text: str, place: int) -> str:
    return next((text[a:b] for a, b in clauses_of(text) if a <= place < b), text)


def _codes(asked: Asked, text: str) -> list[Short]:
    """Codes that a sentence names and the question does not: what "which" often asks for. A sister of a thing that the
    question names is no answer of it."""
    found = []
    kinds = {re.sub(r"\d+[A-Z]?$", "", code) for code in asked.codes}
    for code in codes(text):
        if code in asked.codes or re.sub(r"\d+[A-Z]?$", "", code) in kinds:
            continue
        match = re.search(re.escape(code).replace("/", r"\s?/\s?"), text, re.I)
        if match:
            found.append(Short(match.group(), match.start(), match.end(), 0.4, "code"))
    return found
