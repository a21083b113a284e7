"""What a file is, by its content; the name only tells Markdown, HTML and tables of text from plain text."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from enum import StrEnum

from assay.kernel.errors import InputError
from assay.knowledge.reading.limits import check_zip


class Kind(StrEnum):
    """The formats that are read."""

    PDF = "pdf"
    PICTURE = "picture"
    WORD = "word"
    EXCEL = "excel"
    SLIDES = "slides"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Sniffed:
    """A file's kind, and for a zip its parts."""

    kind: Kind
    archive: zipfile.ZipFile | None = None

    def opened(self, name: str) -> zipfile.ZipFile:
        """The zip of a kind that is one."""
        if self.archive is None:
            raise InputError("reading.broken", name=name)
        return self.archive


#: Endings that promise a kind; another content than promised is read as what it is, and said.
PROMISES = {
    Kind.PDF: {"pdf"},
    Kind.PICTURE: {"png", "jpg", "jpeg", "jpe", "jfif", "tif", "tiff", "bmp", "webp", "gif"},
    Kind.WORD: {"docx", "docm", "dotx", "dotm"},
    Kind.EXCEL: {"xlsx", "xlsm", "xltx", "xltm", "xlsb", "xls", "xlt", "et", "ods"},
    Kind.SLIDES: {"pptx", "pptm", "ppsx", "ppsm", "potx", "potm"},
}
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"GIF87a", b"GIF89a")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAIN = (
    (
        Kind.WORD,
        re.compile(r"(?:wordprocessingml\.(?:document|template)|ms-word\.(?:document|template))[\w.]*\.main\+xml"),
    ),
    (
        Kind.EXCEL,
        re.compile(r"(?:spreadsheetml\.(?:sheet|template)|ms-excel\.(?:sheet|template))[\w.]*\.main(?:\+xml)?"),
    ),
    (
        Kind.SLIDES,
        re.compile(r"(?:presentationml|ms-powerpoint)\.(?:presentation|slideshow|template)[\w.]*\.main\+xml"),
    ),
)


def sniff(data: bytes, name: str) -> Sniffed:
    """What the bytes are. Raises InputError for what cannot be read, with what to do instead."""
    if data[:1024].lstrip().startswith(b"%PDF-") or (b"%PDF-" in data[:1024] and b"endobj" in data):
        return Sniffed(Kind.PDF)
    if data.startswith(_PICTURES) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP") or _is_bitmap(data):
        return Sniffed(Kind.PICTURE)
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip(data, name)
    if data.startswith(_OLE):
        return _compound(data, name)
    if data[:1024].lstrip()[:5] == b"{\\rtf":
        raise InputError("reading.rtf", name=name)
    if data.startswith((b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf\x27\x1c", b"BZh", b"\xfd7zXZ\0")):
        raise InputError("reading.archive", name=name)
    front = data[:2000]
    if b'progid="Word.Document"' in front or b'progid="Excel.Sheet"' in front:
        raise InputError("reading.office_xml", name=name)
    if re.match(rb"(?:From|MIME-Version|Subject|Date|Content-Type):", front.lstrip(), re.IGNORECASE) and (
        b"multipart/related" in front
    ):
        raise InputError("reading.web_archive", name=name)
    return Sniffed(Kind.TEXT)


def ending(name: str) -> str:
    """The ending of a name, small, without its point."""
    stem, dot, end = name.rpartition(".")
    return end.lower() if dot and stem else ""


def other_name(kind: Kind, name: str) -> bool:
    """Whether the name promises another kind than the content is."""
    end = ending(name)
    promised = {one for one, endings in PROMISES.items() if end in endings}
    return bool(promised) and kind not in promised


def _is_bitmap(data: bytes) -> bool:
    return (
        data[:2] == b"BM"
        and len(data) > 26
        and data[6:10] == b"\0\0\0\0"
        and data[14:18] in (size.to_bytes(4, "little") for size in (12, 40, 52, 56, 64, 108, 124))
    )


def _zip(data: bytes, name: str) -> Sniffed:
    archive = check_zip(data, name)
    names = set(archive.namelist())
    if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
        media = archive.read("mimetype").decode("ascii", "replace").strip()
        if "opendocument.spreadsheet" in media:
            return Sniffed(Kind.EXCEL, archive)
        raise InputError("reading.open_document" if "opendocument" in media else "reading.archive", name=name)
    if "[Content_Types].xml" not in names:
        broken = not names or any(ending(name) in endings for endings in PROMISES.values())
        raise InputError("reading.broken" if broken else "reading.archive", name=name)
    types = archive.read("[Content_Types].xml").decode("utf-8", "replace")
    for kind, pattern in _MAIN:
        if pattern.search(types):
            return Sniffed(kind, archive)
    raise InputError("reading.unknown_office", name=name)


def _compound(data: bytes, name: str) -> Sniffed:
    """The older binary container of Office: what its streams are called tells what it is."""
    streams = data if len(data) < 50_000_000 else data[:25_000_000] + data[-25_000_000:]

    def has(stream: str) -> bool:
        return (stream.encode("utf-16-le") + b"\0\0") in streams

    if has("EncryptedPackage"):
        raise InputError("reading.password", name=name)
    if has("WordDocument"):
        raise InputError("reading.old_word", name=name)
    if has("PowerPoint Document"):
        raise InputError("reading.old_slides", name=name)
    if has("Workbook") or has("Book"):
        return Sniffed(Kind.EXCEL)
    raise InputError("reading.unknown", name=name)
