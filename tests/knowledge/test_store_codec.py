"""Documents as bytes and back."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from assay.knowledge.document import Block, BlockKind, Cell, Doubt, Page, ReadDocument, Span, Stated, Table
from assay.knowledge.store import codec

places = st.one_of(st.just(np.nan), st.floats(-10, 3000, width=32))


@given(arrays(np.float32, st.tuples(st.integers(0, 40), st.just(4)), elements=places))
def test_boxes_come_back_to_a_sixteenth_of_a_point(boxes: np.ndarray) -> None:
    made = codec.unpack_boxes(codec.pack_boxes(boxes))
    there = np.isfinite(boxes).all(axis=1)
    assert made is not None and made.dtype == np.float32 and made.shape == boxes.shape
    np.testing.assert_allclose(made[there], boxes[there], atol=1 / 32 + 1e-4)
    assert np.isnan(made[~there]).all()
    again = codec.unpack_boxes(codec.pack_boxes(made))
    np.testing.assert_array_equal(again, made)


def test_no_boxes() -> None:
    assert codec.unpack_boxes(codec.pack_boxes(None)) is None


def document(words: str) -> ReadDocument:
    span = Span(1, 0, len(words))
    table = Table((Cell(0, 0, span, words),), unit=span, conditions=(0,))
    blocks = (Block(BlockKind.TABLE, (span, span), 2, "5.3", table),)
    boxes = np.tile(np.array([[1.0, 2.0, 3.5, 4.0]], dtype=np.float32), (len(words), 1))
    pages = (Page(1, words, 595.0, 842.0, boxes, True, "iv"), Page(2, ""))
    notes = ({"zh": "注", "en": "note"},)
    return ReadDocument(
        "PDF", "手册", pages, blocks, Stated("B", replaces=("A",)), (Doubt(span, "x", {"v": "1"}),), notes, "SM-1"
    )


def test_a_whole_document_comes_back() -> None:
    before = document("温度 85 ℃")
    after = codec.unpack_read(codec.pack_read(before))
    np.testing.assert_array_equal(after.pages[0].boxes, before.pages[0].boxes)
    assert after.pages[1] == before.pages[1] and after.pages[0].sha256 == before.pages[0].sha256
    for part in ("media", "title", "blocks", "stated", "doubts", "notes", "number"):
        assert getattr(after, part) == getattr(before, part)


def test_characters_that_no_database_keeps_become_signs_of_the_same_length() -> None:
    made = codec.storable(document("a\0b\ud800c"))
    assert made.pages[0].text == "a\ufffdb\ufffdc"
    (block,) = made.blocks
    assert block.table is not None and block.table.cells[0].text == "a\ufffdb\ufffdc"
    kept = document("温度")
    assert codec.storable(kept).pages[0].text == "温度" and codec.storable(kept).blocks == kept.blocks
