"""The formatter over files: plain text, and the pieces of text in the XML of TwinCAT."""

from __future__ import annotations

import re
from pathlib import Path

from assay.kernel.errors import InputError
from assay.skills.plc.front.encoding import encode
from assay.skills.plc.front.files import read_text
from assay.skills.plc.front.format import format_body, format_text
from assay.skills.plc.front.guess import guess_dialect
from assay.skills.plc.front.parser import parse
from assay.skills.plc.front.plcopen import is_plcopen
from assay.skills.plc.front.source import Dialect, Source
from assay.skills.plc.front.twincat import is_twincat
from assay.skills.plc.front.xmltree import read_xml

_PART = re.compile(r"(<(Declaration|ST)><!\[CDATA\[)(.*?)(\]\]></\2>)", re.DOTALL)


def format_file(path: Path, dialect: Dialect | None = None) -> tuple[bytes, bytes, bool]:
    """A file's bytes before and after, and whether it could be read without errors (with errors nothing changes).

    Encoding, byte-order mark and ends of lines stay. Raises InputError for what is no program text.
    """
    text, encoding = read_text(path)
    before = encode(text, encoding)
    if not text.lstrip("\ufeff \t\r\n").startswith("<"):
        mark = "\ufeff" if text.startswith("\ufeff") else ""
        source = Source(str(path), text[len(mark) :], dialect or guess_dialect(text, path.suffix))
        return before, encode(mark + format_text(source), encoding), parse(source).ok
    root = read_xml(text, str(path))
    if is_plcopen(root):
        raise InputError("plc_front.format_plcopen", file=str(path))
    if not is_twincat(root):
        raise InputError("plc_front.xml_other", file=str(path), root=root.tag[:60])
    new = _PART.sub(lambda found: found[1] + _part(found[2], found[3], str(path)) + found[4], text)
    return before, encode(new, encoding), True


def _part(tag: str, text: str, name: str) -> str:
    """A declaration or a body; the end of its last line stays as it was."""
    source = Source(name, text, "twincat")
    done = format_body(text, source) if tag == "ST" else format_text(source)
    if done == text:
        return text
    tail = text[len(text.rstrip()) :]
    return done.rstrip() + tail
