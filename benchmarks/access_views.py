"""Everything that a library tells somebody, request by request, as canonical JSON.

A request is a kind and its arguments; ``told`` gives what comes back, an error as its sentence in both languages.
"""

from __future__ import annotations

import asyncio
import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from assay.cli.knowledge_parts import described
from assay.kernel.errors import AssayError
from assay.kernel.evidence import canonical_json, jsonable
from assay.kernel.memory import MemoryEvidenceStore
from assay.kernel.ports import ChoiceResult, LanguageModel, Message
from assay.knowledge.library import Library, find_document
from assay.knowledge.library_reader import LibraryReader
from assay.llm.embedding import LocalEmbedder
from assay.llm.pairs import Read, Text
from assay.skills.cases.case import Case
from assay.skills.cases.graph import around, graph
from assay.skills.cases.tools import DiagnoseArguments, SimilarArguments, alike, diagnose
from assay.skills.knowledge_qa.runner import Asking, ask, embedded_cosines

Request = tuple[str, ...]
WIDTH = 48
ON = "2026-06-01"


class ToyEmbedder(LocalEmbedder):
    """Vectors from the hashes of a text's pairs of characters: cheap, the same everywhere, near for alike texts."""

    name = "toy"
    dimension = WIDTH

    @property
    def digest(self) -> str:
        """What the vectors are made by."""
        return "sha256:toy"

    def embed_now(self, texts: Sequence[str], *, query: bool = False) -> Any:
        """See ``LocalEmbedder``."""
        import numpy as np

        out = np.zeros((len(texts), WIDTH), dtype=np.float32)
        for row, text in enumerate(texts):
            for at in range(len(text) - 1):
                found = hashlib.blake2b(text[at : at + 2].encode("utf-8", "replace"), digest_size=2).digest()
                out[row, found[0] % WIDTH] += 1.0 if found[1] % 2 else -1.0
        return out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-6)


class ScriptedModel:
    """Chooses by the hash of all that it is shown, so that one other character shows; keeps what it was shown."""

    name = digest = "scripted"

    def __init__(self) -> None:
        self.shown: list[str] = []

    async def choose(
        self, messages: Sequence[Message], options: Sequence[str], *, timeout: float = 60.0, words: int = 0
    ) -> ChoiceResult:
        """See ``LanguageModel``."""
        prompt = canonical_json([[[one.role, one.content] for one in messages], list(options)])
        self.shown.append(prompt)
        low = int.from_bytes(hashlib.sha256(prompt.encode("utf-8", "replace")).digest()[:4], "big") / 2**32
        first = 0.55 + 0.44 * low  # mostly yes: refusals alone would compare little
        rest = (1.0 - first) / max(1, len(options) - 1)
        logs = {option: math.log(first if at == 0 else rest) for at, option in enumerate(options)}
        return ChoiceResult(log_probabilities=logs, tokens=10, scored=True)

    async def chat(self, *args: Any, **more: Any) -> Any:
        """Not asked: nothing here lets a model write."""
        raise NotImplementedError

    async def close(self) -> None:
        """Nothing to end."""


@dataclass(slots=True)
class Side:
    """A library with what asks it; kept from request to request, so that its caches are warm."""

    library: Library
    cosines: Callable[[str, Sequence[str]], Sequence[float]] = field(
        default_factory=lambda: embedded_cosines(_toy_vectors)
    )
    cases: Sequence[Case] = ()
    model: Callable[[], LanguageModel | None] = lambda: None


def _toy_vectors(texts: Sequence[str], query: bool) -> Any:
    return ToyEmbedder().embed_now(texts, query=query)


def told(side: Side, reader: LibraryReader, cases: Sequence[Case], request: Request) -> str:
    """What comes back for a request, as canonical JSON."""
    try:
        made = _VIEWS[request[0]](side, reader, cases, *request[1:])
    except AssayError as error:
        made = {"error": type(error).__name__, "en": error.render("en"), "zh": error.render("zh")}
    return canonical_json(jsonable(made))


def _search(side: Side, reader: LibraryReader, cases: Sequence[Case], query: str, lane: Any, outdated: str) -> Any:
    hits, notes = reader.searched(query, limit=8, lane=lane, outdated=outdated == "outdated")
    return {"hits": [asdict(hit) for hit in hits], "notes": notes}


def scripted_reader(question: str, texts: Sequence[Text]) -> list[Read]:
    """In the small reader's place: likes what shares letters with the question, in every case the same."""
    asked = set(question.casefold())
    return [Read(12 * len(asked & set(one.text.casefold())) / (1 + len(asked)) - 4, 0, 8) for one in texts]


def _ask(side: Side, reader: LibraryReader, cases: Sequence[Case], question: str, by: str) -> Any:
    model = ScriptedModel() if by == "model" else None
    pairs = scripted_reader if by == "reader" else None
    store = MemoryEvidenceStore()
    outcome = asyncio.run(ask(question, reader, Asking(model=model, cosines=side.cosines, pairs=pairs), store=store))
    evidence = [[one.kind, one.producer, one.inputs, one.value] for one in store.all()]
    return {**outcome.document(run=False), "kept": evidence, "shown": [] if model is None else model.shown}


def _list(side: Side, reader: LibraryReader, cases: Sequence[Case], outdated: str) -> Any:
    return [described(info) for info in reader.documents(outdated=outdated == "outdated")]


def _fingerprint(side: Side, reader: LibraryReader, cases: Sequence[Case]) -> Any:
    return [reader.fingerprint(), len(reader.documents(outdated=True)), [one.name for one in reader.rows]]


def _find(side: Side, reader: LibraryReader, cases: Sequence[Case], reference: str) -> Any:
    """By a person's words for it: name, title, number. Then all that is shown of it."""
    document = find_document(reader, reference)
    return [_shown(reader, info.id, info.version) for info in reader.documents(outdated=True) if info.id == document]


def _show(side: Side, reader: LibraryReader, cases: Sequence[Case], document: str, version: str) -> Any:
    return _shown(reader, document, version)


def _shown(reader: LibraryReader, document: str, version: str) -> Any:
    info = reader.info(document, version)
    doubts = [[one.id, asdict(one.doubt), one.state, one.value] for one in reader.doubt_rows(document, version)]
    return {
        **described(info),
        "pages": [reader.page(document, version, number).text for number in range(1, info.pages + 1)],
        "passages": [asdict(one) for one in reader.passages(document, version)],
        "blocks": [asdict(one) for one in reader.blocks(document, version)],
        "doubts": doubts,
        "notes": reader.notes(document, version),
        "original": hashlib.sha256(reader.original(document, version)).hexdigest(),
    }


def _part(side: Side, reader: LibraryReader, cases: Sequence[Case], what: str, document: str, version: str) -> Any:
    """Each door to one version by itself: none of them may open, or be locked otherwise than an unknown one's."""
    from assay.knowledge.document import Span

    doors: Mapping[str, Callable[[], Any]] = {
        "page": lambda: asdict(reader.page(document, version, 1)),
        "page 9": lambda: asdict(reader.page(document, version, 9)),
        "passages": lambda: [asdict(one) for one in reader.passages(document, version)],
        "blocks": lambda: [asdict(one) for one in reader.blocks(document, version)],
        "doubts": lambda: [asdict(one) for one in reader.doubts(document, version)],
        "notes": lambda: reader.notes(document, version),
        "original": lambda: hashlib.sha256(reader.original(document, version)).hexdigest(),
        "picture": lambda: reader.picture(document, version, Span(1, 0, 3)),
    }
    return doors[what]()


DOORS = ("page", "page 9", "passages", "blocks", "doubts", "notes", "original", "picture")


def _passage(side: Side, reader: LibraryReader, cases: Sequence[Case], id: str) -> Any:
    return asdict(reader.passage(id))


def _rules(side: Side, reader: LibraryReader, cases: Sequence[Case], document: str, version: str) -> Any:
    """The rules of a document, through the reader as the skill takes it."""
    from assay.skills.rules.extract import extract
    from assay.skills.rules.rulesfile import rule_data

    pages = {1: reader.page(document, version, 1)}
    found = extract(
        reader.passages(document, version), lambda span: pages[span.page].slice(span), reader.doubts(document, version)
    )
    return [[rule_data(rule) for rule in found.rules], [one.model_dump(mode="json") for one in found.unread]]


def _cases(side: Side, reader: LibraryReader, cases: Sequence[Case]) -> Any:
    return [case.plain() for case in cases]


def _graph(side: Side, reader: LibraryReader, cases: Sequence[Case], lang: Any, *words: str) -> Any:
    return around(graph(cases, lang), words)


def _similar(side: Side, reader: LibraryReader, cases: Sequence[Case], equipment: str, description: str) -> Any:
    return alike(cases, SimilarArguments(cases="", equipment=equipment, description=description))


def _diagnose(side: Side, reader: LibraryReader, cases: Sequence[Case], equipment: str, description: str) -> Any:
    return diagnose(cases, DiagnoseArguments(cases="", equipment=equipment, description=description))


_VIEWS: Mapping[str, Callable[..., Any]] = {
    "search": _search,
    "ask": _ask,
    "list": _list,
    "fingerprint": _fingerprint,
    "find": _find,
    "show": _show,
    "part": _part,
    "passage": _passage,
    "rules": _rules,
    "cases": _cases,
    "graph": _graph,
    "similar": _similar,
    "diagnose": _diagnose,
}
KINDS = tuple(_VIEWS)


def place_of(folder: Path, name: str) -> Path:
    """A file's place, with its folders made."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    return file
