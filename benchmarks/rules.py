"""Rules from sentences: own Chinese and English sentences in the manner of public standards, scored exactly.

``python -m benchmarks.rules --json [--sample N] [--errors]``. ``test`` sentences were written before the grammar had
read them and the grammar is not tuned on them; ``dev`` ones were used to make it; ``fresh`` ones came in sets of 80,
each read once by a grammar that was frozen before it was written, and made the grammar afterwards (the figures of that
first reading stand in ``rules_set/README.md``). ``--file`` scores other sentences of the same form, such as a set
that no grammar has read yet. A sentence is right when object,
property, comparison, value, unit, conditions, exceptions and strictness of every requirement are; one that should stay
unread (a gold of no rule) is right when it does. A rule is sure or, where the grammar doubts its reading, only
proposed to a person: ``wrong_as_sure`` is the worst error. ``cut`` is right but for where a name is divided between
object and property, which a check does not mind. ``checks`` are designs around each gold rule's limits with verdicts
that follow from how they were made: ``of_gold`` tests the evaluation alone, ``end_to_end`` what the grammar read.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from assay.skills.rules.checking import checked
from assay.skills.rules.design import design_of
from assay.skills.rules.grammar import Stop, read_sentence
from assay.skills.rules.grammar.doubt import doubts
from assay.skills.rules.rule import Part, Rule
from benchmarks.about import about
from benchmarks.rules_designs import cases
from benchmarks.rules_score import gold_parts, same, same_joined, shown

SET = Path(__file__).parent / "rules_set"
SPLITS = ("test", "dev", "fresh")
TARGETS = {"single": 0.97, "several": 0.90}


def load(split: str) -> list[dict[str, Any]]:
    """The cases of a split, in the order of the file."""
    path = Path(split) if split.endswith(".jsonl") else SET / f"{split}.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def run(split: str, sample: int | None, seed: int = 0) -> dict[str, Any]:
    """The scores of one split: sentences by kind and language, and the checks."""
    chosen = load(split)
    if sample is not None and sample < len(chosen):
        chosen = random.Random(seed).sample(chosen, sample)
    read = [(case, _read(case["text"])) for case in chosen]
    errors = [_error(case, got) for case, got in read if not same(got, gold_parts(case))]
    return {
        **{kind: _score([one for one in read if one[0]["kind"] == kind]) for kind in TARGETS},
        "by_language": {lang: _score([one for one in read if one[0]["lang"] == lang]) for lang in ("zh", "en")},
        "checks": _checks(read),
        "errors": errors,
    }


def _read(text: str) -> tuple[Part, ...] | None:
    try:
        return read_sentence(text)
    except Stop:
        return None


def _error(case: dict[str, Any], got: Sequence[Part] | None) -> dict[str, Any]:
    gold = gold_parts(case)
    return {
        "id": case["id"],
        "text": case["text"],
        "got": None if got is None else shown(got),
        "unclear": list(doubts(case["text"], got)) if got else [],
        "gold": None if gold is None else shown(gold),
    }


def _score(read: Sequence[tuple[dict[str, Any], tuple[Part, ...] | None]]) -> dict[str, Any]:
    """Right, unread though there is a rule (honest), and read wrong (the worse error)."""
    tally: Counter[str] = Counter()
    for case, got in read:
        gold = gold_parts(case)
        kind = "right" if same(got, gold) else "unread" if got is None else "wrong"
        tally[kind] += 1
        cut = kind == "wrong" and same_joined(got, gold)
        sure = not (got and doubts(case["text"], got))
        tally["cut"] += cut
        if not cut and kind != "unread" and got is not None:
            tally[f"{kind}_as_{'sure' if sure else 'proposed'}"] += 1
    count = len(read)
    share = None if not count else round(tally["right"] / count, 4)
    return {
        "sentences": count,
        "right": tally["right"],
        "unread": tally["unread"],
        "wrong": tally["wrong"],
        "cut": tally["cut"],
        "wrong_as_sure": tally["wrong_as_sure"],
        "wrong_as_proposed": tally["wrong_as_proposed"],
        "right_as_proposed": tally["right_as_proposed"],
        "share": share,
    }


def _checks(read: Iterable[tuple[dict[str, Any], tuple[Part, ...] | None]]) -> dict[str, Any]:
    totals: Counter[str] = Counter()
    gold_right: Counter[str] = Counter()
    end_right: Counter[str] = Counter()
    for case, got in read:
        for number, part in enumerate(gold_parts(case) or ()):
            own = got[number] if got is not None and number < len(got) else None
            for made in cases(part):
                design = made.design
                totals[made.kind] += 1
                gold_right[made.kind] += _verdict(part, design) == made.verdict
                end_right[made.kind] += (_verdict(own, design) if own else "cannot_tell") == made.verdict
    count = sum(totals.values())
    return {
        "designs": count,
        "of_gold": _part(gold_right, count),
        "end_to_end": _part(end_right, count),
        "by_kind": {
            kind: {"designs": totals[kind], "of_gold": gold_right[kind], "end_to_end": end_right[kind]}
            for kind in sorted(totals)
        },
    }


def _part(right: Counter[str], count: int) -> dict[str, Any]:
    total = sum(right.values())
    return {"right": total, "share": None if not count else round(total / count, 4)}


def _verdict(part: Part, design: dict[str, Any]) -> str:
    rule = Rule(id="r", quote="", parts=(part,))
    verdict: str = checked([rule], design_of("design", design))["results"][0]["verdict"]
    return verdict


def main() -> None:
    """Print the scores."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON (always done)")
    parser.add_argument("--sample", type=int, default=None, help="so many sentences of each split, drawn with seed 0")
    parser.add_argument("--file", action="append", default=[], help="score this .jsonl instead of the sets")
    parser.add_argument("--errors", action="store_true", help="list the sentences that are wrong")
    arguments = parser.parse_args()
    found = {split: run(split, arguments.sample) for split in arguments.file or SPLITS}
    if not arguments.errors:
        for one in found.values():
            one["errors"] = len(one["errors"])
    scored = found.get("test") or {kind: {"share": None} for kind in TARGETS}
    met = {kind: (scored[kind]["share"] or 0.0) >= target for kind, target in TARGETS.items()}
    files = sorted(SET.glob("*.jsonl"))
    result = {"benchmark": "rules", **found, "targets": TARGETS, "met": met}
    result["about"] = about(files, versions=("pint",), seed=0, sample=arguments.sample)
    print(json.dumps(result, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
