"""Sentences and rows that may answer, with what code can say of each: words, units, conditions, codes, meaning."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from assay.knowledge.passage import Field, Passage, Unit, UnitKind
from assay.knowledge.reader import Hit
from assay.skills.knowledge_qa.columns import (
    head_marked,
    head_number,
    implied_codes,
    label_asked,
    meaning_asked,
    open_columns,
    sister_named,
)
from assay.skills.knowledge_qa.lexicon import opposites
from assay.skills.knowledge_qa.months import months_of
from assay.skills.knowledge_qa.quantities import Amount, amounts, codes, dates
from assay.skills.knowledge_qa.question import Asked, Wanted
from assay.skills.knowledge_qa.ranges import holds
from assay.skills.knowledge_qa.terms import Said, Term, coverage, covered, grams, said, shares, terms_of

Cosines = Callable[[str, Sequence[str]], Sequence[float]]
"""Similarity of a question to each of some texts."""

_FAMILY = re.compile(r"^(?P<letters>[A-Z]+(?:/[A-Z]+)*[-_]?)(?P<digits>\d+).*$")
_PERSONS = re.compile(
    r"人员|部门|班长|主任|经理|工程师|操作工|负责人|部|员|岗|长|师|科|组|supervisor|engineer|operator"
    r"|manager|department|technician|person|"
    r"coordinator|team|crew|officer|electrician|fitter|leader|head|staff|inspector|contractor|chemist"
    r"|planner|superintendent",
    re.I,
)
_REASONS = re.compile(
    r"因为|由于|以免|以防|防止|避免|为了|以便|否则|导致|because|since|to avoid|to prevent|so that"
    r"|otherwise|in order|due to|as (?:it|the|this)|would|therefore",
    re.I,
)
_ORDERS = re.compile(
    r"应(?!用|力|急|答)|须|必须|需要?|请|不得|严禁|禁止|可以|先.{1,30}再|将|把|关闭|打开|开启|关掉|停(?!机时|车时)|启动|检查|通知|报告|联系"
    r"|切换|降低|提高|减少|增加|更换|清洗|清理|拧|按下|复位|排[放净空]|隔离|断开|合上|调整|测量|加注|补[充加]"
    r"|(?<![a-z])(?:must|shall|should|may|can|never|do not|has to|have to|is to be|are to be)(?![a-z])"
    r"|(?:^|[,;:.]\s*|then |and )(?:close|open|stop|start|shut|check|turn|press|push|pull|set|call|inform|notify|report"
    r"|contact|remove|replace|clean|switch|hold|wait|reset|isolate|drain|vent|reduce|increase|lower|raise|keep|measure"
    r"|tighten|loosen|apply|fill|add|install|fit|adjust|inspect|verify|disconnect|connect|lock|test|use|take|put"
    r"|let|run|ask)(?![a-z])",
    re.I,
)
ACTION_HEAD = re.compile(
    r"处理|处置|措施|对策|方法|办法|步骤|动作|应对|(?<![a-z])(?:actions?|remed(?:y|ies)|responses?|measures?|procedures?"
    r"|what to do|how to|corrective|steps?|method)(?![a-z])",
    re.I,
)
_BRACKETED = re.compile(
    r"[(（\[]\s*(?P<unit>[A-Za-z℃℉°%‰Ωμµ/·²³0-9]{1,12}|天|小时|分钟|个月|年|次|台|秒|人)\s*[)）\]]\s*$"
)
_UNIT_INSIDE = re.compile(r"\d\s*[A-Za-z℃°%Ωμ天小分个年次台秒]")
_PERSON_HEAD = re.compile(r"人|部门|岗|负责|responsible|\bby\b|who|role|owner|approv|person", re.I)
_MATTER = re.compile(
    r"(?:title|number|document|version|valid_from|valid_to|owner|replaces|author|date|lang)\s*:\s", re.I
)
_POLAR = re.compile(
    r"不得|严禁|禁止|可以|允许|必须|应|不需|无需|不必|须|方可|除|不受|不适用|(?<![a-z])(?:must|shall|may"
    r"|can|cannot|not|never|no|required|allowed|permitted|except|unless|only)(?![a-z])",
    re.I,
)
_MONTHS = re.compile(r"(?<=\d)\s*月(?![\d日])")
_PH_NUMBER = re.compile(r"(?<![A-Za-z])pH(?![A-Za-z])[^\d。；;]{0,24}\d", re.I)
_DIGITS = re.compile(r"\d+(?:\.\d+)?")
_GAUGE = re.compile(
    r"(?P<unit>(?:bar|psi|mbar|kPa|MPa|Pa) ?\((?:g|a|abs|gauge)\))\s*$|(?P<bare>bar|psi|mbar|kPa|MPa|Pa)\s*$", re.I
)
_ASKS_ITSELF = re.compile(r"[?？][\s*_\"”』」）)]*$")
_TITLE_ALONE = re.compile(r"^[^。！？!?;；]{1,80}(?:\*\*|__)[\s:：]*$")
_MARKED_QUESTION = re.compile(r"^[\W_]*(?:问|提问|Q\d{0,2}|Question\s*\d*)\s*[:：.]", re.I)
_MARKED_ANSWER = re.compile(r"^[\W_]*(?:答|A\d{0,2}|Answer)\s*[:：.]", re.I)
"""How a question may be marked that ends without a question mark ("问：……压着。答：停投料。")."""
_POINTS_BACK = re.compile(
    r"^[\s\d.)）、]*(?:its?|they|their|these|those|this|the same|其(?!他|它|余|中)|它们?|该(?![^，。]{0,3}[不当])|此"
    r"|上述|两者)(?![a-z])",
    re.I,
)
MOST_UNITS = 160
NOT_CHOSEN = 0.4
"""No row is named more than this where the question names another one's month or letter."""
QUESTION_BEFORE = 3
"""So many units behind a question in a list of questions and answers belong to its answer."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit of a hit with its features by name; ``field`` is the cell of a row that answers, ``words`` what the small
    reader would answer from it."""

    passage: Passage
    index: int
    features: Mapping[str, float] = field(default_factory=dict)
    score: float = 0.0
    field: Field | None = None
    branch: tuple[str, ...] = ()
    lead: str = ""
    words: str = ""

    @property
    def unit(self) -> Unit:
        """The sentence or row."""
        return self.passage.units[self.index]

    @property
    def key(self) -> tuple[str, int]:
        """Which unit of which passage."""
        return self.passage.id, self.index

    @property
    def text(self) -> str:
        """The unit's words; of a row each cell with its heading and unit."""
        return line_of(self.unit)

    @property
    def above(self) -> str:
        """Title, headings and lead; of an answer its question, of a sentence that points back the one before it."""
        return f"{above_of(self.passage)} > {self.lead}" if self.lead else above_of(self.passage)


def line_of(unit: Unit) -> str:
    """A unit on one line: a sentence as it stands, a row as ``heading = value unit`` parts."""
    if not unit.fields:
        return " ".join(unit.text.split())
    return "; ".join(
        f"{c.header} = {value_of(c, unit)}" if c.header else value_of(c, unit) for c in unit.fields if c.value
    )


def value_of(cell: Field, unit: Unit) -> str:
    """A cell's value with its unit: its own, or the one that the row's first cell names in brackets."""
    own = "" if cell.unit in ("-", "–", "—") else cell.unit
    if own in ("g", "a", "abs", "gauge") and (gauge := _GAUGE.search(cell.header)):
        own = gauge["unit"] or f"{gauge['bare']}({own})"  # "Set, bar(g)"
    if own.count("(") > own.count(")"):
        own += ")"
    if not own and re.search(r"\d", cell.value) and cell is not unit.fields[0] and not _UNIT_INSIDE.search(cell.value):
        match = _BRACKETED.search(unit.fields[0].value)
        own = match["unit"] if match else ""
    return f"{cell.value} {own}" if own and own not in cell.value else cell.value


def cell_amounts(shown: str) -> list[Amount]:
    """The amounts of a cell with its unit; there ``24 月`` are months and no date."""
    return amounts(_MONTHS.sub("个月", shown))


def above_of(passage: Passage) -> str:
    """Title, headings and lead of a passage, each once."""
    return " > ".join(dict.fromkeys(part for part in (passage.title, *passage.headings, passage.lead) if part))


def candidates_of(asked: Asked, hits: Sequence[Hit]) -> list[Candidate]:
    """The units of the hits in the hits' order with all features but the dense ones."""
    texts = [said(f"{above_of(hit.passage)}\n{hit.passage.text}") for hit in hits]
    weights = [_weight(term, texts) for term in asked.terms]
    best = max((hit.score for hit in hits), default=1.0) or 1.0
    close = max((hit.cosine for hit in hits), default=1.0)
    implied = implied_codes(asked, [line_of(unit) for hit in hits for unit in hit.passage.units])
    found: list[Candidate] = []
    for rank, hit in enumerate(hits):
        shared = {
            "rank": 1.0 / (1 + rank),
            "hit": hit.score / best,
            "hit_cosine": 20.0 * (hit.cosine - close),
            "hit_coverage": hit.coverage,
            "same_language": float(hit.passage.lang == asked.lang),
        }
        for index, unit in enumerate(hit.passage.units):
            if _MATTER.match(unit.text) or _says_nothing(hit.passage.units, index):
                continue
            features = {**shared, **_features(asked, hit.passage, index, weights)}
            one = Candidate(hit.passage, index, features, lead=lead_of(hit.passage, index))
            found.append(_with_field(asked, one, implied))
    return _siblings(asked, found[:MOST_UNITS], implied)


def _says_nothing(units: Sequence[Unit], index: int) -> bool:
    """Whether a unit is a short heading, a title set in bold, or a question whose answer follows."""
    unit = units[index]
    if unit.kind is UnitKind.HEADING and len(unit.text) < 24:
        return True
    text = unit.text.strip()
    asks = _ASKS_ITSELF.search(text) or _asks_without_mark(units, index)
    return not unit.fields and bool(_TITLE_ALONE.match(text) or asks)


def _asks_without_mark(units: Sequence[Unit], index: int) -> bool:
    """Whether a unit is marked as a question and the next one as its answer."""
    marked = index + 1 < len(units) and not units[index].fields and _MARKED_QUESTION.match(units[index].text)
    return bool(marked and _MARKED_ANSWER.match(units[index + 1].text))


def lead_of(passage: Passage, index: int) -> str:
    """What a unit has to be read with: the question that it answers, or the sentence that it points back to."""
    units = passage.units
    if units[index].fields or not index:
        return ""
    for at in range(index - 1, max(-1, index - 1 - QUESTION_BEFORE), -1):
        text = line_of(units[at])
        if units[at].fields:
            break
        if (end := max(text.rfind("?"), text.rfind("？"))) >= 0:
            return text[: end + 1]
        if _asks_without_mark(units, at):
            return text
    if re.search(r"[?？]\s*(?:\*\*|__)", units[index].text) and (story := _in_bold(units, index)):
        return story
    pointing = _POINTS_BACK.match(units[index].text) and not units[index - 1].fields
    return line_of(units[index - 1]) if pointing else ""


def _weight(term: Term, texts: Sequence[Said]) -> float:
    """A term's weight: words that stand in every hit say little of which one answers."""
    share = sum(covered(term, text) >= 0.7 for text in texts) / max(1, len(texts))
    return term.weight * (0.35 + min(1.65, -math.log(share + 0.04) / 2))


def _features(asked: Asked, passage: Passage, index: int, weights: Sequence[float]) -> dict[str, float]:
    unit = passage.units[index]
    before = line_of(passage.units[index - 1]) if index and not unit.fields else ""
    own = said(line_of(unit))
    lead = lead_of(passage, index)
    whole = said(f"{above_of(passage)}\n{lead}\n{line_of(unit)}" if lead else f"{above_of(passage)}\n{line_of(unit)}")
    quantities = [at for at, term in enumerate(asked.terms) if term.kind == "quantity"]
    words = [at for at, term in enumerate(asked.terms) if term.kind == "word"]
    missing = max((w * (1 - covered(t, whole)) for w, t in zip(weights, asked.terms, strict=True)), default=0.0)
    features = {
        "cover": coverage(asked.terms, whole, weights),
        "cover_own": coverage(asked.terms, own, weights),
        "cover_quantity": coverage([asked.terms[at] for at in quantities], whole, [weights[at] for at in quantities]),
        "cover_words": coverage([asked.terms[at] for at in words], whole, [weights[at] for at in words]),
        "cover_before": coverage(asked.terms, said(f"{before}\n{line_of(unit)}"), weights) if before else 0.0,
        "cover_passage": coverage(asked.terms, said(f"{above_of(passage)}\n{passage.text}"), weights),
        "missing": missing,
        "row": float(unit.kind is UnitKind.ROW),
        "heading": float(unit.kind is UnitKind.HEADING),
        "length": min(1.0, len(unit.text) / 300),
        "kind_fit": kind_fit(asked, unit),
    }
    features["code"], features["code_conflict"] = _codes(asked, own, whole, said(_place(passage)))
    if not features["code_conflict"]:
        features["code_conflict"] = float(_under_sibling(asked, own, passage))
    pointed = own.codes or (said(lead).codes if lead else own.codes)
    features["code_own"] = sum(code in pointed for code in asked.codes) / len(asked.codes) if asked.codes else 0.0
    features["overruled"] = _overruled(asked, passage, index, own)
    features["state"], features["state_conflict"] = _states(asked, line_of(unit), whole.plain)
    features["amount"], features["amount_conflict"] = _amounts(asked, unit)
    features["clause"] = float(any(number in (unit.number, passage.clause) for number in asked.clauses))
    return features


def gives_reason(text: str) -> bool:
    """Whether a sentence says why."""
    return bool(_REASONS.search(text))


def gives_way(text: str, header: str = "") -> bool:
    """Whether a sentence, or a cell under its heading, says what is to be done."""
    return bool(ACTION_HEAD.search(header) or _ORDERS.search(text))


def kind_fit(asked: Asked, unit: Unit) -> float:
    """How far a unit holds the kind of thing that is asked for, 0 to 1."""
    text = line_of(unit)
    if asked.wanted in (Wanted.NUMBER, Wanted.DURATION, Wanted.COUNT):
        read = cell_amounts(text) if unit.fields else amounts(text)
        dims = asked.dimensions
        if any(one.id == "acidity" for one, _ in asked.attributes) and asked.unit is None:
            return 1.0 if _PH_NUMBER.search(text) else 0.2
        if dims and any(one.dimension in dims for one in read):
            return 1.0
        if not dims and any(one.unit for one in read):
            return 0.9
        return 0.4 if read else 0.0
    if asked.wanted is Wanted.DATE:
        return (
            1.0 if dates(text) else 0.5 if re.search(r"后|前|时|when|after|before|once|if|until", text, re.I) else 0.2
        )
    if asked.wanted is Wanted.PERSON:
        return 1.0 if _PERSONS.search(text) else 0.2
    if asked.wanted is Wanted.REASON:
        return 1.0 if gives_reason(text) else 0.4
    if asked.wanted is Wanted.WAY:
        return 1.0 if gives_way(text, " ".join(cell.header for cell in unit.fields)) else 0.4
    if asked.wanted is Wanted.YES_NO:
        return 0.8 if _POLAR.search(text) else 0.4
    return 0.6


def _codes(asked: Asked, own: Said, whole: Said, place: Said) -> tuple[float, float]:
    """The part of the asked codes that is named, and whether the unit itself names only siblings of them, while the
    heading right above it names none."""
    if not asked.codes:
        return 0.0, 0.0
    named = sum(code in whole.codes for code in asked.codes) / len(asked.codes)
    families = {_FAMILY.sub(_digits, code) for code in asked.codes}
    alike = [code for code in own.codes if _FAMILY.sub(_digits, code) in families]
    others = bool(alike) and not any(code in own.codes for code in asked.codes)
    others = others and not any(names in code or code in names for code in asked.codes for names in alike)
    return named, float(others and not any(code in place.codes for code in asked.codes))


def _under_sibling(asked: Asked, own: Said, passage: Passage) -> bool:
    """Whether the nearest heading that names equipment of an asked code's family names siblings alone, and nothing of
    the passage names the code itself."""
    if not asked.codes or any(code in own.codes or code in said(passage.text).codes for code in asked.codes):
        return False
    families = {_FAMILY.sub(_digits, code) for code in asked.codes}
    for heading in reversed(passage.headings):
        named = codes(heading)
        if any(code in each or each in code for code in asked.codes for each in named):
            return False
        if any(_FAMILY.sub(_digits, code) in families for code in named):
            return True
    return False


def _digits(match: re.Match[str]) -> str:
    """A code as its letters and how many digits it has: what its siblings share (``BC-430``, ``BC-440``)."""
    return match["letters"] + "0" * len(match["digits"])


def _place(passage: Passage) -> str:
    """The nearest heading with the caption or introduction."""
    return " ".join([*passage.headings[-1:], passage.lead])


def _overruled(asked: Asked, passage: Passage, index: int, own: Said) -> float:
    """Whether the next sentence says the same of an asked code that this one does not name ("For GB-420 after ...")."""
    units = passage.units
    if not asked.codes or units[index].fields or index + 1 >= len(units) or units[index + 1].fields:
        return 0.0
    behind = line_of(units[index + 1])
    if any(code in own.codes for code in asked.codes) or not any(code in codes(behind) for code in asked.codes):
        return 0.0
    mine, theirs = ({one.dimension for one in amounts(each) if one.unit} for each in (line_of(units[index]), behind))
    if mine & theirs:
        return 1.0
    shared = grams(behind) & grams(asked.text) & grams(line_of(units[index]))
    ruled = asked.wanted is Wanted.YES_NO and _POLAR.search(behind)
    return float(bool(ruled) and sum(1.0 if len(each) > 1 else 0.5 for each in shared) >= 1.0)


def _states(asked: Asked, own: str, whole: str) -> tuple[float, float]:
    """How many states of the question a unit names, and how many it contradicts."""
    match = conflict = 0.0
    for group in opposites():
        wanted = {at for at, pattern in enumerate(group) if pattern.search(asked.text)}
        if not wanted:
            continue
        here = {at for at, pattern in enumerate(group) if pattern.search(own)}
        around = {at for at, pattern in enumerate(group) if pattern.search(whole)}
        match += bool(wanted & around)
        conflict += bool(here and not wanted & here)
    return min(match, 3.0), min(conflict, 3.0)


def _amounts(asked: Asked, unit: Unit) -> tuple[float, float]:
    """How many of the question's numbers a unit names, and for how many it names others of their kind only."""
    if not asked.amounts:
        return 0.0, 0.0
    read = amounts(line_of(unit))
    match = conflict = 0.0
    for wanted in asked.amounts:
        if any(one.same(wanted) for one in read):
            match += 1
        elif any(one.dimension == wanted.dimension for one in read) and wanted.dimension not in asked.dimensions:
            conflict += 1
    return min(match, 3.0), min(conflict, 3.0)


def _in_bold(units: Sequence[Unit], index: int) -> str:
    """What stands before a question in the same bold print ("**My card ran out. May I drive?** No.")."""
    for at in range(index - 1, max(-1, index - 1 - QUESTION_BEFORE), -1):
        if units[at].fields:
            break
        if units[at].text.count("**") % 2:
            opens = units[at].text.lstrip().startswith("**")
            return " ".join(line_of(unit) for unit in units[at:index]) if opens else ""
    return ""


# --- rows ---


def _with_field(asked: Asked, one: Candidate, implied: frozenset[str] = frozenset()) -> Candidate:
    """A row with the cell that answers: the one whose heading says most of the question."""
    if not one.unit.fields:
        return one
    heads = _heads(asked, one.unit)
    if implied:
        heads = [
            each + 1.5 * bool(implied & set(codes(c.header))) for each, c in zip(heads, one.unit.fields, strict=True)
        ]
    made = [(_cell(asked, cell, one.unit, heads[at]), -at, cell) for at, cell in enumerate(one.unit.fields)]
    scored = sorted(made, key=lambda each: each[:2], reverse=True)
    best = scored[0]
    tied = {value_of(each[2], one.unit) for each in scored if abs(each[0] - best[0]) < 0.05 and each[0] > -5}
    field = _sister(asked, one.unit, best[2]) if best[0] > -5 else None
    several = (len(tied) > 1 and field is best[2]) or open_columns(asked, one.unit, field, value_of, implied)
    features = {**one.features, "cell": max(-1.0, best[0]), "cells_tied": float(several)}
    return replace(one, features=features, field=field)


def _sister(asked: Asked, unit: Unit, best: Field) -> Field:
    """The column of the machine, room or product that the question names, where the best one is of another."""
    named = [one for one in unit.fields[1:] if one is not best and sister_named(asked, unit, best, one)]
    return named[0] if len(named) == 1 else best


def _cell(asked: Asked, cell: Field, unit: Unit, own: float) -> float:
    """How well a cell answers: what its heading says of the question that the others do not, its unit, and that the
    question does not name it itself."""
    if not cell.value.strip():
        return -10.0
    label = cell is unit.fields[0] and len(unit.fields) > 1
    if label and label_asked(asked, cell) and not named_in(asked, cell.value):
        return own + 3.0
    score = own - 1.5 * cell.condition - 1.5 * label + 2.0 * meaning_asked(asked, cell, unit)
    read = cell_amounts(value_of(cell, unit))
    if asked.wanted in (Wanted.NUMBER, Wanted.DURATION, Wanted.COUNT):
        score += 0.5 * bool(read) + 0.8 * any(one.dimension in asked.dimensions for one in read)
        score -= 0.5 * bool(asked.dimensions and read and not any(one.dimension in asked.dimensions for one in read))
    elif asked.wanted is Wanted.PERSON:
        score += bool(_PERSON_HEAD.search(cell.header)) - 1.0 * bool(read)
        score += 1.0 * bool(_PERSONS.search(cell.value) and not read)
    elif asked.wanted is Wanted.NAME:
        score -= 0.2 * bool(read)
    elif asked.wanted is Wanted.WAY:
        score += 1.0 * bool(ACTION_HEAD.search(cell.header))
    if cell.header and re.fullmatch(r"units?|单位|计量单位", cell.header, re.I):
        score -= 3.0
    return score - 1.0 * named_in(asked, value_of(cell, unit)) - 1.5 * _holds_asked(asked, cell, unit)


def _heads(asked: Asked, unit: Unit) -> list[float]:
    """What each cell's heading says of the question, 0 to 2: in the question's own words, and in other ones."""
    heads = [f"{cell.header} {cell.unit}" for cell in unit.fields]
    own = shares(asked.text, heads)
    terms = [sum(t.weight * covered(t, said(h)) for t in asked.terms if covered(t, said(h)) >= 0.5) for h in heads]
    states = [_states(asked, head, head.lower()) for head in heads]
    told = shares(asked.text, [cell.value if _tells(cell) else "" for cell in unit.fields])
    made = [
        min(2.0, 0.4 * a) + min(2.0, b) + 1.2 * bool(same) - 0.8 * bool(other and not same) + min(1.2, 0.4 * c)
        for a, b, (same, other), c in zip(own, terms, states, told, strict=True)
    ]
    return [
        each + 1.2 * head_number(asked, cell.header) + 1.0 * head_marked(asked, cell.header)
        for each, cell in zip(made, unit.fields, strict=True)
    ]


def _tells(cell: Field) -> bool:
    """Whether a cell says in words what its numbers are ("HH 6 % closes XV-400")."""
    return bool(amounts(cell.value)) and len(terms_of(cell.value)) > 1


def named_in(asked: Asked, value: str) -> bool:
    """Whether the question itself names a cell's value: its code, its number, or nearly all of its words."""
    return named_share(asked, value) >= 0.8


def named_share(asked: Asked, value: str) -> float:
    """How much of a cell's value the question names, 0 to 1: codes and numbers whole, words by their part."""
    if not value.strip():
        return 0.0
    own_codes = codes(value)
    if own_codes:
        return float(any(code in asked.codes for code in own_codes))
    read, words = amounts(value), terms_of(value)
    if read and not words:
        return float(any(_same_number(one, each) for one in read for each in asked.amounts))
    if not words:
        return 0.0
    question = said(asked.text)
    named = sum(word.weight * max(covered(word, question), _known(word, asked)) for word in words)
    return named / sum(word.weight for word in words) * (0.3 + 0.7 * _numbers_named(asked, value))


def _numbers_named(asked: Asked, value: str) -> float:
    """The part of a designation's own numbers that the question says (``EP 630/4``); 1 where it has none."""
    own = set(_DIGITS.findall(value))
    return len(own & set(_DIGITS.findall(asked.text))) / len(own) if own else 1.0


def _same_number(one: Amount, other: Amount) -> bool:
    """One value, and no two units that measure different things."""
    return one.value == other.value and (not one.unit or not other.unit or one.dimension == other.dimension)


def _known(word: Term, asked: Asked) -> float:
    """Whether the question says a word by a synonym or in the other language."""
    mine = {word.text, *word.others}
    return 0.9 * any(mine & {term.text, *term.others} for term in asked.terms)


def _meant(asked: Asked, cell: Field, unit: Unit, implied: frozenset[str] = frozenset()) -> float:
    """How far the question names a condition's value; wholly where its range takes in a number of the question."""
    if implied and implied & set(codes(cell.value)):
        return 1.0
    return 1.0 if _holds_asked(asked, cell, unit) else named_share(asked, value_of(cell, unit))


def _holds_asked(asked: Asked, cell: Field, unit: Unit) -> bool:
    """Whether a cell is a range that takes in a number of the question: then it says for which case the row is."""
    shown = value_of(cell, unit)
    return any(holds(shown, one) for one in asked.amounts if one.unit)


def _siblings(asked: Asked, found: list[Candidate], implied: frozenset[str] = frozenset()) -> list[Candidate]:
    """Rows of one table against each other: a row is in conflict where the question names another row's condition, or
    the thing whose code it is (``implied``)."""
    tables: dict[tuple[str, ...], list[int]] = {}
    for at, one in enumerate(found):
        if one.unit.fields:
            heads = tuple(each.header for each in one.unit.fields)
            tables.setdefault((one.passage.document, one.passage.version, one.passage.lead, *heads), []).append(at)
    for places in tables.values():
        rows = [found[at] for at in places]
        for column in range(min(len(row.unit.fields) for row in rows)):
            cells = [(row.unit.fields[column], row.unit) for row in rows]
            if column and not any(cell.condition or _holds_asked(asked, cell, unit) for cell, unit in cells):
                continue
            meant = [_meant(asked, row.unit.fields[column], row.unit, implied) for row in rows]
            named = _by_case(asked, [cell.value for cell, _ in cells], _less_whole(meant, rows, column))
            best = max(named)
            if best < 0.3:
                continue
            for at, share in zip(places, named, strict=True):
                more = {"row_match": share if share >= best - 1e-9 else 0.0, "row_conflict": best - share}
                features = dict(found[at].features)
                for key, value in more.items():
                    features[key] = round(features.get(key, 0.0) + value, 4)
                found[at] = replace(found[at], features=features)
    return found


def _by_case(asked: Asked, values: Sequence[str], named: list[float]) -> list[float]:
    """How far the question names each row of a column, where it names the months or the letter of some alone ("in
    January": winter, October to April; ``K 波段`` beside ``C 波段``)."""
    months = months_of(asked.text)
    held = [months_of(value) for value in values]
    chosen = [months <= mine for mine in held] if months and all(held) else []
    chosen = chosen if any(chosen) else [head_marked(asked, value) for value in values]
    if not any(chosen) or all(chosen):
        return named
    return [1.0 if mine else min(share, NOT_CHOSEN) for mine, share in zip(chosen, named, strict=True)]


def _less_whole(named: list[float], rows: Sequence[Candidate], column: int) -> list[float]:
    """A value that is only a part of another one that the question names as well is meant less (驱动端 in 非驱动端)."""
    values = [row.unit.fields[column].value.strip().lower() for row in rows]
    whole = {value for value, share in zip(values, named, strict=True) if share >= 0.8 and not codes(value)}
    return [
        share - 0.4 if any(value in other and value != other for other in whole) and share >= 0.8 else share
        for value, share in zip(values, named, strict=True)
    ]
