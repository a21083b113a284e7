"""What a file must be before anything reads it: a regular file, not too big, unchanged, and no bomb.

The office formats are zips of XML, so each of their parts is unpacked once, counted and looked through before a library
sees it: what a part says of its own size may be a lie. A document type declaration (the way to entity bombs) has no
place in an office file, so a part that holds one is refused (ECMA-376 part 2, 8.1.4).
"""

from __future__ import annotations

import io
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from assay.kernel.errors import BusyError, InputError

ENVIRONMENT = "ASSAY_KNOWLEDGE_MAX_MB"
DEFAULT_MB = 500
ENTRIES = 20_000
#: Unpacked bytes: in all, and in one part of XML (a tree in memory is ten times that).
UNPACKED = 1_500_000_000
PART = 300_000_000
#: Above this many unpacked bytes a part may not be more than this many times its packed size.
RATIO_FROM, RATIO = 20_000_000, 250
_CHUNK = 1 << 20
_DECLARATIONS = tuple(mark.encode(code) for mark in ("<!DOCTYPE", "<!ENTITY") for code in ("ascii", "utf-16-le"))


def largest() -> int:
    """The most bytes that a file may have: the environment's ASSAY_KNOWLEDGE_MAX_MB, else 500 MB."""
    stated = os.environ.get(ENVIRONMENT, "").strip()
    if not stated:
        return DEFAULT_MB * 1_000_000
    if not stated.isascii() or not stated.isdigit() or int(stated) == 0:
        raise InputError("reading.limit_wrong", variable=ENVIRONMENT, value=stated[:40])
    return int(stated) * 1_000_000


def load(path: Path) -> bytes:
    """The bytes of a file. Raises InputError for what is no readable file, BusyError for one that changes meanwhile."""
    try:
        before = path.stat()
        if stat.S_ISDIR(before.st_mode):
            raise InputError("reading.folder", name=path.name)
        if not stat.S_ISREG(before.st_mode):
            raise InputError("reading.no_file", name=path.name)
        check_size(before.st_size, path.name)
        with path.open("rb") as file:
            data = file.read(before.st_size + 1)
            after = os.fstat(file.fileno())
    except FileNotFoundError as error:
        raise InputError("reading.missing", name=path.name) from error
    except (OSError, ValueError) as error:  # a name with a NUL is a ValueError
        problem = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise InputError("reading.unreadable", name=path.name, problem=problem) from error
    kept = (before.st_ino, before.st_size, before.st_mtime_ns)
    if len(data) != before.st_size or (after.st_ino, after.st_size, after.st_mtime_ns) != kept:
        raise BusyError("reading.changing", name=path.name)
    return data


def check_size(size: int, name: str) -> None:
    """Neither empty nor over the limit. Raises InputError."""
    if size == 0:
        raise InputError("reading.empty", name=name)
    limit = largest()
    if size > limit:
        raise InputError("reading.too_big", name=name, size=size / 1e6, limit=limit // 1_000_000, variable=ENVIRONMENT)


def check_zip(data: bytes, name: str) -> zipfile.ZipFile:
    """An office file's zip, every part of it unpacked once within the bounds. Raises InputError."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = archive.infolist()
        if len(entries) > ENTRIES or sum(entry.file_size for entry in entries) > UNPACKED:
            raise InputError("reading.bomb", name=name)
        if len({entry.filename for entry in entries}) != len(entries):
            raise InputError("reading.broken", name=name)
        total = 0
        for entry in entries:
            total += _unpacked(data, entry, name)
            if total > UNPACKED:
                raise InputError("reading.bomb", name=name)
    except (zipfile.BadZipFile, zlib.error, ValueError, EOFError, OSError, NotImplementedError) as error:
        raise InputError("reading.broken", name=name) from error
    return archive


def _unpacked(data: bytes, entry: zipfile.ZipInfo, name: str) -> int:
    """How many bytes a part really has."""
    if entry.flag_bits & 0x1:
        raise InputError("reading.password", name=name)
    pieces = entry.filename.replace("\\", "/").split("/")
    if ".." in pieces or pieces[0].endswith(":") or (pieces[0] == "" and len(pieces) > 1):
        raise InputError("reading.broken", name=name)
    is_xml = entry.filename.lower().endswith((".xml", ".rels", ".vml"))
    size, checksum, tail = 0, 0, b""
    for chunk in _chunks(data, entry, name):
        size, checksum = size + len(chunk), zlib.crc32(chunk, checksum)
        if size > entry.file_size or (is_xml and size > PART):
            raise InputError("reading.bomb", name=name)
        if size > RATIO_FROM and size > RATIO * max(entry.compress_size, 1):
            raise InputError("reading.bomb", name=name)
        if is_xml:
            window = tail + chunk
            if any(mark in window for mark in _DECLARATIONS):
                raise InputError("reading.entities", name=name)
            tail = chunk[-32:]
    if size != entry.file_size or checksum != entry.CRC:
        raise InputError("reading.broken", name=name)
    return size


def _chunks(data: bytes, entry: zipfile.ZipInfo, name: str) -> Iterator[bytes]:
    """A part's content as the deflate stream really is, not as its header says."""
    head = entry.header_offset
    if data[head : head + 4] != b"PK\x03\x04":
        raise InputError("reading.broken", name=name)
    begin = head + 30 + int.from_bytes(data[head + 26 : head + 28], "little")
    begin += int.from_bytes(data[head + 28 : head + 30], "little")
    packed = memoryview(data)[begin : begin + entry.compress_size]
    if len(packed) != entry.compress_size:
        raise InputError("reading.broken", name=name)
    if entry.compress_type == zipfile.ZIP_STORED:
        yield from (bytes(packed[at : at + _CHUNK]) for at in range(0, len(packed), _CHUNK))
        return
    if entry.compress_type != zipfile.ZIP_DEFLATED:
        raise InputError("reading.broken", name=name)
    machine, rest = zlib.decompressobj(-15), bytes(packed)
    while rest and not machine.eof:
        yield machine.decompress(rest, _CHUNK)
        rest = machine.unconsumed_tail
    if entry.file_size and not machine.eof:
        yield machine.flush()
