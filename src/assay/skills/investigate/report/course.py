"""The sections on what happened, since when and where."""

from __future__ import annotations

import math

from assay.skills.investigate.report import charts
from assay.skills.investigate.report.document import (
    Block,
    Figure,
    Figures,
    Items,
    Paragraph,
    Refs,
    Section,
    Share,
    Table,
)
from assay.skills.investigate.report.head import alarm_name
from assay.skills.investigate.report.model import Contribution, Investigation, Normal, Place
from assay.skills.investigate.report.words import DASH, Words, amount, clean, percent

SHOWN = 10


def answer(found: Investigation, words: Words) -> Section:
    """The answer's sentences with their evidence; of a refusal also what is missing."""
    said = [Paragraph(clean(s.text), Refs(tuple(s.evidence))) for s in found.sentences]
    said += [Paragraph(clean(missing)) for missing in found.missing]
    blocks: tuple[Block, ...] = (Items(tuple(said)),) if said else (Paragraph(words.say("no_sentences")),)
    return Section(words.say("section_answer"), blocks)


def since(found: Investigation, words: Words) -> Section:
    """Onset, first alarm, what counts as normal, and the detector's score."""
    screen = found.screen
    lines: list[str] = []
    if found.onset is not None:
        lines.append(words.say("onset", time=words.time(found.onset)))
    elif found.abnormal:
        lines.append(words.say("no_onset"))
    if screen is not None and screen.alarm is not None:
        kind = "alarm_process" if screen.alarm.source == "process" else "alarm_detector"
        lines.append(words.say(kind, time=words.time(screen.alarm.time), tag=alarm_name(screen.alarm)))
    if screen is not None and screen.normal is not None:
        lines.append(_normal(screen.normal, words))
    blocks: list[Block] = [Paragraph(words.sentences(lines))] if any(lines) else []
    spec = charts.score_chart(screen, found.onset, words) if screen is not None else None
    if spec is not None and screen is not None:
        legend = charts.score_legend(words, onset=found.onset is not None, alarm=screen.alarm is not None)
        blocks.append(Figures((Figure(words.say("score_caption"), spec),), legend, wide=True))
    return Section(words.say("section_since"), tuple(blocks))


def _normal(normal: Normal, words: Words) -> str:
    if normal.source == "twin" or normal.start is None or normal.end is None:
        return words.say("normal_twin") if normal.source == "twin" else ""
    span = words.say("span", start=words.time(normal.start), end=words.time(normal.end))
    return words.say("normal_given" if normal.source == "given" else "normal_history", span=span)


def where(found: Investigation, words: Words) -> Section:
    """Equipment by its share of the deviation, and the tags that deviate most."""
    blocks: list[Block] = []
    if found.where:
        blocks += [Paragraph(words.say("where_intro")), _places(found.where, words)]
    contributions = found.screen.contributions if found.screen is not None else []
    if contributions:
        blocks += [Paragraph(words.say("contributions")), _contributions(contributions[:SHOWN], found.where, words)]
    return Section(words.say("section_where"), tuple(blocks))


def _places(places: list[Place], words: Words) -> Table:
    rows = tuple(
        (
            words.tagged(place.equipment, place.name),
            Share(place.share, percent(place.share)),
            words.listed(place.tags),
        )
        for place in places[:SHOWN]
    )
    return Table((words.say("col_equipment"), words.say("col_share"), words.say("col_tags")), rows)


def _contributions(contributions: list[Contribution], places: list[Place], words: Words) -> Table:
    names = {place.equipment: place.name for place in places}
    rows = tuple(
        (
            words.tagged(one.tag, one.name),
            DASH if one.shift is None else f"{one.shift:+.1f}",
            DASH if one.spread is None else f"×{math.exp(max(-50.0, min(50.0, one.spread))):.3g}",
            amount(one.before, one.unit),
            amount(one.after, one.unit),
            words.tagged(one.equipment, one.equipment_name or names.get(one.equipment, {})) or DASH,
        )
        for one in contributions
    )
    columns = ("tag", "shift", "spread", "before", "after", "equipment")
    return Table(tuple(words.say(f"col_{column}") for column in columns), rows, frozenset({1, 2, 3, 4}))
