"""Templates as files: the texts that hold placeholders, and the finished report as Word, HTML or Markdown."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assay.kernel import charts
from assay.kernel.errors import InputError
from assay.kernel.page import html_page
from assay.kernel.texts import Lang, text
from assay.skills.reports.runner import Filled, Outcome
from assay.skills.reports.template import filled, spans

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

MAX_BYTES = 20_000_000
_STYLE = """
body { margin: 0 auto; padding: 1rem 1.25rem 3rem; max-width: 52rem; color: #1a1a1a; line-height: 1.55; }
table { border-collapse: collapse; } td, th { border: 1px solid #999; padding: .2rem .5rem; text-align: left; }
.open { background: #ffe3a3; } .entered { border-bottom: 1px dotted #666; } svg { max-width: 100%; }
.evidence { color: #444; font-size: .85rem; border-top: 1px solid #999; margin-top: 2rem; } code { font-size: .85em; }
@page { size: A4; margin: 16mm; }
"""


class Citations:
    """Numbers of the evidence behind a report, in the order in which it is cited."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def of(self, ids: Sequence[str]) -> tuple[int, ...]:
        """The numbers of some evidence."""
        return tuple(self._numbers.setdefault(id, len(self._numbers) + 1) for id in ids)

    @property
    def listed(self) -> tuple[tuple[int, str], ...]:
        """(number, id) of all that was cited."""
        return tuple((number, id) for id, number in self._numbers.items())


def load(path: Path) -> str | Document:
    """A Markdown template's text, or an opened Word document. Raises InputError for what is neither."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError("reports.template_big", path=path, limit=MAX_BYTES // 1_000_000)
        content = path.read_bytes()
    except OSError as error:
        raise InputError("reports.template_unreadable", path=path, problem=error.strerror or error) from None
    if content.startswith(b"PK\x03\x04"):
        return _word(path, content)
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise InputError("reports.template_encoding", path=path) from None


def _word(path: Path, content: bytes) -> Document:
    from zipfile import BadZipFile

    import docx

    from assay.knowledge.reading.limits import check_zip

    check_zip(content, path.name)
    try:
        return docx.Document(io.BytesIO(content))
    except (KeyError, ValueError, BadZipFile) as error:
        raise InputError("reports.template_broken", path=path, problem=str(error)[:80]) from None


def texts(template: str | Document) -> list[str]:
    """All texts that may hold placeholders."""
    return [template] if isinstance(template, str) else [paragraph.text for paragraph in paragraphs(template)]


def paragraphs(document: Document) -> Iterator[Paragraph]:
    """Those of the body, of its tables (nested ones too), and of heads and feet."""
    yield from _inside(document)
    for section in document.sections:
        for part in (section.header, section.footer):
            if not part.is_linked_to_previous:
                yield from _inside(part)


def _inside(container: Any) -> Iterator[Paragraph]:
    from docx.table import Table

    seen = set()
    for part in container.iter_inner_content():
        if not isinstance(part, Table):
            yield part
            continue
        for cell in (cell for row in part.rows for cell in row.cells):
            if cell._tc not in seen:  # a merged cell stands several times
                seen.add(cell._tc)
                yield from _inside(cell)


def markdown(template: str, outcome: Outcome, lang: Lang) -> str:
    """The filled text with numbered citations and the list of evidence behind it. What was filled in is escaped: text
    from outside cannot become part of the report's form."""
    citations = Citations()

    def fill(raw: str) -> str:
        one = outcome.fields[raw]
        lines = [_plain(line) for line in shown_lines(one, lang)]
        numbers = "".join(f"[^{number}]" for number in citations.of(one.cited)) if not one.open else ""
        body = lines[0] if len(lines) == 1 else "\n" + "\n".join(f"- {line}" for line in lines) + "\n"
        return body + numbers

    body = filled(template, fill)
    notes = [f"[^{number}]: {_plain(id + ' ' + evidence_words(id, outcome))}" for number, id in citations.listed]
    return "\n".join([body.rstrip(), "", *notes, "", replay_line(outcome, lang), ""])


def shown_lines(one: Filled, lang: Lang) -> tuple[str, ...]:
    """What stands in the report for a field: its text, or the mark of an open one with the reason."""
    return (text("reports.open", lang, reason=one.open),) if one.open else one.lines


def evidence_words(id: str, outcome: Outcome) -> str:
    """The sentences that a piece of evidence carries."""
    said = [one.text for one in outcome.answer.sentences if id in one.evidence]
    quoted = [
        one
        for field in outcome.fields.values()
        if field.placeholder.name == "ask" and id in field.cited
        for one in field.lines
    ]
    return " ".join(dict.fromkeys([*said, *quoted]))


def replay_line(outcome: Outcome, lang: Lang) -> str:
    """How everybody can run the evidence again."""
    return text("reports.replay", lang, run=outcome.answer.run)


def _plain(words: str) -> str:
    """Text in which no character means anything to Markdown."""
    line = " ".join(words.split())
    return "".join(f"\\{one}" if one in "\\`*_{}[]<>#|!~" else one for one in line)


def html(template: str | Document, outcome: Outcome, title: str, lang: Lang) -> str:
    """The report as one page: open fields marked, citations as numbers, charts drawn, the evidence listed."""
    source = template if isinstance(template, str) else word_as_markdown(template)
    citations = Citations()
    pieces: list[str] = []

    def fill(raw: str) -> str:
        pieces.append(_piece(outcome.fields[raw], citations, lang))
        return f"\ue000{len(pieces) - 1}\ue001"

    body = _rendered(filled(source, fill))
    for number, piece in enumerate(pieces):
        body = body.replace(f"\ue000{number}\ue001", piece)
    listed = "".join(
        f"<li id='e{number}'><code>{escape(id)}</code> {escape(evidence_words(id, outcome))}</li>"
        for number, id in citations.listed
    )
    foot = f"<p><code>{escape(replay_line(outcome, lang))}</code></p>"
    head = escape(text("reports.evidence", lang))
    section = f"<section class='evidence'><h2>{head}</h2><ol>{listed}</ol>{foot}</section>"
    return html_page(title, body + section, _STYLE, lang)


def _piece(one: Filled, citations: Citations, lang: Lang) -> str:
    if one.open:
        return f"<mark class='open'>{escape(shown_lines(one, lang)[0])}</mark>"
    numbers = "".join(f"<sup><a href='#e{number}'>{number}</a></sup>" for number in citations.of(one.cited))
    if one.picture is not None:
        return f"{charts.svg(one.picture)}{numbers}"
    body = "<br>".join(escape(line) for line in one.lines)
    return f"<span class='entered'>{body}</span>" if one.entered else f"{body}{numbers}"


def _rendered(source: str) -> str:
    """Markdown as HTML; HTML in the template stays text."""
    from markdown_it import MarkdownIt

    return str(MarkdownIt("commonmark", {"html": False}).enable("table").render(source))


def word_as_markdown(document: Document) -> str:
    """A Word template's paragraphs and tables in their order, for the page."""
    from docx.table import Table
    from docx.text.paragraph import Paragraph

    parts = []
    for part in document.iter_inner_content():
        if isinstance(part, Paragraph):
            parts.append(_heading(part) + _escaped(part.text))
        elif isinstance(part, Table):
            rows = [[_escaped(cell.text).replace("\n", " ") for cell in row.cells] for row in part.rows]
            if rows:
                lines = [f"| {' | '.join(row)} |" for row in rows]
                parts.append("\n".join([lines[0], f"|{'---|' * len(rows[0])}", *lines[1:]]))
    return "\n\n".join(parts)


def _heading(paragraph: Paragraph) -> str:
    name = (paragraph.style.name if paragraph.style is not None else "") or ""
    if name == "Title":
        return "# "
    level = name.removeprefix("Heading ")
    return "#" * min(6, int(level)) + " " if name.startswith("Heading ") and level.isdigit() else ""


def _escaped(words: str) -> str:
    """Plain text as Markdown, placeholders untouched."""
    parts, last = [], 0
    for start, end, raw in spans(words):
        parts += [_line(words[last:start]), raw]
        last = end
    return "".join([*parts, _line(words[last:])])


def _line(words: str) -> str:
    return "".join(f"\\{one}" if one in "\\`*_[]<>#|!~" else one for one in words)
