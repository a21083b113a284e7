"""The order of the best: what stands together, what the question asks for, and weights that fit the features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from tests.knowledge.test_search_engine import document, engine, found, segment

from assay.knowledge.search.concepts import held
from assay.knowledge.search.dictionary import Dictionary, Group
from assay.knowledge.search.evidence import NAMES, evidence_of, wanted
from assay.knowledge.search.ranking import FEATURES, FUSED_DEPTH, features, ranked, weights
from assay.knowledge.search.tokens import query_terms
from assay.knowledge.search.view import View

TOGETHER = ["泵的密封漏了就停泵。阀门每班看一次。", "泵每班看一次。密封漏了就换。"]


def view_of(*texts: str) -> View:
    return engine().merged([segment(document("one", *texts))])


def of_kind(name: str) -> int:
    return 1 << NAMES.index(name)


def test_the_weights_are_those_of_the_features() -> None:
    assert set(weights()) == {*FEATURES, "middle", "spread"}
    assert weights()["spread"] > 0


def test_things_in_one_sentence_stand_together() -> None:
    view = view_of(*TOGETHER)
    standing = held(np.arange(2), query_terms("泵 密封"), (), cache(view.posting))
    assert standing.anywhere[0] == pytest.approx(standing.anywhere[1])
    assert standing.together[0] > standing.together[1]


def test_any_name_of_a_thing_is_the_thing() -> None:
    dictionary = Dictionary([Group(("密封", "seal"), ("老皮碗",))])
    view = view_of(*TOGETHER, "阀门关闭。")
    standing = held(np.arange(3), query_terms("老皮碗"), dictionary.expand("老皮碗"), cache(view.posting))
    assert standing.share[0] == standing.share[1] == 1.0 and standing.share[2] == 0.0


@pytest.mark.parametrize(
    ("question", "text", "kind"),
    [
        ("换油要等多久", "停机 15 分钟后换油。", "time"),
        ("how long must I wait", "Wait for 5 minutes.", "time"),
        ("多少度要停", "高于 85 ℃ 停机。", "temperature"),
        ("how wide is the gap", "The clearance is 3 mm.", "length"),
        ("这个能不能用手摸", "不得触摸。", "leave"),
        ("can I open it", "The cover must not be opened.", "leave"),
        ("这事找谁", "报告值班长。", "person"),
        ("how often is it checked", "Checked every week.", "frequency"),
        ("how many are there", "There are 4 pumps.", "number"),
    ],
)
def test_a_question_wants_what_its_answer_holds(question: str, text: str, kind: str) -> None:
    assert wanted(question) & of_kind(kind) and evidence_of(text) & of_kind(kind)


def test_a_text_without_it_holds_none() -> None:
    assert evidence_of("泵的轴承。") == 0 == evidence_of("")
    assert wanted("轴承") == 0


def test_a_passage_with_the_kind_of_answer_comes_before_one_without() -> None:
    texts = ["换油后盖好油箱，擦净油箱。", "换油每 500 小时，擦净油箱。"]
    hits = found(engine(), "换油多久一次", [segment(document("oil", *texts))], "hybrid").hits
    assert hits[0].id == document("oil", *texts)[1].id


def test_every_feature_is_a_number_and_scores_lie_between_none_and_one() -> None:
    for texts, query in ((["泵"], "泵"), (TOGETHER, "泵 密封 多少度"), (["阀门"] * 60, "阀门"), (["a", "b"], "x y")):
        view = view_of(*texts)
        asked = engine().asked(query, view)
        rows, columns = features(query, view, asked)
        assert columns.shape == (len(rows), len(FEATURES)) and np.isfinite(columns).all()
        scores = ranked(query, view, asked)
        assert ((scores >= 0) & (scores <= 1)).all()
        others = np.setdiff1d(np.arange(len(view)), rows)
        assert not len(others) or scores[others].max() < scores[rows].min()


def test_of_equal_passages_those_of_the_smaller_ids_are_weighed() -> None:
    texts: Sequence[str] = ["泵的轴承"] * 100
    view = view_of(*texts)
    rows, _ = features("轴承", view, engine().asked("轴承", view))
    assert len(rows) == FUSED_DEPTH
    assert sorted(view.ids[row] for row in rows) == sorted(view.ids)[:FUSED_DEPTH]


def test_a_passage_without_headings_is_not_the_worse_for_it() -> None:
    headed = [*document("headed", "阀门每班看一次。"), *document("other", "油泵停机。")]
    bare = [replace(document("bare", "阀门每班看一次。")[0], title="", headings=(), clause="")]
    headed = [replace(one, headings=("阀门",)) for one in headed]
    view = engine().merged([segment(headed[:1]), segment(headed[1:]), segment(bare)])
    rows, columns = features("阀门", view, engine().asked("阀门", view))
    above = dict(zip(rows.tolist(), columns[:, FEATURES.index("above")], strict=True))
    assert view.headed.tolist() == [id != bare[0].id for id in view.ids]
    assert above[view.ids.index(bare[0].id)] == max(above.values()) > 0


def test_a_document_of_one_passage_counts_as_the_best_of_the_others() -> None:
    view = engine().merged(
        [segment(document("many", *["阀门漏了。", "阀门坏了。"])), segment(document("note", "阀门。泵。"))]
    )
    rows, columns = features("阀门漏", view, engine().asked("阀门漏", view))
    said = dict(zip((view.ids[row] for row in rows), columns[:, FEATURES.index("document")], strict=True))
    assert len(set(said.values())) == 1 and min(said.values()) > 0


def test_the_fusion_keeps_a_say() -> None:
    assert weights()["fused"] > 0
    view = view_of(*TOGETHER)
    asked = engine().asked("泵 密封", view)
    better = asked.fused.copy()
    better[1] += 1.0
    raised = ranked("泵 密封", view, replace(asked, fused=better))
    assert raised[1] > ranked("泵 密封", view, asked)[1]
