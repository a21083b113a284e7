"""Reading files in a process of its own, with a limit of memory and time: a hostile file ends that process alone.

``python -m assay.knowledge.apart`` is the process. Each message is a length (8 bytes, big end first) and a body; a
body is a line of JSON and, behind it, bytes. Nothing is unpickled: the process that reads hostile files is not trusted.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from typing import Any, BinaryIO

from assay.kernel.errors import AssayError, BusyError, InputError, IntegrityError, MissingDependency, TransientError
from assay.knowledge.document import ReadDocument
from assay.knowledge.store.codec import pack_read, unpack_read

MEMORY = 4 << 30
"""Bytes that the process may have."""
SECONDS = 180.0
SECONDS_A_MEGABYTE = 900.0
"""A scanned page of 30 kB takes some seconds to recognise, three times as long on a busy machine."""
_KINDS: dict[str, type[AssayError]] = {
    kind.__name__: kind for kind in (InputError, BusyError, IntegrityError, MissingDependency, TransientError)
}


class ReadingProcess:
    """Reads one file after the other in a child process, which starts at the first and again after it had to end.

    ``memory`` in bytes; ``seconds`` for a small file, and more in proportion to its size. ``program`` is what Python
    runs as the child.
    """

    def __init__(
        self,
        *,
        ocr: bool = True,
        memory: int = MEMORY,
        seconds: float = SECONDS,
        program: Sequence[str] = ("-m", "assay.knowledge.apart"),
    ) -> None:
        self._ocr, self._memory, self._seconds, self._program = ocr, memory, seconds, program
        self._child: subprocess.Popen[bytes] | None = None
        self._talker = ThreadPoolExecutor(1, "reading")

    def __call__(self, data: bytes, name: str) -> ReadDocument:
        """Read a file's content. InputError for what cannot be read, also because it took the process down."""
        request = _body({"name": name, "ocr": self._ocr}, data)
        limit = self._seconds + SECONDS_A_MEGABYTE * len(data) / 1e6
        waiting = self._talker.submit(self._exchange, request)
        try:
            answer = waiting.result(limit)
        except TookTooLong:
            self._end()
            raise InputError("knowledge.file_slow", name=name, seconds=round(limit)) from None
        except BaseException:
            self._end()
            raise
        if answer is None:
            self._end()
            raise InputError("knowledge.file_crashed", name=name)
        return _document(answer, name)

    def close(self) -> None:
        """End the process."""
        self._end()
        self._talker.shutdown()

    def _exchange(self, request: bytes) -> bytes | None:
        """The answer, or None when the process ended without one."""
        child = self._running()
        assert child.stdin is not None and child.stdout is not None
        try:
            _send(child.stdin, request)
            return _receive(child.stdout)
        except (OSError, ValueError):
            return None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None:
            command = [sys.executable, *self._program, str(self._memory)]
            # A session of its own: an interrupt from the keyboard is the parent's to handle.
            # What readers print is dropped: it would tell whoever asks of files that he may not read.
            self._child = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=os.name == "posix",
            )
        return self._child

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


def _document(answer: bytes, name: str) -> ReadDocument:
    head, _, body = answer.partition(b"\n")
    said = json.loads(head)
    if said["state"] == "read":
        return unpack_read(body)
    if said["state"] == "memory":
        raise InputError("knowledge.file_memory", name=name)
    if said["state"] == "failed":
        import assay.knowledge.reading  # noqa: F401 - its texts are the sentences

        raise _KINDS.get(said["kind"], InputError)(said["key"], **said["params"])
    raise InputError("knowledge.file_broken", name=name, problem=said["problem"])


def serve(memory: int, source: BinaryIO, target: BinaryIO) -> None:
    """Answer requests until there are no more."""
    _limit(memory)
    while (request := _receive(source)) is not None:
        _send(target, _answer(request))


def _answer(request: bytes) -> bytes:
    from assay.knowledge.reading import read_bytes

    head, _, data = request.partition(b"\n")
    asked = json.loads(head)
    try:
        return _body({"state": "read"}, pack_read(read_bytes(data, asked["name"], ocr=asked["ocr"])))
    except AssayError as error:
        params = {name: value if isinstance(value, int | float) else str(value) for name, value in error.params.items()}
        said = {"state": "failed", "kind": type(error).__name__, "key": error.key, "params": params}
        return _body(said, b"")
    except MemoryError:
        return _body({"state": "memory"}, b"")
    except Exception as error:  # a fault in a reader is one file's, and is told with its kind
        return _body({"state": "broken", "problem": type(error).__name__}, b"")


def _limit(memory: int) -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _body(head: dict[str, Any], data: bytes) -> bytes:
    return json.dumps(head).encode("ascii") + b"\n" + data


def _send(pipe: Any, body: bytes) -> None:
    pipe.write(len(body).to_bytes(8, "big"))
    pipe.write(body)
    pipe.flush()


def _receive(pipe: Any) -> bytes | None:
    """The next message; None at the end."""
    head = pipe.read(8)
    if len(head) < 8:
        return None
    size = int.from_bytes(head, "big")
    body: bytes = pipe.read(size)
    return body if len(body) == size else None


def main(memory: int) -> None:
    """Be the child process."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints must not get among the answers
    serve(memory, sys.stdin.buffer, answers)


if __name__ == "__main__":
    main(int(sys.argv[1]))
