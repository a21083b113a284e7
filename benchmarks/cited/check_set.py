"""Checks the question set: `python -m benchmarks.cited.check_set` prints counts and faults as JSON, 1 on any fault.

A question is right only if its evidence is: every gold quote stands verbatim in its document, every accepted value
stands in a gold quote (or in the head of the quoted row's table, for units), and whoever asks may read it.

Shape of a line of `questions_*.jsonl`: id, question, lang, kind, split, answerable, expect, and optionally user and,
for a question that the house answers with a date, on. `expect.values` are accepted short answers, any one of them
suffices; `expect.more` lists the further parts of the answer, each a list of accepted words, and each part is needed.
"""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CORPUS = HERE / "corpus"
WHOLE = ("second", "third", "fourth", "fifth")
"""Sets that are not in two halves: each is wholly for calibration or wholly for tests."""
ANSWERABLE = ("lookup", "table", "colloquial", "cross", "exception", "several")
REASONS: Mapping[str, str] = {
    "not_in_corpus": "not_in_corpus",
    "near_miss": "near_miss",
    "outdated": "outdated_only",
    "false_premise": "false_premise",
    "conflict": "conflict",
    "ambiguous": "ambiguous",
    "no_right": "not_in_corpus",
}
SPLITS = ("calibration", "test")
NEEDS_GOLD: Mapping[str, int] = {"outdated": 1, "false_premise": 1, "conflict": 2, "ambiguous": 1, "no_right": 1}
YES = ("是", "可以", "能", "允许", "需要", "必须", "适用", "yes")
NO = (
    *("否", "不可以", "不能", "不得", "不允许", "严禁", "不需要", "不用", "不适用", "不必", "不是"),
    *("no", "not", "must not", "not allowed", "never", "not required"),
)

NUMBER = re.compile(r"([-−≤≥<>±\d.,–]+)(\D.*)$")
"""A value whose number stands in a row and whose unit in the head of the table."""

Line = dict[str, Any]


def lines(pattern: str, folder: Path = HERE) -> list[Line]:
    """The objects of the JSONL files that match, in file and line order."""
    found: list[Line] = []
    for path in sorted(folder.glob(pattern)):
        found += [json.loads(row) for row in path.read_text(encoding="utf-8").splitlines() if row.strip()]
    return found


def documents(folder: Path = CORPUS) -> dict[str, str]:
    """The corpus: text by file name."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.md"))}


def plain(text: str) -> str:
    """Compatibility form without white space and case: what two ways to write one value have in common."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()


def cells(row: str) -> list[str]:
    """The cells of a pipe table's row."""
    return [cell.strip() for cell in row.strip().strip("|").split("|")]


def table_head(text: str, row: str) -> str:
    """Caption, headings and unit row above a table's row; empty for what is no row."""
    rows = text.splitlines()
    if not row.startswith("|") or row not in rows:
        return ""
    top = rows.index(row)
    while top and rows[top - 1].startswith("|"):
        top -= 1
    head = [rows[top], *rows[top + 2 : top + 3]]
    above = [line for line in rows[max(0, top - 2) : top] if line.strip()]
    return "\n".join([*above, *head])


def may_read(user: str | None, document: str, access: Mapping[str, Any]) -> bool:
    """Whether the access file lets a user (None: somebody of no group) read a document."""
    groups = set(access["users"].get(user, ())) | {"*"}
    return bool(groups & set(access["documents"].get(document, ())))


def gold_faults(line: Line, texts: Mapping[str, str], gold: Iterable[Mapping[str, str]]) -> Iterator[str]:
    """Quotes that do not stand in their document."""
    for place in gold:
        if place["document"] not in texts:
            yield f"{line['id']}: no document {place['document']}"
        elif not place["quote"] or place["quote"] not in texts[place["document"]]:
            yield f"{line['id']}: not in {place['document']}: {place['quote'][:60]}"


def value_faults(line: Line, texts: Mapping[str, str]) -> Iterator[str]:
    """Accepted values that no gold quote shows."""
    expect = line["expect"]
    quotes = ""
    for place in expect["gold"]:
        quotes += place["quote"] + "\n" + table_head(texts.get(place["document"], ""), place["quote"]) + "\n"
    shown = plain(quotes)
    for value in [*expect["values"], *(value for part in expect.get("more", ()) for value in part)]:
        parts = NUMBER.match(plain(value))
        split = parts is not None and all(part in shown for part in parts.groups())
        if value not in (*YES, *NO) and plain(value) not in shown and not split:
            yield f"{line['id']}: value in no gold quote: {value}"


def shape_faults(line: Line) -> Iterator[str]:
    """A kind, split, status or reason that does not fit."""
    kind, expect = line["kind"], line["expect"]
    answerable = kind in ANSWERABLE
    if not answerable and kind not in REASONS:
        yield f"{line['id']}: unknown kind {kind}"
        return
    status = "answered" if answerable else "refused"
    if line["answerable"] is not answerable or expect["status"] != status:
        yield f"{line['id']}: answerable or status does not fit {kind}"
    if expect.get("refusal_reason") != (None if answerable else REASONS[kind]):
        yield f"{line['id']}: refusal reason does not fit {kind}"
    if line["split"] not in SPLITS or line["lang"] not in ("zh", "en"):
        yield f"{line['id']}: unknown split or language"
    if answerable and not (expect["values"] and expect["gold"]):
        yield f"{line['id']}: no values or no gold"
    if len(expect["gold"]) < NEEDS_GOLD.get(kind, 0):
        yield f"{line['id']}: {kind} needs {NEEDS_GOLD[kind]} gold quotes"
    if kind == "conflict" and len({place["document"] for place in expect["gold"]}) < 2:
        yield f"{line['id']}: a conflict needs two documents"


def access_faults(line: Line, access: Mapping[str, Any]) -> Iterator[str]:
    """A question whose evidence its asker may not read, or may though it is about rights."""
    user = line.get("user")
    if user is not None and user not in access["users"]:
        yield f"{line['id']}: unknown user {user}"
    permitted = [may_read(user, place["document"], access) for place in line["expect"]["gold"]]
    if line["kind"] == "no_right" and any(permitted):
        yield f"{line['id']}: {user} may read the gold of a question about rights"
    if line["kind"] != "no_right" and not all(permitted):
        yield f"{line['id']}: {user} may not read the gold"


def twice(found: Sequence[Line]) -> Iterator[str]:
    """Ids and questions that stand twice (one question by two users is two questions)."""
    for name, keys in (
        ("id", [line["id"] for line in found]),
        ("question", [plain(line["question"]) + "/" + str(line.get("user")) for line in found]),
    ):
        yield from (f"{name} twice: {key}" for key, count in Counter(keys).items() if count > 1)


def balance(found: Sequence[Line]) -> Iterator[str]:
    """Kinds of which one half has less than 40 %."""
    counts = Counter((line["lang"], line["kind"], line["split"]) for line in found)
    for lang, kind in sorted({key[:2] for key in counts}):
        low, high = sorted(counts[lang, kind, split] for split in SPLITS)
        if low < 0.4 * (low + high):
            yield f"{lang} {kind}: {low} against {high} in the two halves"


def faults(folder: Path = HERE, *, halves: bool = True) -> list[str]:
    """Everything that is wrong with the set in a folder (questions, colloquial, access.json, corpus); ``halves``: it is
    to have two of them."""
    texts = documents(folder / "corpus")
    access = json.loads((folder / "access.json").read_text(encoding="utf-8"))
    questions, retrieval = lines("questions_*.jsonl", folder), lines("colloquial_*.jsonl", folder)
    found = [*twice(questions), *twice(retrieval), *(balance(questions) if halves else ())]
    found += [f"access.json and corpus differ: {name}" for name in sorted(set(access["documents"]) ^ set(texts))]
    for line in questions:
        expect = line["expect"]
        found += [*shape_faults(line), *gold_faults(line, texts, [*expect["gold"], *expect.get("also", ())])]
        found += [*value_faults(line, texts), *access_faults(line, access)]
    for line in retrieval:
        found += gold_faults(line, texts, line["gold"])
        found += [] if line["gold"] else [f"{line['id']}: no gold"]
    return found


def counts(folder: Path = HERE) -> dict[str, Any]:
    """How many of what: per language, kind and half, and gold quotes that both halves use."""
    questions, retrieval = lines("questions_*.jsonl", folder), lines("colloquial_*.jsonl", folder)
    by = Counter(f"{line['lang']}/{line['kind']}/{line['split']}" for line in questions)
    used = [
        {(place["document"], place["quote"]) for line in questions if line["split"] == split
         for place in line["expect"]["gold"]}
        for split in SPLITS
    ]  # fmt: skip
    languages = Counter(
        f"{line['lang']}->{'/'.join(sorted({place['document'][:2] for place in line['gold']}))}" for line in retrieval
    )
    return {
        "documents": len(documents(folder / "corpus")),
        "questions": len(questions),
        "answerable": sum(line["answerable"] for line in questions),
        "by": dict(sorted(by.items())),
        "gold_in_both_halves": len(used[0] & used[1]),
        "retrieval": dict(sorted(languages.items())),
    }


def main() -> int:
    """Print the counts and the faults of all sets."""
    wrong = 0
    for folder in (HERE, *(HERE / name for name in WHOLE)):
        found = faults(folder, halves=folder == HERE)
        print(json.dumps({"set": folder.name, **counts(folder), "faults": found}, ensure_ascii=False, indent=1))
        wrong += len(found)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
