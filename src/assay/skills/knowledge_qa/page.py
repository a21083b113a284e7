"""An answer as one HTML page: what is said, with each quote and where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from assay.kernel.answer_page import answer_page
from assay.kernel.errors import InputError
from assay.kernel.texts import Lang, text
from assay.skills.knowledge_qa.runner import Outcome


def write_page(path: Path, question: str, outcome: Outcome, figures: Sequence[tuple[str, str]] = ()) -> None:
    """Write the page; ``figures`` are elements with captions (pictures of scanned quotes). InputError if that fails."""
    lang: Lang = "zh" if outcome.answer.lang == "zh" else "en"
    status = "answered" if outcome.answered else "refused"
    head = text(f"knowledge_qa.page_{status}", lang, short=outcome.short)
    page = answer_page(
        outcome.answer,
        question.strip(),
        lang,
        status=head,
        replay=text("knowledge_qa.page_replay", lang, run=outcome.answer.run),
        notes=[one.text for one in outcome.related],
        figures=figures,
        table=_places(outcome, lang),
    )
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise InputError("knowledge_qa.page_unwritable", path=path, reason=error.strerror or error) from None


def _places(outcome: Outcome, lang: Lang) -> list[str]:
    """Each citation as lines: document, version, page, code points, and the words as stored."""
    made = outcome.document(run=False)
    lines = []
    for claim in (*made["claims"], *made["related"]):
        for one in claim["citations"]:
            lines.append(
                text(
                    "knowledge_qa.page_place",
                    lang,
                    document=one["document"],
                    version=one["version"],
                    page=one["page"],
                    start=one["start"],
                    end=one["end"],
                )
            )
            lines += [f"    {line}" for line in one["quote"].splitlines()]
    return lines
