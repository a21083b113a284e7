"""Fits the combiner of cited answers on the calibration half: ``python -m benchmarks.cited_calibrate --work DIR``.

First the order of units (a pairwise logistic regression: the unit that answers before the others of its question), then
the probability that the first unit's answer is right, with and without the language model, then the thresholds: as many
right answers as possible while at most ``--wrong`` of all questions are answered wrongly, judged by cross-validation
over documents. Beside each answerable question stands the same one with its evidence taken out of the documents: a near
miss by construction, from which code learns and on which no threshold is set. ``--write`` puts the result into the
package. The test half is never read.

``--threshold-only --sets ..`` keeps all coefficients and finds how far the language model's answers may be let out
anew, from sets that it has not learned from.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import random
import sys
import tempfile
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from assay.kernel.ports import Chooser
from assay.skills import knowledge_qa
from assay.skills.knowledge_qa.candidates import Cosines, candidates_of
from assay.skills.knowledge_qa.combine import Logistic, combiner, combiner_file, combiner_of
from assay.skills.knowledge_qa.parts import parts_of
from assay.skills.knowledge_qa.question import read_question
from assay.skills.knowledge_qa.ranking import READ, READ_FOREIGN, Pairs, compared, in_order, looked_at, read_together
from assay.skills.knowledge_qa.runner import Asking, embedded_cosines
from assay.skills.knowledge_qa.tools import LIMIT
from benchmarks.about import about
from benchmarks.cited.check_set import lines
from benchmarks.cited.make_flips import applied, deletion
from benchmarks.cited_answers import record_of, ruled_out
from benchmarks.cited_set import (
    SETS,
    Question,
    RememberingModel,
    RememberingPairs,
    RememberingVectors,
    Shelf,
    data_files,
    in_gold,
    questions,
)
from benchmarks.flips import embedding_in
from benchmarks.flips_corpus import Corpus

DELETED = "deleted"
GONE = 1.0
"""What a question without its evidence counts beside the question itself."""
LOOKED_AT = 14
FOLDS = 5
RANK_C, CODE_C, ANSWER_C = 0.05, 0.03, 0.03
LEFT_OUT = frozenset({"rank", "hit_cosine", "vetoed", "range_clash", "mark_clash", "contradicted"})
"""Features of the search engine's own order, which another store or embedder would give otherwise, and what refuses by
itself."""
OF_THE_PAIR = frozenset({"same_language"})
"""Says how much words can count in a probability; it is no reason to put one unit before another."""
OF_THE_ORDER = frozenset({"read_gap"})
"""Puts one unit before another; a probability would count it against a unit that stands alone."""
LEAST_OF_KIND = 30
"""A kind of question that fewer records ask for has no weight of its own: it would be learned by heart."""
READ_FEATURES = ("given", "given_yes_no", "agrees", "moved")
MODEL_FEATURES = frozenset({*READ_FEATURES, "code_score"})
"""``code_score`` is code's own sum, by which coefficients that were fitted earlier judge beside a model."""
LEAST_VERIFIED = 60
READ_FROM = 0.06
"""While records are made the model reads from this probability by code on: below, hardly one answer is right."""
RIVALS_FROM = 0.3
"""While records are made an answer is held against other documents from this probability on."""
NEVER = 2.0
"""No probability reaches this."""
NOT_ASKED = 0.03
"""This part of the right answers may lie where code refuses without asking the model."""
MOST_WRONG = 0.015
"""Half of what may be answered wrongly: code's rules were written while looking at these questions, so of others
more are answered wrongly than cross-validation says."""
Row = Mapping[str, float]


def main() -> None:
    """Fit, print, and perhaps write."""
    options = _options().parse_args()
    made = _loaded(options)
    records = _recorded(options.work) if options.refit else _asked(made, options)
    if options.threshold_only:
        report = find_threshold(made, records, options.wrong)
    else:
        report = fit_code(made, records, options.wrong) | fit_answers(made, records, options.wrong)
    if options.write:
        _file(options).write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    told = {**about(data_files(*_folders(options.sets))), "questions": len(records), **report, "combiner": made}
    print(json.dumps(told, ensure_ascii=False))


def _folders(names: Sequence[str]) -> list[Path]:
    """The sets of these names (of all, where there are none) with questions for calibration."""
    return [folder for name, folder in SETS.items() if name in (names or SETS) and questions("calibration", folder)]


def _asked(made: dict[str, Any], options: argparse.Namespace) -> list[dict[str, Any]]:
    """Fit the order of units, and ask the questions with it."""
    vectors = RememberingVectors(options.work / "vectors.npz")
    cosines = embedded_cosines(vectors)
    shelves = [(Shelf.open(options.work / folder.name, folder), folder) for folder in _folders(options.sets)]
    pairs = None if options.words else RememberingPairs(options.work / "pairs.jsonl")
    if not options.threshold_only:
        rows = [rank_rows(shelf, one, cosines, pairs) for shelf, folder in shelves for one in _answerable(folder)]
        made["rank"] = fit_rank([one for one in rows if one])
        vectors.save()
        print("rank fitted", file=sys.stderr, flush=True)
    weights = combiner_of(made)
    model = _model(options)
    records = []
    for shelf, folder in shelves:
        asked = questions("calibration", folder)
        if options.sample is not None:
            asked = random.Random(options.seed).sample(asked, min(options.sample, len(asked)))
        free = replace(weights, ask_from=READ_FROM, answer_from=RIVALS_FROM, code_from=RIVALS_FROM)
        asking = Asking(model, cosines, pairs, free, adapted=pairs is not None)
        records += asyncio.run(_records(shelf, asked, asking))
        gone = replace(asking, model=None) if options.words else asking
        records += asyncio.run(_deleted(folder, asked, gone, options.work))
    asyncio.run(model.close())
    vectors.save()
    (options.work / "records.jsonl").write_text(
        "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8"
    )
    return records


def _answerable(folder: Path) -> list[Question]:
    return [one for one in questions("calibration", folder) if one.answerable]


def _recorded(work: Path) -> list[dict[str, Any]]:
    """What the last run recorded, its order of units included (which stands in the package already)."""
    return [json.loads(line) for line in (work / "records.jsonl").read_text(encoding="utf-8").splitlines()]


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cited_calibrate", description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="library and the model's choices are kept here")
    parser.add_argument("--model", choices=("configured", "recorded"), default="configured")
    parser.add_argument("--refit", action="store_true", help="take the features recorded by the last run")
    parser.add_argument("--sample", type=int, help="ask only so many questions, drawn with --seed, of the fitted order")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--wrong", type=float, default=MOST_WRONG, help="at most this part may be answered wrongly")
    parser.add_argument("--sets", nargs="*", default=[], help="of these sets only")
    parser.add_argument("--threshold-only", action="store_true", help="keep all but the threshold of an answer")
    parser.add_argument("--words", action="store_true", help="fit combiner.json, for where the small reader is missing")
    parser.add_argument("--write", action="store_true", help="write it to src/assay/skills/knowledge_qa/data")
    return parser


def _file(options: argparse.Namespace) -> Path:
    return Path(knowledge_qa.__file__).parent / "data" / combiner_file(read=not options.words)


def _loaded(options: argparse.Namespace) -> dict[str, Any]:
    path = _file(options)
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


# --- the order of units ---


def rank_rows(shelf: Shelf, question: Question, cosines: Cosines, pairs: Pairs | None) -> list[tuple[Row, bool]]:
    """The features of a question's units with whether each is one that answers; empty where none was found."""
    reader = shelf.reader(question.user)
    names = {info.id: info.name for info in reader.documents(outdated=True)}
    (asked, *rest) = parts_of(read_question(question.question))
    if rest:
        return []
    found = candidates_of(asked, reader.search(asked.text, limit=LIMIT))
    order = in_order(found, combiner(read=pairs is not None).first)
    golden = {one.key for one in found if in_gold(one, question, names)}
    if not golden:
        return []
    if pairs is not None:
        seen = read_together(asked, looked_at(asked, order, READ, READ_FOREIGN), pairs)
    else:
        seen = compared(asked, order[:LOOKED_AT] + [one for one in order[LOOKED_AT:] if one.key in golden], cosines)
    return [(one.features, one.key in golden) for one in seen]


def fit_rank(found: Sequence[Sequence[tuple[Row, bool]]]) -> dict[str, Any]:
    """Weights by a logistic regression over the differences of a unit that answers and one that does not."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    names = sorted({name for rows in found for row, _ in rows for name in row} - LEFT_OUT - OF_THE_PAIR)
    pairs = []
    for rows in found:
        good = [_vector(row, names) for row, answers in rows if answers]
        bad = [_vector(row, names) for row, answers in rows if not answers]
        pairs += [one - other for one in good[:2] for other in bad]
    differences = np.array(pairs)
    spread = differences.std(axis=0) + 1e-9
    both = np.vstack([differences, -differences]) / spread
    labels = np.r_[np.ones(len(pairs)), np.zeros(len(pairs))]
    fitted = LogisticRegression(C=RANK_C, fit_intercept=False, max_iter=5000).fit(both, labels)
    return {"bias": 0.0, "weights": _weights(names, fitted.coef_[0] / spread)}


def _vector(row: Row, names: Sequence[str]) -> Any:
    import numpy as np

    return np.array([row.get(name, 0.0) for name in names])


def _weights(names: Sequence[str], values: Any) -> dict[str, float]:
    return {name: round(float(value), 4) for name, value in zip(names, values, strict=True) if abs(value) > 5e-4}


# --- the probability of an answer ---


def _model(options: argparse.Namespace) -> RememberingModel:
    """The configured model, or beside the small reader the embedded one that has learned to verify."""
    from assay.llm.config import open_model
    from assay.skills.knowledge_qa.runner import adapted_or_none

    inner: Chooser | None = None
    if options.model == "configured":
        inner = open_model() if options.words else adapted_or_none()
    return RememberingModel(inner, options.work / "choices.jsonl", seal="" if options.words else _adapter_digest())


def _adapter_digest() -> str:
    from assay.llm.embedded import shipped_adapters
    from assay.skills.knowledge_qa.runner import ADAPTER

    return hashlib.sha256(shipped_adapters()[ADAPTER].read_bytes()).hexdigest()


async def _records(shelf: Shelf, asked: Sequence[Question], asking: Asking) -> list[dict[str, Any]]:
    records = []
    for number, question in enumerate(asked, 1):
        records.append(await record_of(question, shelf.reader(question.user), asking))
        if number % 20 == 0:
            print(f"{number} of {len(asked)}", file=sys.stderr, flush=True)
    return records


async def _deleted(set_folder: Path, asked: Sequence[Question], asking: Asking, work: Path) -> list[dict[str, Any]]:
    """The answerable questions over documents without their evidence, judged by code alone."""
    records = []
    with tempfile.TemporaryDirectory() as folder:
        place, access = Path(folder) / "library", set_folder / "access.json"
        corpus = Corpus.open(place, embedding_in(work), folder=set_folder / "corpus", access=access)
        flips = {line["id"]: deletion(line, corpus.texts) for line in lines("questions_*.jsonl", set_folder)}
        for question in asked:
            flip = flips[question.id] if question.answerable else None
            if flip is None:
                continue
            gone = replace(question, answerable=False, reason="near_miss", gold=(), kind=DELETED)
            with corpus.saying(applied(flip, corpus.texts)) as shelf:
                made = await record_of(gone, shelf.reader(question.user), asking)
                records.append({**made, "source": question.gold[0]["document"] if question.gold else made["source"]})
    return records


def fit_code(made: dict[str, Any], records: Sequence[dict[str, Any]], most_wrong: float) -> dict[str, Any]:
    """Fill ``code`` with its thresholds, from all records; what cross-validation says of it."""
    both = [one for one in records if one["features"]]
    names = _names(both)
    held = [(one, chance) for one, chance in zip(both, _held_out(both, names, CODE_C), strict=True) if _whole(one)]
    told = [_uncontradicted(one) for one, _ in held]
    asked = sum(map(_whole, records))
    report = {"code": _set(made, "code", told, [chance for _, chance in held], asked, most_wrong)}
    made["code"] = _fitted(both, names, CODE_C)
    good = sorted(chance for one, chance in held if one["found"])
    made["thresholds"]["ask_from"] = round(good[int(NOT_ASKED * len(good))], 4) if good else 0.0
    return report


def fit_answers(made: dict[str, Any], records: Sequence[dict[str, Any]], most_wrong: float) -> dict[str, Any]:
    """Fill ``answer`` with its threshold, from the records that the model was asked about, with what it read; what
    cross-validation says of it."""
    both = [one for one in records if one["features"]]
    verified = _verified(both)
    if len(verified) < LEAST_VERIFIED:  # nothing is known of what the model's readings are worth, so it is not asked
        made["answer"], made["thresholds"]["answer_from"] = made["code"], made["thresholds"]["code_from"]
        made["thresholds"]["ask_from"] = NEVER
        return {}
    scores = [*_names(both), *READ_FEATURES]
    chances = zip(verified, _held_out(verified, scores, ANSWER_C), strict=True)
    judged = [(one, chance) for one, chance in chances if _whole(one)]
    seen, held = [one for one, _ in judged], [chance for _, chance in judged]
    report = {"answer": _set(made, "answer", seen, held, sum(map(_whole, records)), most_wrong)}
    made["answer"] = _fitted(verified, scores, ANSWER_C)
    return report


def find_threshold(made: dict[str, Any], records: Sequence[dict[str, Any]], most_wrong: float) -> dict[str, Any]:
    """Set the threshold of an answer with the coefficients that are there, which have not seen these records."""
    judge = Logistic(made["answer"]["weights"], made["answer"]["bias"])
    judged = [one for one in _verified(records) if _whole(one)]
    chances = [min(judge.probability(row) for row in one["features"]) for one in judged]
    return {"answer": _set(made, "answer", judged, chances, sum(map(_whole, records)), most_wrong)}


def _verified(records: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that the model was asked about."""
    return [one for one in records if one["features"] and all("given" in row for row in one["features"])]


def _whole(record: Mapping[str, Any]) -> bool:
    """Whether its evidence is in the documents, as far as there is any."""
    return bool(record["kind"] != DELETED)


def _names(records: Sequence[dict[str, Any]]) -> list[str]:
    """The features that a probability may count."""
    left_out = LEFT_OUT | OF_THE_ORDER | MODEL_FEATURES | _rare(records)
    return sorted({each for one in records for row in one["features"] for each in row} - left_out)


def _uncontradicted(record: dict[str, Any]) -> dict[str, Any]:
    """A record as it is without the language model, which alone reads what other documents say against an answer."""
    told = zip(record["rulings"], record["features"], strict=True)
    return {**record, "rulings": [None if row.get("contradicted") else reason for reason, row in told]}


def _rare(records: Sequence[dict[str, Any]]) -> frozenset[str]:
    """The kinds of question that hardly any record asks for."""
    kinds = Counter(name for one in records for row in one["features"] for name in row if name.startswith("wanted_"))
    return frozenset(name for name, count in kinds.items() if count < LEAST_OF_KIND)


def _set(
    made: dict[str, Any],
    name: str,
    records: Sequence[dict[str, Any]],
    held: Sequence[float],
    total: int,
    most_wrong: float,
) -> dict[str, Any]:
    threshold, right, wrong = best_threshold(records, held, total, most_wrong)
    made["thresholds"][f"{name}_from"] = round(threshold, 4)
    return {"threshold": round(threshold, 4), "right": right, "wrong": wrong, "of": total}


def _parts(records: Sequence[dict[str, Any]]) -> tuple[list[Row], list[bool]]:
    rows = [row for one in records for row in one["features"]]
    return rows, [bool(one["found"]) for one in records for _ in one["features"]]


def _fitted(records: Sequence[dict[str, Any]], names: Sequence[str], c: float) -> dict[str, Any]:
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    rows, labels = _parts(records)
    matrix = np.array([_vector(row, names) for row in rows])
    mean, spread = matrix.mean(axis=0), matrix.std(axis=0) + 1e-9
    counts = [GONE if one["kind"] == DELETED else 1.0 for one in records for _ in one["features"]]
    fitted = LogisticRegression(C=c, max_iter=5000).fit((matrix - mean) / spread, labels, sample_weight=counts)
    weights = fitted.coef_[0] / spread
    return {"bias": round(float(fitted.intercept_[0] - weights @ mean), 4), "weights": _weights(names, weights)}


def _held_out(records: Sequence[dict[str, Any]], names: Sequence[str], c: float) -> list[float]:
    """Each record's probability from a fit without its fold; of several parts the least."""
    found = [0.0] * len(records)
    for fold in range(FOLDS):
        fitted = _fitted([one for one in records if _fold(one) != fold], names, c)
        judge = Logistic(fitted["weights"], fitted["bias"])
        for at, one in enumerate(records):
            if _fold(one) == fold:
                found[at] = min(judge.probability(row) for row in one["features"])
    return found


def _fold(record: Mapping[str, Any]) -> int:
    """By the document, so that what is learned of one manual is judged on others; with and without its evidence a
    question is in the same fold."""
    return zlib.crc32(record["source"].encode()) % FOLDS


def best_threshold(
    records: Sequence[dict[str, Any]], probabilities: Sequence[float], total: int, most_wrong: float
) -> tuple[float, int, int]:
    """The least threshold that keeps the wrong answers within bounds: it, and what is answered right and wrong.

    What a rule refuses (a conflict, several branches, a veto ...) is answered at no threshold.
    """
    free = [
        (probability, bool(one["found"]))
        for one, probability in zip(records, probabilities, strict=True)
        if not ruled_out(one) and not any(row.get("vetoed") for row in one["features"])
    ]
    free.sort(key=lambda each: -each[0])
    best, right, wrong = (1.0, 0, 0), 0, 0
    for at, (probability, good) in enumerate(free):
        right, wrong = right + good, wrong + (not good)
        last = at + 1 == len(free) or free[at + 1][0] < probability
        if last and wrong <= most_wrong * total and right > best[1]:
            below = free[at + 1][0] if at + 1 < len(free) else 0.0
            best = ((probability + below) / 2, right, wrong)
    return best


if __name__ == "__main__":
    main()
