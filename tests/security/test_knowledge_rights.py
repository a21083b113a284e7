"""Nobody learns anything of a document that he may not read; and a leak, were there one, would be noticed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from benchmarks import access
from benchmarks.access import run, worlds
from benchmarks.access_worlds import USERS, World, changed, world

from assay.kernel.errors import InputError
from assay.knowledge.apart import ReadingProcess
from assay.knowledge.search.engine import Engine
from assay.knowledge.store import contents


@pytest.fixture(autouse=True)
def own_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "home"))


def some(book: bool, papers: int = 9) -> World:
    """A world with an access file, or one without; with few documents."""
    made = (world(f"rights {number}") for number in range(99))
    return next(one for one in made if one.book is book and len(one.papers) <= papers and one.records)


@pytest.mark.parametrize("book", [True, False])
def test_the_answer_is_that_of_a_library_without_the_forbidden_documents(book: bool, tmp_path: Path) -> None:
    tally = run(some(book), 32, tmp_path / "w")
    assert tally.differences == []
    assert tally.cases.total() == 32
    assert tally.mattered.total() > 5


def test_documents_that_slip_through_are_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    every = contents.version_rows
    monkeypatch.setattr(contents, "version_rows", lambda connection, groups=None, **more: every(connection, **more))
    monkeypatch.setattr(access, "MOST_SHOWN", 1)
    tally = run(some(False, papers=3), 8, tmp_path / "w")
    assert any(one["again_from_nothing"] for one in tally.differences)


def test_a_view_kept_from_another_asker_is_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    kept: dict[int, Any] = {}
    make = Engine.view
    monkeypatch.setattr(Engine, "view", lambda self, segments: kept.setdefault(id(self), make(self, segments)))
    monkeypatch.setattr(access, "MOST_SHOWN", 0)
    assert run(some(False, papers=3), 24, tmp_path / "w").differences


def test_what_is_done_is_not_done_again(tmp_path: Path) -> None:
    kept = tmp_path / "kept.jsonl"
    first = list(worlds(4, 7, tmp_path / "a", kept))
    kept.write_text(kept.read_text(encoding="utf-8").replace('"wanted": 4', '"wanted": 4, "told": "before"'), "utf-8")
    (again,) = worlds(4, 7, tmp_path / "b", kept)
    assert again == {**first[0], "told": "before"}


def test_worlds_are_the_same_for_a_seed_and_hide_something() -> None:
    import random

    made = [world(str(number)) for number in range(30)]
    assert made == [world(str(number)) for number in range(30)]
    hidden = [len(one.papers) - len(one.permitted(user)) for one in made for user in USERS]
    assert sum(count > 0 for count in hidden) > len(hidden) / 2
    assert any(one.permitted("nobody") for one in made)
    assert any(changed(random.Random(0), one) != one for one in made)


def test_a_reader_that_stumbles_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    worker = Path(__file__).parents[1] / "knowledge" / "apart_worker.py"
    process = ReadingProcess(program=(str(worker),))
    with pytest.raises(InputError):
        process(b"fault", "hidden.pdf")
    process(b"fine", "hidden.pdf")
    process.close()
    assert capfd.readouterr() == ("", "")
