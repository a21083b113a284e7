"""Teaches the small reader: ``python -m benchmarks.reader_fit --work DIR --write`` (needs torch, which Assay does not).

From the questions of ``cited/read/`` (``reader_examples.py``) it learns to tell the unit that answers from those that
only look like it, or that none does: a softmax over a question's texts and "none", the same for each text alone, and
where the short answer stands. ``--hold N`` keeps folder N out and prints what the reader makes of it; the shipped file
learned three rounds from the folders 1 to 8, and from there (``--start``) three more from all 19.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from assay.llm.assemble import known_digest
from assay.llm.e5 import Weights, read_weights
from assay.llm.embedding import weights_file
from assay.llm.pairs import Coded, Text, coded
from assay.skills import knowledge_qa
from benchmarks.about import about
from benchmarks.reader_examples import FOLDER, Example, example_of, examples
from benchmarks.reader_model import FROZEN, RANK, SCALE, Learner

TOGETHER, TEXTS_EACH = 8, 5
"""Questions a step, and texts of each."""
RATE, WARM = 5e-4, 0.08
ALONE, PLACE = 0.5, 0.5
"""How much each text's own score and the answer's place count beside the choice among a question's texts."""
PIECE = 1600
"""Tokens, padding included, that go through the layers together."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """An example as tokens."""

    example: Example
    inputs: tuple[Coded, ...]

    @property
    def good(self) -> list[int]:
        """The texts that answer."""
        return [at for at, one in enumerate(self.example.units) if one.answers]


def main() -> None:
    """Learn, print, and perhaps write."""
    options = _options().parse_args()
    torch.manual_seed(options.seed)
    random.seed(options.seed)
    weights = read_weights(weights_file())
    folders = sorted(one for one in options.data.iterdir() if one.is_dir())
    held = [one for one in folders if one.name in options.hold]
    given = learnt(weights, [one for one in folders if one not in held], options.work)
    kept = learnt(weights, held, options.work)
    learner = Learner(weights)
    if options.start:
        restore(learner, options.start)
    teach(learner, given, options.rounds)
    told: dict[str, Any] = {"questions": len(given), "answerable": sum(bool(one.good) for one in given)}
    if kept:
        told["held"] = judged(learner, kept)
    save(learner, options.work / "reader.npz")
    if options.write:
        save(learner, Path(knowledge_qa.__file__).parent / "data" / "reader.npz")
    files = sorted(path for one in folders for path in one.iterdir() if path.is_file())
    print(json.dumps({**about(files, seed=options.seed, rounds=options.rounds), **told}))


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reader_fit", description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="libraries, examples and the result are kept here")
    parser.add_argument("--data", type=Path, default=FOLDER)
    parser.add_argument("--hold", nargs="*", default=[], help="folders that are judged instead of learned from")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--start", type=Path, help="go on from this file")
    parser.add_argument("--write", action="store_true", help="write src/assay/skills/knowledge_qa/data/reader.npz")
    return parser


def learnt(weights: Weights, folders: Sequence[Path], work: Path) -> list[Learnt]:
    """The examples of some folders as tokens; those are kept in ``work``."""
    made = []
    for folder in folders:
        kept = work / f"{folder.name}.examples.jsonl"
        if not kept.exists():
            lines = [one.document_json() for one in examples(folder, work)]
            kept.write_text("\n".join(lines) + "\n", encoding="utf-8")
        for line in kept.read_text(encoding="utf-8").splitlines():
            one = example_of(line)
            if one.units:
                texts = [Text(each.above, each.text) for each in one.units]
                made.append(Learnt(one, tuple(coded(weights, one.question, text) for text in texts)))
    return made


def teach(learner: Learner, given: Sequence[Learnt], rounds: int) -> None:
    """AdamW over the low-rank changes, norms and heads; the rate rises, then falls to nothing."""
    steps = rounds * math.ceil(len(given) / TOGETHER)
    learns = [one for one in learner.parameters() if one.requires_grad]
    pace = torch.optim.AdamW(learns, lr=RATE, weight_decay=0.01)
    course = torch.optim.lr_scheduler.LambdaLR(
        pace, lambda at: min((at + 1) / (WARM * steps), max(0.0, (steps - at) / (steps * (1 - WARM))))
    )
    began, at = time.monotonic(), 0
    for turn in range(rounds):
        learner.train()
        order = random.sample(list(given), len(given))
        lost = 0.0
        for start in range(0, len(order), TOGETHER):
            loss = loss_of(learner, [(one, drawn(one)) for one in order[start : start + TOGETHER]])
            loss.backward()
            torch.nn.utils.clip_grad_norm_(learns, 1.0)
            pace.step()
            course.step()
            pace.zero_grad()
            lost += float(loss.detach())
            at += 1
            if at % 50 == 0:
                print(
                    f"{at}/{steps} {lost / (at - turn * steps // rounds):.3f} {time.monotonic() - began:.0f}s",
                    file=sys.stderr,
                    flush=True,
                )


def drawn(one: Learnt) -> list[int]:
    """The texts of a step: one that answers, the likeliest of the others, some more by chance."""
    good = one.good
    bad = [at for at in range(len(one.inputs)) if at not in good]
    taken = random.sample(good, 1) if good else []
    near = bad[:TEXTS_EACH]
    taken += random.sample(near, min(len(near), TEXTS_EACH - 1 - len(taken)))
    rest = [at for at in bad if at not in taken]
    return taken + random.sample(rest, min(len(rest), TEXTS_EACH - len(taken)))


def loss_of(learner: Learner, step: Sequence[tuple[Learnt, list[int]]]) -> torch.Tensor:
    """Of some questions with the texts chosen."""
    flat = [(number, one.inputs[at], one.example.units[at]) for number, (one, taken) in enumerate(step) for at in taken]
    scores: list[torch.Tensor | None] = [None] * len(flat)
    places = []
    for piece in pieces([len(flat[at][1].ids) for at in range(len(flat))]):
        found, ends = learner([flat[at][1] for at in piece])
        for row, at in enumerate(piece):
            scores[at] = found[row]
            place = _place(flat[at][1], flat[at][2].start, flat[at][2].end) if flat[at][2].answers else None
            if place is not None:
                size = len(flat[at][1].ids)
                places += [
                    functional.cross_entropy(ends[row, :size, side], torch.tensor(place[side])) for side in (0, 1)
                ]
    all_scores = torch.stack([one for one in scores if one is not None])
    labels = torch.tensor([float(unit.answers) for _, _, unit in flat])
    loss = ALONE * functional.binary_cross_entropy_with_logits(all_scores, labels)
    chosen = []
    for number in range(len(step)):
        rows = [at for at, each in enumerate(flat) if each[0] == number]
        with_none = torch.cat([all_scores[rows], torch.zeros(1)])
        good = [place for place, at in enumerate(rows) if labels[at] > 0] or [len(rows)]
        chosen.append(torch.logsumexp(with_none, 0) - torch.logsumexp(with_none[good], 0))
    loss = loss + torch.stack(chosen).mean()
    return loss + PLACE * torch.stack(places).mean() if places else loss


def pieces(sizes: Sequence[int]) -> list[list[int]]:
    """Texts of like length together, as many as have ``PIECE`` tokens."""
    made: list[list[int]] = []
    for at in sorted(range(len(sizes)), key=lambda each: sizes[each]):
        if not made or sizes[at] * (len(made[-1]) + 1) > PIECE:
            made.append([])
        made[-1].append(at)
    return made


def _place(one: Coded, start: int, end: int) -> tuple[int, int] | None:
    """The input's first and last token of an answer that stands at these code points of the text."""
    inside = [at for at, token in enumerate(one.places) if token.start < end and start < token.end]
    return (one.first + inside[0], one.first + inside[-1]) if start >= 0 and inside else None


@torch.no_grad()
def judged(learner: Learner, kept: Sequence[Learnt]) -> dict[str, Any]:
    """How often the best text is one that answers, and what is answered right where 1 and 3 of 100 of all questions
    are answered wrongly."""
    learner.eval()
    rows = []
    for one in kept:
        scores = np.zeros(len(one.inputs))
        for piece in pieces([len(each.ids) for each in one.inputs]):
            scores[piece] = learner([one.inputs[at] for at in piece])[0].numpy()
        best = int(scores.argmax())
        rows.append((float(scores[best]), best in one.good, bool(one.good)))
    rows.sort(reverse=True)
    able = sum(has for _, _, has in rows)
    told: dict[str, Any] = {
        "questions": len(rows),
        "answerable": able,
        "first": sum(good for _, good, _ in rows) / able,
    }
    for part in (0.01, 0.03):
        right = wrong = best_right = 0
        for _, good, _ in rows:
            right, wrong = right + good, wrong + (not good)
            best_right = max(best_right, right) if wrong <= part * len(rows) else best_right
        told[f"right_at_{part}"] = round(best_right / able, 3)
    return told


def save(learner: Learner, path: Path) -> None:
    """The file that ``PairReader`` reads."""
    told = {
        "weights": known_digest(weights_file()),
        "rank": RANK,
        "scale": SCALE,
        "frozen": FROZEN,
    }
    np.savez_compressed(path, about=np.array(json.dumps(told)), **learner.learned())


def restore(learner: Learner, path: Path) -> None:
    """Go on from a file."""
    with np.load(path) as kept:
        names = {name: torch.tensor(kept[name].astype(np.float32)) for name in kept.files if name != "about"}
    with torch.no_grad():
        for name, one in learner.norms.items():
            if one.requires_grad:
                one.copy_(names[name.replace("_", ".")])
        for name, layer in learner.linear.items():
            if not layer.learns:
                continue
            layer.up.copy_(names[f"{name.replace('_', '.')}.up"])
            layer.down.copy_(names[f"{name.replace('_', '.')}.down"])
        for name in ("head", "out", "span"):
            getattr(learner, name).weight.copy_(names[f"{name}.w"])
            getattr(learner, name).bias.copy_(names[f"{name}.b"])
        learner.parts.weight.copy_(names["parts"])


if __name__ == "__main__":
    main()
