"""How long indexing and search take: generated manuals, synthetic vectors beside real questions' embeddings."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

PASSAGES = 100_000
A_DOCUMENT = 50
QUESTIONS = 60
SHARES = (0.1, 0.5, 1.0)
_SAYINGS = (
    "轴承温度高怎么办",
    "机械密封漏水",
    "P-{0}A 泵振动大",
    "what is the trip value of TI-{0}",
    "换油周期多久",
    "E-{0} fault code",
)
_ZH = (
    "离心泵 轴承 温度 机械密封 泄漏 压力 阀门 电动机 润滑油 振动 检查 更换 停机 启动 联锁 报警 流量 液位 冷却水 过滤器 "
    "不得超过 应立即 定期 操作 人员 确认 记录 正常 异常 处理 安装 拆卸 清洗 紧固 螺栓 法兰 出口 入口 设定值"
).split()
_EN = (
    "pump bearing temperature seal leakage pressure valve motor lubricating oil vibration check replace stop start "
    "interlock alarm flow level cooling water filter must not exceed immediately operator confirm record bolt flange"
).split()


def speed(limit: int | None) -> dict[str, Any]:
    """Search among 100,000 passages with rights, and the rate of indexing; ``limit`` bounds the passages."""
    count = min(PASSAGES, limit) if limit is not None else PASSAGES
    return {"search": searching(count), "indexing": indexing()}


def searching(count: int) -> dict[str, Any]:
    """Milliseconds a search, question embedded anew each time, for each share of permitted documents; and recall of
    the whole numbers against 32-bit floats."""
    from assay.knowledge.search.dictionary_files import shipped
    from assay.knowledge.search.embedding import Embedding
    from assay.knowledge.search.engine import Engine
    from assay.knowledge.search.segment import build

    embedding = Embedding()
    engine, rng = Engine(embedding, shipped()), random.Random(5)
    questions = [rng.choice(_SAYINGS).format(rng.randrange(100, 999)) + f" {number}" for number in range(QUESTIONS)]
    centre = embedding.queries(questions[:8]).mean(axis=0)
    stored, raw, began = [], [], time.perf_counter()
    for number in range(-(-count // A_DOCUMENT)):
        passages = _passages(rng, f"doc-{number:05}", A_DOCUMENT)
        vectors = _vectors(number, len(passages), centre)
        stored.append(build(passages, vectors, embedding.digest).to_bytes())
        raw.append(vectors)
    built = time.perf_counter() - began
    out: dict[str, Any] = {"passages": len(stored) * A_DOCUMENT, "documents": len(stored), "terms_s": round(built, 1)}
    for share in SHARES:
        chosen = sorted(random.Random(7).sample(range(len(stored)), max(1, int(share * len(stored)))))
        segments = {f"{place:05}": _bytes(stored, place) for place in chosen}
        began = time.perf_counter()
        view = engine.view(segments)
        merged, times, worked = time.perf_counter() - began, [], []
        for question in questions:
            began, spent = time.perf_counter(), time.process_time()
            engine.search(f"{question} {share}", engine.view(segments))
            times.append(1000 * (time.perf_counter() - began))
            worked.append(1000 * (time.process_time() - spent))
        ranked = []
        for question in questions:  # the same once more: its vectors are kept, what is left is the ranking
            began = time.perf_counter()
            engine.search(f"{question} {share}", view)
            ranked.append(1000 * (time.perf_counter() - began))
        out[f"{share:.0%} permitted"] = {
            "passages": len(view),
            "merge_s": round(merged, 2),
            "p50_ms": round(float(np.percentile(times, 50)), 1),
            "p95_ms": round(float(np.percentile(times, 95)), 1),
            "p95_cpu_ms": round(float(np.percentile(worked, 95)), 1),
            "p95_without_embedding_ms": round(float(np.percentile(ranked, 95)), 1),
        }
    out["recall@10"] = _recall(view, np.concatenate(raw), embedding.queries(questions))
    return out


def indexing(pages: int = 12) -> dict[str, Any]:
    """Seconds for pages of generated manual text (about 1,600 characters of Chinese and 2,400 of English by turns)."""
    from assay.knowledge.search.embedding import Embedding
    from assay.knowledge.search.segment import build

    rng, embedding = random.Random(11), Embedding()
    passages = [one for page in range(pages) for one in _passages(rng, f"page-{page}", 5, page % 2 == 0, 60)]
    embedding.queries(["warm"])
    began, worked = time.perf_counter(), time.process_time()
    vectors = embedding.passages(passages)
    embedded, cpu = time.perf_counter() - began, time.process_time() - worked
    began = time.perf_counter()
    build(passages, vectors, embedding.digest)
    terms = time.perf_counter() - began
    characters = sum(len(passage.text) for passage in passages)
    return {
        "pages": pages,
        "characters_a_page": characters // pages,
        "embedding_s_a_page": round(embedded / pages, 3),
        "embedding_cpu_s_a_page": round(cpu / pages, 3),
        "terms_s_a_page": round(terms / pages, 4),
        "minutes_for_1000_pages": round((embedded + terms) / pages * 1000 / 60, 2),
    }


def _recall(view: Any, vectors: Any, questions: Any) -> float:
    """How many of the ten nearest by 32-bit floats are among the ten by whole numbers, where all are permitted."""
    rows, cosines = view.cosines(questions)
    order = {id: row for row, id in enumerate(view.ids)}
    exact = vectors @ questions.T
    place = np.array([order[f"doc-{row // A_DOCUMENT:05}-{row % A_DOCUMENT:03}"] for row in range(len(vectors))])
    shares = []
    for number in range(len(questions)):
        wanted = set(place[np.argsort(-exact[:, number])[:10]].tolist())
        shares.append(len(wanted & set(rows[np.argsort(-cosines[:, number])[:10]].tolist())) / 10)
    return round(float(np.mean(shares)), 4)


def _bytes(stored: Sequence[bytes], place: int) -> Any:
    return lambda: stored[place]


def _vectors(seed: int, count: int, centre: Any) -> Any:
    """Unit vectors about a centre, spread like the model's."""
    noise = np.random.default_rng(seed).normal(size=(count, len(centre))).astype(np.float32)
    vectors = centre + 0.5 * noise / np.sqrt(len(centre))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def _passages(rng: random.Random, name: str, count: int, chinese: bool | None = None, words: int = 30) -> list[Any]:
    """Passages of made-up sentences."""
    from assay.knowledge.document import BlockKind, Span
    from assay.knowledge.passage import Passage, Unit, UnitKind

    out = []
    for number in range(count):
        zh = rng.random() < 0.5 if chinese is None else chinese
        pool = _ZH if zh else _EN
        said = [
            *rng.choices(pool, k=words * (2 if zh else 1)),
            f"P-{rng.randrange(1000)}A",
            f"{rng.randrange(200)} kPa",
        ]
        rng.shuffle(said)
        text = ("" if zh else " ").join(said) + ("。" if zh else ".")
        unit = Unit(UnitKind.SENTENCE, text, (Span(1, 1000 * number, 1000 * number + len(text)),))
        heading = f"{number} {rng.choice(pool)}"
        id, kind = f"{name}-{number:03}", BlockKind.PARAGRAPH
        out.append(
            Passage(id, name, "1", f"Manual {name}", (heading,), str(number), kind, "zh" if zh else "en", (unit,))
        )
    return out
