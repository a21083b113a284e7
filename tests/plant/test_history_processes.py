"""Two real processes on one history: side by side, killed, on a full disk."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assay.kernel.errors import BusyError, LinkError, TerminalError
from assay.plant.historian import Sample, history_folder, open_historian
from assay.plant.peer import Server, ask, socket_path

START = datetime(2026, 1, 1, tzinfo=UTC)
PLANT = "two_processes"
_SECONDS = 60.0

_WRITER = """
    import sys
    from datetime import UTC, datetime, timedelta
    from assay.plant.historian import Limits, Sample, open_historian
    start = datetime(2026, 1, 1, tzinfo=UTC)
    owner = open_historian("two_processes", "owner", limits=Limits(part_rows=70))
    for i in range(int(sys.argv[1])):
        owner.write([Sample(tag, start + timedelta(seconds=i), float(i)) for tag in ("A", "B")])
        print(i, flush=True)
    print("done", flush=True)
    sys.stdin.readline()
    owner.close()
"""


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a Python program; what still runs at the end is killed."""
    running: list[subprocess.Popen[str]] = []

    def begin(program: str, *arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(program), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield begin
    for process in running:
        process.kill()
        process.communicate(timeout=_SECONDS)


def _acknowledged(process: subprocess.Popen[str], count: int) -> int:
    """Wait until the writer acknowledged ``count`` batches; returns the last one's number."""
    assert process.stdout is not None
    last = -1
    while last < count - 1:
        line = process.stdout.readline()
        assert line.strip().isdigit(), process.stderr.read() if process.stderr else line
        last = int(line)
    return last


def test_a_reader_sees_what_a_running_owner_acknowledged(start: Callable[..., subprocess.Popen[str]]) -> None:
    writer = start(_WRITER, "150")
    reader = open_historian(PLANT)
    for wanted in (1, 40, 90, 149):
        last = _acknowledged(writer, wanted + 1)
        frame = reader.read(["A", "B"])
        seen = frame.column("A").tolist()
        assert len(seen) > last
        assert seen == [float(i) for i in range(len(seen))]
        assert frame.column("B").tolist() == seen
    assert reader.stats().owner == writer.pid
    assert reader.stats().parts >= 3

    with pytest.raises(BusyError, match=str(writer.pid)):
        open_historian(PLANT, "owner")

    _, err = writer.communicate("\n", timeout=_SECONDS)
    assert writer.returncode == 0, err
    assert reader.stats().owner is None
    assert reader.read(["A"]).column("A").tolist() == [float(i) for i in range(150)]


@pytest.mark.parametrize("after", [3, 60, 140])
def test_what_was_acknowledged_survives_a_kill(start: Callable[..., subprocess.Popen[str]], after: int) -> None:
    writer = start(_WRITER, "100000")
    last = _acknowledged(writer, after)
    writer.send_signal(signal.SIGKILL)
    out, _ = writer.communicate(timeout=_SECONDS)
    last = max([last, *(int(line) for line in out.split("\n")[:-1] if line.isdigit())])

    # Without an owner first, then with a new one, which mends what was left half done.
    expected = [float(i) for i in range(last + 1)]
    assert open_historian(PLANT).read(["B"]).column("B").tolist()[: last + 1] == expected
    with open_historian(PLANT, "owner") as owner:
        assert owner.read(["A"]).column("A").tolist()[: last + 1] == expected
        owner.write([Sample("A", START - timedelta(seconds=1), -1.0)])
        assert open_historian(PLANT).read(["A"]).column("A").tolist()[: last + 2] == [-1.0, *expected]


def test_a_write_that_meets_a_full_disk_is_an_error_and_loses_nothing(
    start: Callable[..., subprocess.Popen[str]],
) -> None:
    """The operating system refuses to let a file grow: the same path as a full disk, without filling one."""
    program = """
        import resource, signal, sys
        import numpy as np
        from assay.kernel.errors import TerminalError
        from assay.plant.historian import open_historian
        from assay.plant.series import Frame
        owner = open_historian("two_processes", "owner")
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, 3_000_000))
        start = np.datetime64("2026-01-01", "ns")
        try:
            for i in range(1000):
                times = start + (np.arange(2000) + 2000 * i) * np.timedelta64(1, "s")
                owner.write(Frame(times, ("A", "B"), np.random.default_rng(i).random((2000, 2))))
                print(i, flush=True)
        except TerminalError as error:
            print(error.key, flush=True)
            import os
            os._exit(7)
    """
    writer = start(program)
    out, err = writer.communicate(timeout=_SECONDS)
    assert writer.returncode == 7, err
    *numbers, key = out.split()
    assert key in {"plant.history_disk_full", "plant.history_store"} and len(numbers) > 3

    rows = 2000 * len(numbers)
    assert len(open_historian(PLANT).read(["A"])) >= rows
    with open_historian(PLANT, "owner") as owner:
        assert len(owner.read(["B"])) >= rows
        assert owner.write([Sample("A", START - timedelta(days=1), 1.0)]) == 1


def test_a_forked_child_keeps_neither_lock_nor_socket(start: Callable[..., subprocess.Popen[str]]) -> None:
    program = """
        import os, time
        from assay.plant.historian import open_historian
        owner = open_historian("two_processes", "owner")
        child = os.fork()
        if child == 0:
            os.close(1); os.close(2)
            time.sleep(60)
            os._exit(0)
        print(child, flush=True)
        os.kill(os.getpid(), 9)
    """
    parent = start(program)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.wait(timeout=_SECONDS)
    try:
        assert ask(socket_path(history_folder(PLANT)), {}) is None
        with open_historian(PLANT, "owner") as owner:
            assert owner.write([Sample("A", START, 1.0)]) == 1
    finally:
        os.kill(child, signal.SIGKILL)


def test_an_owner_that_fails_or_talks_nonsense_is_a_link_error(tmp_path: Path) -> None:
    def fail(_: object) -> tuple[dict[str, object], bytes]:
        raise TerminalError("plant.history_closed")

    path = tmp_path / "s"
    server = Server(path, fail)
    with pytest.raises(LinkError, match="closed"):
        ask(path, {"tags": None})
    server.close()
    assert ask(path, {}) is None

    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as impostor:
        impostor.bind(str(path))
        impostor.listen(1)

        def answer() -> None:
            client, _ = impostor.accept()
            with client:
                client.recv(1024)  # what is left unread would turn the end into a reset, which means something else
                client.sendall(b"\xff\xff\xff\xffgarbage")

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(LinkError, match="answer"):
            ask(path, {})
        thread.join(_SECONDS)


def test_the_socket_survives_clients_that_talk_nonsense(tmp_path: Path) -> None:
    server = Server(tmp_path / "s", lambda request: ({"got": request}, b"payload"))
    for message in (b"", b"\xff\xff\xff\xff", b"\0\0\0\x02[]", b"\0\0\0\x04nope", b"\0\0\0\x09{}"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.connect(str(tmp_path / "s"))
            client.sendall(message)

    assert ask(tmp_path / "s", {"a": 1}) == ({"got": {"a": 1}}, b"payload")
    assert (tmp_path / "s").stat().st_mode & 0o177 == 0
    server.close()


def test_many_readers_while_an_owner_comes_and_goes(start: Callable[..., subprocess.Popen[str]]) -> None:
    """Reading never fails, and never sees less than before, while owners open, write, merge and close."""
    program = """
        from datetime import UTC, datetime, timedelta
        from assay.plant.historian import Limits, Sample, open_historian
        start = datetime(2026, 1, 1, tzinfo=UTC)
        for i in range(25):
            with open_historian("two_processes", "owner", limits=Limits(part_rows=10_000)) as owner:
                owner.write([Sample("A", start + timedelta(seconds=i), float(i))])
        print("done", flush=True)
    """
    writer = start(program)
    reader, seen = open_historian(PLANT), 0
    give_up = time.monotonic() + _SECONDS
    while writer.poll() is None and time.monotonic() < give_up:
        count = len(reader.read())
        assert count >= seen
        seen = count
    assert writer.communicate(timeout=_SECONDS) == ("done\n", "")
    assert reader.read().column("A").tolist() == [float(i) for i in range(25)]
