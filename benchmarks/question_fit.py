"""Teaches the encoder of questions: ``python -m benchmarks.question_fit --work DIR --write``.

Needs torch, which Assay does not, and a quarter of an hour of two processors. From the questions of ``cited/read/`` and
their restatements in ``cited/restated/`` (the same in other words, and in the other language) it learns vectors that
lie near the embedder's own vectors of the passages which answer, among all passages of ``cited/read/``. As in the
search, cosines count beside the mean and deviation of the passages of their language. What a careless reader would
take for the answer counts little, but it is what is searched for.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from assay.knowledge.passage import Passage
from assay.knowledge.passages import cut
from assay.knowledge.reading import read_file
from assay.knowledge.search.embedding import Embedding
from assay.llm import questions
from assay.llm.assemble import known_digest
from assay.llm.e5 import read_weights
from assay.llm.embedding import weights_file
from benchmarks.about import about
from benchmarks.reader_examples import FOLDER
from benchmarks.reader_model import FROZEN, RANK, SCALE, Learner, mean
from benchmarks.retrieval_sets import holding
from benchmarks.retrieval_vectors import VectorCache

RESTATED = FOLDER.parent / "restated"
TOGETHER = 64
"""Questions a step."""
RATE, WARM, ROUNDS = 5e-4, 0.05, 4
SHARP = 2.0
"""The sharpness of the choice among passages at the beginning; it is learned too."""
CARELESS, RESTATED_HERE, RESTATED_ACROSS = 0.3, 1.0, 2.0
"""What a question counts that only a careless reader would answer, and one in other words, in either language."""
PRINTED = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the rows of the passages that hold its answer, and what it counts."""

    text: str
    rows: tuple[int, ...]
    counts: float


class Encoder(Learner):
    """Unit vectors of questions; the same sums as ``assay.llm.questions``."""

    def vectors(self, texts: Sequence[str]) -> torch.Tensor:
        """A row a question."""
        ids = [questions.token_ids(self.sizes, text) for text in texts]
        longest = max(map(len, ids))
        filled = torch.tensor([[*one, *[0] * (longest - len(one))] for one in ids])
        there = torch.tensor([[at < len(one) for at in range(longest)] for one in ids])
        return functional.normalize(mean(self.layers(filled, there), there), dim=-1)

    def learned(self) -> dict[str, Any]:
        """What was learned of the layers; half precision."""
        made = super().learned()
        return {name: one for name, one in made.items() if name.startswith("l")}


def main() -> None:
    """Learn, print, and perhaps write."""
    options = _options().parse_args()
    torch.manual_seed(options.seed)
    random.seed(options.seed)
    passages = [one for path in sorted(FOLDER.glob("*/*.md")) for one in cut(read_file(path), _name(path), "1")]
    vectors = Embedding(VectorCache(options.work)).passages(passages)
    given = [*_asked(passages), *_restated(passages)]
    encoder = Encoder(read_weights(weights_file()))
    chinese = torch.tensor([one.lang == "zh" for one in passages])
    teach(encoder, given, functional.normalize(torch.tensor(vectors), dim=-1), chinese, options.rounds)
    save(encoder, questions.FILE if options.write else options.work / "questions.npz")
    files = sorted(path for one in (FOLDER, RESTATED) for path in one.rglob("*.*") if path.is_file())
    print(json.dumps({**about(files, seed=options.seed), "passages": len(passages), "questions": len(given)}))


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.question_fit", description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="vectors and the result are kept here")
    parser.add_argument("--rounds", type=float, default=ROUNDS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--write", action="store_true", help="write src/assay/llm/data/questions.npz")
    return parser


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _asked(passages: Sequence[Passage]) -> Iterator[Asked]:
    """The questions of ``cited/read/``."""
    rows = _Rows(passages)
    for path in sorted(FOLDER.glob("*/*.jsonl")):
        for line in filter(str.strip, path.read_text(encoding="utf-8").splitlines()):
            one = json.loads(line)
            quote = one.get("quote") or one.get("near") or ""
            held = rows.of(_name(path.with_suffix(".md")), quote)
            if held:
                yield Asked(one["q"], held, 1.0 if one.get("quote") else CARELESS)


def _restated(passages: Sequence[Passage]) -> Iterator[Asked]:
    """Their restatements."""
    rows = _Rows(passages)
    for path in sorted(RESTATED.glob("*.jsonl")):
        for line in filter(str.strip, path.read_text(encoding="utf-8").splitlines()):
            one = json.loads(line)
            held = rows.of(one["document"], one["quote"])
            yield Asked(one["shop"], held, RESTATED_HERE)
            yield Asked(one["cross"], held, RESTATED_ACROSS)


class _Rows:
    """Where a quote stands."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._of: dict[str, list[Passage]] = {}
        for one in passages:
            self._of.setdefault(one.document, []).append(one)
        self._at = {one.id: row for row, one in enumerate(passages)}

    def of(self, document: str, quote: str) -> tuple[int, ...]:
        """The rows of a document's passages that hold a quote."""
        return tuple(sorted(self._at[id] for id in holding(self._of.get(document, []), quote))) if quote else ()


def teach(
    encoder: Encoder, given: Sequence[Asked], passages: torch.Tensor, chinese: torch.Tensor, rounds: float
) -> None:
    """AdamW over the low-rank changes and norms; the rate rises, then falls to nothing."""
    learns = [
        one
        for name, one in encoder.named_parameters()
        if one.requires_grad and name.partition(".")[0] in ("norms", "linear")
    ]
    sharp = torch.nn.Parameter(torch.tensor(math.log(SHARP)))
    pace = torch.optim.AdamW([{"params": learns}, {"params": [sharp], "lr": 1e-3}], lr=RATE, weight_decay=0.01)
    steps = int(rounds * len(given) / TOGETHER)
    began, lost = time.monotonic(), 0.0
    for at, batch in zip(range(steps), _batches(given), strict=False):
        pace.param_groups[0]["lr"] = RATE * min((at + 1) / (WARM * steps), (steps - at) / ((1.0 - WARM) * steps))
        near = sharp.exp() * levelled(encoder.vectors([one.text for one in batch]) @ passages.T, chinese)
        right = torch.full_like(near, -math.inf)
        for row, one in enumerate(batch):
            right[row, list(one.rows)] = 0.0
        losses = torch.logsumexp(near, 1) - torch.logsumexp(near + right, 1)
        counts = torch.tensor([one.counts for one in batch])
        loss = (losses * counts).sum() / counts.sum()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(learns, 1.0)
        pace.step()
        pace.zero_grad()
        lost += float(loss.detach())
        if (at + 1) % PRINTED == 0:
            print(f"{at + 1}/{steps} {lost / PRINTED:.3f} {time.monotonic() - began:.0f}s", file=sys.stderr, flush=True)
            lost = 0.0


def _batches(given: Sequence[Asked]) -> Iterator[list[Asked]]:
    while True:
        order = random.sample(list(given), len(given))
        yield from (order[start : start + TOGETHER] for start in range(0, len(order), TOGETHER))


def levelled(cosines: torch.Tensor, chinese: torch.Tensor) -> torch.Tensor:
    """Deviations above the mean of the passages of a language, as ``assay.knowledge.search.dense.levelled``."""
    made = torch.empty_like(cosines)
    for side in (chinese, ~chinese):
        part = cosines[:, side]
        made[:, side] = (part - part.mean(1, keepdim=True)) / part.std(1, keepdim=True)
    return made


def save(encoder: Encoder, path: Path) -> None:
    """The file that ``QuestionEncoder`` reads."""
    told = {"weights": known_digest(weights_file()), "rank": RANK, "scale": SCALE, "frozen": FROZEN}
    np.savez_compressed(path, about=np.array(json.dumps(told)), **encoder.learned())


if __name__ == "__main__":
    main()
