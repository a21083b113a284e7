"""Threads by the run queue."""

from __future__ import annotations

from pathlib import Path

import pytest

from assay.llm import threads


def test_every_processor_is_used_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    for processors, expected in ((1, 1), (2, 2), (64, 16)):
        monkeypatch.setattr(threads, "cores", lambda processors=processors: processors)
        assert threads.engine_threads() == expected


def test_the_run_queue_is_read_without_ourselves(tmp_path: Path) -> None:
    source = tmp_path / "loadavg"
    source.write_text("0.50 0.40 0.30 4/120 4711\n", encoding="ascii")
    assert threads.run_queue(source) == 3.0


@pytest.mark.parametrize("content", ["", "0.5 0.4", "a b c d e"])
def test_an_unreadable_run_queue_falls_back(tmp_path: Path, content: str) -> None:
    source = tmp_path / "loadavg"
    source.write_text(content, encoding="ascii")
    assert threads.run_queue(source) >= 0.0
    assert threads.run_queue(tmp_path / "absent") >= 0.0


def test_cores() -> None:
    assert threads.cores() >= 1
