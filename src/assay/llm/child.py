"""A supervised child process that answers requests over pipes, one at a time, each within a time limit.

A request whose time is up fails at once, and the child is told to stop. It gets some patience to do so: killing a
child that is merely slow would throw away its cache and make the next request slower still. One that does not stop is
killed, and a child that died is started again by the next request. Requests wait in one queue; nothing here depends on
an event loop, so one child serves any number of loops and threads.
"""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import IO, Any

from assay.kernel.errors import InputError, ModelError

Settings = Callable[[], tuple[Mapping[str, Any], Mapping[str, str]]]
_END = None


class _Abandoned(Exception):
    """A request's time is up while the child still works on it."""

    def __init__(self, number: int, error: ModelError) -> None:
        super().__init__(number)
        self.number = number
        self.error = error


class Child:
    """The process; ``settings`` gives, at each start, the first line to send and the child's environment."""

    def __init__(
        self, command: Sequence[str], settings: Settings, *, start_limit: float = 120.0, patience: float = 120.0
    ) -> None:
        self._command = list(command)
        self._settings = settings
        self._start_limit = start_limit
        self._patience = patience
        self._turn = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._outbox: queue.Queue[str | None] = queue.Queue()
        self._errors: deque[str] = deque(maxlen=20)
        self._threads: list[threading.Thread] = []
        self._load_until = 0.0
        self._number = 0
        self._closed = False
        self.starts = 0
        self.ready: dict[str, Any] = {}

    @property
    def pid(self) -> int | None:
        """The process id while the child runs."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def request(
        self,
        op: str,
        body: Mapping[str, Any],
        *,
        deadline: float,
        on_token: Callable[[str], None] | None = None,
        cancelled: threading.Event | None = None,
    ) -> dict[str, Any]:
        """Send one request and wait for its result; blocking. ``deadline`` is in ``time.monotonic()`` seconds.

        Raises ModelError when the child hangs, dies, or answers nonsense, InputError when the prompt cannot fit.
        """
        if not self._turn.acquire(timeout=max(0.0, deadline - time.monotonic())):
            raise ModelError("llm.timed_out_waiting")
        try:
            result = self._exchange(op, body, deadline, on_token, cancelled or threading.Event())
        except _Abandoned as late:
            # The turn is released by the thread that waits for the child to stop.
            threading.Thread(target=self._settle, args=(late.number,), daemon=True).start()
            raise late.error from None
        except BaseException:
            self._turn.release()
            raise
        self._turn.release()
        return result

    def close(self) -> None:
        """End the child. A request under way fails."""
        self._closed = True
        self._kill()

    def _exchange(
        self,
        op: str,
        body: Mapping[str, Any],
        deadline: float,
        on_token: Callable[[str], None] | None,
        cancelled: threading.Event,
    ) -> dict[str, Any]:
        self._start(deadline)
        self._number += 1
        number = self._number
        self._write({"id": number, "op": op, "body": dict(body), "stream": on_token is not None})
        while True:
            message = self._next(number, deadline, cancelled)
            if "token" in message:
                if on_token is not None:
                    on_token(str(message["token"]))
                continue
            if "error" in message:
                raise _failure(message["error"])
            result = message.get("result")
            if isinstance(result, dict):
                return result
            self._kill()
            raise ModelError("llm.nonsense", got=str(message)[:80])

    def _next(self, number: int, deadline: float, cancelled: threading.Event) -> dict[str, Any]:
        """The next message of this request; tells the child to stop when time is up."""
        while True:
            left = deadline - time.monotonic()
            if left <= 0 or cancelled.is_set():
                self._write({"op": "cancel", "id": number})
                raise _Abandoned(number, ModelError("llm.cancelled" if cancelled.is_set() else "llm.timed_out"))
            message = self._read(min(left, 0.1))
            if message is not None and message.get("id") == number:
                return message

    def _settle(self, number: int) -> None:
        """Wait until the child has stopped work on an abandoned request; kill it when it does not."""
        until = time.monotonic() + self._patience
        try:
            while (left := until - time.monotonic()) > 0:
                message = self._read(left)
                if message is not None and message.get("id") == number and "token" not in message:
                    return
            self._kill()
        except ModelError:
            return  # it ended meanwhile, or spoke nonsense and was killed: the next request starts a new one
        finally:
            self._turn.release()

    def _start(self, deadline: float) -> None:
        """A loaded child, or ModelError. A child that is still loading when time is up goes on for the next request."""
        if self._closed:
            raise ModelError("llm.closed")
        if self.pid is None:
            self._kill()
            self._spawn()
        while not self.ready:
            left = min(deadline, self._load_until) - time.monotonic()
            if left <= 0:
                if time.monotonic() >= self._load_until:
                    self._kill()
                raise ModelError("llm.timed_out_loading")
            message = self._read(left)
            if message is not None and "fatal" in message:
                self._kill()
                raise ModelError("llm.load_failed", reason=str(message["fatal"])[:200])
            if message is not None and message.get("ready"):
                self.ready = message

    def _spawn(self) -> None:
        first, environment = self._settings()
        self._lines, self._outbox, self._errors = queue.Queue(), queue.Queue(), deque(maxlen=20)
        process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            env=dict(environment),
            close_fds=True,
            start_new_session=True,  # Ctrl-C in the terminal is the parent's business
        )
        assert process.stdin is not None and process.stdout is not None and process.stderr is not None
        threads = [
            threading.Thread(target=_drain, args=(process.stdout, self._lines.put), daemon=True),
            threading.Thread(target=_drain, args=(process.stderr, self._note), daemon=True),
            threading.Thread(target=_feed, args=(process.stdin, self._outbox), daemon=True),
        ]
        for thread in threads:
            thread.start()
        self.ready = {}
        self.starts += 1
        self._load_until = time.monotonic() + self._start_limit
        # Last, for whoever closes meanwhile joins what stands here: threads that run.
        self._threads, self._process = threads, process
        if self._closed:
            self._kill()
            raise ModelError("llm.closed")
        self._write(first)

    def _note(self, line: str | None) -> None:
        if line is not None and line.strip():
            self._errors.append(line.strip()[:300])

    def _write(self, message: Mapping[str, Any]) -> None:
        """Never blocks: a child that does not read must not hold up its own time limit."""
        self._outbox.put(json.dumps(message) + "\n")

    def _read(self, wait: float) -> dict[str, Any] | None:
        """One message, or None when none came in time. A child that ended or speaks nonsense is ModelError."""
        try:
            line = self._lines.get(timeout=max(wait, 0.001))
        except queue.Empty:
            return None
        if line is _END:
            raise self._died()
        try:
            message = json.loads(line)
        except ValueError:
            message = None
        if not isinstance(message, dict):
            self._kill()
            raise ModelError("llm.nonsense", got=line.strip()[:80])
        return message

    def _died(self) -> ModelError:
        process = self._process
        code: object = "?"
        if process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                code = process.wait(timeout=5)
        last = self._errors[-1] if self._errors else "-"
        self._kill()
        return ModelError("llm.child_died", code=code, last=last)

    def _kill(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        self._outbox.put(_END)
        for thread in self._threads:
            thread.join(timeout=5)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                with contextlib.suppress(OSError, ValueError):
                    stream.close()


def _feed(stream: IO[str], lines: queue.Queue[str | None]) -> None:
    """Write queued lines until None comes or the pipe breaks (the reader then sees the end of the output)."""
    with contextlib.suppress(OSError, ValueError):
        while (line := lines.get()) is not None:
            stream.write(line)
            stream.flush()
    with contextlib.suppress(OSError, ValueError):
        stream.close()


def _drain(stream: IO[str], put: Callable[[str | None], None]) -> None:
    """Pass lines on until the stream ends, then None."""
    with contextlib.suppress(OSError, ValueError):
        for line in stream:
            put(line)
    put(_END)


def _failure(error: object) -> ModelError | InputError:
    details = error if isinstance(error, dict) else {"message": str(error)}
    if details.get("type") == "exceed_context_size_error":
        return InputError(
            "llm.prompt_too_long", tokens=details.get("n_prompt_tokens", "?"), limit=details.get("n_ctx", "?")
        )
    return ModelError("llm.model_failed", reason=" ".join(str(details.get("message", "?")).split())[:200])
