"""The counterfactual benchmark: a source says something else for a while, the answer is judged, and all is put back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from benchmarks.cited.check_set import Line
from benchmarks.cited.make_flips import Flip, applied, deletion, value_flip
from benchmarks.cited_set import Question, Shelf
from benchmarks.flips import Bench, chosen_of
from benchmarks.flips_corpus import Corpus
from benchmarks.flips_score import asked_now, figures, outcome_of

from assay.skills.knowledge_qa.combine import combiner
from assay.skills.knowledge_qa.runner import Asking

TEXTS = {
    "pump.md": "# Feed pump P-401\n\n## 1 Limits\n\n1.1 The discharge pressure of P-401 must not exceed 40 bar.\n\n"
    "1.2 Grease the bearings of P-401 every 2000 hours.\n",
    "fan.md": "# Fan K-12\n\n## 1 Vibration\n\n1.1 K-12 trips at a vibration of 9 mm/s.\n",
}
QUOTE = "The discharge pressure of P-401 must not exceed 40 bar."
LINE: Line = {
    "id": "q1", "question": "What is the highest discharge pressure of P-401?", "lang": "en", "kind": "lookup",
    "split": "test", "answerable": True, "user": "anna",
    "expect": {"status": "answered", "values": ["40 bar"], "gold": [{"document": "pump.md", "quote": QUOTE}]},
}  # fmt: skip
QUESTION = Question(
    "q1", LINE["question"], "en", "lookup", "test", True, "anna", None, ("40 bar",), (), tuple(LINE["expect"]["gold"])
)
ACCESS = {"users": {"anna": ["staff"]}, "documents": {"pump.md": ["staff"], "fan.md": ["*"]}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The documents and the access file."""
    (tmp_path / "docs").mkdir()
    for name, words in TEXTS.items():
        (tmp_path / "docs" / name).write_text(words, encoding="utf-8")
    (tmp_path / "access.json").write_text(json.dumps(ACCESS), encoding="utf-8")
    return tmp_path


def opened(folder: Path, place: str = "library", *, reverse: bool = False) -> Corpus:
    """A library of the documents without vectors."""
    return Corpus.open(folder / place, None, folder=folder / "docs", access=folder / "access.json", reverse=reverse)


@pytest.fixture
def corpus(folder: Path) -> Iterator[Corpus]:
    """The documents in a library."""
    made = opened(folder)
    yield made
    made.library.close()


def words(shelf: Shelf) -> str:
    """All that a user reads, old versions too."""
    reader = shelf.reader("anna")
    found = [reader.page(info.id, info.version, 1).text for info in reader.documents(outdated=True)]
    return "\n".join(found)


def flip_of() -> Flip:
    """The value of the question's sentence changed."""
    flip = value_flip(LINE, TEXTS)
    assert flip is not None
    return flip


def said(short: str | None, quote: str) -> dict[str, object]:
    """An answer with one citation, or a refusal."""
    cited = [{"document": "pump.md", "quote": quote}]
    status = "refused" if short is None else "answered"
    return {"status": status, "short_answer": short, "claims": [{"citations": cited}]}


def test_the_source_says_something_else_and_is_put_back(corpus: Corpus) -> None:
    before, flip = corpus.shelf.reader("anna").fingerprint(), flip_of()
    with corpus.saying(applied(flip, corpus.texts)) as shelf:
        assert flip.values[0] in words(shelf) and "40 bar" not in words(shelf)
        assert "K-12 trips" in words(shelf)
    after = Shelf(corpus.library, corpus.book)
    assert after.reader("anna").fingerprint() == before and "40 bar" in words(after)
    with pytest.raises(ZeroDivisionError), corpus.saying(applied(flip, corpus.texts)):
        raise ZeroDivisionError
    assert Shelf(corpus.library, corpus.book).reader("anna").fingerprint() == before


def test_an_answer_is_judged_by_the_changed_source() -> None:
    flip = flip_of()
    now = asked_now(QUESTION, flip)
    new = flip.values[0]
    changed = QUOTE.replace("40 bar", new)
    assert now.values == flip.values and now.gold[0]["quote"] == changed
    assert outcome_of(now, flip, said(new, changed)) == "followed"
    assert outcome_of(now, flip, said(new, "another sentence")) == "other"
    assert outcome_of(now, flip, said("40 bar", QUOTE)) == "old"
    assert outcome_of(now, flip, said("1" + new, changed)) == "other"
    assert outcome_of(now, flip, said("3 bar", changed)) == "other"
    assert outcome_of(now, flip, said(None, "")) == "refused"
    second = replace(flip, part=1)
    now = asked_now(replace(QUESTION, values=("9 mm/s",), more=(("40 bar",),)), second)
    assert now.values == ("9 mm/s",) and now.more == (flip.values,)
    assert outcome_of(now, second, said(f"9 mm/s; {new}", changed)) == "followed"
    assert outcome_of(now, second, said("9 mm/s; 40 bar", changed)) == "old"
    gone = deletion(LINE, TEXTS)
    assert gone is not None
    assert outcome_of(asked_now(QUESTION, gone), gone, said("9 mm/s", "K-12")) == "answered"
    assert outcome_of(asked_now(QUESTION, gone), gone, said(None, "")) == "refused"


def test_a_refusal_counts_half_of_a_followed_change() -> None:
    outcomes = [("value", "followed"), ("value", "refused"), ("condition", "old"), ("delete", "refused")]
    records = [{"kind": kind, "outcome": one, "split": "test", "reason": "near_miss"} for kind, one in outcomes]
    made = figures(records, cases=True)
    assert made["changed"] == {"n": 3, "followed": 1, "old": 1, "refused": 1, "share": 0.5}
    assert made["by_kind"]["value"]["share"] == 0.75
    assert made["deleted"]["share"] == 1.0 and made["deleted"]["reasons"] == {"near_miss": 1}
    assert [one["outcome"] for one in made["cases"]] == ["refused", "old"]


def test_code_alone_follows_the_source_in_any_order_of_adding(folder: Path, corpus: Corpus) -> None:
    sure = Asking(weights=replace(combiner(), code_from=0.0))
    bench = Bench(corpus, sure)
    record = asyncio.run(bench.flipped(QUESTION, flip_of()))
    assert record["outcome"] == "followed" and record["short"] == flip_of().values[0]
    never = Bench(corpus, Asking(weights=replace(combiner(), code_from=1.1)))
    assert asyncio.run(never.flipped(QUESTION, flip_of()))["outcome"] == "refused"
    reverse = opened(folder, "reversed", reverse=True)
    first, second = (asyncio.run(Bench(one, sure).base([QUESTION])) for one in (corpus, reverse))
    assert first == second and first["q1"]["status"] == "answered"
    reverse.library.close()


def test_a_larger_sample_holds_the_smaller() -> None:
    small, large = ([one.id for one in chosen_of("test", count, 3)] for count in (5, 12))
    assert len(small) == 5 and set(small) < set(large) and small == sorted(small)
    assert small != [one.id for one in chosen_of("test", 5, 4)]
    assert all(one.answerable and one.split == "test" for one in chosen_of("test", None, 0))
