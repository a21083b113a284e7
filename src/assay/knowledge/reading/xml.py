"""XML from strangers: no entities, no network, no huge trees; and the namespaces of the office formats."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Mapping
from typing import TYPE_CHECKING

from assay.kernel.errors import InputError

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
#: The strict form of the standard (ISO/IEC 29500-1) has namespaces of its own for the same elements.
_STRICT = (
    (b"http://purl.oclc.org/ooxml/wordprocessingml/main", W[1:-1].encode()),
    (b"http://purl.oclc.org/ooxml/spreadsheetml/main", S[1:-1].encode()),
    (b"http://purl.oclc.org/ooxml/officeDocument/relationships", R[1:-1].encode()),
    (b"http://purl.oclc.org/ooxml/officeDocument/math", MATH[1:-1].encode()),
)


def parse(data: bytes, name: str) -> Element:
    """The root of a part. Raises InputError where it is no well-formed XML."""
    from lxml import etree

    for strict, usual in _STRICT:
        data = data.replace(strict, usual)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise InputError("reading.broken", name=name) from error


class Package:
    """The parts of an office file by their paths, and what each refers to."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self.archive, self.name = archive, name
        self.paths = frozenset(archive.namelist())

    def bytes(self, path: str) -> bytes:
        """A part's content. Raises InputError where it is missing or damaged."""
        try:
            return self.archive.read(path)
        except (KeyError, zipfile.BadZipFile, OSError, ValueError, EOFError) as error:
            raise InputError("reading.broken", name=self.name) from error

    def root(self, path: str) -> Element:
        """A part of XML."""
        return parse(self.bytes(path), self.name)

    def targets(self, path: str) -> Mapping[str, tuple[str, str]]:
        """What a part refers to inside the file: id -> (the last word of the reference's type, path)."""
        folder, base = posixpath.split(path)
        rels = posixpath.join(folder, "_rels", f"{base}.rels")
        if rels not in self.paths:
            return {}
        found = {}
        for one in self.root(rels):
            if one.get("TargetMode") == "External":
                continue
            target = one.get("Target", "")
            full = posixpath.normpath(target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target))
            found[one.get("Id", "")] = (one.get("Type", "").rpartition("/")[2], full)
        return found

    def of_type(self, path: str, kind: str) -> list[str]:
        """Paths of the parts of a type that a part refers to and that are there."""
        return [full for word, full in self.targets(path).values() if word == kind and full in self.paths]

    def main(self) -> str:
        """The path of the main part."""
        found = self.of_type("", "officeDocument")
        if not found:
            raise InputError("reading.broken", name=self.name)
        return found[0]

    def embedded(self) -> list[str]:
        """Names of files inside the file; they are never opened."""
        return sorted(posixpath.basename(path) for path in self.paths if "/embeddings/" in path)

    def macros(self) -> bool:
        """Whether the file carries macros; they are never run."""
        return any(posixpath.basename(path).lower().startswith("vbaproject") for path in self.paths)
