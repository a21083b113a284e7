"""Files to documents: one way in for every format, by content and not by name.

PDF and pictures, Word, Excel, PowerPoint, HTML, Markdown, text and tables of text. Nothing in a file is run, nothing
is fetched, and what cannot be read is said in a sentence.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from assay.kernel.texts import register_texts

if TYPE_CHECKING:
    from assay.knowledge.document import ReadDocument
    from assay.knowledge.reading.sniff import Sniffed

register_texts("reading", "assay.knowledge.reading")


def read_file(path: Path | str, *, ocr: bool = True) -> ReadDocument:
    """A file as a document. ``ocr`` recognises text in scanned pages and pictures.

    Raises InputError for what cannot be read and BusyError for a file that changes while it is read.
    """
    from assay.knowledge.reading.limits import load

    path = Path(path)
    return read_bytes(load(path), path.name, ocr=ocr)


def read_bytes(data: bytes, name: str, *, ocr: bool = True) -> ReadDocument:
    """A file's content as a document; ``name`` is shown, and its ending tells kinds of text apart."""
    from assay.knowledge.reading.limits import check_size
    from assay.knowledge.reading.notes import note
    from assay.knowledge.reading.sniff import other_name, sniff
    from assay.knowledge.reading.validity import with_stated

    check_size(len(data), name)
    sniffed = sniff(data, name)
    read = _read(data, name, sniffed, ocr=ocr)
    if other_name(sniffed.kind, name):
        read = replace(read, notes=(note("other_name", name=name, media=read.media), *read.notes))
    return with_stated(read if read.title else replace(read, title=PurePath(name).stem))


def _read(data: bytes, name: str, sniffed: Sniffed, *, ocr: bool) -> ReadDocument:
    from assay.knowledge.reading.sniff import Kind

    match sniffed.kind:
        case Kind.PDF:
            from assay.knowledge.reading.pdf import read_pdf

            return read_pdf(data, name, ocr=ocr)
        case Kind.PICTURE:
            from assay.knowledge.reading.pdf import read_picture

            return read_picture(data, name, ocr=ocr)
        case _:
            from assay.knowledge.reading.textual import read_textual

            return read_textual(data, name)
