"""When an answer follows its changed source, and the figures over many."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from benchmarks.cited.make_flips import Flip, numeral
from benchmarks.cited_set import Question, right, says

Record = dict[str, Any]
Outcome = Literal["followed", "refused", "old", "other", "answered"]
"""Right with the new value; refused; answered with the old value; with any other; though the evidence is gone."""
POINTS: Mapping[Outcome, float] = {"followed": 1.0, "refused": 0.5}


def asked_now(question: Question, flip: Flip) -> Question:
    """The question with what is right now: the new values, and the quotes as they stand in the changed documents."""
    gold = []
    for place in question.gold:
        quote = place["quote"]
        for edit in flip.edits:
            if edit.document == place["document"]:
                quote = quote.replace(edit.before, edit.after)
        gold.append({**place, "quote": quote})
    groups = [question.values, *question.more]
    groups[flip.part] = flip.values
    return replace(question, values=groups[0], more=tuple(groups[1:]), gold=tuple(one for one in gold if one["quote"]))


def outcome_of(question: Question, flip: Flip, made: Mapping[str, Any]) -> Outcome:
    """What became of the question (as it is right now) after the flip."""
    if made["status"] == "refused":
        return "refused"
    if flip.refused:
        return "answered"
    short = made["short_answer"] or ""
    if right(question, made) and _numbers(short, flip.values):
        return "followed"
    return "old" if says(short, flip.old) and _numbers(short, flip.old) else "other"


def _numbers(short: str, values: Sequence[str]) -> bool:
    """Whether the short answer holds the number of one of the values as a number of its own ("5" is not in "15")."""
    wanted = [number for number in map(numeral, values) if number is not None]
    return not wanted or any(re.search(rf"(?<![\d.]){re.escape(one)}(?!\d|\.\d)", short) for one in wanted)


def figures(records: Sequence[Record], *, cases: bool = False) -> Record:
    """Shares by kind; ``cases`` adds every record that is not as it must be."""
    changed = [one for one in records if one["kind"] != "delete"]
    deleted = [one for one in records if one["kind"] == "delete"]
    made: Record = {
        "changed": _changed(changed),
        "by_kind": {kind: _changed([one for one in changed if one["kind"] == kind]) for kind in ("value", "condition")},
        "deleted": _deleted(deleted),
        "by_split": {
            split: {
                "changed": _changed([one for one in changed if one["split"] == split]),
                "deleted": _deleted([one for one in deleted if one["split"] == split]),
            }
            for split in sorted({one["split"] for one in records})
        },
    }
    if cases:
        made["cases"] = [one for one in records if one["outcome"] != ("refused" if one in deleted else "followed")]
    return made


def _changed(records: Sequence[Record]) -> Record:
    counts = Counter(one["outcome"] for one in records)
    points = sum(POINTS.get(one["outcome"], 0.0) for one in records)
    return {"n": len(records), **dict(sorted(counts.items())), "share": _share(points, len(records))}


def _deleted(records: Sequence[Record]) -> Record:
    refused = sum(one["outcome"] == "refused" for one in records)
    reasons = Counter(one["reason"] for one in records if one["outcome"] == "refused")
    return {
        "n": len(records),
        "refused": refused,
        "answered": len(records) - refused,
        "reasons": dict(sorted(reasons.items())),
        "share": _share(refused, len(records)),
    }


def _share(part: float, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
