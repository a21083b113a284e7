"""A child process that speaks the worker's protocol and misbehaves as its first argument says.

Usage: fake_worker.py MODE [COUNTER_FILE]. With a counter file the misbehaviour happens only in the first process.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

USAGE = {"prompt_tokens": 11, "completion_tokens": 3}


def say(message: dict[str, Any]) -> None:
    print(json.dumps(message), flush=True)


def hang() -> None:
    threading.Event().wait()


def answer(request: dict[str, Any]) -> None:
    number, body = request["id"], request["body"]
    if request["op"] == "choose":
        tops = [[label, -1.0 - index] for index, label in enumerate(body["labels"])]
        word = f"adapter{body['adapter']}" if "adapter" in body else "word"
        said = " ".join([body["labels"][0], *[word] * (body["max_tokens"] - 1)])
        say({"id": number, "result": {"tops": tops, "text": said, "usage": USAGE}})
        return
    text = json.dumps(body.get("schema_answer", {"n": 1})) if "schema" in body else body["messages"][-1]["content"]
    if request["stream"]:
        for part in text.split():
            say({"id": number, "token": part})
    say({"id": number, "result": {"text": text, "finish": "stop", "usage": USAGE}})


def misbehave(mode: str, request: dict[str, Any]) -> None:
    number = request["id"]
    if mode in ("hang", "polite"):
        if mode == "polite":
            json.loads(sys.stdin.readline())  # the cancel message
            say({"id": number, "error": {"message": "cancelled"}})
            return
        hang()
    elif mode == "die":
        print("GGML_ASSERT failed", file=sys.stderr, flush=True)
        os._exit(134)
    elif mode == "half":
        say({"id": number, "token": "half"})
        os._exit(1)
    elif mode == "garbage":
        print("\x00 not a message", flush=True)
        hang()
    elif mode == "list":
        print("[1, 2]", flush=True)
        hang()
    elif mode == "odd":
        say({"id": number, "something": "else"})
        hang()
    elif mode == "error":
        say({"id": number, "error": {"code": 500, "message": "grammar failed"}})
    elif mode == "context":
        error = {"type": "exceed_context_size_error", "n_prompt_tokens": 9000, "n_ctx": 4096}
        say({"id": number, "error": error})
    elif mode == "no-usage":
        say({"id": number, "result": {"text": "x"}})
    elif mode == "late":
        say({"id": number - 1, "result": {"text": "of an earlier request"}})
        answer(request)


def main() -> None:
    mode = sys.argv[1]
    if len(sys.argv) > 2:
        counter = Path(sys.argv[2])
        before = int(counter.read_text(encoding="ascii")) if counter.exists() else 0
        counter.write_text(str(before + 1), encoding="ascii")
        mode = mode if before == 0 else "good"
    settings = json.loads(sys.stdin.readline())
    if mode == "no-load":
        say({"fatal": "out of memory"})
        return
    if mode == "never-ready":
        hang()
    told = {name: settings[name] for name in ("threads", "adapters")}
    say({"ready": True, **told, "environment": dict(os.environ)})
    for line in sys.stdin:
        request = json.loads(line)
        if request["op"] == "cancel":
            continue
        if mode == "good":
            answer(request)
        else:
            misbehave(mode, request)


main()
