"""The question set's documents in a library, of which some say something else for a while.

A document that changes is taken out and added again with its new words; vectors are kept by text, so that only the
changed passages are embedded anew.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from assay.knowledge.access import AccessBook
from assay.knowledge.adding import document_id
from assay.knowledge.indexing import Indexer
from assay.knowledge.library import Library
from assay.knowledge.reading import read_bytes
from benchmarks.cited.check_set import documents
from benchmarks.cited_set import CORPUS, FOLDER, Shelf

if TYPE_CHECKING:
    from assay.knowledge.search.embedding import Embedding


@dataclass(slots=True)
class Corpus:
    """A library of a folder's documents. ``texts`` is what they say by name, ``shelf`` how they are unchanged."""

    place: Path
    folder: Path
    book: AccessBook
    embedding: Embedding | None
    texts: Mapping[str, str]
    library: Library = field(init=False)
    shelf: Shelf = field(init=False)

    def __post_init__(self) -> None:
        self.library = self._opened()
        self.shelf = Shelf(self.library, self.book)

    @classmethod
    def open(
        cls,
        place: Path,
        embedding: Embedding | None,
        *,
        folder: Path = CORPUS,
        access: Path = FOLDER / "access.json",
        reverse: bool = False,
    ) -> Corpus:
        """The documents in a new library, added in the order of their names or in the ``reverse`` order."""
        made = cls(place, folder, AccessBook.load(access), embedding, documents(folder))
        made._take(folder, sorted(made.texts, reverse=reverse))
        return made

    @contextmanager
    def saying(self, texts: Mapping[str, str]) -> Iterator[Shelf]:
        """The library with these texts instead: only what differs is replaced, and put back at the end."""
        names = [name for name, words in texts.items() if words != self.texts[name]]
        with tempfile.TemporaryDirectory() as temporary:
            for name in names:
                Path(temporary, name).write_text(texts[name], encoding="utf-8")
            try:
                self._take(Path(temporary), names)
                with self._opened() as changed:
                    yield Shelf(changed, self.book)
            finally:
                self._take(self.folder, names)

    def _take(self, folder: Path, names: Sequence[str]) -> None:
        """Add documents as if they had never said anything else."""
        for name in names:
            self.library.remove(document_id(name))
            (item,) = self.library.add([folder / name]).items
            if item.error is not None:
                raise item.error

    def _opened(self) -> Library:
        """The library with a search of its own: what that keeps of changed documents goes with it."""
        return Library.open(self.place, access=self.book, read=read_bytes, indexer=Indexer(self.embedding))
