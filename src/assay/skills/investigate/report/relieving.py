"""The sections on measures, and on the action with its approval and confirmation."""

from __future__ import annotations

from typing import Any

from assay.kernel.evidence import canonical_json
from assay.skills.investigate.report import charts
from assay.skills.investigate.report.document import Block, Facts, Figure, Figures, Items, Paragraph, Section, Table
from assay.skills.investigate.report.head import writes
from assay.skills.investigate.report.model import Action, Confirmation, Investigation, Measure
from assay.skills.investigate.report.words import DASH, Words, clean, number, percent

CHARTS = 6


def measures(found: Investigation, words: Words) -> Section:
    """Measures tried on the twin, the recommended one marked, and its predicted course."""
    title = words.say("section_measures")
    if not found.measures:
        upset = found.abnormal is True and found.status != "refused" and found.twin is not None
        return Section(title, (Paragraph(words.say("measures_none")),) if upset else ())
    blocks: list[Block] = [Paragraph(words.say("measures_note")), _table(found.measures, words)]
    best = found.best()
    if best is not None and best.predicted:
        blocks.append(_predicted(best, words))
    return Section(title, tuple(blocks))


def _table(tried: list[Measure], words: Words) -> Table:
    rows = tuple(
        (
            writes(one.writes, words) + (words.aside(words.say("best")) if one.best else ""),
            f"{_trip(one.trips_without, words)} → {_trip(one.trips, words)}",
            f"{_count(one.alarms_without)} → {_count(one.alarms)}",
            percent(one.relief),
        )
        for one in tried
    )
    head = tuple(words.say(f"col_{column}") for column in ("writes", "trip", "alarms", "relief"))
    marked = frozenset(i for i, one in enumerate(tried) if one.best)
    return Table(head, rows, frozenset({2, 3}), marked)


def _trip(share: float | None, words: Words) -> str:
    if share is None:
        return DASH
    if share <= 0.0:
        return words.say("trip_no")
    return words.say("trip_yes") if share >= 1.0 else words.say("trip_some", share=percent(share))


def _count(count: int | None) -> str:
    return DASH if count is None else str(count)


def _predicted(best: Measure, words: Words) -> Figures:
    figures = tuple(
        Figure(
            words.captioned(one.tag, one.name, one.unit),
            charts.predicted_chart(best.hours, one),
        )
        for one in best.predicted[:CHARTS]
    )
    note = words.sentences([words.say("predicted_intro"), words.say("predicted_note")])
    return Figures(figures, charts.predicted_legend(words), note)


def action(found: Investigation, words: Words) -> Section:
    """Who decided what and when, what was written and read back, and whether it worked."""
    blocks: list[Block] = []
    if found.action is not None:
        blocks.append(Facts(tuple(_action(found.action, words))))
    if found.confirmation is not None:
        blocks += _confirmation(found.confirmation, words)
    return Section(words.say("section_action"), tuple(blocks))


def _action(one: Action, words: Words) -> list[tuple[str, str]]:
    pairs = [
        (words.say("action_id"), clean(one.id)),
        (words.say("action_state"), words.known("state", one.state)),
        (words.say("action_person"), clean(one.person or "")),
        (words.say("action_role"), clean(one.role or "")),
        (words.say("action_time"), words.time(one.approved_at) if one.approved_at else ""),
        (words.say("action_writes"), writes(one.writes, words)),
        (words.say("action_read_back"), words.joined([f"{clean(k)} = {_value(v)}" for k, v in one.read_back.items()])),
    ]
    return [(label, value) for label, value in pairs if value]


def _value(value: Any) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return number(float(value))
    return clean(value if isinstance(value, str) else canonical_json(value))


def _confirmation(one: Confirmation, words: Words) -> list[Block]:
    lines = []
    if one.cleared:
        lines.append(words.say("cleared", alarms=words.listed(one.cleared)))
    if one.standing:
        lines.append(words.say("standing", alarms=words.listed(one.standing)))
    if one.inside is not None:
        lines.append(words.say("inside", share=percent(one.inside), hours=number(one.hours)))
    outcome = Paragraph(words.say("confirmed" if one.ok else "not_confirmed"), strong=True)
    return [outcome, Items(tuple(Paragraph(line) for line in lines))] if lines else [outcome]
