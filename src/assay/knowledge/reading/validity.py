"""What a document says of its own version and validity."""

from __future__ import annotations

from dataclasses import replace

from assay.knowledge.document import ReadDocument


def with_stated(read: ReadDocument) -> ReadDocument:
    """The document with what it says of itself."""
    return replace(read)
