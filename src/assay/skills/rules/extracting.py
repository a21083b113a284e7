"""Documents for the grammar: a file, or a document of a library as somebody may read it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assay.kernel.errors import InputError, IntegrityError
from assay.skills.rules.extract import Extracted, extract
from assay.skills.rules.rulesfile import rule_data

if TYPE_CHECKING:
    from assay.skills.rules.tools import ExtractArguments


def digest(path: Path) -> str:
    """SHA-256 of a file's content. Raises InputError where there is no such file."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise InputError("rules.no_file", path=path) from error


def extracted(arguments: ExtractArguments) -> dict[str, Any]:
    """The rules and the unread clauses as plain data, with the document's name, version and hash."""
    if bool(arguments.path) == bool(arguments.library):
        raise InputError("rules.source_two")
    found, source = _of_file(arguments) if arguments.path else _of_library(arguments)
    return {
        "source": source,
        "rules": [rule_data(rule) for rule in found.rules],
        "unread": [one.model_dump(mode="json") for one in found.unread],
        "counts": {"rules": len(found.rules), "unread": len(found.unread)},
        "unclear": sum(bool(rule.doubts) for rule in found.rules),
    }


def _of_file(arguments: ExtractArguments) -> tuple[Extracted, dict[str, str]]:
    from assay.knowledge.passages import cut
    from assay.knowledge.reading import read_file

    path = Path(arguments.path)
    if digest(path) != arguments.sha256:
        raise IntegrityError("rules.file_changed", path=path)
    read = read_file(path)
    version = read.stated.version or "1"
    found = extract(cut(read, path.name, version), read.slice, read.doubts)
    return found, {"document": path.name, "version": version, "sha256": arguments.sha256}


def _of_library(arguments: ExtractArguments) -> tuple[Extracted, dict[str, str]]:
    from assay.knowledge.access import AccessBook
    from assay.knowledge.document import Page, Span
    from assay.knowledge.library import Library
    from assay.knowledge.rights import Asker

    book = AccessBook.load(Path(arguments.access)) if arguments.access else None
    with Library.open(arguments.library, access=book) as library:
        reader = library.reader(Asker(arguments.user, frozenset(arguments.groups)))
        info = reader.info(arguments.document, arguments.version)
        pages: dict[int, Page] = {}

        def words(span: Span) -> str:
            if span.page not in pages:
                pages[span.page] = reader.page(info.id, info.version, span.page)
            return pages[span.page].slice(span)

        passages = reader.passages(info.id, info.version)
        found = extract(passages, words, reader.doubts(info.id, info.version))
    return found, {"document": info.name, "version": info.version, "sha256": info.sha256}
