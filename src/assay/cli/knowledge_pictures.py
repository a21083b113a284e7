"""Pictures of quotes that were recognised in a scan: who reads the words can see what they were read from."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from assay.kernel.texts import Lang, text
from assay.knowledge.document import Span

if TYPE_CHECKING:
    from assay.knowledge.library_reader import LibraryReader
    from assay.skills.knowledge_qa.runner import Outcome

Place = tuple[str, str, int, int, int]
"""Document's name, version, page, and code points of a quote."""


def pictures_of(outcome: Outcome, reader: LibraryReader) -> dict[Place, str]:
    """The picture (a data URI of a PNG) of each quote of an answer or of what a refusal shows, for scanned pages."""
    found: dict[Place, str] = {}
    for sentence in (*outcome.answer.sentences, *outcome.related):
        for id in sentence.evidence:
            value: Any = outcome.store.get(id).value
            for one in value.get("citations", ()):
                page = reader.page(value["document_id"], value["version"], one["page"])
                span = Span(one["page"], one["start"], one["end"])
                made = reader.picture(value["document_id"], value["version"], span) if page.scanned else None
                if made is not None:
                    place = (value["document"], value["version"], one["page"], one["start"], one["end"])
                    found[place] = f"data:image/png;base64,{base64.b64encode(made).decode('ascii')}"
    return found


def with_pictures(document: dict[str, Any], pictures: Mapping[Place, str]) -> dict[str, Any]:
    """The answer's JSON; every citation with a picture holds it as ``picture``."""
    for one in _citations(document):
        if (picture := pictures.get(_place(one))) is not None:
            one["picture"] = picture
    return document


def figures(document: dict[str, Any], pictures: Mapping[Place, str], lang: Lang) -> list[tuple[str, str]]:
    """For a page: each picture as an element with its caption, in the order of the quotes."""
    made: dict[Place, tuple[str, str]] = {}
    for one in _citations(document):
        if (picture := pictures.get(_place(one))) is not None:
            about = {name: one[name] for name in ("document", "version", "page")}
            caption = text("cli.knowledge_ask_picture", lang, **about)
            made[_place(one)] = (f'<img src="{picture}" alt="{escape(one["quote"])}">', caption)
    return list(made.values())


def _citations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for claim in (*document["claims"], *document["related"]):
        yield from claim["citations"]


def _place(one: Mapping[str, Any]) -> Place:
    return one["document"], one["version"], one["page"], one["start"], one["end"]
