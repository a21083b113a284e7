"""The last sections: what is not known, the evidence, and what it cost."""

from __future__ import annotations

from assay.skills.investigate.report.document import Block, Cell, Code, Items, Paragraph, Section, Table, Target
from assay.skills.investigate.report.model import Fit, Investigation
from assay.skills.investigate.report.words import DASH, Words, clean, number, percent

_RECORDED = frozenset({"choice", "action"})


def not_known(found: Investigation, words: Words) -> Section:
    """Gaps of the data, limits of the twin, and what the answer itself leaves open."""
    lines = [clean(line) for line in found.not_known]
    history = found.history
    if history is not None:
        if history.missing:
            lines.append(words.say("missing_tags", tags=words.listed(history.missing)))
        if history.dead:
            lines.append(words.say("dead_tags", tags=words.listed(history.dead)))
        lines += [clean(note) for note in history.notes]
    if found.twin is not None:
        if found.twin.fit is not None:
            lines.append(_fit(found.twin.fit, words))
        if found.abnormal:
            lines.append(words.say("twin_limits"))
    if not lines and history is not None:
        lines.append(words.say("nothing_unknown"))
    # The same remark may come from the answer and from the history.
    unique = dict.fromkeys(line for line in lines if line)
    items = Items(tuple(Paragraph(line) for line in unique))
    return Section(words.say("section_not_known"), (items,) if unique else ())


def _fit(fit: Fit, words: Words) -> str:
    said = words.say("fit", means=percent(fit.means), spreads=percent(fit.spreads))
    return said if fit.ok else words.sentences([said, words.say("fit_weak")])


def evidence(found: Investigation, ids: tuple[str, ...], words: Words) -> Section:
    """Every piece of evidence in the order of its number; cited ones without a record are shown as such."""
    title = words.say("section_evidence")
    if not ids:
        return Section(title, (Paragraph(words.say("no_evidence")),))
    known = {source.id: source for source in found.evidence}
    rows: list[tuple[Cell, ...]] = []
    for one in ids:
        source = known.get(one)
        kind = source.kind if source else ""
        rows.append(
            (
                Target(one),
                words.known("kind", kind) if kind else DASH,
                clean(f"{source.producer} {source.version}") if source else DASH,
                Code(clean(source.hash)[:12]) if source and source.hash else DASH,
                Code(f"assay evidence {'show' if kind in _RECORDED else 'replay'} {clean(one)}"),
            )
        )
    head = tuple(words.say(f"col_{column}") for column in ("number", "kind", "producer", "hash", "command"))
    return Section(title, (Paragraph(words.say("replay_note")), Table(head, tuple(rows))))


def cost(found: Investigation, words: Words) -> Section:
    """Rows of history, seconds by stage, tokens."""
    blocks: list[Block] = []
    history = found.history
    if history is not None and history.rows is not None:
        blocks.append(Paragraph(words.say("rows", rows=history.rows, minutes=number(history.sample_minutes))))
    if found.seconds:
        rows = tuple((words.known("stage", stage), f"{spent:.2f}") for stage, spent in found.seconds.items())
        blocks.append(Table((words.say("col_stage"), words.say("col_seconds")), rows, frozenset({1})))
    if found.tokens is not None:
        blocks.append(Paragraph(words.say("tokens", tokens=found.tokens)))
    return Section(words.say("section_cost"), tuple(blocks))
