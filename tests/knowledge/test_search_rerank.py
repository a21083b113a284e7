"""The reranker: its order counts, only permitted passages are sent, and its failure is a note."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.knowledge.paper import Paper

from assay.kernel.errors import InputError
from assay.knowledge.document import BlockKind
from assay.knowledge.passage import Passage
from assay.knowledge.passages import cut
from assay.knowledge.search.dictionary import Dictionary
from assay.knowledge.search.engine import Engine
from assay.knowledge.search.rerank import Reranker, open_reranker
from assay.knowledge.search.segment import build


class Service:
    """A reranker that prefers long texts, or answers what it is told to."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.answer: bytes | None = None
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                service.asked.append(body)
                scores = [{"index": at, "relevance_score": len(text)} for at, text in enumerate(body["documents"])]
                sent = service.answer if service.answer is not None else json.dumps({"results": scores}).encode()
                self.send_response(200)
                self.send_header("content-length", str(len(sent)))
                self.end_headers()
                self.wfile.write(sent)

            def log_message(self, *given: object) -> None: ...

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()
    yield made
    made.close()


def passages(name: str) -> list[Passage]:
    paper = Paper(name)
    for number, text in enumerate(["泵的轴承", f"泵的轴承温度和{name}的许多别的东西", "泵"], 1):
        paper.add(BlockKind.PARAGRAPH, text, number=str(number))
    return cut(paper.read(), name, "1")


def opened(url: str) -> Reranker:
    made = open_reranker(Path("/nowhere"), {"ASSAY_RERANK_BASE_URL": url, "ASSAY_RERANK_MODEL": "m"})
    assert made is not None
    return made


def test_its_order_counts_and_only_permitted_passages_are_sent(service: Service) -> None:
    mine = passages("mine")
    by_id = {passage.id: passage for passage in mine}
    engine = Engine(None, Dictionary(), opened(service.url))
    view = engine.merged([build(mine)])
    found = engine.search("轴承", view, limit=2, passages=lambda ids: [by_id[id] for id in ids])
    assert found.hits[0].id == mine[1].id
    assert found.record["reranker"].startswith("unverified:m@127.0.0.1")
    assert set(service.asked[0]["documents"]) <= {passage.text for passage in mine}
    assert engine.search("轴承", view, limit=2).hits[0].id == mine[0].id  # without passages none is asked
    assert len(service.asked) == 1


@pytest.mark.parametrize("answer", [b"nonsense", b"{}", b'{"results": [{"index": 99, "relevance_score": 1}]}', b"[]"])
def test_a_wrong_answer_leaves_our_order_with_a_note(service: Service, answer: bytes) -> None:
    service.answer = answer
    mine = passages("mine")
    engine = Engine(None, Dictionary(), opened(service.url))
    found = engine.search("轴承", engine.merged([build(mine)]), passages=lambda ids: mine[: len(ids)])
    assert found.hits[0].id == mine[0].id
    assert any("rerank" in note["en"].lower() for note in found.notes)


def test_settings(tmp_path: Path) -> None:
    assert open_reranker(tmp_path, {}) is None
    (tmp_path / "assay.toml").write_text('[rerank]\nbase_url = "http://h:1/v1"\nmodel = "m"\n', encoding="utf-8")
    made = open_reranker(tmp_path, {})
    assert made is not None and made.digest == "unverified:m@h:1"
    for wrong in (
        'base_url = "http://h:1"',
        'base_url = "http://h:1"\nmodel = "m"\nother = 1',
        'base_url = 1\nmodel = "m"',
    ):
        (tmp_path / "assay.toml").write_text(f"[rerank]\n{wrong}\n", encoding="utf-8")
        with pytest.raises(InputError):
            open_reranker(tmp_path, {})
    with pytest.raises(InputError):
        open_reranker(
            tmp_path,
            {"ASSAY_RERANK_BASE_URL": "http://h", "ASSAY_RERANK_MODEL": "m", "ASSAY_RERANK_API_KEY_ENV": "AWS_SECRET"},
        )
