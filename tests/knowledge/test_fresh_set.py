"""The fresh questions: their evidence stands in one passage each, both ways, and none is asked twice."""

from __future__ import annotations

from collections import Counter

import pytest
from benchmarks.retrieval_sets import FRESH, fresh


@pytest.mark.parametrize("split", ["dev", "frozen"])
def test_each_question_has_its_evidence(split: str) -> None:
    data = fresh(split)
    kinds = Counter(question.kind for question in data.questions)
    assert set(kinds) == {"zh", "en", "zh>en", "en>zh"} and min(kinds.values()) >= 38
    assert all(len(each) == 1 for question in data.questions for each in question.gold)
    assert len({question.text for question in data.questions}) == len(data.questions)
    document = {passage.id: passage.document for passage in data.passages}
    assert all(document[id].startswith(f"{split}_") for one in data.questions for each in one.gold for id in each)


def test_there_are_enough_passages() -> None:
    names = {path.name for path in (FRESH / "corpus").iterdir()}
    assert sum(passage.document in names for passage in fresh("dev").passages) >= 500
