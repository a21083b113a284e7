"""What is asked for and told when files are added: which files, under which names, with which rights and validity."""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path

from assay.kernel.errors import AssayError, InputError


@dataclass(frozen=True, slots=True)
class AddOptions:
    """What a person says of the files; None and empty leave it to the document, or to what was said before.

    ``groups`` may read them (a new document of which nothing is said is everybody's). ``name`` is the name of one
    file, or stands before the names of a folder's files. ``replaces`` are ids, names, titles or numbers of documents.
    """

    groups: tuple[str, ...] | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    replaces: tuple[str, ...] = ()
    owner: str | None = None
    version: str | None = None
    name: str | None = None
    ocr: bool = True


class AddState(StrEnum):
    """What became of a file."""

    ADDED = "added"
    UPDATED = "updated"  # a new version of a document that was there
    CHANGED = "changed"  # the same content, with other rights, validity or owner
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Added:
    """What became of one file. ``unresolved`` are names that it says it replaces and that no document has."""

    path: Path
    name: str
    state: AddState
    document: str = ""
    version: str = ""
    pages: int = 0
    doubts: int = 0
    groups: tuple[str, ...] = ()
    unresolved: tuple[str, ...] = ()
    notes: tuple[dict[str, str], ...] = ()
    error: AssayError | None = None


@dataclass(slots=True)
class AddReport:
    """What became of all files, in the order in which they were done."""

    items: list[Added] = field(default_factory=list)

    def count(self, state: AddState) -> int:
        """How many files ended so."""
        return sum(item.state is state for item in self.items)


@dataclass(frozen=True, slots=True)
class Source:
    """A file with the name that it gets in the library."""

    path: Path
    name: str

    @property
    def document(self) -> str:
        """The document's id."""
        return document_id(self.name)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What shows cheaply that a file is the same: size, times of its last change, place on the disk."""

    size: int
    modified: int
    inode: str


def document_id(name: str) -> str:
    """A document's id follows from its name alone, so that it says nothing of other documents."""
    return "doc_" + hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def sources(paths: Sequence[Path], name: str | None = None, *, empty: bool = False) -> list[Source]:
    """The files to add, each once, by name. A folder's files are named by their path inside it.

    Hidden files, and those that an editor keeps beside an open one, are left out. InputError for a path that is not
    there, for no file at all (unless ``empty``), and for two files of one name.
    """
    found: dict[str, Source] = {}
    for path in paths:
        for source in _of_path(path, name, alone=len(paths) == 1):
            other = found.setdefault(source.name, source)
            if other.path != source.path:
                raise InputError("knowledge.same_name", name=source.name, first=other.path, second=source.path)
    if not found and not empty:
        raise InputError("knowledge.nothing_to_add", path=", ".join(str(path) for path in paths))
    return [found[name] for name in sorted(found)]


def _of_path(path: Path, name: str | None, *, alone: bool) -> Iterator[Source]:
    full = Path(os.path.abspath(path.expanduser()))
    if full.is_dir():
        for file in _files(full):
            inside = file.relative_to(full).as_posix()
            yield Source(file, _safe(f"{name.rstrip('/')}/{inside}" if name else inside))
    elif full.exists():
        if name and not alone:
            raise InputError("knowledge.name_for_many", name=name)
        yield Source(full, _safe(name or full.name))
    else:
        raise InputError("knowledge.path_missing", path=path)


def _files(folder: Path) -> Iterable[Path]:
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(one for one in folders if not one.startswith("."))
        for name in sorted(names):
            if not name.startswith((".", "~$")) and (file := Path(here, name)).is_file():
                yield file


def _safe(name: str) -> str:
    """A name that every database keeps, the same on every system: composed (NFC), U+FFFD for what is no UTF-8."""
    return unicodedata.normalize("NFC", os.fsencode(name).decode("utf-8", "replace"))


def stamp(path: Path) -> Stamp:
    """A file's stamp; InputError for one that cannot be looked at."""
    try:
        found = path.stat()
    except OSError as error:
        raise InputError("knowledge.file_unreadable", path=path, problem=error.strerror or error) from None
    # The change time too: a program may set the other back.
    return Stamp(found.st_size, found.st_mtime_ns, f"{found.st_ino}:{found.st_ctime_ns}")
