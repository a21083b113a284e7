"""Teaches the embedded model to verify: ``python -m benchmarks.verifier_fit --work DIR --questions 3200 --write``.

Needs torch, gguf and tokenizers, which Assay does not, and two processors with bfloat16 units for an hour. Learning
goes on where it stopped with ``--start src/assay/llm/data/verify.gguf --after 3200 --questions N``.

From the questions of ``cited/read/`` (``reader_examples.py``) it learns to say 1 and the answer's words of a text that
answers, or 0. Each question is seen once with one text that answers, if there is any, and with what only looks like it.
As nothing is seen twice, the loss that is printed is that of questions not learned yet. With ``--sets`` it learns from
sets of questions as the product meets them instead (``verifier_examples.py``).
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from assay import llm
from assay.llm import assemble
from assay.skills.knowledge_qa.verifier import ADAPTED_RULES, OPTIONS, adapted_task
from benchmarks.about import about
from benchmarks.cited_set import SETS, data_files
from benchmarks.reader_examples import FOLDER, Example, Unit, example_of, examples
from benchmarks.verifier_examples import known_of_set
from benchmarks.verifier_model import Learner, Packed, Words, loaded, save

TOGETHER = 8
"""Questions a step."""
WARM = 0.05
SAID = 0.3
"""What the answer's words count beside whether there is an answer."""
NEAR = 4
"""A text that does not answer is one of so many that code takes for the likeliest; the likelier, the more often."""
PRINTED = 25


def main() -> None:
    """Learn, print, and perhaps write."""
    options = _options().parse_args()
    torch.manual_seed(options.seed)
    random.seed(options.seed)
    given, files = _given(options)
    learner = Learner(assemble.verify())
    if options.start:
        learner.restore(loaded(options.start))
    order = random.sample(given, len(given))[options.after :][: options.questions]
    teach(learner, order, options.work, options.rate)
    keep(learner, options.work)
    if options.write:
        save(learner.learned(), Path(llm.__file__).parent / "data" / "verify.gguf")
    print(json.dumps({**about(files, seed=options.seed), "questions": len(given), "seen": len(order)}))


def _given(options: argparse.Namespace) -> tuple[list[Example], list[Path]]:
    """What is learned from, and its files."""
    if options.sets:
        examples_of_sets = [one for name in options.sets for one in known_of_set(name, options.work)]
        return examples_of_sets, data_files(*(SETS[name] for name in options.sets))
    folders = sorted(one for one in options.data.iterdir() if one.is_dir() and one.name not in options.hold)
    files = sorted(path for one in folders for path in one.iterdir() if path.is_file())
    return [one for folder in folders for one in known(folder, options.work) if one.units], files


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.verifier_fit", description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="libraries, examples and the result are kept here")
    parser.add_argument("--data", type=Path, default=FOLDER)
    parser.add_argument("--hold", nargs="*", default=[], help="folders that are not learned from")
    parser.add_argument("--sets", nargs="*", choices=tuple(SETS), default=[], help="learn from these instead")
    parser.add_argument("--questions", type=int, help="so many; the rate falls to nothing within them")
    parser.add_argument("--after", type=int, default=0, help="so many of the seed's order were seen before")
    parser.add_argument("--rate", type=float, default=3e-4, help="the highest rate; what goes on takes less")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--start", type=Path, help="go on from this adapter")
    parser.add_argument("--write", action="store_true", help="write src/assay/llm/data/verify.gguf")
    return parser


def known(folder: Path, work: Path) -> list[Example]:
    """The examples of a folder; they are kept in ``work``."""
    kept = work / f"{folder.name}.examples.jsonl"
    if not kept.exists():
        kept.write_text("\n".join(one.document_json() for one in examples(folder, work)) + "\n", encoding="utf-8")
    return [example_of(line) for line in kept.read_text(encoding="utf-8").splitlines()]


def keep(learner: Learner, work: Path) -> None:
    """What was learned so far."""
    save(learner.learned(), work / "verifier.gguf")


def teach(learner: Learner, order: Sequence[Example], work: Path, rate: float) -> None:
    """AdamW over the low-rank changes."""
    learns = [one for one in learner.parameters() if one.requires_grad]
    pace = torch.optim.AdamW(learns, lr=rate, weight_decay=0.01)
    began = time.monotonic()
    told: list[tuple[float, bool]] = []
    for start in range(0, len(order), TOGETHER):
        part = start / len(order)
        for group in pace.param_groups:
            group["lr"] = rate * min(part / WARM + 0.02, (1.0 - part) / (1.0 - WARM))
        batch = [packed(learner.words, one, drawn(one)) for one in order[start : start + TOGETHER]]
        logits, said, counts = learner(batch)
        losses = functional.cross_entropy(logits, said, reduction="none")
        (losses * counts).sum().div(len(batch)).backward()
        torch.nn.utils.clip_grad_norm_(learns, 1.0)
        pace.step()
        pace.zero_grad()
        told += _odds(learner.words, logits.detach(), said, counts)
        if (start // TOGETHER + 1) % PRINTED == 0:
            print(f"{start + TOGETHER} {_figures(told)} {time.monotonic() - began:.0f}s", file=sys.stderr, flush=True)
            told.clear()
            keep(learner, work)


def drawn(one: Example) -> list[Unit]:
    """Of each question a text that answers (or what a careless reader would take) and one that does not."""
    good = [each for each in one.units if each.answers]
    bad = [each for each in one.units if not each.answers]
    taken = [random.choice(good)] if good else bad[:1]
    rest = [each for each in bad[:NEAR] if each not in taken]
    if rest:
        taken += random.choices(rest, [1 / (at + 1) for at in range(len(rest))])
    return random.sample(taken, len(taken))


def packed(words: Words, one: Example, units: Sequence[Unit]) -> Packed:
    """The question with some texts as tokens."""
    lines = [adapted_task(one.question, each.above, each.text).partition("\n")[::2] for each in units]
    ids = [*words.turn("system", ADAPTED_RULES), words.begin, *words.of(f"user\n{lines[0][0]}\n")]
    block, places = [0] * len(ids), list(range(len(ids)))
    shared = len(ids)
    targets: list[tuple[int, int, float]] = []
    for number, (unit, (_, passage)) in enumerate(zip(units, lines, strict=True), 1):
        asked = [*words.of(passage), words.end, *words.of("\n"), *words.turn("assistant", ends=False)]
        answer = unit.text[unit.start : unit.end].strip() if unit.start >= 0 else ""
        said = [*words.of(f"{OPTIONS[0]} {answer}".strip() if unit.answers else OPTIONS[1]), words.end]
        at = len(ids) + len(asked) - 1
        targets.append((at, said[0], 1.0))
        if answer:
            targets += [(at + place, token, SAID / (len(said) - 1)) for place, token in enumerate(said[1:], 1)]
        ids += asked + said[:-1]
        block += [number] * (len(ids) - len(block))
        places += range(shared, shared + len(ids) - len(places))
    return Packed(tuple(ids), tuple(block), tuple(places), tuple(targets))


def _odds(words: Words, logits: torch.Tensor, said: torch.Tensor, counts: torch.Tensor) -> list[tuple[float, bool]]:
    """The log-odds that a text answers, and whether it does."""
    yes, no = (words.of(one)[0] for one in OPTIONS)
    rows = [at for at in range(len(said)) if float(counts[at]) == 1.0 and int(said[at]) in (yes, no)]
    return [(float(logits[at, yes] - logits[at, no]), int(said[at]) == yes) for at in rows]


def _figures(told: Sequence[tuple[float, bool]]) -> str:
    """Loss, part right, and how often one that answers has the better odds."""
    odds, good = np.array([one for one, _ in told]), np.array([one for _, one in told])
    loss = float(np.mean(np.logaddexp(0.0, np.where(good, -odds, odds))))
    pairs = odds[good][:, None] - odds[~good][None, :]
    auc = float(np.mean(pairs > 0) + np.mean(pairs == 0) / 2) if pairs.size else float("nan")
    return f"loss {loss:.3f} right {np.mean((odds > 0) == good):.3f} auc {auc:.3f}"


if __name__ == "__main__":
    main()
