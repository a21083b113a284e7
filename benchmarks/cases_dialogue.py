"""The maintenance dialogue: is the cause among the first two within five questions, and with how many questions?

Records of hidden machines (``dialogue_models``) are written as a CSV file in mixed Chinese and English, of which each
mentions only a part of what was seen, and read by the product's own reader. Then fresh failures are asked about: the
dialogue sees one symptom and gets truthful answers (a share of them wrong or "do not know"). Beside it the same
diagnosis asks in a fixed order, the findings most frequent in the records first.

    python -m benchmarks.cases_dialogue --json [--records 80] [--cases 60] [--seed 1]
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from assay.skills.cases.case import Case, Said, keys_of
from assay.skills.cases.diagnosis import ENOUGH, UNKNOWN, Diagnosis
from assay.skills.cases.tables import read_cases
from benchmarks.about import about
from benchmarks.dialogue_models import CHECKS, FINDINGS, MODELS, HiddenCause

MENTIONED = 0.75
STRAY = 0.03
WRONG = 0.03
UNANSWERED = 0.05
MOST = 5

Ask = Callable[[Diagnosis, Mapping[str, bool], Sequence[str]], "str | None"]


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=80, help="records of each kind of machine")
    parser.add_argument("--cases", type=int, default=60, help="fresh failures of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    random_ = random.Random(options.seed)
    kinds = {kind: _kind(kind, options.records, options.cases, random_) for kind in MODELS}
    ways = {way: _joined([found[way] for found in kinds.values()]) for way in ("dialogue", "fixed_order")}
    result = {
        "benchmark": "cases_dialogue",
        "about": about(seed=options.seed, records=options.records, cases=options.cases, most_questions=MOST),
        **ways,
        "kinds": {kind: {way: _joined([found[way]]) for way in ways} for kind, found in kinds.items()},
    }
    print(json.dumps(result, ensure_ascii=False, indent=2))


def _kind(kind: str, records: int, cases: int, random_: random.Random) -> dict[str, list[dict[str, Any]]]:
    causes = MODELS[kind][1]
    known = Diagnosis(_base(kind, records, random_))
    order = [key for key, _ in Counter({key: known._seen[key] for key in known.keys}).most_common()]
    found: dict[str, list[dict[str, Any]]] = {"dialogue": [], "fixed_order": []}
    for _ in range(cases):
        cause = random_.choices(causes, [one.weight for one in causes])[0]
        shown = _shown(cause, random_)
        start, seed = _symptom(shown, random_), random_.random()
        for way, ask in (("dialogue", _best), ("fixed_order", _in(order))):
            found[way].append(_asked(known, cause, shown, start, ask, random.Random(seed)))
    return found


def _base(kind: str, records: int, random_: random.Random) -> list[Case]:
    (zh, en), causes = MODELS[kind]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "records.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["设备", "设备类型", "时间", "故障现象", "检查", "故障原因", "处理措施", "处理结果"])
            for number in range(records):
                cause = random_.choices(causes, [one.weight for one in causes])[0]
                lang = random_.randrange(2)
                told = [name for name in _shown(cause, random_) if random_.random() < MENTIONED] or [_first(cause)]
                seen = [_words(name, lang, random_) for name in told if name not in CHECKS]
                checked = [_words(name, lang, random_) for name in told if name in CHECKS]
                row = [f"X-{number:03d}", (zh, en)[lang], f"2025-01-01 {number % 24:02d}:00"]
                row += ["；".join(seen or checked), "；".join(checked if seen else []), cause.words[lang]]
                writer.writerow([*row, cause.measure[lang], ("恢复正常", "back to normal")[lang]])
        return list(read_cases(path, groups=("*",)).cases)


def _shown(cause: HiddenCause, random_: random.Random) -> list[str]:
    names = [name for name, often in cause.shows.items() if random_.random() < often] or [_first(cause)]
    return names + [name for name in FINDINGS if name not in cause.shows and random_.random() < STRAY / 3]


def _first(cause: HiddenCause) -> str:
    return max(cause.shows, key=lambda name: cause.shows[name])


def _words(name: str, lang: int, random_: random.Random) -> str:
    return random_.choice(FINDINGS[name][lang])


def _symptom(shown: Sequence[str], random_: random.Random) -> str:
    plain = [name for name in shown if name not in CHECKS] or list(shown)
    return _words(random_.choice(plain), random_.randrange(2), random_)


def _keys(shown: Sequence[str]) -> set[str]:
    """Every key that a wording of what is shown has: whoever is asked understands the question."""
    return {
        key
        for name in shown
        for words in FINDINGS[name]
        for text in words
        for key, there in keys_of([Said(text)]).items()
        if there
    }


def _best(known: Diagnosis, findings: Mapping[str, bool], asked: Sequence[str]) -> str | None:
    question = known.question(findings, asked)
    return None if question is None else question.key


def _in(order: Sequence[str]) -> Ask:
    def ask(known: Diagnosis, findings: Mapping[str, bool], asked: Sequence[str]) -> str | None:
        if known.shares(findings)[0].share >= ENOUGH:
            return None
        return next((key for key in order if key not in findings and key not in asked), None)

    return ask


def _asked(
    known: Diagnosis, cause: HiddenCause, shown: Sequence[str], start: str, ask: Ask, random_: random.Random
) -> dict[str, Any]:
    truth = _keys(shown)
    findings: dict[str, bool] = dict(keys_of([Said(start)]))
    asked: list[str] = []
    while len(asked) < MOST and (key := ask(known, findings, asked)) is not None:
        asked.append(key)
        if random_.random() >= UNANSWERED:
            findings[key] = (key in truth) != (random_.random() < WRONG)
    shares = [one for one in known.shares(findings) if one.cause != UNKNOWN]
    rank = next((at for at, one in enumerate(shares, 1) if _same(one.cause, cause)), 0)
    return {"questions": len(asked), "rank": rank, "share": shares[0].share}


def _same(key: str, cause: HiddenCause) -> bool:
    """Whether a cause of the records is the hidden one: its words in either language give this key."""
    from assay.skills.cases.case import cause_keys

    return key in {cause_keys([Said(words)])[0] for words in cause.words}


def _joined(groups: Sequence[Sequence[Mapping[str, Any]]]) -> dict[str, Any]:
    rows = [row for group in groups for row in group]
    return {
        "cases": len(rows),
        "first": round(sum(row["rank"] == 1 for row in rows) / len(rows), 4),
        "first_two": round(sum(row["rank"] in (1, 2) for row in rows) / len(rows), 4),
        "questions": round(sum(row["questions"] for row in rows) / len(rows), 3),
    }


if __name__ == "__main__":
    main()
