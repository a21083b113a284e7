"""Where the numbers of the search's ranking come from.

``python -m benchmarks.retrieval_fit [--write] [--cache FOLDER]``: learns the weights of ``search.ranking`` on the even
questions of the colloquial set, the calibration half of the cited questions and those of the fresh ones that may be
learnt from, never on what figures are reported of, and prints nDCG@10 of cross-validation over documents. The first two
are asked again where half of the documents are passages that stand alone, so that nothing is learnt that needs headings
and neighbours. ``--write`` puts the weights into ``data/ranking.json``.
"""

from __future__ import annotations

import argparse
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.retrieval import ndcg
from benchmarks.retrieval_sets import Question, Set, cited, colloquial, fresh, without_surroundings
from benchmarks.retrieval_vectors import VectorCache

Floats = NDArray[np.float64]
#: What a question of each group counts.
GROUPS = {"colloquial": 1.0, "cited": 0.3, "fresh": 0.5, "colloquial, alone": 0.5, "cited, alone": 0.15}
#: The inverse strength of the penalty on weights.
PENALTY = 0.3
#: The say of the fusion beside what is learnt: of 0 to 12, what cross-validation cannot tell from the best and what
#: orders passages that stand alone no worse than the fusion does.
FUSED = 8.6
FOLDS = 5
_WRONG = 30  # so many wrong passages a question, those that rank best without the model


@dataclass(frozen=True, slots=True)
class Example:
    """A question with its proposed passages: ids, features, which are right, and the fused score of each."""

    question: Question
    ids: list[str]
    columns: Floats
    right: NDArray[np.bool_]
    fused: Floats
    fold: int
    group: str

    @property
    def weight(self) -> float:
        """What it counts."""
        return GROUPS[self.group]


def examples(
    data: Set, questions: Sequence[tuple[Question, str]], kept: VectorCache, document: Mapping[str, str]
) -> list[Example]:
    """The features of questions of groups, as the engine sees them; a passage's ``document`` has its fold."""
    from assay.knowledge.search.dictionary_files import shipped
    from assay.knowledge.search.embedding import Embedding
    from assay.knowledge.search.engine import Engine
    from assay.knowledge.search.ranking import features
    from assay.knowledge.search.segment import build

    embedding = Embedding(kept)
    engine = Engine(embedding, shipped())
    by_document: dict[str, list[Any]] = {}
    for passage in data.passages:
        by_document.setdefault(passage.document, []).append(passage)
    view = engine.merged([build(some, embedding.passages(some), embedding.digest) for some in by_document.values()])
    out = []
    for question, group in questions:
        asked = engine.asked(question.text, view)
        rows, columns = features(question.text, view, asked)
        ids = [view.ids[row] for row in rows]
        gold = frozenset().union(*question.gold)
        fold = zlib.crc32(min(document[id] for id in gold).encode()) % FOLDS
        right = np.array([id in gold for id in ids])
        out.append(Example(question, ids, columns, right, asked.fused[rows], fold, group))
    return out


def fitted(learnt: Sequence[Example]) -> Floats:
    """A weight a feature, by logistic regression on pairs of a right and a wrong passage of one question; the fusion's
    is given."""
    from sklearn.linear_model import LogisticRegression

    from assay.knowledge.search.ranking import FEATURES

    pairs, counts = [], []
    for one in learnt:
        wrong = np.flatnonzero(~one.right)
        wrong = wrong[np.argsort(-one.fused[wrong], kind="stable")[:_WRONG]]
        both = (one.columns[one.right][:, None] - one.columns[wrong][None]).reshape(-1, one.columns.shape[1])
        pairs.append(both)
        counts.append(np.full(len(both), one.weight / max(len(both), 1)))
    fusion = FEATURES.index("fused")
    better, count = np.concatenate(pairs), np.concatenate(counts)
    better[:, fusion] = 0.0
    deviation = better.std(axis=0) + 1e-9
    scaled = np.concatenate([better, -better]) / deviation
    sign = np.repeat([1, 0], len(better))
    model = LogisticRegression(C=PENALTY, fit_intercept=False, max_iter=1000)
    weights: Floats = model.fit(scaled, sign, np.tile(count, 2)).coef_[0] / deviation
    weights[fusion] = FUSED
    return weights


def gain(one: Example, weights: Floats) -> float:
    """nDCG@10 of a question with these weights."""
    scores = one.columns @ weights
    order = sorted(range(len(one.ids)), key=lambda at: (-scores[at], one.ids[at]))
    return ndcg([one.ids[at] for at in order[:10]], one.question.gold)


def crossed(given: Sequence[Example]) -> dict[str, float]:
    """nDCG@10 where no question about a document of the fold was learnt from."""
    gains: dict[str, list[float]] = {}
    for fold in range(FOLDS):
        weights = fitted([one for one in given if one.fold != fold])
        for one in given:
            if one.fold == fold:
                gains.setdefault(one.group, []).append(gain(one, weights))
    return {name: round(float(np.mean(some)), 4) for name, some in sorted(gains.items())}


def scale(given: Sequence[Example], weights: Floats) -> dict[str, float]:
    """``middle`` and ``spread`` that give the best passage of a usual question 0.88 and the tenth one 0.5."""
    tops, tens = [], []
    for one in given:
        scores = np.sort(one.columns @ weights)[::-1]
        tops.append(float(scores[0]))
        tens.append(float(scores[min(9, len(scores) - 1)]))
    spread = float(np.median(np.array(tops) - np.array(tens))) / 2.0
    return {"middle": round(float(np.median(tens)), 4), "spread": round(spread, 4)}


@cache
def _data() -> Set:
    return colloquial()


def learnt(kept: VectorCache) -> list[Example]:
    """What is learnt from: as it is, and with either half of the documents as passages that stand alone."""
    data, new = _data(), fresh("dev")
    asked = [(question, "colloquial") for question in data.questions[::2]]
    asked += [(question, "cited") for question in cited(data.passages, "calibration")]
    out = examples(data, asked, kept, _documents(data))
    for half in (0, 1):
        again = [(question, f"{group}, alone") for question, group in asked]
        out += examples(without_surroundings(data, half), again, kept, _documents(data))
    new = fresh("dev")
    return out + examples(new, [(question, "fresh") for question in new.questions], kept, _documents(new))


def _documents(data: Set) -> dict[str, str]:
    return {passage.id: passage.document for passage in data.passages}


def main() -> None:
    from assay.knowledge.search import ranking

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, default=Path("build/retrieval"))
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    some = learnt(VectorCache(given.cache))
    weights = fitted(some)
    numbers: Mapping[str, float] = {
        **{name: round(float(value), 4) for name, value in zip(ranking.FEATURES, weights, strict=True)},
        **scale([one for one in some if not one.group.endswith("alone")], weights),
    }
    if given.write:
        path = Path(ranking.__file__).with_name("data") / "ranking.json"
        path.write_text(json.dumps({"weights": numbers}, indent=1) + "\n", encoding="utf-8")
    print(json.dumps({"questions": len(some), "cross-validation ndcg@10": crossed(some), "weights": numbers}))


if __name__ == "__main__":
    main()
