"""Templates as files: the texts that hold placeholders, and the finished report as Word, HTML or Markdown."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from functools import partial
from html import escape
from itertools import groupby
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
    from docx.text.run import Run

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
    return [template] if isinstance(template, str) else [words_of(paragraph) for paragraph in paragraphs(template)]


def paragraphs(document: Document) -> Iterator[Paragraph]:
    """Those of the body and of all heads and feet, wherever they stand: in tables, text boxes and content controls."""
    from docx.oxml.ns import qn
    from docx.text.paragraph import Paragraph

    for container in (document._body, *_margins(document)):
        for element in list(container._element.iter(qn("w:p"))):
            yield Paragraph(element, container)


def _margins(document: Document) -> list[Any]:
    """Heads and feet that a section has for itself: its own, of its first page, of its even pages."""
    found = []
    for section in document.sections:
        for which in ("header", "footer"):
            parts = [getattr(section, f"{pages}{which}") for pages in ("", "first_page_", "even_page_")]
            found += [part for part in parts if not part.is_linked_to_previous]
    return found


def runs(paragraph: Paragraph) -> list[Run]:
    """The runs of a paragraph in their order, those in links and content controls too, without those of text boxes
    that hang on it (their paragraphs stand for themselves)."""
    from docx.text.run import Run

    elements = paragraph._p.xpath(".//w:r")
    depth = len(paragraph._p.xpath("ancestor::w:txbxContent"))
    return [Run(one, paragraph) for one in elements if len(one.xpath("ancestor::w:txbxContent")) == depth]


def words_of(paragraph: Paragraph) -> str:
    """What the runs say; places in it are those that ``word`` cuts at."""
    return "".join(run.text for run in runs(paragraph))


def markdown(template: str, outcome: Outcome, lang: Lang, *, plain: bool = False) -> str:
    """The filled text with numbered citations and the list of evidence behind it. What was filled in is escaped (not
    with ``plain``, for a terminal): text from outside cannot become part of the report's form."""
    citations, clean = Citations(), _bare if plain else _plain

    def fill(raw: str, apart: str) -> str:
        one = outcome.fields[raw]
        lines = [clean(line) for line in shown_lines(one, lang)]
        numbers = "".join(f"[^{number}]" for number in citations.of(one.cited)) if not one.open else ""
        many = apart.join(lines) if apart else "\n" + "\n".join(f"- {line}" for line in lines) + "\n"
        return (lines[0] if len(lines) == 1 else many) + numbers

    # A row of a table is one line.
    lined = template.splitlines(keepends=True)
    groups = groupby(lined, key=lambda line: "<br>" if line.lstrip().startswith("|") else "")
    body = "".join(filled("".join(lines), partial(fill, apart=apart)) for apart, lines in groups)
    notes = [f"[^{number}]: {clean(id + ' ' + evidence_words(id, outcome))}" for number, id in citations.listed]
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


def _bare(words: str) -> str:
    return " ".join(words.split())


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
    """A Word template's heads, paragraphs, tables and feet in their order, for the page."""
    margins = _margins(document)
    heads = [one for one in margins if one._element.tag.endswith("}hdr")]
    feet = [one for one in margins if one not in heads]
    parts = [part for container in (*heads, document._body, *feet) for part in _blocks(container._element, container)]
    return "\n\n".join(parts)


def _blocks(element: Any, container: Any) -> Iterator[str]:
    """The blocks of an element: paragraphs with the text boxes that hang on them, tables, and what controls hold."""
    from docx.table import Table
    from docx.text.paragraph import Paragraph

    for child in element:
        name = child.tag.rpartition("}")[2]
        if name == "p":
            paragraph = Paragraph(child, container)
            yield _heading(paragraph) + _escaped(words_of(paragraph))
            yield from (part for box in _boxes(child) for part in _blocks(box, container))
        elif name == "tbl":
            rows = [[_escaped(_cell(cell, container)) for cell in row.cells] for row in Table(child, container).rows]
            if rows:
                lines = [f"| {' | '.join(row)} |" for row in rows]
                yield "\n".join([lines[0], f"|{'---|' * len(rows[0])}", *lines[1:]])
        elif name in ("sdt", "sdtContent"):
            yield from _blocks(child, container)


def _boxes(element: Any) -> list[Any]:
    """The text boxes that hang on a paragraph, each once: programs write a second form of it for older ones."""
    from docx.oxml.ns import qn

    fallback = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
    found = list(element.iter(qn("w:txbxContent")))
    return [one for one in found if not any(above.tag == fallback for above in one.iterancestors())]


def _cell(cell: Any, container: Any) -> str:
    """All words of a table's cell, those of tables inside it too, in one line."""
    from docx.oxml.ns import qn
    from docx.text.paragraph import Paragraph

    found = (words_of(Paragraph(one, container)) for one in cell._tc.iter(qn("w:p")))
    return " ".join(" ".join(words.split()) for words in found if words.strip())


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
