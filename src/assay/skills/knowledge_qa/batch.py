"""Many questions from a file: one JSON object a line in, one out, in the same order; a broken run goes on."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assay.kernel.errors import AssayError, InputError, TransientError
from assay.kernel.texts import Lang

MOST_BYTES = 64 * 1024 * 1024
Answer = Callable[["Line"], Awaitable[dict[str, Any]]]
"""Answers one question as JSON data; raises AssayError for one that cannot be asked."""


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a file: lines in all, newly answered ones, ones with an error, and ids that stand in several."""

    lines: int
    new: int
    failed: int
    repeated: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file; ``fault`` says what is wrong with it."""

    id: Any
    question: str = ""
    user: str | None = None
    lang: Lang | None = None
    fault: InputError | None = None


def lines_of(path: Path) -> list[Line]:
    """The questions of a file, empty lines left out. InputError for a file that cannot be read at all."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError("knowledge_qa.batch_big", path=path)
        raw = path.read_bytes()
    except OSError as error:
        raise InputError("knowledge_qa.batch_unreadable", path=path, reason=error.strerror or error) from None
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        raise InputError("knowledge_qa.batch_encoding", path=path) from None
    found = [line for at, part in enumerate(raw.split(b"\n"), 1) if (line := _line(part, at)) is not None]
    if not found:
        raise InputError("knowledge_qa.batch_empty", path=path)
    return found


def _line(raw: bytes, number: int) -> Line | None:
    if not raw.strip():
        return None
    try:
        loaded = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        return Line(None, fault=InputError("knowledge_qa.batch_line", line=number))
    if not isinstance(loaded, Mapping):
        return Line(None, fault=InputError("knowledge_qa.batch_line", line=number))
    id, question, user, lang = (loaded.get(name) for name in ("id", "question", "user", "lang"))
    own = id if isinstance(id, str | int | float) else None
    wrong = (user is not None and not isinstance(user, str)) or lang not in (None, "zh", "en") or own != id
    if not isinstance(question, str) or wrong:
        return Line(own, fault=InputError("knowledge_qa.batch_fields", line=number))
    return Line(id, question, user, lang)


async def run_batch(source: Path, target: Path, answer: Answer, progress: Callable[[int, int], None]) -> Done:
    """Answer every line of ``source`` into ``target``.

    What ``target`` holds already of the same questions from the first line on stays; a half-written last line is
    written anew. A line that is wrong gets an entry with its error; the others are answered.
    """
    lines = lines_of(source)
    if source.absolute() == target.absolute():
        raise InputError("knowledge_qa.batch_same", path=source)
    done = _done(target, lines)
    kept, failed = b"".join(done), sum(json.loads(one).get("status") == "error" for one in done)
    try:
        if not target.exists() or target.read_bytes() != kept:
            target.write_bytes(kept)
        with target.open("ab") as out:
            for number in range(len(done), len(lines)):
                made = await _answered(lines[number], answer)
                out.write(json.dumps(made, ensure_ascii=False, sort_keys=False).encode("utf-8", "replace") + b"\n")
                out.flush()
                failed += made["status"] == "error"
                progress(number + 1, len(lines))
    except OSError as error:
        raise InputError("knowledge_qa.batch_unwritable", path=target, reason=error.strerror or error) from None
    ids = Counter(str(line.id) for line in lines if line.id is not None)
    return Done(len(lines), len(lines) - len(done), failed, tuple(id for id, count in ids.items() if count > 1))


async def _answered(line: Line, answer: Answer) -> dict[str, Any]:
    head: dict[str, Any] = {"id": line.id, "question": line.question}
    try:
        if line.fault is not None:
            raise line.fault
        return {**head, **await answer(line)}
    except TransientError:
        raise  # a locked store or a library that changes: the run stops and goes on later
    except AssayError as error:
        return {**head, "status": "error", "error": {lang: error.render(lang) for lang in ("en", "zh")}}


def _done(target: Path, lines: list[Line]) -> list[bytes]:
    """The whole lines of ``target`` that answer the first questions, in order."""
    kept = []
    for raw, line in zip(_whole(target), lines, strict=False):
        try:
            loaded = json.loads(raw)
        except ValueError:
            break
        if not isinstance(loaded, dict) or (loaded.get("id"), loaded.get("question")) != (line.id, line.question):
            break
        kept.append(raw)
    return kept


def _whole(target: Path) -> Iterator[bytes]:
    if target.is_file():
        yield from (raw for raw in target.read_bytes().splitlines(keepends=True) if raw.endswith(b"\n"))
