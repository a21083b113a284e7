"""A short trial of the configured model in both languages: does it answer, how long does it take, how fast is it."""

from __future__ import annotations

import math
import time
from dataclasses import asdict, dataclass
from typing import Any

from assay.kernel.texts import LANGS, Lang, text
from assay.llm.calibration import reference_prompt
from assay.llm.port import Embedder, LanguageModel, Message

#: A probe's text may have this many tokens.
PROBE_TOKENS = 48


@dataclass(frozen=True)
class ChatProbe:
    """Seconds for the whole answer and for its first token; tokens a second counts the tokens after the first."""

    lang: Lang
    seconds: float
    first_token_seconds: float
    tokens_per_second: float | None
    prompt_tokens: int
    output_tokens: int
    text: str


@dataclass(frozen=True)
class ChoiceProbe:
    """One tool choice; ``probability`` is None where the back end scores nothing."""

    lang: Lang
    seconds: float
    choice: str
    probability: float | None


@dataclass(frozen=True)
class EmbeddingProbe:
    """Two sentences of the same meaning; ``similarity`` is their cosine."""

    dimension: int
    seconds: float
    similarity: float


@dataclass(frozen=True)
class ProbeReport:
    """All of it. ``start_seconds`` is the time until the first token of all: loading, or the first connection."""

    model: str
    digest: str
    start_seconds: float
    chats: list[ChatProbe]
    choices: list[ChoiceProbe]
    embedding: EmbeddingProbe

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return asdict(self)


async def probe(model: LanguageModel, *, timeout: float = 120.0) -> ProbeReport:
    """Ask one Chinese and one English question, one choice in each language, and two embeddings."""
    began = time.monotonic()
    await model.chat([Message("user", "1")], max_tokens=1, timeout=timeout)
    start = time.monotonic() - began
    chats = [await _chat(model, lang, timeout) for lang in LANGS]
    choices = [await _choose(model, lang, timeout) for lang in LANGS]
    return ProbeReport(model.name, model.digest, start, chats, choices, await _embed(model))


async def _chat(model: LanguageModel, lang: Lang, timeout: float) -> ChatProbe:
    began = time.monotonic()
    first: list[float] = []

    def note(_: str) -> None:
        if not first:
            first.append(time.monotonic() - began)

    asked = [Message("user", text("llm.probe_question", lang))]
    result = await model.chat(asked, max_tokens=PROBE_TOKENS, timeout=timeout, on_token=note)
    after = result.seconds - (first[0] if first else result.seconds)
    return ChatProbe(
        lang=lang,
        seconds=result.seconds,
        first_token_seconds=first[0] if first else result.seconds,
        tokens_per_second=(result.output_tokens - 1) / after if after > 0 and result.output_tokens > 1 else None,
        prompt_tokens=result.prompt_tokens,
        output_tokens=result.output_tokens,
        text=" ".join(result.text.split()),
    )


async def _choose(model: LanguageModel, lang: Lang, timeout: float) -> ChoiceProbe:
    messages, options, _ = reference_prompt(text("llm.probe_choice_question", lang), lang)
    began = time.monotonic()
    choice = await model.choose(messages, options, timeout=timeout)
    probability = math.exp(choice.log_probabilities[choice.best]) if choice.scored else None
    return ChoiceProbe(lang, time.monotonic() - began, choice.best, probability)


async def _embed(embedder: Embedder) -> EmbeddingProbe:
    began = time.monotonic()
    vectors = await embedder.embed([text("llm.probe_choice_question", lang) for lang in LANGS])
    seconds = time.monotonic() - began
    return EmbeddingProbe(int(vectors.shape[1]), seconds, float(vectors[0] @ vectors[1]))
