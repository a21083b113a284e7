"""Plain text: paragraphs between blank lines, with headings, steps, warnings and captions by their own words.

The stored text is the file's own. A form feed begins a page.
"""

from __future__ import annotations

from assay.knowledge.document import ReadDocument
from assay.knowledge.reading.lines import FilePages, lines_of
from assay.knowledge.reading.paragraphs import pieces_of
from assay.knowledge.reading.pieces import blocks_of
from assay.knowledge.reading.titles import title_line

MEDIA = "text/plain"


def read_plain(text: str, name: str) -> ReadDocument:
    """A text file as a document; its title is its first line, if that ends as titles do."""
    pages = FilePages(text)
    blocks = blocks_of(pieces_of(lines_of(text), text), pages)
    return ReadDocument(MEDIA, title_line(pages.pages, blocks), pages.pages, blocks)
