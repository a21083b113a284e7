"""A document as one HTML file: charts inline, Chinese characters embedded, no script, nothing fetched."""

from __future__ import annotations

from html import escape
from importlib import resources

from assay.kernel.page import html_page
from assay.skills.investigate.report.document import (
    Block,
    Cell,
    Code,
    Document,
    Facts,
    Figures,
    Items,
    Key,
    Paragraph,
    Refs,
    Section,
    Share,
    Table,
    Target,
    Verdict,
)
from assay.skills.investigate.report.drawing import draw


def page(document: Document) -> str:
    """The whole page."""
    body = _Body(document).whole()
    style = resources.files(__package__).joinpath("page.css").read_text(encoding="utf-8")
    title = " - ".join([document.title, *(value for _, value in document.facts.pairs[:1])])
    return html_page(title, body, style, document.lang)


class _Body:
    def __init__(self, document: Document) -> None:
        self._document = document
        self._charts = 0

    def whole(self) -> str:
        document = self._document
        parts = [
            f'<header class="top"><h1>{escape(document.title)}</h1>'
            f'<span class="badge {document.badge_tone}">{escape(document.badge)}</span></header>',
            _verdict(document.verdict),
            _facts(document.facts),
            *(self._section(section) for section in document.sections),
        ]
        if document.footer:
            parts.append(f"<footer>{escape(document.footer)}</footer>")
        return "\n".join(parts)

    def _section(self, section: Section) -> str:
        blocks = "\n".join(self._block(block) for block in section.blocks)
        return f"<section>\n<h2>{escape(section.title)}</h2>\n{blocks}\n</section>"

    def _block(self, block: Block) -> str:
        match block:
            case Paragraph():
                kind = ' class="strong"' if block.strong else ""
                return f"<p{kind}>{self._sentence(block)}</p>"
            case Items():
                return f"<ul>{''.join(f'<li>{self._sentence(item)}</li>' for item in block.items)}</ul>"
            case Facts():
                return _facts(block)
            case Table():
                return self._table(block)
            case Figures():
                return self._figures(block)

    def _sentence(self, paragraph: Paragraph) -> str:
        refs = self._refs(paragraph.refs)
        return escape(paragraph.text) + (f"<sup>{refs}</sup>" if refs else "")

    def _refs(self, refs: Refs) -> str:
        numbered = [(self._document.number(one), one) for one in refs.ids]
        return ", ".join(f'<a href="#e{n}" title="{escape(one)}">{n}</a>' for n, one in numbered)

    def _table(self, table: Table) -> str:
        def classed(column: int) -> str:
            return ' class="n"' if column in table.numeric else ""

        head = "".join(f"<th{classed(i)}>{escape(label)}</th>" for i, label in enumerate(table.head))
        rows = []
        for number, row in enumerate(table.rows):
            cells = "".join(f"<td{classed(i)}>{self._cell(cell)}</td>" for i, cell in enumerate(row))
            marked = ' class="marked"' if number in table.marked else ""
            target = next((cell for cell in row if isinstance(cell, Target)), None)
            anchor = f' id="e{self._document.number(target.id)}"' if target else ""
            rows.append(f"<tr{anchor}{marked}>{cells}</tr>")
        return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'

    def _cell(self, cell: Cell) -> str:
        match cell:
            case str():
                return escape(cell)
            case Share():
                return _share(cell)
            case Code():
                return f"<code>{escape(cell.text)}</code>"
            case Refs():
                return self._refs(cell)
            case Target():
                return str(self._document.number(cell.id))

    def _figures(self, block: Figures) -> str:
        drawn = []
        for figure in block.figures:
            self._charts += 1
            caption = escape(figure.caption)
            drawn.append(f"<figure><figcaption>{caption}</figcaption>{draw(figure, self._charts)}</figure>")
        legend = "".join(f"<li>{_swatch(key)}{escape(key.label)}</li>" for key in block.legend)
        note = f"<p>{escape(block.note)}</p>" if block.note else ""
        kind = "charts wide" if block.wide else "charts"
        return f'{note}<ul class="legend">{legend}</ul><div class="{kind}">{"".join(drawn)}</div>'


def _verdict(verdict: Verdict) -> str:
    probability = f'<div class="big">{_share(verdict.probability)}</div>' if verdict.probability else ""
    todo = "".join(f"<li>{escape(line)}</li>" for line in verdict.todo)
    return (
        f'<section class="verdict {verdict.tone}"><div><div class="label">{escape(verdict.label)}</div>'
        f'<div class="finding">{escape(verdict.finding)}</div>{probability}</div>'
        f'<div><div class="label">{escape(verdict.todo_label)}</div><ul>{todo}</ul></div></section>'
    )


def _facts(facts: Facts) -> str:
    pairs = "".join(f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>" for label, value in facts.pairs)
    return f"<dl>{pairs}</dl>"


def _share(share: Share) -> str:
    width = 100.0 * min(1.0, max(0.0, share.value))
    bar = f'<i aria-hidden="true"><span style="width:{width:.1f}%"></span></i>'
    return f'<div class="share"><b>{escape(share.shown)}</b>{bar}</div>'


def _swatch(key: Key) -> str:
    if key.area:
        return f'<svg viewBox="0 0 32 12" aria-hidden="true"><rect width="32" height="12" fill="{key.colour}"/></svg>'
    dash = f' stroke-dasharray="{" ".join(map(str, key.dash))}"' if key.dash else ""
    stroke = f'stroke="{key.colour}" stroke-width="2.5"{dash}'
    return f'<svg viewBox="0 0 32 12" aria-hidden="true"><line x1="0" y1="6" x2="32" y2="6" {stroke}/></svg>'
