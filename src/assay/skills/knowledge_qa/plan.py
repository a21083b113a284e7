"""The plan of an answer: search, rule on each part, open what is to be shown, say it or say why not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from typing import Any

from assay.kernel.answering import Draft
from assay.kernel.claim import Claim
from assay.kernel.evidence import Evidence
from assay.kernel.skill import State, Stop
from assay.kernel.texts import text
from assay.knowledge.passage import Passage, UnitKind
from assay.knowledge.reader import Hit, Reader
from assay.skills.knowledge_qa.candidates import line_of
from assay.skills.knowledge_qa.claims import alarm_claim, quote_claim
from assay.skills.knowledge_qa.editions import edition_of
from assay.skills.knowledge_qa.exceptions import exceptions_of
from assay.skills.knowledge_qa.judge import Judge, Reason, Ruling
from assay.skills.knowledge_qa.nicknames import (
    designations_of,
    names_of,
    perhaps_names,
    said_in,
    tellings,
    with_codes,
)
from assay.skills.knowledge_qa.parts import parts_of
from assay.skills.knowledge_qa.quantities import amounts, known_as, name_said
from assay.skills.knowledge_qa.question import TOGETHER, Asked, Wanted, asks_nothing, read_question
from assay.skills.knowledge_qa.ranking import Pick, value_key
from assay.skills.knowledge_qa.spans import conditional_list
from assay.skills.knowledge_qa.terms import grams
from assay.skills.knowledge_qa.tools import ALARM, FIND, LIMIT, OPEN
from assay.skills.knowledge_qa.unordered import without_ordered
from assay.skills.knowledge_qa.verdicts import shown_short, verdict
from assay.skills.knowledge_qa.vetoes import FOR_EACH

SESSION = "knowledge_qa_session"
MOST_SHOWN = 6
OLD_LEAST, OLD_MORE = 0.25, 1.5
"""A replaced version is told where it is at least that likely to say it, and so much likelier than those in force."""
_TOLD = (Reason.CONFLICT, Reason.FALSE_PREMISE, Reason.OUTDATED_ONLY)
"""What is told of a part stands, whatever the whole question finds."""
ALIKE, SAME_TITLE = 0.6, 0.6
"""Two sentences or titles with at least this part in common say the same thing of two editions."""


@dataclass(slots=True)
class Session:
    """One question on its way: what it asks, who rules, and what came of it. ``told``: where documents give the
    nicknames that it says, as long as nothing has quoted them; ``naming``: the hits that may give them."""

    asked: Asked
    reader: Reader
    judge: Judge
    plant: str = ""
    rulings: list[tuple[Asked, Ruling]] = field(default_factory=list)
    reason: Reason | None = None
    short: str = ""
    related: list[Claim] = field(default_factory=list)
    parts: tuple[Asked, ...] = ()
    told: dict[str, tuple[Passage, int]] = field(default_factory=dict)
    naming: Sequence[Hit] | None = None


async def plan(state: State) -> Draft | Stop:
    """``context.resources`` holds the ``Session`` and the asker's reader."""
    session: Session = state.context.resources[SESSION]
    if asks_nothing(session.asked):
        session.reason = Reason.NOT_IN_CORPUS
        return Stop((text("knowledge_qa.no_question", state.context.lang),))
    about = await _alarm(session, state) if session.plant and session.asked.alarm else None
    if about is None:
        session.parts = parts_of(session.asked)
        for part in session.parts:
            session.rulings.append((part, await _ruled(session, state, part)))
        if len(session.parts) > 1:
            session.rulings = await _together(session, state) or _apart(session.rulings)
    bad = [(part, ruling) for part, ruling in session.rulings if ruling.reason is not None]
    if bad:
        return await _refused(session, state, *bad[0])
    claims = [alarm_claim(about)] if about is not None else []
    shorts: list[str] = []
    for part, ruling in session.rulings:
        for pick in ruling.picks:
            claims += await _said(session, state, part, pick, len(claims))
            shorts.append(shown_short(part, pick).text)
    lang = state.context.lang
    session.short = ("；" if lang == "zh" else "; ").join(dict.fromkeys(shorts))
    # An answer that hangs on a nickname is none without the sentence that gives it.
    needed = ("answer", "name") if any(one.topic == "name" for one in claims) else ("answer",)
    return Draft(tuple(claims), needed, dict.fromkeys(needed, text("knowledge_qa.unchecked", lang)))


async def _ruled(session: Session, state: State, asked: Asked) -> Ruling:
    """The ruling on one part; what only a version says that is no longer valid is told as such."""
    every = session.reader.documents(outdated=True)
    wanted = {(info.id, info.version) for info in edition_of(asked, every)}
    if wanted:
        hits = await _find(session, state, asked, outdated=True)
        mine = [hit for hit in hits if (hit.passage.document, hit.passage.version) in wanted]
        if mine:
            return await _judged(session, state, asked, mine)
    ruling = await _judged(session, state, asked, await _find(session, state, asked))
    if ruling.reason not in (Reason.NEAR_MISS, Reason.NOT_IN_CORPUS) or all(info.current for info in every):
        return ruling
    old = {(info.id, info.version) for info in every if not info.current}
    hits = [
        hit
        for hit in await _find(session, state, asked, outdated=True)
        if (hit.passage.document, hit.passage.version) in old
    ]
    if not hits:
        return ruling
    former = await _judged(session, state, asked, hits)
    likelier = former.probability >= max(OLD_LEAST, OLD_MORE * ruling.probability)
    told = former.reason in (None, Reason.AMBIGUOUS, Reason.CONFLICT) or likelier
    if not told or (former.best is not None and still_said(session.reader, former.best)):
        return ruling
    return replace(former, reason=Reason.OUTDATED_ONLY)


async def _judged(session: Session, state: State, asked: Asked, hits: Sequence[Hit]) -> Ruling:
    """The ruling with the names that documents give machines."""
    telling = [*hits, *await _naming(session, state, asked)]
    names, designations = names_of(telling), designations_of(telling)
    said = said_in(asked.text, [*names, *designations])
    with known_as(names, designations):
        session.told |= {nick: (passage, at) for nick, passage, at in tellings(said, telling)}
        return await session.judge.rule(with_codes(asked, said), hits)


async def _naming(session: Session, state: State, asked: Asked) -> Sequence[Hit]:
    """Where documents may tell what a name in a question without a code stands for: that is often another place than
    the one that answers."""
    if asked.codes:
        return ()
    if session.naming is None:
        words = f"{text('knowledge_qa.naming', asked.lang)} {perhaps_names(session.asked.text)}"
        session.naming = await _find(session, state, replace(asked, text=words))
    return session.naming


async def _together(session: Session, state: State) -> list[tuple[Asked, Ruling]]:
    """The rulings where one unit says all that is asked for, and the whole question tells so better than its parts
    ("bearing temperature: alarm and trip"); empty otherwise."""
    own = [ruling for _, ruling in session.rulings]
    if any(ruling.reason in _TOLD for ruling in own):
        return []
    asked = replace(session.asked, parts=(), asks=TOGETHER)
    whole = await _ruled(session, state, asked)
    if whole.best is None or whole.reason in _TOLD or whole.probability <= min(one.probability for one in own):
        return []
    if not whole.likely and all(ruling.reason is None for ruling in own):
        return []
    for heard in (False, True):
        picks = _picks_of(session.rulings, whole.best.candidate.key, heard=heard)
        if picks:
            return _each_told(session.rulings, whole, picks)
    told = whole.reason is None and len(amounts(whole.best.short.text)) >= len(own)
    return [(asked, whole)] if told else []


def _apart(rulings: Sequence[tuple[Asked, Ruling]]) -> list[tuple[Asked, Ruling]]:
    """The rulings; one value for two things is none where its unit gives several and does not say that it holds for
    each."""
    seen: set[tuple[object, ...]] = set()
    made = []
    for part, ruling in rulings:
        key = None if ruling.reason is not None or ruling.best is None else _place_of(ruling.best)
        if key in seen and ruling.best is not None and _gives_others(ruling.best):
            ruling = replace(ruling, reason=Reason.NEAR_MISS)
        if key is not None:
            seen.add(key)
        made.append((part, ruling))
    return made


def _place_of(pick: Pick) -> tuple[object, ...]:
    """Where a short answer stands."""
    return (*pick.candidate.key, pick.short.text)


def _gives_others(pick: Pick) -> bool:
    """Whether a sentence gives other values of a short answer's kind and does not say that one holds for each."""
    mine = amounts(pick.short.text)
    others = [one for one in amounts(pick.candidate.text) if not any(one.same(each) for each in mine)]
    if FOR_EACH.search(pick.candidate.text):
        return False
    return not pick.candidate.unit.fields and any(one.dimension == each.dimension for one in others for each in mine)


def _each_told(
    rulings: Sequence[tuple[Asked, Ruling]], whole: Ruling, picks: Sequence[Pick]
) -> list[tuple[Asked, Ruling]]:
    """The parts' rulings by what the whole question's unit says of each; refused where the unit leaves one open."""
    parts = [part for part, _ in rulings]
    settled = whole.likely and not any(_open(part, pick) for part, pick in zip(parts, picks, strict=True))
    reason = None if settled else whole.reason or Reason.NEAR_MISS
    return [
        (part, replace(whole, picks=(pick,), reason=reason, ranked=ruling.ranked, best=pick))
        for (part, ruling), pick in zip(rulings, picks, strict=True)
    ]


def _open(asked: Asked, pick: Pick) -> bool:
    """Whether a unit leaves open which of its values is meant: a case each, or a column each."""
    if pick.features.get("cells_tied", 0.0):
        return True
    return not pick.candidate.unit.fields and conditional_list(asked, pick.candidate.text)


def _picks_of(rulings: Sequence[tuple[Asked, Ruling]], key: tuple[str, int], *, heard: bool) -> list[Pick]:
    """What the parts would answer from one unit, by code alone or as ``heard`` of the small reader; empty where that is
    not another value each."""
    found = [_of_unit(ruling, key, heard=heard) for _, ruling in rulings]
    picks = [pick for pick in found if pick is not None and pick.short.kind != "sentence"]
    if len(picks) < len(rulings):
        return []
    values = {value_key(part, pick) for (part, _), pick in zip(rulings, picks, strict=True)}
    shorts = [pick.short.text for pick in picks]
    apart = not any(one in other for at, one in enumerate(shorts) for other in (*shorts[:at], *shorts[at + 1 :]))
    return picks if apart and len(values) == len(picks) else []


def _of_unit(ruling: Ruling, key: tuple[str, int], *, heard: bool) -> Pick | None:
    """What a part would answer from a unit; None where it did not look at it."""
    best = ruling.best
    if heard and best is not None and best.candidate.key == key:
        return best
    return next((pick for pick in ruling.ranked if pick.candidate.key == key), None)


def still_said(reader: Reader, pick: Pick) -> bool:
    """Whether a version in force has a unit alike, only with other values: then it is not the old one alone."""
    own = grams(re.sub(r"\d", "", pick.candidate.text))
    title = pick.candidate.passage.title
    for info in reader.documents():
        if SequenceMatcher(None, info.title, title).ratio() < SAME_TITLE:
            continue
        for passage in reader.passages(info.id, info.version):
            for unit in passage.units:
                other = grams(re.sub(r"\d", "", line_of(unit)))
                if len(own & other) >= ALIKE * len(own | other):
                    return True
    return False


async def _find(session: Session, state: State, asked: Asked, *, outdated: bool = False) -> Sequence[Hit]:
    groups = sorted(session.reader.asker.groups)
    arguments = {"query": asked.text, "limit": LIMIT, "outdated": outdated, "groups": groups}
    call = await state.context.call(FIND, arguments)
    state.calls.append(call)
    return without_ordered(call.payload, asked)


async def _opened(state: State, pick: Pick) -> Evidence:
    """The evidence of a pick's unit."""
    one, short = pick.candidate, pick.short
    place = {"start": short.start, "end": short.end} if short.start >= 0 else {}
    if one.field is not None:
        place = {"cell": one.unit.fields.index(one.field)}
    return await _opened_unit(state, one.passage, one.index, **place)


async def _opened_unit(state: State, passage: Passage, unit: int, **place: int) -> Evidence:
    """The evidence of a unit; ``place`` is the cell or the words that answer."""
    arguments: dict[str, Any] = {"passage": passage.id, "unit": unit, **place}
    call = await state.context.call(OPEN, arguments)
    state.calls.append(call)
    return call.evidence


async def _said(session: Session, state: State, asked: Asked, pick: Pick, number: int) -> list[Claim]:
    """The claims of one answer: its quote, then the exceptions that belong to it, and what gives the machine its name
    where the quote says another."""
    hedge = None if asked.wanted is not Wanted.YES_NO and pick.yes is None else f"knowledge_qa.{_hedge(pick)}"
    claims = [quote_claim(await _opened(state, pick), "answer", number, hedge)]
    for at in exceptions_of(pick):
        found = await _opened_unit(state, pick.candidate.passage, at)
        claims.append(quote_claim(found, "exception", number + len(claims)))
    shown = f"{pick.candidate.above}\n{pick.candidate.text}"
    for nick, (passage, at) in sorted(session.told.items()):
        if name_said(asked.text, nick) is None or name_said(shown, nick) is not None:
            continue
        del session.told[nick]  # once for all parts
        claims.append(quote_claim(await _opened_unit(state, passage, at), "name", number + len(claims)))
    return claims


def _hedge(pick: Pick) -> str:
    """Yes or no; where that is not plain, that what follows decides it."""
    return {None: "decides", True: "yes", False: "no"}[verdict(pick)]


async def _refused(session: Session, state: State, asked: Asked, ruling: Ruling) -> Stop:
    """The refusal's sentence; what the documents do say is opened and shown as related."""
    assert ruling.reason is not None
    session.reason = ruling.reason
    for number, pick in enumerate(ruling.picks[:MOST_SHOWN]):
        if pick.candidate.unit.kind is not UnitKind.HEADING:
            session.related.append(quote_claim(await _opened(state, pick), "related", number))
    return Stop((refusal_text(asked, ruling, state.context.lang),))


def refusal_text(asked: Asked, ruling: Ruling, lang: Any) -> str:
    """One sentence on why there is no answer."""
    assert ruling.reason is not None
    subject = ("、" if lang == "zh" else ", ").join(code for code in asked.codes if not code.startswith("GRADE"))
    key = f"refused_{ruling.reason.value}"
    if ruling.reason is Reason.NEAR_MISS and subject:
        return text("knowledge_qa.refused_near_miss_of", lang, subject=subject)
    if ruling.reason is Reason.AMBIGUOUS and ruling.picks:
        heads = _open_heads(ruling)
        if heads:
            return text("knowledge_qa.refused_ambiguous_by", lang, heads=("、" if lang == "zh" else ", ").join(heads))
    return text(f"knowledge_qa.{key}", lang)


def _open_heads(ruling: Ruling) -> list[str]:
    """The headings in which the branches differ: what the asker must name."""
    rows = [pick.candidate.unit.fields for pick in ruling.picks if pick.candidate.unit.fields]
    heads = []
    for column in range(min((len(row) for row in rows), default=0)):
        cells = [row[column] for row in rows]
        named = cells[0].header and (column == 0 or cells[0].condition)
        if named and len({cell.value for cell in cells}) > 1:
            heads.append(cells[0].header)
    return heads


async def _alarm(session: Session, state: State) -> Evidence:
    """The newest active alarm of the plant. What documents say is asked by its tag, and where that is not answered by
    its tag and its equipment: a manual may know it by either."""
    call = await state.context.call(ALARM, {"plant": session.plant})
    state.calls.append(call)
    value: Any = call.evidence.value
    lang, names = session.asked.lang, value["names"]
    for known in dict.fromkeys((names[0], " ".join(names))):
        about = read_question(text("knowledge_qa.alarm_question", lang, names=known), lang)
        ruling = await _ruled(session, state, about)
        session.asked, session.parts, session.rulings = about, (about,), [(about, ruling)]
        if ruling.reason is None:
            break
    return call.evidence
