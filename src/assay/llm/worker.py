"""The child process that holds the embedded model: ``python -m assay.llm.worker``.

It speaks JSON lines. The first line in is the settings; then ``{"id", "op": "chat" | "choose", "body"}`` requests, one
after the other, and ``{"op": "cancel", "id"}`` at any time. Out go ``{"ready"}``, ``{"id", "token"}``, and one
``{"id", "result"}`` or ``{"id", "error"}`` a request. When the input closes, because the parent died, it ends at once.

llama.cpp's server opens a listener in any case: it is a Unix socket in a private folder, protected by a random key,
and its name is removed before the first request, so that nothing else can connect. The worker keeps a handle of the
nameless socket: by it, it writes and reads back the state of prompts that were read (``prefixes``).
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import queue
import re
import secrets
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO, Any

from assay.llm.prefixes import Prefixes, Slot, states_folder

_CANCELLED = -1


class Worker:
    """One loaded model and the pipe to the parent."""

    def __init__(self, out: IO[str]) -> None:
        self._out = out
        self._requests: queue.Queue[dict[str, Any]] = queue.Queue()
        self._cancelled: set[int] = set()
        self._server: Any = None
        self._prefixes: Prefixes | None = None
        self._adapted = False  # whether the last request used an adapter

    def run(self, source: IO[str]) -> None:
        """Load, say so, and serve until the input ends."""
        settings = json.loads(source.readline())
        threading.Thread(target=self._listen, args=(source,), daemon=True).start()
        try:
            self._load(settings)
        except Exception as error:
            self._send({"fatal": str(error)})
            return
        self._send({"ready": True, "pid": os.getpid(), "threads": settings["threads"]})
        while True:
            request = self._requests.get()
            try:
                self._send({"id": request["id"], **self._serve(request)})
            except Exception as error:
                self._send({"id": request["id"], "error": {"message": f"{type(error).__name__}: {error}"}})

    def _send(self, message: dict[str, Any]) -> None:
        self._out.write(json.dumps(message, ensure_ascii=True) + "\n")
        self._out.flush()

    def _listen(self, source: IO[str]) -> None:
        """Take requests while the main thread computes; end the process when the parent is gone."""
        for line in source:
            message = json.loads(line)
            if message["op"] == "cancel":
                self._cancelled.add(message["id"])
            else:
                self._requests.put(message)
        os._exit(0)

    def _load(self, settings: dict[str, Any]) -> None:
        xllamacpp: Any = importlib.import_module("xllamacpp")
        params = xllamacpp.CommonParams()
        params.model.path = settings["model"]
        params.n_ctx = settings["context"]
        params.n_parallel = 1  # only one slot can hold the shared prefix; requests queue
        params.cpuparams.n_threads = settings["threads"]
        params.cpuparams_batch.n_threads = settings["threads"]
        params.cache_ram_mib = settings["cache_mib"]
        params.n_gpu_layers = settings["gpu_layers"]
        params.warmup = False
        params.offline = True
        params.ui = False
        params.cors_origins = ""
        params.verbosity = -1
        # Loaded, but of no effect on a request that does not ask for one.
        params.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(path, 0.0) for path in settings.get("adapters", ())]
        key = secrets.token_hex(32)
        params.api_keys = [key]
        states = states_folder(settings.get("states", ""))
        if states is not None:
            params.slot_save_path = f"{states}{os.sep}"
        with _hidden_listener() as address:
            params.hostnames = [address]
            self._server = xllamacpp.Server(params)
            if states is not None:
                self._prefixes = Prefixes(states, settings["about"], Slot(Path(address), key))
        self._compact = _compacting(xllamacpp)

    def _serve(self, request: dict[str, Any]) -> dict[str, Any]:
        body = dict(request["body"])
        fixed = body.pop("fixed", 0)
        adapter = body.pop("adapter", None)
        body["cache_prompt"] = adapter is None  # what an adapter made of a prompt is of no use to another request
        if adapter is not None:
            body["lora"] = [{"id": adapter, "scale": 1.0}]
        elif fixed and self._prefixes is not None:
            if self._adapted:  # the first request after an adapter's forgets what the slot holds
                self._read([{"role": "user", "content": ""}])
            self._prefixes.begin(body["messages"][:fixed], self._read)
        self._adapted = adapter is not None
        if request["op"] == "choose":
            return self._choose(body)
        schema = body.pop("schema", None)
        if schema is not None:
            body["grammar"] = self._compact(schema)
        return self._chat(request["id"], body, bool(request.get("stream")))

    def _read(self, messages: list[dict[str, str]]) -> bool:
        """Let the model read messages; one token is the least that it says."""
        body = {"messages": messages, "max_tokens": 1, "temperature": 0.0, "cache_prompt": True}
        return "error" not in self._server.handle_chat_completions(body)

    def _chat(self, request: int, body: dict[str, Any], stream: bool) -> dict[str, Any]:
        parts: list[str] = []
        last: dict[str, Any] = {}

        def take(chunk: dict[str, Any]) -> bool:
            if "error" in chunk:
                last["error"] = chunk["error"]
                return True
            for choice in chunk.get("choices", ()):
                text = choice.get("delta", {}).get("content") or ""
                last["finish"] = choice.get("finish_reason") or last.get("finish")
                if text:
                    parts.append(text)
                    if stream:
                        self._send({"id": request, "token": text})
            last["usage"] = chunk.get("usage") or last.get("usage")
            last["timings"] = chunk.get("timings") or last.get("timings")
            return request in self._cancelled

        body.update(stream=True, stream_options={"include_usage": True})
        self._server.handle_chat_completions(body, take)
        if request in self._cancelled:
            self._cancelled.discard(request)
            return {"error": {"message": "cancelled", "code": _CANCELLED}}
        if "error" in last:
            return {"error": last["error"]}
        return {"result": {"text": "".join(parts), **last}}

    def _choose(self, body: dict[str, Any]) -> dict[str, Any]:
        labels = set(body.pop("labels"))
        body.update(temperature=0.0, logprobs=True, top_logprobs=500)
        answer = self._server.handle_chat_completions(body)
        if "error" in answer:
            return {"error": answer["error"]}
        tops = answer["choices"][0]["logprobs"]["content"][0]["top_logprobs"]
        kept = [[top["token"], top["logprob"]] for top in tops if top["token"].strip() in labels]
        # The least probable token that was listed bounds every label that was not.
        kept.append(["", min(top["logprob"] for top in tops)])
        text = answer["choices"][0]["message"].get("content") or ""
        return {"result": {"tops": kept, "text": text, "usage": answer.get("usage"), "timings": answer.get("timings")}}


def _compacting(module: Any) -> Any:
    """How this build turns a schema into a grammar without blanks between tokens (blanks cost output time)."""
    probe = module.json_schema_to_grammar('{"type":"boolean"}')

    def by_engine(schema: dict[str, Any]) -> str:
        tight = {**schema, "x-guidance": {"whitespace_flexible": False, "lenient": True}}
        return "%llguidance {}\nstart: %json " + json.dumps(tight) + "\n"

    def by_rules(schema: dict[str, Any]) -> str:
        grammar: str = module.json_schema_to_grammar(json.dumps(schema))
        return re.sub(r"^space ::= .*$", 'space ::= ""', grammar, flags=re.MULTILINE)

    return by_engine if "%llguidance" in probe else by_rules


@contextlib.contextmanager
def _hidden_listener() -> Any:
    """An address for the unwanted listener whose name is gone once the block ends."""
    if os.name != "posix":
        yield "127.0.0.1"
        return
    parent = tempfile.gettempdir()
    with tempfile.TemporaryDirectory(prefix="assay-", dir=parent if len(parent) < 60 else "/tmp") as folder:
        yield str(Path(folder) / "s.sock")


def main() -> None:
    """Keep the parent's pipe for ourselves: libraries that print must not speak into the protocol."""
    private = os.dup(1)
    os.dup2(2, 1)
    with (
        os.fdopen(private, "w", encoding="utf-8", newline="\n") as out,
        os.fdopen(os.dup(0), "r", encoding="utf-8") as source,
    ):
        Worker(out).run(source)
    sys.stderr.flush()
    os._exit(1)  # only after a failed load; the library's own clean-up can hang


if __name__ == "__main__":
    main()
