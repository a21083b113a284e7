"""The thorough search: other wordings find what the question's own words do not, a reader moves passages, and whatever
fails is a note that leaves the order as it was."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from tests.knowledge.paper import Paper

from assay.kernel.errors import AssayError, InputError, LinkError, MissingDependency, ModelError
from assay.kernel.ports import ChatResult, ChoiceResult, Message
from assay.knowledge.document import BlockKind
from assay.knowledge.passage import Passage
from assay.knowledge.passages import cut
from assay.knowledge.search.dictionary import Dictionary
from assay.knowledge.search.engine import Engine, Found, Scored
from assay.knowledge.search.restating import LONGEST, RULES, Restater, wordings
from assay.knowledge.search.segment import build
from assay.knowledge.search.thorough import READ_DEPTH, Thorough, blended, read_again
from assay.knowledge.search.tokens import LONGEST_QUERY

TEXTS = (
    "窑筒体旋转时严禁用水冷却，烧损的停窑后处理。",
    "托轮每周检查一次，轴瓦烧损应更换。",
    "能不能泼水降尘由值长决定。",
    "大齿圈螺栓的力矩为 980 N·m。",
)
QUESTION = "烧损了能不能泼水"
WORDING = "旋转时是否允许用水冷却窑筒体？"


class Writing:
    """A language model that writes what it is told to, and keeps what it was asked."""

    name = digest = "writing"

    def __init__(self, said: str = "", error: Exception | None = None) -> None:
        self.said, self.error = said, error
        self.asked: list[Sequence[Message]] = []

    async def chat(
        self,
        messages: Sequence[Message],
        *,
        schema: Mapping[str, Any] | None = None,
        stop: Sequence[str] = (),
        seed: int = 0,
        max_tokens: int = 256,
        timeout: float = 60.0,
        on_token: Callable[[str], None] | None = None,
    ) -> ChatResult:
        self.asked.append(messages)
        if self.error is not None:
            raise self.error
        return ChatResult(self.said, 1, 1, 0.0, "stop")

    async def choose(
        self, messages: Sequence[Message], options: Sequence[str], *, timeout: float = 60.0, words: int = 0
    ) -> ChoiceResult:
        raise AssertionError("nothing is chosen here")

    async def close(self) -> None: ...


def passages() -> list[Passage]:
    paper = Paper("kiln")
    for number, text in enumerate(TEXTS, 1):
        paper.add(BlockKind.HEADING, f"{number} 节", level=1)
        paper.add(BlockKind.PARAGRAPH, text)
    return cut(paper.read(), "kiln", "1")


def searched(thorough: Thorough | None, *, limit: int = 10) -> tuple[Found, dict[str, Passage]]:
    mine = passages()
    by_id = {one.id: one for one in mine}
    engine = Engine(None, Dictionary())
    view = engine.merged([build(mine)])
    found = engine.search(
        QUESTION, view, limit=limit, passages=lambda ids: [by_id[id] for id in ids], thorough=thorough
    )
    return found, by_id


def texts_of(found: Found, by_id: Mapping[str, Passage]) -> list[str]:
    return [next(text for text in TEXTS if text in by_id[hit.id].text) for hit in found.hits]


def test_another_wording_finds_what_the_questions_own_words_do_not() -> None:
    plain, by_id = searched(None)
    assert texts_of(plain, by_id)[0] == TEXTS[2], "the question's own words stand in another sentence"
    model = Writing(f"zh: {WORDING}\nen: May the shell be cooled with water while it turns?")
    found, by_id = searched(Thorough(Restater(model), digest="writing"))
    assert texts_of(found, by_id)[0] == TEXTS[0]
    assert found.record["thorough"] == "writing" and plain.record["thorough"] == ""
    assert [hit.score for hit in found.hits] == sorted((hit.score for hit in found.hits), reverse=True)
    assert all(0 < hit.score < 1 for hit in found.hits)
    rules, *_, last = model.asked[0]
    assert rules.content == RULES and last.content == QUESTION and last.role == "user", "the question comes as data"
    assert not last.fixed and model.asked[0][-2].fixed


@pytest.mark.parametrize(
    "error",
    [
        ModelError("llm.timed_out"),
        LinkError("llm.link_failed", host="x", reason="y"),
        MissingDependency("llm.no_engine", command="z"),
        InputError("search.rerank_config", field="x"),
    ],
)
def test_a_model_that_fails_leaves_the_order_with_a_note(error: AssayError) -> None:
    plain, _ = searched(None)
    found, _ = searched(Thorough(Restater(Writing(error=error))))
    assert found.hits == plain.hits
    assert "only as it was asked" in found.notes[-1]["en"] and "只按原问题检索" in found.notes[-1]["zh"]


def test_a_model_that_writes_nonsense_leaves_the_order_with_a_note() -> None:
    plain, _ = searched(None)
    found, _ = searched(Thorough(Restater(Writing("I cannot help with that."))))
    assert found.hits == plain.hits and len(found.notes) == len(plain.notes) + 1


def test_only_the_first_line_of_each_language_counts() -> None:
    said = f"zh: 一？\nen: One?\nzh: 二？\nignore the question\nen:{'x' * 5000}"
    assert wordings(said) == ["一？", "One?"]
    assert wordings("en：Only this?") == ["Only this?"]
    assert wordings("zh: ——\nen: ?\nen: Two?") == ["Two?"]
    assert wordings("") == [] and wordings("zh:\nen:   ") == []
    assert [len(one) for one in wordings(f"zh: {'长' * 5000}")] == [LONGEST_QUERY]


def test_a_question_is_cut_and_its_own_wording_is_not_searched_twice() -> None:
    model = Writing("zh: 停车后多久？\nen: How long after the stop?")
    assert Restater(model)("how  LONG after\nthe stop?") == ["停车后多久？"]
    Restater(model)("x" * 5000)
    assert len(model.asked[-1][-1].content) == LONGEST


def test_the_reader_moves_what_it_likes_and_sees_nothing_else() -> None:
    seen: list[str] = []

    def read(question: str, found: Sequence[Passage]) -> list[float]:
        assert question == QUESTION
        seen.extend(one.text for one in found)
        return [8.0 if TEXTS[0] in one.text else -8.0 for one in found]

    model = Writing(f"zh: {WORDING}")
    without, by_id = searched(Thorough(Restater(model)))
    found, by_id = searched(Thorough(Restater(model), read))
    assert {hit.id for hit in found.hits} == {hit.id for hit in without.hits}
    assert set(seen) == {by_id[hit.id].text for hit in without.hits}
    before, after = ({hit.id: hit.score for hit in one.hits} for one in (without, found))
    liked = next(id for id, one in by_id.items() if TEXTS[0] in one.text)
    assert after[liked] > before[liked] and all(after[id] < before[id] for id in after if id != liked)


def test_a_reader_that_fails_leaves_the_order_with_a_note() -> None:
    def read(question: str, found: Sequence[Passage]) -> list[float]:
        raise ModelError("llm.bad_weights", path="x")

    plain, _ = searched(None)
    found, _ = searched(Thorough(read=read))
    assert len(plain.hits) > 1, "one hit alone is read by nobody"
    assert found.hits == plain.hits and len(found.notes) == len(plain.notes) + 1


def test_a_limit_below_what_is_read_does_not_hide_a_better_passage() -> None:
    model = Writing(f"zh: {WORDING}")
    whole, _ = searched(Thorough(Restater(model)))
    second = whole.hits[1].id

    def read(question: str, found: Sequence[Passage]) -> list[float]:
        return [1000.0 if one.id == second else -1000.0 for one in found]

    both, _ = searched(Thorough(Restater(model), read))
    found, _ = searched(Thorough(Restater(model), read), limit=1)
    assert both.hits[0].id == second, "near enough to the first for the reader's word"
    assert found.hits == both.hits[:1]


def test_what_is_not_read_stays_behind_what_is() -> None:
    hits = [Scored(str(at), 0.9 - at / 100, {}, 0.0, 0.0) for at in range(5)]

    def read(question: str, found: Sequence[Passage]) -> list[float]:
        return [-1000.0, math.nan, 0.0]

    made = read_again("?", hits, passages()[:3], read)
    assert [hit.id for hit in made] == ["1", "2", "0", "3", "4"], "no number counts nothing"
    assert [hit.score for hit in made] == sorted((hit.score for hit in made), reverse=True)


def test_only_so_many_are_read() -> None:
    paper = Paper("many")
    for number in range(3 * READ_DEPTH):
        paper.add(BlockKind.HEADING, f"{number} 节", level=1)
        paper.add(BlockKind.PARAGRAPH, f"泼水{number}次。")
    mine = cut(paper.read(), "many", "1")
    by_id = {one.id: one for one in mine}
    seen: list[str] = []

    def read(question: str, found: Sequence[Passage]) -> list[float]:
        seen.extend(one.id for one in found)
        return [0.0] * len(found)

    engine = Engine(None, Dictionary())
    view = engine.merged([build(mine)])
    found = engine.search(
        "泼水", view, limit=20, passages=lambda ids: [by_id[id] for id in ids], thorough=Thorough(read=read)
    )
    assert len(seen) == READ_DEPTH and len(found.hits) == 20
    assert [hit.id for hit in found.hits] == [hit.id for hit in engine.search("泼水", view, limit=20).hits]


def test_a_wording_that_finds_nothing_counts_nothing() -> None:
    plain, _ = searched(None)
    found, _ = searched(Thorough(Restater(Writing("zh: 〇〇〇\nen: qqqq zzzz"))))
    assert found.hits == plain.hits


def test_a_passage_must_do_well_for_the_question_and_for_one_wording() -> None:
    own = np.array([0.9, 0.5, 0.1, -np.inf])
    zh = np.array([0.9, 0.9, 0.1, -np.inf])
    en = np.array([0.1, 0.1, 0.9, -np.inf])
    made = blended(own, [zh, en])
    assert made.argmax() == 0 and made[1] > made[2] and made[3] == -np.inf
    assert blended(own, []) is own
    assert np.all((made[:3] > 0) & (made[:3] < 1))


def test_what_a_wording_does_not_find_is_as_far_as_the_last_that_it_finds() -> None:
    own = np.full(2000, -np.inf)
    wording = np.full(2000, -np.inf)
    own[:40] = np.linspace(0.9, 0.2, 40)
    wording[30:60] = np.linspace(0.9, 0.2, 30)
    made = blended(own, [wording])
    assert made[0] > 0.3, "the question's best one is not lost to a wording that does not find it"
    assert np.isfinite(made).sum() == 60


def test_a_view_larger_than_what_counts_is_ranked_whole() -> None:
    own = np.linspace(1e-6, 0.9, 2000)
    made = blended(own, [own[::-1].copy()])
    assert made.shape == own.shape and np.isfinite(made).all()
    assert made[-1] > made[1000] and made[0] > made[1000], "the best of either is before what both put in the middle"
