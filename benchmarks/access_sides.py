"""The two sides of ``access``: a library of everything under rights, and one that never had the forbidden documents.

The second knows no rights: all that is in it is everybody's. It is built in another order, from files elsewhere, and
for every other one the forbidden documents were in it and have been removed.
"""

from __future__ import annotations

import atexit
import json
import random
import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from assay.knowledge.access import AccessBook
from assay.knowledge.adding import AddOptions, document_id
from assay.knowledge.document import Doubt, ReadDocument, Span
from assay.knowledge.indexing import Indexer
from assay.knowledge.library import FILE, Library
from assay.knowledge.library_reader import LibraryReader
from assay.knowledge.reading import read_bytes
from assay.knowledge.rights import EVERYONE, Asker
from assay.knowledge.search.embedding import Embedding
from assay.skills.cases.case import Case, Said, make_case
from assay.skills.cases.store import CaseStore
from benchmarks.access_views import DOORS, ON, Request, Side, ToyEmbedder, place_of, told
from benchmarks.access_worlds import CHIEF, GROUPS, Paper, World

_DOUBTFUL = re.compile(r"[A-Z\d-]+\?")
LANES = ("hybrid", "lexical", "dense")


def read(data: bytes, name: str) -> ReadDocument:
    """A file's content; what stands before a question mark is a number to be confirmed."""
    made = read_bytes(data, name)
    doubts = [
        Doubt(Span(page.number, found.start(), found.end()), "no_unit", {"text": found.group()})
        for page in made.pages
        for found in _DOUBTFUL.finditer(page.text)
    ]
    return replace(made, doubts=tuple(doubts))


def opened(place: Path, embedder: Any = None) -> Library:
    """An empty library with the toy embedder (or another); its tables are copied, which takes less time."""
    place.mkdir(parents=True, exist_ok=True)
    shutil.copy(_empty() / FILE, place / FILE)
    return Library.open(place, read=read, indexer=Indexer(Embedding(embedder or ToyEmbedder())))


@cache
def _empty() -> Path:
    """A folder with an empty library and no cases."""
    place = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    with Library.open(place, indexer=Indexer(None)) as library:
        library.reader(Asker(""))
    with CaseStore(place / "cases.db") as store:
        store.readable(Asker(""))
    return place


@dataclass(slots=True)
class Full:
    """The library of everything, as the world is now."""

    side: Side
    world: World
    files: Path
    store: CaseStore
    asked: dict[Request, str] = field(default_factory=dict)  # what the chief was told since the last change

    @classmethod
    def build(cls, world: World, place: Path, embedder: Any = None) -> Full:
        """Everything with its rights."""
        full = cls(Side(opened(place / "full", embedder)), replace(world, papers=()), place / "files", cases_at(place))
        full.become(world)
        full.store.add((case_of(one) for one in world.records), by="li")
        return full

    def become(self, world: World) -> None:
        """Go from the last state to another: remove, add, and set rights, in the library that is open."""
        library, old = self.side.library, {paper.name: paper for paper in self.world.papers}
        for name in old.keys() - {paper.name for paper in world.papers}:
            library.remove(document_id(name))
        for paper in world.papers:
            known = old.get(paper.name)
            if known is None or (known.editions, known.groups) != (paper.editions, paper.groups):
                put(library, self.files, paper, paper.groups, 0 if known is None else len(known.editions))
        library.access = None
        settle(library, world.papers)
        library.access = AccessBook.parse(json.dumps(world.access())) if world.book else None
        self.world = world
        self.asked.clear()

    def reader(self, user: str) -> LibraryReader:
        """As somebody sees it now."""
        return self.side.library.reader(self.asker(user), on=date.fromisoformat(ON))

    def asker(self, user: str) -> Asker:
        """With the groups of the access file, where there is one."""
        book = self.side.library.access
        return Asker(user, self.world.users.get(user, frozenset())) if book is None else book.asker(user)

    def cases(self, user: str) -> list[Case]:
        """The fault cases that somebody may read."""
        return self.store.readable(self.asker(user))


def put(library: Library, files: Path, paper: Paper, groups: frozenset[str], known: int = 0) -> None:
    """Add the editions that are not there yet, or the newest again for its new rights."""
    for edition in paper.editions[min(known, len(paper.editions) - 1) :]:
        file = place_of(files, paper.name)
        file.write_text(edition, encoding="utf-8")
        report = library.add([file], AddOptions(groups=tuple(groups), name=paper.name))
        if report.items[0].error is not None:
            raise report.items[0].error


def settle(library: Library, papers: Sequence[Paper]) -> None:
    """What a person has confirmed."""
    reader = library.reader(Asker("li", frozenset(GROUPS)), on=date.fromisoformat(ON))
    count = {document_id(paper.name): paper.confirmed for paper in papers}
    for row in reader.rows:
        if row.position <= count[row.document]:
            for doubt in reader.doubt_rows(row.document, row.label):
                if doubt.state == "open":
                    library.settle(doubt, value=None, person="li")


def reduced(world: World, user: str, place: Path, rng: random.Random, embedder: Any = None) -> Side:
    """The library that never had what the user may not read."""
    library, permitted = opened(place / "reduced", embedder), list(world.permitted(user))
    rest = [paper for paper in world.papers if paper not in permitted]
    papers = [*permitted, *(rest if rng.random() < 0.5 else [])]
    rng.shuffle(papers)
    for paper in papers:
        put(library, place / "elsewhere", paper, frozenset((EVERYONE,)))
    for paper in papers:
        if paper not in permitted:
            library.remove(document_id(paper.name))
    settle(library, permitted)
    mine = {EVERYONE, *world.users.get(user, ())}
    records = [record for record in world.records if mine & set(record.groups)]
    rng.shuffle(records)
    with cases_at(place) as store:
        store.add((case_of(one) for one in records), by="li")
        cases = store.readable(Asker("", frozenset((*GROUPS, EVERYONE))))
    return Side(library, cases=cases)


def public_reader(side: Side, asker: Asker) -> LibraryReader:
    """All of a reduced library. Evidence names who asked, so the same person does; no document there has his groups."""
    return side.library.reader(asker, on=date.fromisoformat(ON))


def cases_at(place: Path) -> CaseStore:
    """The fault cases beside a library."""
    place.mkdir(parents=True, exist_ok=True)
    shutil.copy(_empty() / "cases.db", place / "cases.db")
    return CaseStore(place / "cases.db")


def case_of(record: Any) -> Case:
    """A record as a case."""
    return make_case(
        equipment=record.equipment,
        symptoms=[Said(record.symptom)],
        causes=[Said(record.cause)],
        measures=[Said(record.measure)],
        outcome=Said("恢复正常"),
        source="records.csv",
        groups=record.groups,
    )


def requests(rng: random.Random, full: Full, count: int) -> list[Request]:
    """What somebody might ask for, also by names that only others know."""
    world, chief = full.world, full.reader(CHIEF)
    papers = list(world.papers)
    versions = [(info.id, info.version) for info in chief.documents(outdated=True)]
    versions += [(document_id(paper.name), "1") for paper in papers] + [("doc_0123456789abcdef", "1")]
    passages = [
        one.id for id, version in versions[:3] if _known(chief, id, version) for one in chief.passages(id, version)
    ]
    words = [*world.questions, *(word for paper in papers for word in paper.words), "SOP-12", "泵 温度", "?"]
    names = [form for paper in papers for form in (paper.name, paper.name.rpartition("/")[2], paper.name[:-3])]
    names += [f"SOP-{number}" for number in range(10, 16)] + ["no such document", document_id(papers[0].name)]
    happened = ("轴承温度升高", "seal leaks, vibration", "断裂")
    out: list[Request] = []
    for _ in range(count):
        id, version = rng.choice(versions)
        out.append(
            rng.choice(
                (
                    *[("ask", rng.choice(world.questions), rng.choice(("model", "reader", "")))] * 7,
                    *[("search", rng.choice(words), rng.choice(LANES), rng.choice(("", "outdated")))] * 6,
                    *[("find", rng.choice(names))] * 2,
                    *[("part", rng.choice(DOORS), id, version)] * 3,
                    ("show", id, version),
                    ("rules", id, version),
                    ("passage", rng.choice([*passages, "psg_0"])),
                    ("list", rng.choice(("", "outdated"))),
                    ("fingerprint",),
                    ("cases",),
                    (
                        "graph",
                        rng.choice(("en", "zh")),
                        *rng.sample(("seal", "轴承", papers[0].words[0]), rng.randrange(2)),
                    ),
                    ("similar", "P-101 离心泵", rng.choice(happened)),
                    ("diagnose", "P-102 离心泵", rng.choice(happened)),
                )
            )
        )
    return out


def _known(reader: LibraryReader, document: str, version: str) -> bool:
    return any((info.id, info.version) == (document, version) for info in reader.documents(outdated=True))


def both(full: Full, less: Side, user: str, request: Request, *, warm: bool) -> tuple[str, str, bool]:
    """What a request gives on both sides, and whether somebody in every group gets something else."""
    if warm and request not in full.asked:
        full.asked[request] = told(full.side, full.reader(CHIEF), full.cases(CHIEF), request)
    mine = told(full.side, full.reader(user), full.cases(user), request)
    without = told(less, public_reader(less, full.asker(user)), less.cases, request)
    return mine, without, full.asked.get(request, mine) != mine
