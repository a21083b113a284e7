"""Files that are text: which of Markdown, HTML, a table of text or plain text one is."""

from __future__ import annotations

import re
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
    if ending(name) in ("csv", "tsv", "tab"):
        from assay.knowledge.reading.delimited import read_delimited

        if (table := read_delimited(text, name, tabs=ending(name) != "csv")) is not None:
            return table
    if looks_like_html(text, name):
        from assay.knowledge.reading.html import read_html

        return read_html(text, name)
    from assay.knowledge.reading.plain import read_plain

    return read_plain(text, name)


def looks_like_html(text: str, name: str) -> bool:
    """Whether text is a page: it begins like one, or is named like one and has elements."""
    front = text[:4000].lstrip().lower()
    if front.startswith(("<!doctype html", "<html")) or ("<html" in front and front.startswith(("<?xml", "<!--"))):
        return True
    return (
        ending(name) in ("html", "htm", "xhtml", "shtml") and re.search(r"</?[a-z][a-z0-9]*[\s>/]", front) is not None
    )
