"""The embedded model: llama.cpp (``xllamacpp``) in a supervised child process, nothing to start, no network.

One slot with a queue keeps the shared prefix of all stages in its cache; what changes belongs behind that prefix.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib import resources
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assay.kernel.errors import InputError, MissingDependency, ModelError
from assay.llm import assemble
from assay.llm.child import Child
from assay.llm.grammar import parse, simplify
from assay.llm.home import assay_home
from assay.llm.messages import sent
from assay.llm.options import labelled, scored
from assay.llm.port import ChatResult, ChoiceResult, Embedder, Message
from assay.llm.threads import engine_threads

if TYPE_CHECKING:
    from assay.llm.port import Vectors

#: What the child may see of the environment: where things are, never the user's secrets.
_ENVIRONMENT = (
    *("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "USERPROFILE"),
    *("LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "CUDA_VISIBLE_DEVICES"),
)


#: Characters of fixed messages from which on they are kept read: about a second of computing.
_WORTH_KEEPING = 400


@dataclass(frozen=True)
class EmbeddedSettings:
    """``context`` in tokens; ``threads`` None means one a processor; ``cache_mib`` holds prefixes left for a while.

    ``patience`` is how many seconds the child may take to stop after a request's time was up, before it is killed.
    ``states`` is the folder for what the model made of the fixed beginning of its prompts (``llm/prefixes.py``).
    ``adapters`` are low-rank changes for one task each, by name; None means those that ship with the model.
    """

    context: int = 8192
    threads: int | None = None
    cache_mib: int = 512
    gpu_layers: int = 0
    patience: float = 120.0
    file: Path | None = None
    states: Path | None = field(default_factory=lambda: assay_home() / "cache" / "prefixes")
    adapters: Mapping[str, Path] | None = None


class EmbeddedModel:
    """The language model on this machine. Construct it freely: the file is checked and loaded by the first call."""

    def __init__(
        self,
        embedder: Embedder,
        settings: EmbeddedSettings | None = None,
        *,
        command: Sequence[str] | None = None,
    ) -> None:
        self._settings = settings or EmbeddedSettings()
        self._embedder = embedder
        own = self._settings.file
        self.name = assemble.EMBEDDED.name if own is None else own.stem
        self.digest = f"sha256:{assemble.EMBEDDED.sha256 if own is None else _digest_of(own)}"
        ships = own is None and self._settings.adapters is None
        self._adapters = dict(shipped_adapters() if ships else self._settings.adapters or {})
        self._child = Child(
            command or [sys.executable, "-P", "-m", "assay.llm.worker"],
            self._first_line,
            patience=self._settings.patience,
        )
        self._fixed_command = command is not None
        # Requests that wait for their turn must not use up the loop's own few threads.
        self._waiting = ThreadPoolExecutor(max_workers=32, thread_name_prefix="assay-llm")

    @property
    def threads(self) -> int | None:
        """Threads of the running child; None before the first call."""
        return self._child.ready.get("threads") if self._child.pid is not None else None

    @property
    def starts(self) -> int:
        """How often the child was started."""
        return self._child.starts

    @property
    def pid(self) -> int | None:
        """The child's process id while it runs."""
        return self._child.pid

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
        """Greedy completion; with ``schema`` the text is one JSON value that was checked against it.

        ``timeout`` in seconds counts waiting, loading and computing. ``on_token`` is called from this task's loop.
        """
        began = time.monotonic()
        body: dict[str, Any] = {
            **_plain(messages),
            "max_tokens": max_tokens,
            "temperature": 0.0,
            "seed": seed,
            "stop": list(stop),
        }
        if schema is not None:
            body["schema"] = simplify(schema)
        result = await self._ask("chat", body, timeout, on_token)
        text, usage = str(result.get("text", "")), _usage(result)
        finish = "length" if result.get("finish") == "length" else "stop"
        if schema is not None:
            if finish == "length":
                raise ModelError("llm.cut_short", limit=max_tokens)
            parse(text, schema)
        return ChatResult(
            text=text,
            prompt_tokens=usage[0],
            output_tokens=usage[1],
            seconds=time.monotonic() - began,
            finish=finish,
        )

    def adapted(self, name: str) -> Adapted | None:
        """This model with what it has learned for one task; None where it has no such adapter."""
        return Adapted(self, name, self._adapters[name]) if name in self._adapters else None

    async def choose(
        self,
        messages: Sequence[Message],
        options: Sequence[str],
        *,
        timeout: float = 60.0,
        words: int = 0,
        adapter: str = "",
    ) -> ChoiceResult:
        """One token among the options' labels, with log-probabilities over all of them (see ``options.labelled``)."""
        asked, labels = labelled(messages, options)
        if len(labels) == 1:
            return ChoiceResult(log_probabilities={options[0]: 0.0}, tokens=0, scored=True)
        body = {**_plain(asked), "labels": list(labels), "max_tokens": 1 + words}
        if adapter:
            body["adapter"] = list(self._adapters).index(adapter)
        result = await self._ask("choose", body, timeout, None)
        try:
            tops = [(str(token), float(value)) for token, value in result["tops"]]
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError("llm.nonsense", got=str(result)[:80]) from error
        said = str(result.get("text", "")) if words else ""
        choice = scored(tops, labels, tokens=sum(_usage(result)), text=said)
        if choice is None:
            raise ModelError("llm.no_label", known=", ".join(labels))
        return choice

    async def embed(self, texts: Sequence[str], *, query: bool = False) -> Vectors:
        """Vectors of the configured embedder."""
        return await self._embedder.embed(texts, query=query)

    async def close(self) -> None:
        """End the child process."""
        await asyncio.to_thread(self._child.close)
        self._waiting.shutdown(wait=False)
        await self._embedder.close()

    async def _ask(
        self, op: str, body: Mapping[str, Any], timeout: float, on_token: Callable[[str], None] | None
    ) -> dict[str, Any]:
        loop = asyncio.get_running_loop()
        cancelled = threading.Event()
        deadline = time.monotonic() + timeout

        def relay(token: str) -> None:
            if on_token is not None:
                loop.call_soon_threadsafe(on_token, token)

        def work() -> dict[str, Any]:
            hand_out = None if on_token is None else relay
            return self._child.request(op, body, deadline=deadline, on_token=hand_out, cancelled=cancelled)

        try:
            return await loop.run_in_executor(self._waiting, work)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    def _first_line(self) -> tuple[dict[str, Any], dict[str, str]]:
        threads = self._settings.threads or engine_threads()
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        # Threads that wait must sleep: spinning ones starve each other as soon as anything else computes (then one
        # thread would be faster than two, and a count fixed at the start would be wrong for most of the time).
        environment |= {"OMP_WAIT_POLICY": "passive", "OMP_NUM_THREADS": str(threads), "PYTHONUTF8": "1"}
        settings = {
            "model": "" if self._fixed_command else str(self._file()),
            "context": self._settings.context,
            "threads": threads,
            "cache_mib": self._settings.cache_mib,
            "gpu_layers": self._settings.gpu_layers,
            "states": str(self._settings.states or ""),
            "adapters": [str(path) for path in self._adapters.values()],
            "about": [self.digest, _engine_version(), self._settings.context],
        }
        return settings, environment

    def _file(self) -> Path:
        if importlib.util.find_spec("xllamacpp") is None:
            raise MissingDependency("llm.no_engine", command=assemble.pip_commands()[0])
        own = self._settings.file
        if own is not None:
            if f"sha256:{_digest_of(own)}" != self.digest:
                raise InputError("llm.file_changed", path=own)
            return own
        if not assemble.model_path().is_file() and not assemble.missing_slices():
            return assemble.install()
        return assemble.verify()


class Adapted:
    """The model with one adapter, for choices alone. It shares the model's process, which ``close`` ends."""

    def __init__(self, model: EmbeddedModel, adapter: str, file: Path) -> None:
        self._model, self._adapter = model, adapter
        self.name = f"{model.name}+{adapter}"
        self.digest = f"{model.digest}+{assemble.known_digest(file)}"

    async def choose(
        self, messages: Sequence[Message], options: Sequence[str], *, timeout: float = 60.0, words: int = 0
    ) -> ChoiceResult:
        """See ``EmbeddedModel.choose``."""
        return await self._model.choose(messages, options, timeout=timeout, words=words, adapter=self._adapter)

    async def close(self) -> None:
        """End the model's process."""
        await self._model.close()


def shipped_adapters() -> dict[str, Path]:
    """What ships of the embedded model's adapters, by name."""
    folder = Path(str(resources.files("assay.llm").joinpath("data")))
    return {path.stem: path for path in sorted(folder.glob("*.gguf"))}


def _digest_of(path: Path) -> str:
    if not path.is_file():
        raise InputError("llm.no_file", path=path)
    return assemble.known_digest(path)


def _plain(messages: Sequence[Message]) -> dict[str, Any]:
    """The messages as data, and how many of them are the same for every question, if reading them takes long."""
    if not messages:
        raise InputError("llm.no_messages")
    fixed = max((at for at, one in enumerate(messages, start=1) if one.fixed), default=0)
    if fixed == len(messages) or sum(len(one.content) for one in messages[:fixed]) < _WORTH_KEEPING:
        fixed = 0
    return {"messages": sent(messages), "fixed": fixed}


def _engine_version() -> str:
    try:
        return version("xllamacpp")
    except PackageNotFoundError:
        return ""


def _usage(result: Mapping[str, Any]) -> tuple[int, int]:
    usage = result.get("usage")
    if not isinstance(usage, dict):
        raise ModelError("llm.nonsense", got=str(result)[:80])
    return int(usage.get("prompt_tokens", 0)), int(usage.get("completion_tokens", 0))
