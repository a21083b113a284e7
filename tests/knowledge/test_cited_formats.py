"""Corpus documents as Word and PDF read back as what they were: headings, tables, every word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from benchmarks.cited import make_formats
from benchmarks.cited.check_set import CORPUS

from assay.knowledge.document import BlockKind
from assay.knowledge.reading import read_file

TEXT = (CORPUS / "zh_interlock.md").read_text(encoding="utf-8")


def test_pieces_keep_tables_and_lists() -> None:
    found = list(
        make_formats.pieces("---\nv: 1\n---\n# A\n\n> **警告**：停。\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n- x\n1. y\n")
    )
    assert [piece.kind for piece in found] == ["heading", "warning", "table", "bullet", "step"]
    assert found[2].rows == (("a", "b"), ("1", "2"))
    assert found[1].text == "警告：停。"


@pytest.mark.parametrize("make", [make_formats.as_docx, make_formats.as_pdf])
def test_it_reads_back(make: object, tmp_path: Path) -> None:
    assert callable(make)
    path = tmp_path / ("a.docx" if make is make_formats.as_docx else "a.pdf")
    make(TEXT, path)
    read = read_file(path)
    stored = re.sub(r"\s", "", "".join(page.text for page in read.pages))
    for piece in make_formats.pieces(TEXT):
        for words in (piece.text, *(cell for row in piece.rows for cell in row)):
            assert re.sub(r"\s", "", words) in stored
    assert any(block.table and len(block.table.cells) >= 36 for block in read.blocks)
    assert sum(block.kind is BlockKind.HEADING for block in read.blocks) >= 4
