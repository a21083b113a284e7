"""What the worker asks of llama.cpp: adapters only where a request names one, and no leftovers between the two."""

from __future__ import annotations

import io
from typing import Any

from assay.llm.worker import Worker

ASKED = [{"role": "user", "content": "1 or 0?"}]


class Recorder:
    """A server that writes down what it is asked and says 1."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []

    def handle_chat_completions(self, body: dict[str, Any]) -> dict[str, Any]:
        self.bodies.append(dict(body))
        tops = [{"token": "1", "logprob": -0.1}, {"token": "0", "logprob": -2.3}]
        choice = {"logprobs": {"content": [{"top_logprobs": tops}]}, "message": {"content": "1"}}
        return {"choices": [choice], "usage": {}}


class Kept:
    """Prefixes that write down when they are brought back."""

    def __init__(self, bodies: list[dict[str, Any]]) -> None:
        self._bodies = bodies

    def begin(self, messages: object, read: object) -> None:
        self._bodies.append({"restored": messages})


def served(*requests: dict[str, Any]) -> list[dict[str, Any]]:
    """What a worker asks for these requests."""
    worker, server = Worker(io.StringIO()), Recorder()
    worker._server = server
    worker._prefixes = Kept(server.bodies)  # type: ignore[assignment]
    for request in requests:
        body = {"messages": ASKED, "labels": ["1", "0"], "max_tokens": 1, **request}
        assert "result" in worker._serve({"id": 1, "op": "choose", "body": body})
    return server.bodies


def test_an_adapter_counts_for_its_request_alone_and_leaves_nothing_in_the_cache() -> None:
    first, second, third = served({}, {"adapter": 1}, {})
    assert "lora" not in first and first["cache_prompt"] is True
    assert second["lora"] == [{"id": 1, "scale": 1.0}] and second["cache_prompt"] is False
    assert "lora" not in third and "adapter" not in second


def test_a_kept_prefix_is_brought_back_after_the_slot_forgot_the_adapter() -> None:
    restored, plain, adapted, forgetting, again, last = served({"fixed": 1}, {"adapter": 0}, {"fixed": 1})
    assert "restored" in restored and "restored" in again
    assert plain["messages"] == last["messages"] == ASKED and "lora" in adapted
    assert forgetting["messages"] == [{"role": "user", "content": ""}] and forgetting["max_tokens"] == 1


def test_nothing_is_forgotten_where_no_adapter_was_used() -> None:
    assert len(served({"fixed": 1}, {"fixed": 1})) == 4
