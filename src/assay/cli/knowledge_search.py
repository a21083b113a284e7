"""``assay knowledge search``: the best passages among the documents that somebody may read."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assay.cli.evidence import visible
from assay.cli.knowledge_parts import (
    AccessOption,
    AsOption,
    DocsOption,
    JsonOption,
    LangOption,
    LibraryOption,
    OnOption,
    OutdatedOption,
    PlantOption,
    Where,
    about,
)
from assay.cli.output import print_json, say, warn
from assay.kernel.errors import InputError, MissingDependency
from assay.kernel.texts import Lang, text

if TYPE_CHECKING:
    from assay.knowledge.library_reader import LibraryReader
    from assay.knowledge.reader import Hit, Lane
    from assay.knowledge.search.engine import Note
    from assay.knowledge.search.thorough import Thorough

_LANES: tuple[Lane, ...] = ("hybrid", "lexical", "dense")


def register(app: typer.Typer) -> None:
    """Put the command into its group."""
    app.command(help=about("search"))(search)


def search(
    query: Annotated[str, typer.Argument(metavar="WORDS", help=about("query"))],
    limit: Annotated[int, typer.Option("--limit", min=1, max=200, help=about("limit"))] = 10,
    lane: Annotated[str, typer.Option("--lane", metavar="hybrid|lexical|dense", help=about("lane"))] = "hybrid",
    thorough: Annotated[bool, typer.Option("--thorough", help=about("thorough"))] = False,
    outdated: OutdatedOption = False,
    library: LibraryOption = None,
    plant: PlantOption = None,
    docs: DocsOption = None,
    access: AccessOption = None,
    user: AsOption = None,
    on: OnOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Search."""
    chosen = next((one for one in _LANES if one == lane), None)
    if chosen is None:
        raise InputError("cli.knowledge_lane", lane=lane)
    where = Where(library, plant, docs, access, user, on, lang)
    if thorough and chosen != "hybrid":
        raise InputError("cli.knowledge_thorough_lane", lane=lane)
    with where.reader() as reader, _more(thorough) as (more, without):
        hits, notes = reader.searched(query, limit=limit, lane=chosen, outdated=outdated, thorough=more)
        notes = [*without, *notes]
        found = [_described(reader, hit, rank) for rank, hit in enumerate(hits, 1)]
    if as_json:
        said = [note[where.speaks] for note in notes]
        print_json({"query": query, "lane": lane, "thorough": thorough, "hits": found, "notes": said})
        return
    for note in notes:
        warn(f"- {note[where.speaks]}")
    for one in found:
        _tell(one, where.speaks)
    if not found:
        say(text("cli.knowledge_nothing", where.speaks))


@contextmanager
def _more(wanted: bool) -> Iterator[tuple[Thorough | None, Sequence[Note]]]:
    """What a thorough search asks, and notes on what is not there for it; the model is closed behind it."""
    if not wanted:
        yield None, ()
        return
    from assay.knowledge.search.engine import reasoned
    from assay.llm.config import open_model
    from assay.skills.knowledge_qa.searching import thorough

    model, missing = None, None
    try:
        model = open_model()
    except MissingDependency as error:
        missing = reasoned("search.restate_failed", error)
    try:
        made, notes = thorough(model)
        yield made, notes if missing is None else (missing, *notes[1:])
    finally:
        if model is not None:
            asyncio.run(model.close())


def _described(reader: LibraryReader, hit: Hit, rank: int) -> dict[str, Any]:
    passage, first = hit.passage, hit.passage.first
    info = reader.info(passage.document, passage.version)
    spans = [span for unit in passage.units for span in unit.spans]
    return {
        "rank": rank,
        "document": info.name,
        "version": info.version,
        "title": info.title,
        "current": info.current,
        "page": first.page,
        "start": first.start,
        "end": max(span.end for span in spans if span.page == first.page),
        "spans": [{"page": span.page, "start": span.start, "end": span.end} for span in spans],
        "headings": list(passage.headings),
        "clause": passage.clause,
        "kind": passage.kind.value,
        "lead": passage.lead,
        "text": passage.text,
        "passage": passage.id,
        "score": round(hit.score, 6),
        "lanes": dict(hit.lanes),
        "coverage": round(hit.coverage, 6),
        "cosine": round(hit.cosine, 6),
    }


def _tell(one: dict[str, Any], lang: Lang) -> None:
    place = {"document": visible(one["document"]), "version": visible(one["version"]), "page": one["page"]}
    old = "" if one["current"] else text("cli.knowledge_outdated", lang)
    say(text("cli.knowledge_hit", lang, rank=one["rank"], **place, outdated=old, score=one["score"]))
    if one["headings"]:
        say("   " + visible(" > ".join(one["headings"])))
    for line in one["text"].splitlines():
        say("   " + visible(line))
