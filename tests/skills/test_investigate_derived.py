"""What is derived from a library is read back exactly, and made anew when its file is damaged."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from assay.models.twin import Library, Operating
from assay.skills.investigate.derived import kept, kept_reference
from assay.skills.investigate.screening import Reference, build_reference


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path))


def library(digest: str = "d1") -> Library:
    values = np.random.default_rng(5).normal(size=(30, 120, 4)).astype(np.float32)
    values[:, :, 3] = 40.0
    nothing = np.zeros(30)
    causes = np.full(30, "none")
    return Library(
        ("A", "B", "C", "V"), 0.05, values, causes, nothing, nothing, np.full(30, ""), digest, Operating("observed", {})
    )


def built() -> Reference:
    return build_reference(library().values.astype(np.float64), 0.05, 40)


def test_a_reference_comes_back_bit_by_bit() -> None:
    columns = np.arange(4)
    calls: list[int] = []

    def build() -> Reference:
        calls.append(1)
        return built()

    whole = built()
    for _ in range(2):
        found = kept_reference(library(), columns, 1, 40, build)
        for part in fields(Reference):
            one, other = getattr(whole, part.name), getattr(found, part.name)
            pairs = [(one, other)] if not isinstance(one, dict) else [(one[w], other[w]) for w in one]
            for left, right in pairs:
                lefts, rights = (left, right) if isinstance(left, tuple) else ((left,), (right,))
                for a, b in zip(lefts, rights, strict=True):
                    assert np.array_equal(a, b) and np.asarray(a).dtype == np.asarray(b).dtype, part.name
    assert len(calls) == 1
    kept_reference(library("d2"), columns, 1, 40, build)
    kept_reference(library(), columns, 2, 40, build)
    assert len(calls) == 3


def test_a_damaged_file_is_made_anew_and_an_own_library_is_not_kept(tmp_path: Path) -> None:
    made = iter(range(10))
    assert kept(library(), "x", lambda: [next(made)]) == [0]
    (path,) = (tmp_path / "twins" / "derived").iterdir()
    good = path.read_text(encoding="utf-8")
    assert kept(library(), "x", lambda: [next(made)]) == [0]
    for expected, damage in enumerate((good.replace("[0]", "[7]"), good[:-3], "", "[]", '{"digest": 1}'), start=1):
        path.write_text(damage, encoding="utf-8")
        assert kept(library(), "x", lambda: [next(made)]) == [expected]
    path.write_bytes(b"\xff\xfe")
    assert kept(library(), "x", lambda: [next(made)]) == [6]
    assert kept(library(""), "x", lambda: [next(made)]) == [7] and len(list(path.parent.iterdir())) == 1


def test_a_full_disk_costs_no_answer(tmp_path: Path) -> None:
    (tmp_path / "twins").mkdir()
    (tmp_path / "twins" / "derived").write_text("a file where the folder should be", encoding="utf-8")
    assert kept(library(), "x", lambda: [1]) == [1]
