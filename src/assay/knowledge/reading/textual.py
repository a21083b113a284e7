"""Files that are text: which of Markdown, HTML, a table of text or plain text one is."""

from __future__ import annotations

from dataclasses import replace

from assay.kernel.errors import InputError
from assay.knowledge.document import ReadDocument
from assay.knowledge.reading.decoding import decode
from assay.knowledge.reading.notes import note
from assay.knowledge.reading.sniff import ending

_MARKDOWN = frozenset({"md", "markdown", "mdown", "mkd", "mdx", "qmd", "rmd"})


def read_textual(data: bytes, name: str) -> ReadDocument:
    """The document of a file of text, with notes on how it was decoded. Raises InputError where it is no text."""
    decoded = decode(data, name)
    if not decoded.text.strip():
        raise InputError("reading.empty", name=name)
    read = _read(decoded.text, name)
    return replace(read, notes=(*(note(key) for key in decoded.notes), *read.notes))


def _read(text: str, name: str) -> ReadDocument:
    if ending(name) in _MARKDOWN:
        from assay.knowledge.reading.markdown import read_markdown

        return read_markdown(text, name)
    from assay.knowledge.reading.plain import read_plain

    return read_plain(text, name)
