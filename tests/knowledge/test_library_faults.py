"""A library whose process is killed, whose disk is full, which two processes fill at once."""

from __future__ import annotations

import importlib.util
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from assay.kernel.errors import IntegrityError, TransientError
from assay.knowledge.adding import AddState
from assay.knowledge.document import ReadDocument
from assay.knowledge.indexing import Indexer
from assay.knowledge.library import FILE, Library
from assay.knowledge.rights import Asker

WORKER = Path(__file__).with_name("adding_worker.py")
LI = Asker("li")
FILES = 12


def _worker() -> Any:
    spec = importlib.util.spec_from_file_location("adding_worker", WORKER)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


read = _worker().read


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "files"
    made.mkdir()
    for n in range(FILES):
        (made / f"manual_{n:02}.txt").write_text(f"Pump number {n} must be stopped at {n} bar. " * 40, "utf-8")
    return made


def opened(place: Path) -> Library:
    return Library.open(place, read=read, indexer=Indexer(None))


def start(place: Path, folder: Path, *stops_at: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(WORKER), str(place), str(folder), *stops_at]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_what_was_done_before_a_kill_is_whole_and_adding_goes_on(tmp_path: Path, folder: Path) -> None:
    place = tmp_path / "library"
    process = start(place, folder, "manual_11.txt")
    assert process.stdout is not None
    told = [process.stdout.readline().split()[0] for _ in range(4)]
    process.kill()
    told += [line.split()[0] for line in process.communicate()[0].splitlines()]
    with sqlite3.connect(place / FILE) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    raw.close()
    with opened(place) as library:
        reader = library.reader(LI)
        kept = {info.name for info in reader.documents()}
        assert set(told) <= kept and len(kept) < FILES
        for info in reader.documents():
            assert reader.original(info.id, "1") == (folder / info.name).read_bytes()
            assert "".join(one.text for one in reader.passages(info.id, "1"))
        again = {item.name: item.state for item in library.add([folder]).items}
        assert {name for name, state in again.items() if state is AddState.UNCHANGED} == kept
        assert len(library.reader(LI).documents()) == FILES


def test_two_processes_that_add_the_same_files(tmp_path: Path, folder: Path) -> None:
    processes = [start(tmp_path / "library", folder) for _ in range(2)]
    said = [process.communicate(timeout=60)[0].splitlines() for process in processes]
    assert [lines[-1] for lines in said] == ["end", "end"]
    assert Counter(line.split()[1] for lines in said for line in lines[:-1]) == {"added": FILES, "unchanged": FILES}
    with opened(tmp_path / "library") as library:
        assert {info.version for info in library.reader(LI).documents(outdated=True)} == {"1"}


def test_a_full_disk_ends_the_run_and_loses_nothing(tmp_path: Path, folder: Path) -> None:
    with opened(tmp_path / "library") as library:
        first = sorted(folder.iterdir())[0]
        library.add([first])
        engine = library._store._database.engine
        engine.dispose()

        @event.listens_for(engine, "connect")
        def small(connection: sqlite3.Connection, _: object) -> None:
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count={pages + 12}")

        with pytest.raises(TransientError, match="free some space"):
            library.add([folder])
        event.remove(engine, "connect", small)
        engine.dispose()
        kept = library.reader(LI).documents()
        assert 1 <= len(kept) < FILES
        states = Counter(item.state for item in library.add([folder]).items)
        assert states == {AddState.UNCHANGED: len(kept), AddState.ADDED: FILES - len(kept)}


def test_an_original_that_was_changed_in_the_database_is_noticed(tmp_path: Path, folder: Path) -> None:
    with opened(tmp_path / "library") as library:
        library.add([folder / "manual_00.txt"])
        with library._store.keeping() as connection:
            connection.exec_driver_sql("UPDATE originals SET content = x'00'")
        (info,) = library.reader(LI).documents()
        with pytest.raises(IntegrityError, match="backup"):
            library.reader(LI).original(info.id, "1")


def test_a_folder_library_follows_its_folder(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "home"))

    tried: list[str] = []

    def reading(data: bytes, name: str) -> ReadDocument:
        tried.append(name)
        made: ReadDocument = read(data, name)
        return made

    def names() -> dict[str, str]:
        tried.clear()
        with Library.over_folder(folder, read=reading, indexer=Indexer(None)) as library:
            reader = library.reader(LI)
            assert [str(error).count("bad.txt") for error in library.unread(LI)] == [1] * (folder / "bad.txt").exists()
            return {info.name: reader.page(info.id, info.version, 1).text for info in reader.documents(outdated=True)}

    assert len(names()) == FILES
    (folder / "manual_00.txt").unlink()
    (folder / "manual_01.txt").write_text("changed", "utf-8")
    (folder / "new.txt").write_text("new", "utf-8")
    (folder / "bad.txt").write_bytes(b"\xff")
    found = names()
    assert len(found) == FILES and "manual_00.txt" not in found
    assert (found["manual_01.txt"], found["new.txt"]) == ("changed", "new")
    assert tried == ["bad.txt", "manual_01.txt", "new.txt"]
    assert names() == found and tried == [], "what could not be read is not tried again before it changes"
    monkeypatch.setattr("assay.knowledge.unread.code_digest", lambda: "another code")
    assert names() == found and len(tried) == FILES + 1, "another code reads everything anew"
    (database,) = (tmp_path / "home").rglob(FILE)
    database.write_bytes(b"broken " * 1000)
    for log in database.parent.glob(f"{FILE}-*"):
        log.unlink()
    assert names() == found, "what is broken is made again"
    for file in folder.iterdir():
        file.unlink()
    assert names() == {}


def test_a_link_that_leads_out_of_its_folder_is_left_out(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "secret").mkdir()
    secret = tmp_path / "secret" / "wages.txt"
    secret.write_text("secret", "utf-8")
    (folder / "out.txt").symlink_to(secret)
    (folder / "near.txt").symlink_to(Path("..", "secret", "wages.txt"))
    (folder / "out").symlink_to(secret.parent)
    (folder / "gone.txt").symlink_to(folder / "nothing.txt")
    (folder / "round").symlink_to(folder)
    (folder / "twice.txt").symlink_to(folder / "manual_00.txt")
    (folder / ".kept").mkdir()
    (folder / ".kept" / "real.txt").write_text("kept", "utf-8")
    for name in ("one.txt", "two.txt"):
        (folder / name).symlink_to(folder / ".kept" / "real.txt")
    (tmp_path / "door").symlink_to(folder)
    wanted = {f"manual_{number:02}.txt" for number in range(FILES)} | {"one.txt"}
    for named in (folder, tmp_path / "door"):
        with opened(tmp_path / f"library of {named.name}") as library:
            report = library.add([named])
            assert {item.name for item in report.items} == wanted
            assert {path.name for path in report.left_out} == {"out.txt", "near.txt", "out"}
            assert not library.reader(LI).search("secret", lane="lexical")
            library.add([folder / "out.txt"])
            assert library.reader(LI).search("secret", lane="lexical"), "a link that was named itself is meant"


def test_a_folder_library_tells_nothing_of_links(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "home"))
    (tmp_path / "wages.txt").write_text("secret", "utf-8")
    (folder / "out.txt").symlink_to(tmp_path / "wages.txt")
    with Library.over_folder(folder, read=read, indexer=Indexer(None)) as library:
        assert len(library.reader(LI).documents()) == FILES
        assert library.unread(LI) == []


def test_a_file_that_becomes_a_link_while_others_are_read(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "wages.txt").write_text("secret", "utf-8")

    def swap(item: object, done: int, of: int) -> None:
        file = folder / "manual_05.txt"
        if not file.is_symlink():
            file.unlink()
            file.symlink_to(tmp_path / "wages.txt")

    with opened(tmp_path / "library") as library:
        report = library.add([folder], progress=swap)
        assert [item.name for item in report.items if item.state is AddState.FAILED] == ["manual_05.txt"]
        assert not library.reader(LI).search("secret", lane="lexical")
