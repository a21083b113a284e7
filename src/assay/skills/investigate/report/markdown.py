"""A document as Markdown (CommonMark with tables): the same sections without the charts."""

from __future__ import annotations

import re

from assay.skills.investigate.report.document import (
    Block,
    Cell,
    Code,
    Document,
    Facts,
    Figures,
    Items,
    Paragraph,
    Refs,
    Section,
    Share,
    Table,
    Target,
    Verdict,
)

# An underscore within a word is no emphasis, and tags are full of them.
_CONTROLS = re.compile(r"([\\`*\[\]<|~&$@]|_(?![A-Za-z0-9])|(?<![A-Za-z0-9])_)")
_LINKS = re.compile(r"(?i)(:)(?=//)|(\.)(?<=www\.)")
_LEADING = re.compile(r"^(?:[-+=](?![\w.])|[#>])")
_NUMBERED = re.compile(r"^(\d+)([.)])(?=\s|$)")


def markdown(document: Document) -> str:
    """The whole text."""
    parts = [
        f"# {plain(document.title)}",
        f"**{plain(document.badge)}**",
        _verdict(document.verdict),
        _facts(document.facts),
        *(_section(section, document) for section in document.sections),
    ]
    if document.footer:
        parts.append(plain(document.footer))
    return "\n\n".join(parts) + "\n"


def plain(text: str) -> str:
    """Text that Markdown shows as it is: no emphasis, link, image, HTML, heading, list or table cell comes of it."""
    shown = _CONTROLS.sub(r"\\\1", " ".join(text.split()))
    shown = _LINKS.sub(r"\\\g<0>", shown)
    shown = _NUMBERED.sub(r"\1\\\2", shown)
    return _LEADING.sub(r"\\\g<0>", shown)


def code(text: str) -> str:
    """Text as a code span, inside a table too."""
    flat = " ".join(text.split()).replace("|", "\\|")
    longest = max((len(run) for run in re.findall(r"`+", flat)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {flat} {fence}" if longest else f"`{flat}`"


def _verdict(verdict: Verdict) -> str:
    share = f", {plain(verdict.probability.shown)}" if verdict.probability else ""
    lines = [f"**{plain(verdict.label)}: {plain(verdict.finding)}{share}**", "", f"**{plain(verdict.todo_label)}**", ""]
    return "\n".join([*lines, *(f"- {plain(line)}" for line in verdict.todo)])


def _facts(facts: Facts) -> str:
    # Lines of one paragraph: a list would run together with a list before it.
    return "\\\n".join(f"{plain(label)}: {plain(value)}" for label, value in facts.pairs)


def _section(section: Section, document: Document) -> str:
    return "\n\n".join([f"## {plain(section.title)}", *(_block(block, document) for block in section.blocks)])


def _block(block: Block, document: Document) -> str:
    match block:
        case Paragraph():
            return f"**{_sentence(block)}**" if block.strong else _sentence(block)
        case Items():
            return "\n".join(f"- {_sentence(item)}" for item in block.items)
        case Facts():
            return _facts(block)
        case Table():
            return _table(block, document)
        case Figures():
            captions = "\n".join(f"- {plain(figure.caption)}" for figure in block.figures)
            return f"{plain(document.labels['markdown_charts'])}\n\n{captions}"


def _sentence(paragraph: Paragraph) -> str:
    refs = " ".join(code(one) for one in paragraph.refs.ids)
    return f"{plain(paragraph.text)} ({refs})" if refs else plain(paragraph.text)


def _table(table: Table, document: Document) -> str:
    rule = ("---:" if i in table.numeric else "---" for i in range(len(table.head)))
    lines = [[plain(label) for label in table.head], list(rule)]
    for number, row in enumerate(table.rows):
        cells = [_cell(cell, document).strip() for cell in row]
        if number in table.marked and cells[0]:
            cells[0] = f"**{cells[0]}**"
        lines.append(cells)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _cell(cell: Cell, document: Document) -> str:
    match cell:
        case str():
            return plain(cell)
        case Share():
            return plain(cell.shown)
        case Code():
            return code(cell.text)
        case Refs():
            return " ".join(code(one) for one in cell.ids)
        case Target():
            return str(document.number(cell.id))
