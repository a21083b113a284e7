"""Plain text: paragraphs between blank lines, with headings, steps, warnings and captions by their own words.

The stored text is the file's own. A form feed begins a page.
"""

from __future__ import annotations

from assay.knowledge.document import ReadDocument
from assay.knowledge.reading.lines import FilePages, lines_of
from assay.knowledge.reading.paragraphs import pieces_of
from assay.knowledge.reading.pieces import blocks_of

MEDIA = "text/plain"


def read_plain(text: str, name: str) -> ReadDocument:
    """A text file as a document without a title."""
    pages = FilePages(text)
    return ReadDocument(MEDIA, "", pages.pages, blocks_of(pieces_of(lines_of(text), text), pages))
