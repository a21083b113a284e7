"""What the commands of ``assay knowledge`` share: options, the library, who asks, and how a document is shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assay.cli.evidence import visible
from assay.cli.language import help_lang, resolve_lang
from assay.cli.output import warn
from assay.kernel.errors import InputError, Refused
from assay.kernel.texts import Lang, text

if TYPE_CHECKING:
    from datetime import date

    from assay.knowledge.indexing import Indexer
    from assay.knowledge.library import Library
    from assay.knowledge.library_reader import LibraryReader
    from assay.knowledge.reader import DocumentInfo
    from assay.knowledge.rights import Asker

_HELP = help_lang()


def about(name: str) -> str:
    """The help of an option or command."""
    return text(f"cli.knowledge_about_{name}", _HELP)


LibraryOption = Annotated[str | None, typer.Option("--library", metavar="FOLDER|URL", help=about("library"))]
PlantOption = Annotated[str | None, typer.Option("--plant", metavar="PLANT", help=about("plant"))]
DocsOption = Annotated[Path | None, typer.Option("--docs", metavar="FOLDER", help=about("docs"))]
AccessOption = Annotated[Path | None, typer.Option("--access", metavar="FILE", help=about("access"))]
AsOption = Annotated[str | None, typer.Option("--as", metavar="USER", help=about("as"))]
OnOption = Annotated[str | None, typer.Option("--on", metavar="DATE", help=about("on"))]
OutdatedOption = Annotated[bool, typer.Option("--outdated", help=about("outdated"))]
DocumentArgument = Annotated[str, typer.Argument(metavar="DOCUMENT", help=about("document"))]
LangOption = Annotated[str | None, typer.Option("--lang", metavar="zh|en", help=text("cli.about_lang", _HELP))]
JsonOption = Annotated[bool, typer.Option("--json", help=text("cli.about_json", _HELP))]


@dataclass(frozen=True, slots=True)
class Where:
    """Which library, and who asks it on which day."""

    library: str | None = None
    plant: str | None = None
    docs: Path | None = None
    access: Path | None = None
    user: str | None = None
    on: str | None = None
    lang: str | None = None

    @property
    def speaks(self) -> Lang:
        """The language of the answer."""
        return resolve_lang(self.lang)

    @contextmanager
    def open(self, *, create: bool = False) -> Iterator[Library]:
        """The library: that of ``--docs``, ``--library`` or ``--plant``, else the one in the data folder.

        InputError for a named folder that holds none, unless ``create``.
        """
        from assay.knowledge.access import AccessBook
        from assay.knowledge.library import FILE, Library, folder_place

        if sum(one is not None for one in (self.library, self.plant, self.docs)) > 1:
            raise InputError("cli.knowledge_one_library")
        book = None if self.access is None else AccessBook.load(self.access)
        if self.docs is not None:
            if self.docs.is_dir() and not (folder_place(self.docs) / FILE).exists():
                # Said before anything is read: a line that comes only when reading takes long tells of hidden files.
                warn(text("cli.knowledge_patience", self.speaks, folder=self.docs))
            opened = Library.over_folder(self.docs, book)
        else:
            place = self._place()
            if isinstance(place, Path) and self.library is not None and not (create or (place / FILE).exists()):
                raise InputError("cli.knowledge_no_library", path=place)
            opened = Library.open(place, access=book, indexer=self._indexer())
        with opened as library:
            yield library

    @contextmanager
    def reader(self) -> Iterator[LibraryReader]:
        """The documents as the asker sees them."""
        with self.library_and_reader() as (_, made):
            yield made

    @contextmanager
    def library_and_reader(self) -> Iterator[tuple[Library, LibraryReader]]:
        """The library, and its documents as the asker sees them."""
        on = day_of("--on", self.on)
        with self.open() as library:
            made = library.reader(self.asker(library), on=on)
            for unread in library.unread(made.asker):
                warn(unread.render(self.speaks))
            yield library, made

    def asker(self, library: Library) -> Asker:
        """Who asks: with the groups of the access file where there is one, else with the policy's roles."""
        asker, known = self.user_of(library)
        if not known:
            warn(text("cli.knowledge_no_groups", self.speaks, user=asker.user))
        return asker

    def user_of(self, library: Library) -> tuple[Asker, bool]:
        """Who asks, and whether an access file or a policy knows of groups."""
        from assay.cli.actions_parts import load_policy
        from assay.kernel.policy import local_user
        from assay.knowledge.rights import Asker

        user = self.user or local_user()
        if library.access is not None:
            return library.access.asker(user), True
        try:
            caller = load_policy().caller(user)
        except Refused:
            return Asker(user), False
        return Asker(caller.user, frozenset(caller.roles)), True

    def _indexer(self) -> Indexer | None:
        """A plant's own, because its names are words of the dictionary."""
        from assay.knowledge.indexing import Indexer
        from assay.plant.model import load_plant

        return None if self.plant is None else Indexer.configured(load_plant(self.plant))

    def _place(self) -> Path | str:
        from assay.plant.home import home, plant_folder

        if self.library is not None:
            return self.library if "://" in self.library else Path(self.library).expanduser()
        return (home() if self.plant is None else plant_folder(self.plant)) / "knowledge"


def day_of(option: str, value: str | None) -> date | None:
    """A day as YYYY-MM-DD; InputError for anything else."""
    from datetime import date

    if value is None:
        return None
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        raise InputError("cli.knowledge_day", option=option, value=value) from None


def described(info: DocumentInfo) -> dict[str, Any]:
    """A version of a document as JSON."""
    return {
        "document": info.name,
        "id": info.id,
        "version": info.version,
        "title": info.title,
        "lang": info.lang,
        "pages": info.pages,
        "media": info.media,
        "owner": info.owner,
        "valid_from": None if info.valid_from is None else info.valid_from.isoformat(),
        "valid_to": None if info.valid_to is None else info.valid_to.isoformat(),
        "current": info.current,
        "replaced_by": info.replaced_by,
        "sha256": info.sha256,
    }


def document_line(info: DocumentInfo, lang: Lang) -> str:
    """A version of a document as one line."""
    validity = ""
    if info.valid_from is not None or info.valid_to is not None:
        first, last = (("" if day is None else day.isoformat()) for day in (info.valid_from, info.valid_to))
        validity = text("cli.knowledge_validity", lang, first=first, last=last)
    if info.replaced_by is not None:
        validity += text("cli.knowledge_replaced", lang, by=visible(info.replaced_by))
    elif not info.current:
        validity += text("cli.knowledge_not_valid", lang)
    about = {"name": visible(info.name), "version": visible(info.version), "title": visible(info.title)}
    return text("cli.knowledge_line", lang, **about, pages=info.pages, validity=validity)
