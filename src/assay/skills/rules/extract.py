"""Clauses of a document as rules: sentences, list items under their introduction, rows of tables.

A document's text is data. A sentence that is no requirement in the grammar's sense makes no rule, whatever it says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from assay.kernel.evidence import content_hash
from assay.knowledge.document import BlockKind, Doubt, Span
from assay.knowledge.orders import without_orders
from assay.knowledge.passage import Passage, Unit, UnitKind
from assay.skills.rules.grammar import Stop, language_of, read_sentence
from assay.skills.rules.grammar.build import NUMBERED
from assay.skills.rules.grammar.doubt import doubts as doubts_of
from assay.skills.rules.grammar.orders_en import ORDER
from assay.skills.rules.rule import Part, Place, Rule, Unread
from assay.skills.rules.tables_read import asks, row_parts, splitting

_ASKS = re.compile(
    r"不应|不宜|不得|严禁|禁止|必须|应(?![力急变用答])|宜(?!居)|\b(?:shall|should|must|may not|is prohibited"
    r"|are prohibited"
    r"|is to be|are to be)\b",
    re.IGNORECASE,
)
_WEAK = re.compile(
    rf"{ORDER.pattern}|(?:控制在|保持在|维持在|不允许|请勿|切勿|不要|[^不]需|要求不|不(?:低|高|大|小|少)于|不超过|[≤≥])[^。]*\d",
    re.IGNORECASE,
)
"""Orders of manuals and limits that are stated without a word such as shall."""
_TABLE = re.compile(r"\s*((?:表|table)\s*[A-Z]?[.\-]?\d[\d.\-]*)", re.IGNORECASE)
_NO_NAME = re.compile(r"[{}<>=|\\]|(?<!:)[:：](?!:)")
_LEAD_ZH = re.compile(r"(?P<object>.+?)(?:应|必须|宜)(?:符合|满足)(?:下列|以下|如下)(?:规定|要求|条件)[:：]?$")
_EACH_ZH = re.compile(
    r"(?P<before>.*?)(?:下列|以下)(?P<what>[^应宜不必严，]*)(?P<rest>(?:均)?(?:不?应|不?宜|不得|严禁|必须).+?)[:：]$"
)
_LEAD_EN = re.compile(r"(?P<object>.+?)\s(?:shall|should|must)(?:\s(?:comply with|meet|satisfy)\s.+)?:$", re.I)
_EACH_EN = re.compile(r"the following(?P<what>[^:]*?)\s(?P<rest>(?:shall|should|must)\s[^:]+):$", re.I)


@dataclass(slots=True)
class Extracted:
    """What a document gave: rules that are read whole, and clauses that are not, in reading order."""

    rules: list[Rule] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Clause:
    """Words to be read: ``text`` as the grammar gets it, ``quote`` as stored, with what stands around it."""

    text: str
    quote: str
    clause: str
    spans: tuple[Span, ...]
    context: tuple[str, ...] = ()
    passage: Passage | None = None
    unit: Unit | None = None
    sides: frozenset[str] = frozenset()
    weak: bool = False  # no word says that it must be so: it is a rule if it is read, and nothing if not


Slice = Callable[[Span], str]


def extract(passages: Iterable[Passage], slice: Slice, doubts: Sequence[Doubt] = ()) -> Extracted:
    """All rules of a document's passages; ``slice`` gives a span's stored words.

    A clause with a number that nobody has confirmed yet (a doubt) stays unread.
    """
    found = Extracted()
    for one in _clauses(passages, slice):
        place = _place(one)
        lang = language_of(one.quote + "".join(one.context))
        try:
            if any(_overlaps(doubt.span, span) for doubt in doubts for span in one.spans):
                raise Stop("doubt")
            parts = _parts(one)
        except Stop as stop:
            if one.weak:
                continue
            unread = Unread(
                clause=one.clause,
                place=place,
                lang=lang,
                quote=one.quote,
                context=one.context,
                reason=f"unread_{stop.reason}",
                near=stop.near,
            )
            found.unread.append(unread)
            continue
        if parts:
            rule = Rule(
                id="",
                clause=one.clause,
                place=place,
                lang=lang,
                quote=one.quote,
                context=one.context,
                parts=tuple(parts),
                doubts=() if one.unit is not None and one.unit.kind is UnitKind.ROW else doubts_of(one.text, parts),
            )
            found.rules.append(rule)
    found.rules = _named(found.rules)
    return found


def _named(rules: Sequence[Rule]) -> list[Rule]:
    """Ids that follow from clause and words: stable when other clauses come or go."""
    seen: dict[str, int] = {}
    made = []
    for rule in rules:
        words = content_hash([rule.place.document, rule.clause, rule.quote, list(rule.context)])[:6]
        id = f"{rule.clause or 'r'}-{words}"
        seen[id] = seen.get(id, 0) + 1
        made.append(rule.model_copy(update={"id": id if seen[id] == 1 else f"{id}-{seen[id]}"}))
    return made


def _parts(one: _Clause) -> list[Part]:
    unit = one.unit
    if unit is not None and unit.kind is UnitKind.ROW:
        heads = {field.header for field in unit.fields}
        caption = next((line for line in one.context if line not in heads), "")
        return row_parts(unit.fields, caption, one.sides)
    parts = list(read_sentence(one.text))
    # Program text and orders that run into a clause would become names of things.
    if any(_NO_NAME.search(str(part.test.field)) for part in parts):
        raise Stop("subject")
    return parts


def _clauses(passages: Iterable[Passage], slice: Slice) -> Iterator[_Clause]:
    for passage in passages:
        if passage.kind in (BlockKind.MARGIN, BlockKind.CODE):
            continue
        units = list(passage.units)
        at = 0
        while at < len(units):
            unit, at = units[at], at + 1
            spans, words = list(unit.spans), unit.text
            # A clause of several requirements goes on behind a semicolon.
            while unit.kind is UnitKind.SENTENCE and words.rstrip().endswith(("；", ";")) and at < len(units):
                follow = units[at]
                if (
                    follow.kind is not UnitKind.SENTENCE
                    or follow.context != unit.context
                    or follow.number
                    or unit.context
                ):
                    break
                words, at = f"{words}{'' if words.endswith('；') else ' '}{follow.text}", at + 1
                spans += follow.spans
            yield from _clause(passage, unit, words, tuple(spans), slice)


def _clause(passage: Passage, unit: Unit, words: str, spans: tuple[Span, ...], slice: Slice) -> Iterator[_Clause]:
    number = unit.number or passage.clause
    # What a quote must show besides: a table's caption and headings, the introduction of a list.
    context = tuple(line for span in unit.context if (line := " ".join(slice(span).split())))
    if unit.kind is UnitKind.ROW:
        rows = [one.fields for one in passage.units if one.kind is UnitKind.ROW and one.context[:1] == unit.context[:1]]
        if asks(rows, context):
            table = _TABLE.match(context[0]) if context else None
            number = re.sub(r"\s", "", table[1]) if table else number
            yield _Clause(words, words, number, spans, context, passage, unit, splitting(rows))
        return
    told = without_orders(words)
    flat = " ".join(told.split()) if language_of(told) == "en" else re.sub(r"\s*\n\s*", "", told)
    if context and (combined := _under(context[-1], flat)) is not None:
        yield _Clause(combined, words, number, spans, context, passage, unit)
    elif _ASKS.search(flat) and not flat.rstrip().endswith((":", "：")):
        yield _Clause(flat, words, number, spans, (), passage, unit)
    elif unit.kind in (UnitKind.SENTENCE, UnitKind.HEADING) and _WEAK.search(NUMBERED.sub("", flat)):
        yield _Clause(flat, words, number, spans, (), passage, unit, weak=True)


def _under(lead: str, item: str) -> str | None:
    """An item with what its introduction asks of it, as one sentence; None when the item stands for itself."""
    lead = re.sub(r"^\s*[\d.]+\s*", "", " ".join(lead.split())).strip()
    item = re.sub(r"^\s*(?:[-–•*]|[\d]+[.)、]|[(（]?[a-z\d][)）])\s*", "", item).strip().rstrip("。；;.,，")
    if each := _EACH_ZH.fullmatch(lead):
        return None if _ASKS.search(item) else f"{each['before']}{item}{each['rest']}。"
    if whole := _LEAD_ZH.fullmatch(lead):
        if not _ASKS.search(item):
            return None
        own = re.match(r"(?:其|(?P<rest>.*?))(?=(?:不?应|不?宜|不得|必须|严禁))", item)
        return f"{whole['object']}的{item}。" if own and own["rest"] else f"{whole['object']}{item}。"
    if each := _EACH_EN.fullmatch(lead):
        return None if _ASKS.search(item) else f"{item} {each['rest']}."
    if (whole := _LEAD_EN.fullmatch(lead)) and not _ASKS.search(item) and "following" in lead.lower():
        return None
    if whole and not _ASKS.search(item) and re.fullmatch(r".+\s(?:shall|should|must):", lead, re.I):
        return f"{lead[:-1]} {item}."
    return None


def _place(one: _Clause) -> Place:
    first, passage = one.spans[0], one.passage
    last = max((span.end for span in one.spans if span.page == first.page), default=first.end)
    return Place(
        document=passage.document if passage else "",
        version=passage.version if passage else "",
        page=first.page,
        start=first.start,
        end=last,
    )


def _overlaps(left: Span, right: Span) -> bool:
    return left.page == right.page and left.start < right.end and right.start < left.end
