"""``assay knowledge``: documents in, who may read them, search, and numbers that a person must confirm."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assay.cli import knowledge_add, knowledge_ask, knowledge_dictionary, knowledge_doubts, knowledge_search
from assay.cli.evidence import visible
from assay.cli.knowledge_parts import (
    AccessOption,
    AsOption,
    DocsOption,
    DocumentArgument,
    JsonOption,
    LangOption,
    LibraryOption,
    OnOption,
    OutdatedOption,
    PlantOption,
    Where,
    about,
    described,
    document_line,
)
from assay.cli.language import help_lang
from assay.cli.output import print_json, say, warn
from assay.kernel.errors import InputError
from assay.kernel.texts import Lang, text

if TYPE_CHECKING:
    from assay.knowledge.library_reader import LibraryReader
    from assay.knowledge.reader import DocumentInfo
    from assay.knowledge.rereading import Reread

_PAUSE = 5.0
"""Seconds between two lines about a long command."""
app = typer.Typer(help=text("cli.about_knowledge", help_lang()), no_args_is_help=True)
knowledge_add.register(app)
knowledge_search.register(app)
knowledge_ask.register(app)
knowledge_doubts.register(app)
knowledge_dictionary.register(app)


@app.command("list", help=about("list"))
def list_documents(
    library: LibraryOption = None,
    plant: PlantOption = None,
    docs: DocsOption = None,
    access: AccessOption = None,
    user: AsOption = None,
    on: OnOption = None,
    outdated: OutdatedOption = False,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """The documents that somebody may read."""
    where = Where(library, plant, docs, access, user, on, lang)
    with where.reader() as reader:
        found = reader.documents(outdated=outdated)
    if as_json:
        print_json([described(info) for info in found])
        return
    for info in found:
        say(document_line(info, where.speaks))
    if not found:
        say(text("cli.knowledge_empty", where.speaks))


@app.command(help=about("show"))
def show(
    document: DocumentArgument,
    page: Annotated[int | None, typer.Option("--page", min=1, metavar="N", help=about("page"))] = None,
    version: Annotated[str | None, typer.Option("--version", metavar="V", help=about("show_version"))] = None,
    library: LibraryOption = None,
    plant: PlantOption = None,
    docs: DocsOption = None,
    access: AccessOption = None,
    user: AsOption = None,
    on: OnOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """What is stored of a document."""
    where = Where(library, plant, docs, access, user, on, lang)
    with where.reader() as reader:
        versions = versions_of(reader, document)
        info = _chosen(versions, document, version)
        found = _content(reader, info, page) | {"versions": [described(one) for one in versions]}
    if as_json:
        print_json(found)
        return
    for one in versions:
        say(document_line(one, where.speaks))
    for note in found["notes"]:
        say(f"- {note[where.speaks]}")
    for one in found["page_texts"]:
        say(text("cli.knowledge_page", where.speaks, page=one["page"], label=visible(one["label"])))
        say(visible(one["text"], keep="\n\t"))


@app.command(help=about("remove"))
def remove(
    document: DocumentArgument,
    library: LibraryOption = None,
    plant: PlantOption = None,
    user: AsOption = None,
    lang: LangOption = None,
) -> None:
    """Remove a document with all its versions."""
    where = Where(library, plant, user=user, lang=lang)
    with where.open() as opened:
        versions = versions_of(opened.reader(where.asker(opened)), document)
        opened.remove(versions[0].id)
    say(text("cli.knowledge_removed", where.speaks, name=visible(versions[0].name)))


@app.command(help=about("reindex"))
def reindex(
    everything: Annotated[bool, typer.Option("--all", help=about("reindex_all"))] = False,
    read: Annotated[bool, typer.Option("--read", help=about("reindex_read"))] = False,
    library: LibraryOption = None,
    plant: PlantOption = None,
    lang: LangOption = None,
) -> None:
    """Make the search index anew."""
    where = Where(library, plant, lang=lang)
    with where.open() as opened:
        if read:
            _tell_reread(opened.reread(progress=_reading(where.speaks)), where.speaks)
        opened.reindex(everything=everything)
    say(text("cli.knowledge_reindexed", where.speaks))


def _reading(lang: Lang) -> Callable[[int, int], None]:
    """Says how many documents have been read, at most every few seconds: a scan takes long."""
    begun = said = time.monotonic()

    def progress(done: int, of: int) -> None:
        nonlocal said
        if (now := time.monotonic()) - said >= _PAUSE and done < of:
            said = now
            warn(text("cli.knowledge_reread_progress", lang, done=done, of=of, seconds=round(now - begun)))

    return progress


def _tell_reread(done: Sequence[Reread], lang: Lang) -> None:
    from assay.knowledge.rereading import RereadState

    for item in done:
        if item.error is not None:
            warn(text("cli.error", lang, sentence=visible(item.error.render(lang))))
    counts = {state.value: sum(item.state is state for item in done) for state in RereadState}
    say(text("cli.knowledge_reread", lang, **counts))


def versions_of(reader: LibraryReader, reference: str) -> list[DocumentInfo]:
    """All versions of the permitted document that a person means, the oldest first."""
    from assay.knowledge.library import find_document

    found = find_document(reader, reference)
    return [info for info in reader.documents(outdated=True) if info.id == found]


def _chosen(versions: list[DocumentInfo], document: str, version: str | None) -> DocumentInfo:
    """The version that was named, else the one in force, else the newest."""
    if version is None:
        return next((info for info in versions if info.current), versions[-1])
    for info in versions:
        if info.version == version:
            return info
    known = ", ".join(info.version for info in versions)
    raise InputError("cli.knowledge_no_version", document=document, version=version, known=known)


def _content(reader: LibraryReader, info: DocumentInfo, page: int | None) -> dict[str, Any]:
    from pydantic import TypeAdapter

    from assay.knowledge.document import Block

    wanted = range(1, info.pages + 1) if page is None else [page]
    pages = [reader.page(info.id, info.version, number) for number in wanted]
    blocks = [
        block for block in reader.blocks(info.id, info.version) if any(span.page in wanted for span in block.spans)
    ]
    return {
        **described(info),
        "notes": [dict(note) for note in reader.notes(info.id, info.version)],
        "page_texts": [
            {
                "page": one.number,
                "label": one.label,
                "scanned": one.scanned,
                "width": one.width,
                "height": one.height,
                "sha256": one.sha256,
                "text": one.text,
            }
            for one in pages
        ],
        "blocks": TypeAdapter(list[Block]).dump_python(blocks, mode="json"),
        "doubts": [
            knowledge_doubts.described(reader, row)
            for row in reader.doubt_rows(info.id, info.version)
            if row.doubt.span.page in wanted
        ],
    }
