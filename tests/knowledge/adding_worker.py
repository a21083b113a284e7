"""Adds a folder to a library and prints each file as it is done; for ``test_library_faults``."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from assay.kernel.errors import InputError
from assay.knowledge.document import Block, BlockKind, Page, ReadDocument, Span
from assay.knowledge.indexing import Indexer
from assay.knowledge.library import Library

STOPS_AT = sys.argv[3] if __name__ == "__main__" and len(sys.argv) > 3 else ""
"""The file at which it waits for ever."""


def read(data: bytes, name: str) -> ReadDocument:
    if STOPS_AT == name:
        threading.Event().wait()
    try:
        words = data.decode()
    except UnicodeDecodeError as error:
        raise InputError("reading.unreadable", name=name, problem=error.reason) from error
    block = Block(BlockKind.PARAGRAPH, (Span(1, 0, len(words)),))
    return ReadDocument("text/plain", name, (Page(1, words),), (block,))


def main(place: Path, folder: Path) -> None:
    """Add and tell."""
    with Library.open(place, read=read, indexer=Indexer(None)) as library:
        report = library.add([folder], progress=lambda item, done, of: print(item.name, item.state.value, flush=True))
    print("end", *(str(item.error) for item in report.items if item.error), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
