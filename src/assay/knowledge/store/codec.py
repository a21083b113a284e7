"""Documents as bytes: what the database stores, and what the process that reads files hands back."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from assay.knowledge.document import Block, Box, Doubt, Page, ReadDocument, Stated
from assay.knowledge.passage import Passage

if TYPE_CHECKING:
    from pydantic import TypeAdapter

    from assay.knowledge.document import Boxes

_BOXES_KEPT = 16
"""Places are kept in sixteenths of a point: finer than anybody sees, and they pack to a fraction."""
_NOWHERE = -(2**31)


@cache
def _adapter(kind: str) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter

    kinds: dict[str, Any] = {
        "blocks": tuple[Block, ...],
        "passage": Passage,
        "doubts": tuple[Doubt, ...],
        "stated": Stated,
        "boxes": tuple[Box, ...],
    }
    return TypeAdapter(kinds[kind])


def pack_blocks(blocks: Sequence[Block]) -> bytes:
    """Blocks, compressed."""
    return zlib.compress(_adapter("blocks").dump_json(tuple(blocks)), 6)


def unpack_blocks(content: bytes) -> tuple[Block, ...]:
    """The blocks that were packed."""
    made: tuple[Block, ...] = _adapter("blocks").validate_json(zlib.decompress(content))
    return made


def pack_passage(passage: Passage) -> bytes:
    """A passage, compressed."""
    return zlib.compress(_adapter("passage").dump_json(passage), 6)


def unpack_passage(content: bytes) -> Passage:
    """The passage that was packed."""
    made: Passage = _adapter("passage").validate_json(zlib.decompress(content))
    return made


def pack_boxes(boxes: Boxes | None) -> bytes | None:
    """A page's boxes in sixteenths of a point, as differences from character to character, compressed."""
    if boxes is None:
        return None
    import numpy as np

    scaled = np.rint(np.nan_to_num(boxes.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0) * _BOXES_KEPT)
    whole = np.clip(scaled, -(2**30), 2**30).astype(np.int64)
    there = np.isfinite(boxes).all(axis=1)
    # A character without a place is skipped: the next one's step counts from the last that had one.
    steps = np.full(boxes.shape, _NOWHERE, dtype="<i4")
    steps[there] = np.diff(whole[there], axis=0, prepend=np.zeros((1, 4), dtype=np.int64)).astype("<i4")
    return zlib.compress(np.ascontiguousarray(steps.T).tobytes(), 6)


def unpack_boxes(content: bytes | None) -> Boxes | None:
    """The boxes that were packed."""
    if content is None:
        return None
    import numpy as np

    steps = np.frombuffer(zlib.decompress(content), dtype="<i4").reshape(4, -1).T.astype(np.int64)
    there = (steps != _NOWHERE).all(axis=1)
    boxes: Boxes = np.full(steps.shape, np.nan, dtype=np.float32)
    boxes[there] = np.cumsum(steps[there], axis=0) / _BOXES_KEPT
    return boxes


def pack_read(read: ReadDocument) -> bytes:
    """A whole document, for the way from the process that read it."""
    pages = [
        {
            "number": page.number,
            "text": page.text,
            "width": page.width,
            "height": page.height,
            "scanned": page.scanned,
            "label": page.label,
            "boxes": None if page.boxes is None else (pack_boxes(page.boxes) or b"").hex(),
        }
        for page in read.pages
    ]
    whole = {
        "media": read.media,
        "title": read.title,
        "pages": pages,
        "blocks": _adapter("blocks").dump_python(read.blocks, mode="json"),
        "stated": _adapter("stated").dump_python(read.stated, mode="json"),
        "doubts": _adapter("doubts").dump_python(read.doubts, mode="json"),
        "notes": [dict(note) for note in read.notes],
        "number": read.number,
    }
    return json.dumps(whole, ensure_ascii=False).encode("utf-8")


def unpack_read(content: bytes) -> ReadDocument:
    """The document that was packed; ValueError for anything else."""
    whole = json.loads(content.decode("utf-8"))
    pages = tuple(
        Page(**{**page, "boxes": None if page["boxes"] is None else unpack_boxes(bytes.fromhex(page["boxes"]))})
        for page in whole["pages"]
    )
    return ReadDocument(
        media=whole["media"],
        title=whole["title"],
        pages=pages,
        blocks=tuple(_adapter("blocks").validate_python(whole["blocks"])),
        stated=_adapter("stated").validate_python(whole["stated"]),
        doubts=tuple(_adapter("doubts").validate_python(whole["doubts"])),
        notes=tuple(whole["notes"]),
        number=whole["number"],
    )


def storable(read: ReadDocument) -> ReadDocument:
    """The document with each NUL and lone surrogate as U+FFFD: no database keeps them. Positions stay."""
    pages = tuple(replace(page, text=_clean(page.text), label=_clean(page.label)) for page in read.pages)
    if all(new.text == old.text and new.label == old.label for new, old in zip(pages, read.pages, strict=True)):
        return replace(read, title=_clean(read.title))
    blocks = tuple(_clean_block(block) for block in read.blocks)
    return replace(read, title=_clean(read.title), pages=pages, blocks=blocks)


def _clean_block(block: Block) -> Block:
    table = block.table
    if table is not None:
        table = replace(table, cells=tuple(replace(cell, text=_clean(cell.text)) for cell in table.cells))
    return replace(block, number=_clean(block.number), table=table)


def _clean(words: str) -> str:
    if "\0" not in words and words.isascii():
        return words
    return "".join("\ufffd" if one == "\0" or "\ud800" <= one <= "\udfff" else one for one in words)
