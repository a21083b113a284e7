"""A result as a document: which sections in which order, and the numbers of the evidence."""

from __future__ import annotations

from collections.abc import Iterator

from assay.skills.investigate.report import basis, causes, course, head, relieving
from assay.skills.investigate.report.document import Document
from assay.skills.investigate.report.model import Investigation
from assay.skills.investigate.report.words import Words, clean


def build(found: Investigation, words: Words) -> Document:
    """The whole report in one language."""
    ids = tuple(dict.fromkeys(_cited(found)))
    shown, tone = head.badge(found, words)
    sections = (
        course.answer(found, words),
        course.since(found, words),
        course.where(found, words),
        causes.causes(found, words),
        causes.ruled_out(found, words),
        relieving.measures(found, words),
        relieving.action(found, words),
        basis.not_known(found, words),
        basis.evidence(found, ids, words),
        basis.cost(found, words),
    )
    return Document(
        lang=words.lang,
        title=words.say("title"),
        badge=shown,
        badge_tone=tone,
        facts=head.facts(found, words),
        verdict=head.verdict(found, words),
        sections=tuple(section for section in sections if section.blocks),
        evidence=ids,
        footer=words.say("footer", run=clean(found.run)) if found.run else "",
        labels={"markdown_charts": words.say("markdown_charts")},
    )


def _cited(found: Investigation) -> Iterator[str]:
    """Evidence in the order in which a reader meets it, then what was only recorded."""
    for sentence in found.sentences:
        yield from sentence.evidence
    for cause in found.ranked():
        yield from cause.evidence
    for source in found.evidence:
        yield source.id
