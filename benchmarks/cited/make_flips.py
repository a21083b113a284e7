"""Counterfactuals over the question set: the source says something else, so the answer must follow or be refused.

Three kinds, each made of one answerable question: `value` (another plausible number with the same unit in the gold
quote), `condition` (what was forbidden is allowed, or the reverse; yes/no questions) and `delete` (the evidence and
whatever else states the same fact is gone). `python -m benchmarks.cited.make_flips FOLDER ID` writes one corpus.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Literal

from benchmarks.cited.check_set import NO, YES, Line, cells, documents, lines, plain, table_head

Kind = Literal["value", "condition", "delete"]
NUMERAL = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?!\d|\.\d)")
CODE = re.compile(r"(?<![A-Za-z0-9])[A-Z][A-Z0-9]{0,5}(?:-[A-Z]*\d+[A-Z]?)+")
OPPOSITES = (
    ("严禁", "允许"), ("不得", "可以"), ("不需要", "需要"), ("可以", "不得"), ("允许", "不允许"),
    ("shall not", "may"), ("must not", "may"), ("must never", "may"), ("may not", "may"), ("may", "must not"),
)  # fmt: skip
"""Polarity words and what they turn into; the first that stands in a sentence counts, so longer ones come first."""
POLAR = re.compile(
    r"严禁|不得|不需要|不能|不可|可以|允许|禁止|除外"
    r"|\b(?:(?:must|shall|may) (?:not|never)|not|never|may|except|unless|[Nn]o|[Nn]one)\b"
)
CLUMSY = re.compile(r"只允许|可以不|会|because")
"""Where turning the one word leaves a sentence that contradicts itself."""
RANGE = re.compile(r"\D*[\d.]+ ?[^\d\s至–]{0,6} ?(?:至|到|–|to) ?[\d.]+\D*")
RULE_STANDS = frozenset({"en-exception-001", "zh-colloquial-026", "zh-exception-039", "zh-exception-043"})
"""Questions answered by an exception or special case in a sentence of its own: without it the general rule, which
stands elsewhere, answers them, and rightly."""
DUTY = re.compile(r"要|必须|\b(?:must|have to|needs?)\b")
FACTORS = ("1.2", "0.8", "1.1", "0.9", "1.5", "0.6", "2")


@dataclass(frozen=True, slots=True)
class Edit:
    """Words of a document (they stand there once) and what they become."""

    document: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Flip:
    """A changed source. ``values`` are accepted now, ``old`` were before; both empty and ``refused`` for a deletion.

    ``part`` is the part of the answer that they belong to: 0 for ``expect.values``, from 1 for ``expect.more``.
    """

    id: str
    question: Line
    kind: Kind
    edits: tuple[Edit, ...]
    values: tuple[str, ...] = ()
    old: tuple[str, ...] = ()
    refused: bool = False
    part: int = 0


def statements(text: str) -> Iterator[str]:
    """The table rows and sentences of a Markdown text, without front matter, headings, clause numbers and marks."""
    for line in re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL).split("\n"):
        if line.startswith("|"):
            yield line
        elif not line.startswith("#"):
            body = re.sub(r"^(?:> )?(?:\*\*[^*]+\*\*[：:]?\s*)?(?:(?:\d+\.)+\d*\s|- |\d+\. )?", "", line)
            yield from (part.strip() for part in re.split(r"(?<=。)|(?<=\.)\s(?=[A-Z])", body) if part.strip())


@cache
def coded(text: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """The statements of a text that name equipment, with its codes."""
    found = ((statement, frozenset(CODE.findall(statement))) for statement in statements(text))
    return tuple((statement, codes) for statement, codes in found if codes)


def numbers(text: str) -> list[re.Match[str]]:
    """The numbers in a text, those in equipment codes left out."""
    return list(NUMERAL.finditer(CODE.sub(lambda code: "_" * len(code.group()), text)))


def numeral(word: str) -> str | None:
    """The last number of a value (of a range: its upper end), as written."""
    found = numbers(word)
    return found[-1].group() if found else None


def holds(text: str, number: str) -> int:
    """How often a number stands in a text as a number of its own."""
    return sum(found.group() == number for found in numbers(text))


def says(text: str, statement: str, value: str) -> bool:
    """Whether a statement of a document holds a value; in a table's row its unit may stand in the head."""
    number = numeral(value)
    if number is None or not statement.startswith("|"):
        return number is not None and bool(holds(statement, number)) and plain(value) in plain(statement)
    unit = plain(value).rpartition(plain(number))[2]
    row = [plain(cell) for cell in cells(statement)]
    named = plain(number) in row and bool(unit) and unit in plain(table_head(text, statement) + statement)
    return plain(value) in row or named


def elsewhere(question: Line, texts: Mapping[str, str]) -> list[tuple[str, str]]:
    """Document and statement outside the gold that say the same value of the same equipment."""
    expect = question["expect"]
    gold = {(place["document"], place["quote"]) for place in expect["gold"]}
    codes = set(CODE.findall(question["question"] + " ".join(quote for _, quote in gold)))
    values = [part[0] for part in (expect["values"], *expect.get("more", ()))]
    return [
        (document, statement)
        for document, text in texts.items()
        for statement, named in coded(text)
        if codes & named and (document, statement) not in gold and any(says(text, statement, value) for value in values)
    ]


def other_number(number: str, taken: str, seed: str, value: str = "") -> str | None:
    """A plausible other number with the same decimals that does not stand in ``taken``; in a value that is a range it
    stays above the lower end."""
    start = hashlib.sha256(seed.encode()).digest()[0]
    places = len(number.partition(".")[2])
    step = Decimal(1).scaleb(-places)
    least = max((Decimal(found.group()) for found in numbers(value)[:-1]), default=Decimal(0))
    for turn in range(len(FACTORS)):
        changed = (Decimal(number) * Decimal(FACTORS[(start + turn) % len(FACTORS)])).quantize(step)
        text = f"{changed:f}"
        if changed > least and text != number and not holds(taken, text):
            return text
    return None


def swap(text: str, number: str, other: str) -> str:
    """The text with the last standing of a number replaced."""
    found = [place for place in numbers(text) if place.group() == number]
    return text[: found[-1].start()] + other + text[found[-1].end() :] if found else text


def once(document: str, quote: str, texts: Mapping[str, str]) -> bool:
    """Whether a quote stands exactly once in its document."""
    return texts.get(document, "").count(quote) == 1


def value_flip(question: Line, texts: Mapping[str, str], seed: int = 0, part: int = 0) -> Flip | None:
    """Another number in the gold quote; None where the number is not alone in it or the fact stands elsewhere too."""
    expect = question["expect"]
    parts = [expect["values"], *expect.get("more", ())] if question["answerable"] else []
    value = parts[part][0] if part < len(parts) else ""
    number = numeral(value)
    if number is None or (len(numbers(value)) > 1 and not RANGE.fullmatch(value)) or elsewhere(question, texts):
        return None
    places = [place for place in expect["gold"] if holds(place["quote"], number)]
    if len(places) != 1 or holds(places[0]["quote"], number) != 1 or expect.get("also"):
        return None
    document, quote = places[0]["document"], places[0]["quote"]
    taken = quote + question["question"] + table_head(texts.get(document, ""), quote)
    name = f"{question['id']}-value-{seed}" + (f"-{part}" if part else "")
    other = other_number(number, taken, name.replace("-value-", "/"), value)
    if other is None or not once(document, quote, texts) or holds(question["question"], number):
        return None
    old = tuple(parts[part])
    values = tuple(swap(one, number, other) for one in old if numeral(one) == number)
    return Flip(name, question, "value", (Edit(document, quote, swap(quote, number, other)),), values, old, part=part)


def condition_flip(question: Line, texts: Mapping[str, str]) -> Flip | None:
    """The gold of a yes/no question with its one polarity word turned round; None where that makes no sense, or where
    it speaks of other equipment (what is allowed there only is forbidden here, and stays so). Accepted words of the
    quote are turned round like the quote."""
    expect = question["expect"]
    if not question["answerable"] or len(expect["gold"]) != 1 or expect.get("also") or expect.get("more"):
        return None
    old = tuple(expect["values"])
    document, quote = expect["gold"][0]["document"], expect["gold"][0]["quote"]
    codes = set(CODE.findall(question["question"])), set(CODE.findall(quote))
    if all(codes) and codes[0].isdisjoint(codes[1]):
        return None
    turn = next(((word, other) for word, other in OPPOSITES if word in quote), None)
    if turn is None or old[0] not in (*YES, *NO) or len(POLAR.findall(quote)) != 1 or CLUMSY.search(quote):
        return None
    allowed = turn[1] in ("可以", "允许", "may")
    if (allowed and DUTY.search(question["question"])) or not once(document, quote, texts):
        return None
    edit = Edit(document, quote, quote.replace(*turn, 1))
    turned = tuple(one.replace(*turn, 1) for one in old if turn[0] in one and one in quote and one != turn[0])
    values = (*(NO if old[0] in YES else YES), *turned)
    return Flip(f"{question['id']}-condition", question, "condition", (edit,), values, old)


def deletion(question: Line, texts: Mapping[str, str]) -> Flip | None:
    """The evidence, its further quotes and what else states the fact are gone: only a refusal is right. None where a
    general rule is left that answers."""
    if not question["answerable"] or question["id"] in RULE_STANDS:
        return None
    expect = question["expect"]
    places = [(place["document"], place["quote"]) for place in [*expect["gold"], *expect.get("also", ())]]
    gone = dict.fromkeys([*places, *elsewhere(question, texts)])
    edits = tuple(Edit(document, quote, "") for document, quote in gone)
    return Flip(f"{question['id']}-delete", question, "delete", edits, (), tuple(expect["values"]), refused=True)


def applied(flip: Flip, texts: Mapping[str, str]) -> dict[str, str]:
    """The corpus with the edits made; a line of which only its clause number is left goes as a whole."""
    changed = dict(texts)
    for edit in flip.edits:
        kept = []
        for line in changed[edit.document].split("\n"):
            new = line.replace(edit.before, edit.after) if edit.before in line else line
            bare = not edit.after and re.fullmatch(r"(?:[\d.>*\s：:-]|WARNING|DANGER|CAUTION|警告|注意)*", new)
            if new == line or not bare:
                kept.append(new)
        changed[edit.document] = "\n".join(kept)
    return changed


def write(flip: Flip, texts: Mapping[str, str], folder: Path) -> Path:
    """The changed corpus as files in a folder (made if need be); returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in applied(flip, texts).items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def flips(texts: Mapping[str, str], questions: list[Line], seed: int = 0) -> Iterator[Flip]:
    """Every counterfactual of the questions, in their order."""
    for question in questions:
        parts = 1 + len(question["expect"].get("more", ()))
        made = [value_flip(question, texts, seed, part) for part in range(parts)]
        made += [condition_flip(question, texts), deletion(question, texts)]
        yield from (flip for flip in made if flip is not None)


def main(folder: str, name: str) -> int:
    """Write the changed corpus of one counterfactual."""
    texts = documents()
    for flip in flips(texts, lines("questions_*.jsonl")):
        if flip.id == name:
            print(write(flip, texts, Path(folder)))
            return 0
    print(f"no counterfactual {name}")
    return 2


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
