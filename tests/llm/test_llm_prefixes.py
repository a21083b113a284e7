"""States of prompts that were read: kept, found again, never used when damaged, reached without a name."""

from __future__ import annotations

import json
import os
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from assay.llm.embedded import _plain
from assay.llm.port import Message
from assay.llm.prefixes import KEPT, Prefixes, Slot, states_folder

RULES = [{"role": "system", "content": "rules"}]


class FakeSlot:
    """Writes what the model read last into a file, and reads such files."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.held, self.done, self.refuses = folder, "", list[str](), False

    def save(self, name: str) -> bool:
        self.done.append("save")
        (self.folder / name).write_text(self.held, "utf-8")
        return not self.refuses

    def restore(self, name: str) -> bool:
        self.done.append("restore")
        self.held = (self.folder / name).read_text("utf-8")
        return not self.refuses

    def read(self, messages: list[dict[str, str]]) -> bool:
        self.done.append("read")
        self.held = json.dumps(messages)
        return True


def begun(folder: Path, messages: list[dict[str, str]] = RULES, about: tuple[object, ...] = ("m", 1)) -> FakeSlot:
    """What a new process does before a question with this prefix."""
    slot = FakeSlot(folder)
    Prefixes(folder, about, slot).begin(messages, slot.read)  # type: ignore[arg-type]
    return slot


def test_a_second_process_reads_nothing(tmp_path: Path) -> None:
    first = begun(tmp_path)
    assert first.done == ["read", "save", "restore"]
    (state,) = tmp_path.iterdir()
    assert state.stat().st_mode & 0o777 == 0o600
    second = begun(tmp_path)
    assert second.done == ["restore"] and second.held == first.held
    assert json.loads(second.held) == [*RULES, {"role": "user", "content": ""}]


def test_another_model_or_prefix_is_read_anew(tmp_path: Path) -> None:
    begun(tmp_path)
    assert begun(tmp_path, about=("m", 2)).done[0] == "read"
    assert begun(tmp_path, [{"role": "system", "content": "rules."}]).done[0] == "read"


def test_a_damaged_state_is_never_restored(tmp_path: Path) -> None:
    begun(tmp_path)
    (state,) = tmp_path.iterdir()
    state.write_text(state.read_text("utf-8")[:-1], "utf-8")
    assert begun(tmp_path).done == ["read", "save", "restore"]
    assert len(list(tmp_path.iterdir())) == 1


def test_before_every_question_the_state_is_the_same(tmp_path: Path) -> None:
    slot = FakeSlot(tmp_path)
    prefixes = Prefixes(tmp_path, (), slot)  # type: ignore[arg-type]
    prefixes.begin(RULES, slot.read)
    slot.held = "a question"
    prefixes.begin(RULES, slot.read)
    assert slot.done == ["read", "save", "restore", "restore"] and "a question" not in slot.held


def test_what_goes_wrong_only_costs_time(tmp_path: Path) -> None:
    slot = FakeSlot(tmp_path)
    slot.refuses = True
    Prefixes(tmp_path, (), slot).begin(RULES, slot.read)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []
    begun(tmp_path)
    Prefixes(tmp_path, ("m", 1), slot).begin(RULES, slot.read)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []  # a state that the server refuses goes
    missing = FakeSlot(tmp_path / "gone")
    Prefixes(tmp_path / "gone", (), missing).begin(RULES, missing.read)  # type: ignore[arg-type]
    assert missing.done == ["read", "save"]


def test_what_cannot_be_kept_is_not_tried_again_by_the_same_process(tmp_path: Path) -> None:
    slot = FakeSlot(tmp_path)
    slot.refuses = True
    prefixes = Prefixes(tmp_path, (), slot)  # type: ignore[arg-type]
    for _ in range(3):
        prefixes.begin(RULES, slot.read)
    assert slot.done == ["read", "save"]
    prefixes.begin([{"role": "system", "content": "others"}], slot.read)
    assert slot.done == ["read", "save", "read", "save"]


def test_only_the_newest_are_kept(tmp_path: Path) -> None:
    for number in range(KEPT + 2):
        begun(tmp_path, [{"role": "system", "content": str(number)}])
        for path in tmp_path.iterdir():  # all of them a little older
            os.utime(path, (path.stat().st_atime, path.stat().st_mtime - 10))
        begun(tmp_path, [{"role": "system", "content": "0"}])
    left = [begun(tmp_path, [{"role": "system", "content": str(n)}]).done == ["restore"] for n in (0, KEPT + 1)]
    assert left == [True, True] and len(list(tmp_path.iterdir())) == KEPT


def test_the_folder_is_private_and_optional(tmp_path: Path) -> None:
    folder = states_folder(str(tmp_path / "a" / "b"))
    assert folder is not None and folder.stat().st_mode & 0o777 == 0o700
    assert states_folder("") is None
    (tmp_path / "file").write_text("", "utf-8")
    assert states_folder(str(tmp_path / "file" / "b")) is None


@contextmanager
def serving(address: Path, status: int) -> Iterator[list[tuple[str, str, Any]]]:
    """A server on a Unix socket whose name is removed at once; what it was asked."""
    seen: list[tuple[str, str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            seen.append((self.path, self.headers["Authorization"], body))
            self.send_response(status)
            self.end_headers()

        def address_string(self) -> str:
            return ""

        def log_message(self, *_: object) -> None:
            pass

    with socketserver.UnixStreamServer(str(address), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield seen
        server.shutdown()
        thread.join()


@pytest.mark.skipif(not hasattr(os, "O_PATH"), reason="no handles of files that are not opened")
def test_a_socket_without_a_name_is_reached(tmp_path: Path) -> None:
    address = tmp_path / "s.sock"
    for status in (200, 400):
        with serving(address, status) as seen:
            slot = Slot(address, "secret")
            address.unlink()
            assert slot.save("x.part") is (status == 200)
        assert seen == [("/slots/0?action=save", "Bearer secret", {"filename": "x.part"})]
    assert slot.restore("x") is False  # nobody listens any more


def test_only_long_marked_beginnings_are_kept() -> None:
    long, short = Message("system", "r" * 500, fixed=True), Message("system", "r", fixed=True)
    question = Message("user", "q")
    assert _plain([long, question])["fixed"] == 1
    assert _plain([Message("system", "r" * 500), Message("user", "e", fixed=True), question])["fixed"] == 2
    assert [_plain(one)["fixed"] for one in ([short, question], [question, long], [Message("system", "r" * 500)])] == [
        0,
        0,
        0,
    ]
