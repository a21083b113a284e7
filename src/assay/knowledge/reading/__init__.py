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
        kind = note(f"kind_{sniffed.kind}")
        other = note("other_name", name=name, kind_zh=kind["zh"], kind_en=kind["en"])
        read = replace(read, notes=(other, *read.notes))
    if not read.blocks:
        read = replace(read, notes=(*read.notes, note("no_text")))
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
        case Kind.WORD:
            from assay.knowledge.reading.word import read_word

            return read_word(sniffed.opened(name), name)
        case Kind.EXCEL:
            from assay.knowledge.reading.excel import read_excel

            return read_excel(data, sniffed.archive, name)
        case Kind.SLIDES:
            from assay.knowledge.reading.slides import read_slides

            return read_slides(data, sniffed.opened(name), name)
        case Kind.TEXT:
            from assay.knowledge.reading.textual import read_textual

            return read_textual(data, name)
