"""Corpus documents as Word and PDF, for end-to-end tests of the readers: real headings, lists, tables and warnings.

`python -m benchmarks.cited.make_formats FOLDER [NAME.md ...]` writes both of each (the pump and the boiler without
names). Nothing of it is stored in the repository. The PDF uses the kernel's Chinese font.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Literal
from xml.sax.saxutils import escape

from benchmarks.cited.check_set import CORPUS, cells

DEFAULT = ("zh_pump.md", "zh_boiler.md")
Kind = Literal["heading", "paragraph", "bullet", "step", "warning", "table"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A block of the Markdown: its words, or the rows of a table; ``level`` of a heading from 1."""

    kind: Kind
    text: str = ""
    level: int = 0
    rows: tuple[tuple[str, ...], ...] = ()


def pieces(text: str) -> Iterator[Piece]:
    """The blocks of a corpus document, without its front matter."""
    body = re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL)
    rows: list[tuple[str, ...]] = []
    for line in [*body.split("\n"), ""]:
        if line.startswith("|"):
            if not re.fullmatch(r"[|\s:-]+", line) or "-" not in line:
                rows.append(tuple(cells(line)))
            continue
        if rows:
            yield Piece("table", rows=tuple(rows))
            rows = []
        if line.strip():
            yield _line(line.strip())


def _line(line: str) -> Piece:
    if heading := re.match(r"(#+) (.*)", line):
        return Piece("heading", heading[2], len(heading[1]))
    if line.startswith(">"):
        return Piece("warning", line.lstrip("> ").replace("**", ""))
    if line.startswith("- "):
        return Piece("bullet", line[2:])
    if step := re.match(r"\d+\. ", line):
        return Piece("step", line[step.end() :])
    return Piece("paragraph", line)


def as_docx(text: str, path: Path) -> Path:
    """The document as Word: heading styles, numbered lists that restart, tables with a repeated head."""
    from docx import Document
    from docx.oxml import OxmlElement

    document = Document()
    before = ""
    step = 0
    for piece in pieces(text):
        step = step + 1 if piece.kind == "step" and before == "step" else 1
        if piece.kind == "heading":
            document.add_heading(piece.text, min(piece.level, 9))
        elif piece.kind == "table":
            table = document.add_table(rows=0, cols=len(piece.rows[0]), style="Table Grid")
            for row in piece.rows:
                for cell, words in zip(table.add_row().cells, row, strict=True):
                    cell.text = words
            table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        elif piece.kind == "step":
            document.add_paragraph(f"{step}. {piece.text}")  # as typed: Word's own numbers would run on
        else:
            style = {"bullet": "List Bullet", "warning": "Intense Quote"}.get(piece.kind)
            document.add_paragraph(piece.text, style=style)
        before = piece.kind
    document.save(str(path))
    return path


def as_pdf(text: str, path: Path) -> Path:
    """The document as PDF on A4: ruled tables that run over pages, a running foot with the page number."""
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer

    face, wide = _han(text)
    style = ParagraphStyle("body", fontName="Helvetica", fontSize=10, leading=15, wordWrap="CJK")
    story: list[Any] = []
    step = 0
    for piece in pieces(text):
        step = step + 1 if piece.kind == "step" else 0
        if piece.kind == "table":
            story += [_table(piece, style, face, wide), Spacer(1, 8)]
            continue
        size = {1: 18, 2: 14, 3: 12}.get(piece.level, 10)
        mark = {"bullet": "• ", "step": f"{step}. "}.get(piece.kind, "")
        own = ParagraphStyle(piece.kind, parent=style, fontSize=size, leading=size * 1.5, spaceAfter=6)
        story.append(Paragraph(_marked(mark + piece.text, face, wide), own))

    def foot(canvas: Any, template: Any) -> None:
        canvas.setFont("Helvetica", 8)
        canvas.drawCentredString(297, 28, f"- {template.page} -")

    SimpleDocTemplate(str(path), title=path.stem, invariant=1).build(story, onFirstPage=foot, onLaterPages=foot)
    return path


def _table(piece: Piece, style: Any, face: str, wide: frozenset[str]) -> Any:
    from reportlab.platypus import Paragraph, Table

    width = 440 / len(piece.rows[0])
    rows = [[Paragraph(_marked(cell, face, wide), style) for cell in row] for row in piece.rows]
    grid = [("GRID", (0, 0), (-1, -1), 0.5, "black"), ("VALIGN", (0, 0), (-1, -1), "TOP")]
    return Table(rows, colWidths=[width] * len(piece.rows[0]), repeatRows=1, style=grid)


def _marked(words: str, face: str, wide: frozenset[str]) -> str:
    """Words with the runs that Helvetica lacks set in the Chinese font."""
    parts = re.split("([" + re.escape("".join(sorted(wide))) + "]+)", words) if wide else [words]
    return "".join(
        f'<font name="{face}">{escape(part)}</font>' if index % 2 else escape(part) for index, part in enumerate(parts)
    )


def _han(text: str) -> tuple[str, frozenset[str]]:
    """The kernel's font cut to a text's wide characters: its name in reportlab (TrueType outlines only) and those."""
    from fontTools import subset
    from fontTools.ttLib import TTFont
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont as Face

    source = resources.files("assay.kernel") / "fonts" / "NotoSansSC-GB2312.woff"
    font = TTFont(io.BytesIO(source.read_bytes()))
    wide = frozenset(c for c in text if ord(c) > 255 and ord(c) in font.getBestCmap())
    cutter = subset.Subsetter(subset.Options(hinting=False, layout_features=[], notdef_outline=True))
    cutter.populate(text="".join(wide))
    cutter.subset(font)
    _quadratic(font)
    name = f"Cited{len(pdfmetrics.getRegisteredFontNames())}"
    for record in font["name"].names:  # reportlab keeps fonts of one name apart by nothing else
        record.string = name
    out = io.BytesIO()
    font.save(out)
    out.seek(0)
    pdfmetrics.registerFont(Face(name, out))
    return name, wide


def _quadratic(font: Any) -> None:
    """Turn the font's cubic curves into the quadratic ones of TrueType."""
    from fontTools.pens.cu2quPen import Cu2QuPen
    from fontTools.pens.ttGlyphPen import TTGlyphPen
    from fontTools.ttLib import newTable

    names, outlines, glyphs = font.getGlyphOrder(), font.getGlyphSet(), {}
    for name in names:
        pen = TTGlyphPen(None)
        outlines[name].draw(Cu2QuPen(pen, 1.0, reverse_direction=True))
        glyphs[name] = pen.glyph()
    font["loca"], font["glyf"] = newTable("loca"), newTable("glyf")
    font["glyf"].glyphs, font["glyf"].glyphOrder = glyphs, names
    maxp = font["maxp"]
    maxp.tableVersion = 0x00010000
    for field in "maxZones maxTwilightPoints maxStorage maxFunctionDefs maxInstructionDefs maxStackElements".split():
        setattr(maxp, field, 0)
    maxp.maxSizeOfInstructions = maxp.maxComponentElements = 0
    del font["CFF "]
    font.flavor, font.sfntVersion = None, "\x00\x01\x00\x00"


def main(folder: str, *names: str) -> int:
    """Write the documents in both formats."""
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    for name in names or DEFAULT:
        text = (CORPUS / name).read_text(encoding="utf-8")
        print(as_docx(text, place / f"{Path(name).stem}.docx"))
        print(as_pdf(text, place / f"{Path(name).stem}.pdf"))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
