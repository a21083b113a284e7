"""The sections on causes: ranking, observed beside simulated, what cannot be told apart, what was ruled out."""

from __future__ import annotations

from assay.skills.investigate.report import charts
from assay.skills.investigate.report.document import (
    Block,
    Cell,
    Figure,
    Figures,
    Paragraph,
    Refs,
    Section,
    Share,
    Table,
)
from assay.skills.investigate.report.head import NONE, cause_name
from assay.skills.investigate.report.model import Cause, Curves, Investigation, Similar, Twin
from assay.skills.investigate.report.words import DASH, Words, amount, clean, number, percent

SHOWN = 6
CHARTS = 12


def causes(found: Investigation, words: Words) -> Section:
    """How causes were judged, the ranking, the curves, and what looks alike."""
    title = words.say("section_causes")
    if found.abnormal is False:
        return Section(title, ())
    blocks: list[Block] = []
    if found.causes:
        blocks.append(Paragraph(_basis(found.twin, words)))
        blocks.append(_ranking(found.ranked(), words))
        blocks.append(Paragraph(words.say("probabilities_note")))
    if found.similar is not None:
        blocks.append(Paragraph(_similar(found.similar, found, words), strong=True))
    if found.curves is not None and found.curves.tags:
        blocks.append(_curves(found.curves, found, words))
    return Section(title, tuple(blocks))


def _basis(twin: Twin | None, words: Words) -> str:
    if twin is None:
        return words.say("no_twin")
    return words.say(
        "twin",
        name=clean(twin.name),
        operating=clean(twin.operating),
        control=clean(twin.control),
        runs=DASH if twin.library_runs is None else twin.library_runs,
        hypotheses=DASH if twin.hypotheses is None else twin.hypotheses,
        hours=number(twin.horizon_hours),
    )


def _ranking(ranked: list[Cause], words: Words) -> Table:
    shown = ranked[:SHOWN]
    shown += [cause for cause in ranked[SHOWN:] if cause.id == NONE]
    rest = [cause for cause in ranked[SHOWN:] if cause.id != NONE]
    rows: list[tuple[Cell, ...]] = [
        (
            cause_name(cause, words),
            Share(cause.probability, percent(cause.probability)),
            number(cause.magnitude),
            Refs(tuple(cause.evidence)),
        )
        for cause in shown
    ]
    if rest:
        together = sum(cause.probability for cause in rest)
        label = words.say("other_causes", count=len(rest))
        rows.append((label, Share(together, percent(together)), DASH, Refs(())))
    head = tuple(words.say(f"col_{column}") for column in ("cause", "probability", "magnitude", "evidence"))
    return Table(head, tuple(rows), frozenset({2}), frozenset({0}))


def _named(cause: str, found: Investigation, words: Words) -> str:
    known = next((one for one in found.causes if one.id == cause), None)
    if known is None:
        ruled_out = next((one for one in found.ruled_out if one.id == cause), None)
        return words.tagged(cause, ruled_out.name) if ruled_out is not None else clean(cause)
    return cause_name(known, words)


def _similar(similar: Similar, found: Investigation, words: Words) -> str:
    first, second = (_named(cause, found, words) for cause in (similar.first, similar.second))
    said = words.say("similar", first=first, second=second)
    if similar.tag:
        said = words.sentences([said, words.say("similar_tag", tag=words.tagged(similar.tag, similar.name))])
    return said


def _curves(curves: Curves, found: Investigation, words: Words) -> Figures:
    order = {cause.id: place for place, cause in enumerate(found.ranked())}
    simulated = {cause: None for tag in curves.tags for cause in tag.simulated}
    leading = sorted(simulated, key=lambda cause: order.get(cause, len(order)))[: len(charts.STROKES)]
    figures = tuple(
        Figure(
            words.captioned(tag.tag, tag.name, tag.unit),
            charts.tag_chart(curves.hours, tag, leading),
        )
        for tag in curves.tags[:CHARTS]
    )
    lines = [words.say("curves_intro"), words.say("curves_note")]
    if len(curves.tags) > CHARTS:
        lines.append(words.say("more_curves", count=len(curves.tags) - CHARTS))
    note = words.sentences(lines)
    return Figures(figures, charts.tag_legend(words, [_named(cause, found, words) for cause in leading]), note)


def ruled_out(found: Investigation, words: Words) -> Section:
    """Causes that were tested and do not fit, each with the tag that speaks against it."""
    rows = tuple(
        (
            words.tagged(one.id, one.name),
            Share(one.probability, percent(one.probability)) if one.probability is not None else DASH,
            clean(one.tag or DASH),
            amount(one.observed, one.unit),
            amount(one.simulated, one.unit),
        )
        for one in found.ruled_out
    )
    columns = ("cause", "probability", "tag", "observed", "simulated")
    head = tuple(words.say(f"col_{column}") for column in columns)
    blocks: tuple[Block, ...] = (Paragraph(words.say("ruled_out_note")), Table(head, rows, frozenset({3, 4})))
    return Section(words.say("section_ruled_out"), blocks if rows else ())
