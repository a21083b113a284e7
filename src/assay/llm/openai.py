"""Any OpenAI-compatible server (vLLM, SGLang, Ollama, llama.cpp, a hosted API) behind the port."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from assay.kernel.errors import AssayError, InputError, ModelError
from assay.llm.endpoint import Endpoint, Reply
from assay.llm.grammar import parse, simplify
from assay.llm.messages import sent
from assay.llm.options import labelled, scored, unscored
from assay.llm.port import ChatResult, ChoiceResult, Embedder, Message

if TYPE_CHECKING:
    from assay.llm.port import Vectors

_TOPS = 20  # what most servers allow at most


class RemoteModel:
    """A model on a server. Settings that a server does not know are found out once and then left away."""

    def __init__(self, endpoint: Endpoint, model: str, embedder: Embedder) -> None:
        self._endpoint = endpoint
        self._embedder = embedder
        self.name = model
        # What a server runs cannot be proved from here; the record says where the answers came from.
        self.digest = f"unverified:{model}@{endpoint.host}"
        self._limit_field = "max_tokens"
        self._schema_mode = "json_schema"
        self._has_scores = True

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
        """Completion at temperature 0; with ``schema`` the text is one JSON value that was checked against it."""
        began = time.monotonic()
        body = self._body(messages, seed)
        body["stop"] = list(stop)
        async with _limited(timeout):
            reply = await self._complete(body, max_tokens, schema, on_token)
        if schema is not None:
            if reply.finish == "length":
                raise ModelError("llm.cut_short", limit=max_tokens)
            parse(reply.text, schema)
        prompt, output = _counts(reply, body["messages"])
        return ChatResult(
            text=reply.text,
            prompt_tokens=prompt,
            output_tokens=output,
            seconds=time.monotonic() - began,
            finish="length" if reply.finish == "length" else "stop",
        )

    async def choose(
        self, messages: Sequence[Message], options: Sequence[str], *, timeout: float = 60.0, words: int = 0
    ) -> ChoiceResult:
        """One token with log-probabilities; where the server gives none, a choice by schema with ``scored`` False."""
        asked, labels = labelled(messages, options)
        if len(labels) == 1:
            return ChoiceResult(log_probabilities={options[0]: 0.0}, tokens=0, scored=True)
        async with _limited(timeout):
            tokens = 0
            if self._has_scores:
                choice, tokens = await self._score(asked, labels, words)
                if choice is not None:
                    return choice
            return await self._choose_by_schema(asked, labels, tokens)

    async def embed(self, texts: Sequence[str], *, query: bool = False) -> Vectors:
        """Vectors of the configured embedder."""
        return await self._embedder.embed(texts, query=query)

    async def close(self) -> None:
        """Close the connections."""
        await self._endpoint.close()
        await self._embedder.close()

    async def _score(
        self, asked: Sequence[Message], labels: Mapping[str, str], words: int
    ) -> tuple[ChoiceResult | None, int]:
        body = self._body(asked, 0) | {"logprobs": True, "top_logprobs": _TOPS}
        try:
            reply = await self._complete(body, 1 + words, None, None)
        except InputError as error:
            if not _complains(error, "logprobs"):
                raise
            self._has_scores = False
            return None, 0
        tokens = sum(_counts(reply, body["messages"]))
        if reply.tops is None:
            self._has_scores = False
            return None, tokens
        return scored(reply.tops, labels, tokens=tokens, text=reply.text if words else ""), tokens

    async def _choose_by_schema(self, asked: Sequence[Message], labels: Mapping[str, str], tokens: int) -> ChoiceResult:
        schema = {
            "type": "object",
            "properties": {"choice": {"enum": list(labels)}},
            "required": ["choice"],
            "additionalProperties": False,
        }
        body = self._body(asked, 0)
        # Room for models that think before they answer.
        reply = await self._complete(body, 512, schema, None)
        value = parse(reply.text, schema)
        return unscored(str(value["choice"]), labels, tokens=tokens + sum(_counts(reply, body["messages"])))

    def _body(self, messages: Sequence[Message], seed: int) -> dict[str, Any]:
        if not messages:
            raise InputError("llm.no_messages")
        plain = sent(messages)
        return {"model": self.name, "messages": plain, "temperature": 0, "seed": seed}

    async def _complete(
        self,
        body: Mapping[str, Any],
        max_tokens: int,
        schema: Mapping[str, Any] | None,
        on_token: Callable[[str], None] | None,
    ) -> Reply:
        """One completion; a setting the server names as unknown is replaced and the request sent again."""
        while True:
            request = dict(body) | {self._limit_field: max_tokens}
            if not request.get("stop"):
                request.pop("stop", None)
            if schema is not None:
                request |= self._steer(schema, body["messages"])
            try:
                return await self._endpoint.complete(request, on_token)
            except InputError as error:
                if not self._adapt(error, schema is not None):
                    raise

    def _steer(self, schema: Mapping[str, Any], messages: Sequence[Mapping[str, str]]) -> dict[str, Any]:
        if self._schema_mode == "json_schema":
            form = {"name": "answer", "strict": True, "schema": simplify(schema)}
            return {"response_format": {"type": "json_schema", "json_schema": form}}
        hint = "\n\nAnswer with one JSON value that fits this JSON schema:\n" + json.dumps(schema, ensure_ascii=False)
        told = [*messages[:-1], dict(messages[-1], content=messages[-1]["content"] + hint)]
        steer: dict[str, Any] = {"messages": told}
        if self._schema_mode == "json_object":
            steer["response_format"] = {"type": "json_object"}
        return steer

    def _adapt(self, error: InputError, with_schema: bool) -> bool:
        """Leave away what the server just refused; False when there is nothing to leave away."""
        if self._limit_field == "max_tokens" and _complains(error, "max_completion_tokens"):
            self._limit_field = "max_completion_tokens"
            return True
        if with_schema and self._schema_mode != "none" and _complains(error, "response_format", "json_schema"):
            self._schema_mode = "json_object" if self._schema_mode == "json_schema" else "none"
            return True
        return False


class RemoteEmbedder:
    """An OpenAI-compatible embeddings server; vectors are brought to length 1."""

    def __init__(self, endpoint: Endpoint, model: str, *, timeout: float = 60.0) -> None:
        self._endpoint = endpoint
        self._timeout = timeout
        self.name = model
        self.digest = f"unverified:{model}@{endpoint.host}"

    async def embed(self, texts: Sequence[str], *, query: bool = False) -> Vectors:
        """See ``Embedder.embed``; the server decides how a query differs from a passage."""
        import numpy as np

        if not texts:
            return np.empty((0, 0), dtype=np.float32)
        rows: list[list[float]] = []
        async with _limited(self._timeout):
            for start in range(0, len(texts), 64):
                part = [text.encode("utf-8", "replace").decode("utf-8") for text in texts[start : start + 64]]
                rows += await self._endpoint.vectors({"model": self.name, "input": part}, len(part))
        try:
            vectors = np.asarray(rows, dtype=np.float32)
        except (TypeError, ValueError) as error:
            raise ModelError("llm.bad_vectors", model=self.name) from error
        lengths = np.linalg.norm(vectors, axis=-1, keepdims=True) if vectors.ndim == 2 else np.zeros(1)
        if vectors.ndim != 2 or not np.isfinite(vectors).all() or not (lengths > 0).all():
            raise ModelError("llm.bad_vectors", model=self.name)
        unit: Vectors = (vectors / lengths).astype(np.float32)
        return unit

    async def close(self) -> None:
        """Close the connections."""
        await self._endpoint.close()


class _limited:
    """A time limit that ends as ModelError."""

    def __init__(self, seconds: float) -> None:
        self._timeout = asyncio.timeout(seconds)

    async def __aenter__(self) -> None:
        await self._timeout.__aenter__()

    async def __aexit__(self, kind: Any, error: Any, trace: Any) -> None:
        try:
            await self._timeout.__aexit__(kind, error, trace)
        except TimeoutError as passed:
            raise ModelError("llm.timed_out") from passed


def _complains(error: AssayError, *words: str) -> bool:
    said = str(error.params.get("start", "")).lower()
    return any(word in said for word in words)


def _counts(reply: Reply, messages: Sequence[Mapping[str, str]]) -> tuple[int, int]:
    """Prompt and output tokens; an estimate on the high side (3 bytes a token) where the server reports none."""
    if reply.usage is not None:
        return reply.usage
    prompt = sum(len(message["content"].encode()) for message in messages)
    return -(-prompt // 3), -(-len(reply.text.encode()) // 3)
