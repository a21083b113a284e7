"""What is asked for and told when files are added: which files, under which names, with which rights and validity."""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections.abc import Iterator, Sequence
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


_OF_THE_SYSTEM = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini"})
"""What Windows keeps in folders beside people's files."""


@dataclass(slots=True)
class AddReport:
    """What became of all files, in the order in which they were done.

    ``left_out`` are links in a folder that lead out of it.
    """

    items: list[Added] = field(default_factory=list)
    left_out: tuple[Path, ...] = ()

    def count(self, state: AddState) -> int:
        """How many files ended so."""
        return sum(item.state is state for item in self.items)


@dataclass(frozen=True, slots=True)
class Source:
    """A file with the name that it gets in the library; ``root`` is the folder that it was found in."""

    path: Path
    name: str
    root: Path | None = None

    @property
    def document(self) -> str:
        """The document's id."""
        return document_id(self.name)

    def check_inside(self) -> None:
        """InputError for a file of a folder that has become a link out of it since it was found."""
        if self.root is not None and not Path(os.path.realpath(self.path)).is_relative_to(self.root):
            raise InputError("knowledge.link_outside", path=self.path)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What shows cheaply that a file is the same: size, times of its last change, place on the disk."""

    size: int
    modified: int
    inode: str


def document_id(name: str) -> str:
    """A document's id follows from its name alone, so that it says nothing of other documents."""
    return "doc_" + hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Files:
    """The files of some paths, each once, by name; ``left_out`` are links in a folder that lead out of it."""

    sources: list[Source]
    left_out: tuple[Path, ...] = ()


def sources(paths: Sequence[Path], name: str | None = None, *, empty: bool = False) -> Files:
    """The files to add, each once, by name. A folder's files are named by their path inside it.

    Hidden files, and those that an editor keeps beside an open one, are left out, and so is a link that leads out of
    its folder: whoever may write there could publish with it whatever the one who adds may read. A path that was
    named itself may be a link. InputError for a path that is not there, for no file at all (unless ``empty``), and
    for two files of one name.
    """
    found: dict[str, Source] = {}
    outside: list[Path] = []
    for path in paths:
        for source in _of_path(path, name, outside, alone=len(paths) == 1):
            other = found.setdefault(source.name, source)
            if other.path != source.path:
                raise InputError("knowledge.same_name", name=source.name, first=other.path, second=source.path)
    if not found and not outside and not empty:
        raise InputError("knowledge.nothing_to_add", path=", ".join(str(path) for path in paths))
    return Files([found[name] for name in sorted(found)], tuple(outside))


def _of_path(path: Path, name: str | None, outside: list[Path], *, alone: bool) -> Iterator[Source]:
    full = Path(os.path.abspath(path.expanduser()))
    if full.is_dir():
        root = Path(os.path.realpath(full))
        for file in _files(full, root, outside):
            inside = file.relative_to(full).as_posix()
            yield Source(file, _safe(f"{name.rstrip('/')}/{inside}" if name else inside), root)
    elif full.exists():
        if name and not alone:
            raise InputError("knowledge.name_for_many", name=name)
        yield Source(full, _safe(name or full.name))
    else:
        raise InputError("knowledge.path_missing", path=path)


def _files(folder: Path, root: Path, outside: list[Path]) -> list[Path]:
    """A folder's files; ``outside`` gets the links that lead out of it.

    A link to a file inside is taken where the file itself is not, because it is hidden, and only the first one.
    """
    found: dict[Path, Path] = {}
    links: list[Path] = []
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(one for one in folders if not one.startswith("."))
        links += [path for one in folders if (path := Path(here, one)).is_symlink()]
        for name in sorted(names):
            if name.startswith((".", "~$")) or name.casefold() in _OF_THE_SYSTEM:
                continue
            file = Path(here, name)
            if file.is_symlink():
                links.append(file)
            elif file.is_file():
                found[Path(os.path.realpath(file))] = file
    for link in links:
        target = Path(os.path.realpath(link))
        if not target.is_relative_to(root):
            outside.append(link)
        elif target.is_file():
            found.setdefault(target, link)
    return list(found.values())


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
