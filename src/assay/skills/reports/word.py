"""The finished report as a Word document: from a Word template with its own styles, or from a Markdown one."""

from __future__ import annotations

import copy
import io
from typing import TYPE_CHECKING, Any

from assay.kernel import charts
from assay.kernel.texts import Lang, text
from assay.skills.reports.documents import (
    Citations,
    evidence_words,
    paragraphs,
    replay_line,
    runs,
    shown_lines,
    words_of,
)
from assay.skills.reports.runner import Filled, Outcome
from assay.skills.reports.template import filled, spans

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph
    from docx.text.run import Run

PICTURE_INCHES = 6.0


def fill_word(document: Document, outcome: Outcome, lang: Lang) -> bytes:
    """The document with every placeholder replaced in its own format, the citations numbered, and the evidence at the
    end. Open fields are highlighted."""
    citations = Citations()
    for paragraph in paragraphs(document):
        # From behind, so that the places of those before stay true; the numbers follow the order of reading.
        found = list(spans(words_of(paragraph)))
        numbers = [citations.of(outcome.fields[raw].cited) for _, _, raw in found]
        for (start, end, raw), cited in reversed(list(zip(found, numbers, strict=True))):
            _replace(paragraph, start, end, outcome.fields[raw], cited, lang)
        for run in runs(paragraph):
            if "{{{{" in run.text:
                run.text = filled(run.text, lambda raw: raw)
    _evidence(document, citations, outcome, lang)
    kept = io.BytesIO()
    document.save(kept)
    return kept.getvalue()


def word_of_markdown(source: str, outcome: Outcome, lang: Lang) -> bytes:
    """A Markdown template as a filled Word document with headings, lists and tables."""
    import docx
    from markdown_it import MarkdownIt

    document = docx.Document()
    tokens = MarkdownIt("commonmark", {"html": False}).enable("table").parse(source)
    _build(document, tokens)
    return fill_word(document, outcome, lang)


def _build(document: Document, tokens: list[Any]) -> None:
    """Blocks of Markdown as paragraphs and tables; inline marks (bold, links) as their words."""
    style, rows = "", list[list[str]]()
    for token in tokens:
        if token.type == "heading_open":
            style = f"Heading {min(9, int(token.tag[1:]))}"
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            style = "List Bullet" if token.type.startswith("bullet") else "List Number"
        elif token.type in ("heading_close", "bullet_list_close", "ordered_list_close"):
            style = ""
        elif token.type == "table_open":
            rows = []
        elif token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            words = _words(token)
            if token.level >= 3 and rows and not style:
                rows[-1].append(words)
            else:
                document.add_paragraph(words, style=style or None)
        elif token.type == "table_close":
            _table(document, rows)
            rows = []
        elif token.type in ("fence", "code_block"):
            document.add_paragraph(token.content.rstrip("\n"))


def _words(token: Any) -> str:
    parts = []
    for child in token.children or ():
        parts.append("\n" if child.type in ("softbreak", "hardbreak") else child.content)
    return "".join(parts)


def _table(document: Document, rows: list[list[str]]) -> None:
    table = document.add_table(rows=len(rows), cols=max(len(row) for row in rows), style="Table Grid")
    for at, row in enumerate(rows):
        for column, words in enumerate(row):
            table.cell(at, column).text = words


def _replace(paragraph: Paragraph, start: int, end: int, one: Filled, cited: tuple[int, ...], lang: Lang) -> None:
    """Put what was filled in between two places of a paragraph, in the format of the placeholder's first run."""
    first, before = _cut(paragraph, start, end)
    if first is None:
        return
    if one.picture is not None and not one.open:
        from docx.shared import Inches

        new = _behind(first, before, "")
        new.add_picture(io.BytesIO(charts.png(one.picture)), width=Inches(PICTURE_INCHES))
    else:
        new = _behind(first, before, "\n".join(shown_lines(one, lang)))
    if one.open:
        from docx.enum.text import WD_COLOR_INDEX

        new.font.highlight_color = WD_COLOR_INDEX.YELLOW
    elif cited:
        mark = _behind(new, new.text, "".join(f"[{number}]" for number in cited))
        mark.font.superscript = True


def _cut(paragraph: Paragraph, start: int, end: int) -> tuple[Run | None, str]:
    """Take the text between two places out of its runs; the run where it began, and that run's text before it."""
    at, first, before = 0, None, ""
    for run in runs(paragraph):
        words = run.text
        low, high = max(start - at, 0), min(end - at, len(words))
        if low < high:
            if first is None:
                first, before = run, words[:low]
                tail = words[high:]
                if tail:
                    _behind(run, before, tail)
                run.text = before
            else:
                run.text = words[high:]
        at += len(words)
    return first, before


def _behind(run: Run, keep: str, words: str) -> Run:
    """A new run with the same format behind another one."""
    from docx.text.run import Run as NewRun

    element = copy.deepcopy(run._r)
    run._r.addnext(element)
    new = NewRun(element, run._parent)
    new.text = words
    return new


def _evidence(document: Document, citations: Citations, outcome: Outcome, lang: Lang) -> None:
    document.add_paragraph(text("reports.evidence", lang)).runs[0].bold = True
    for number, id in citations.listed:
        document.add_paragraph(f"[{number}] {id} {evidence_words(id, outcome)}".strip())
    document.add_paragraph(replay_line(outcome, lang))
