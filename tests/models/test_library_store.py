"""Stored models: whole or not at all, refused when a file was touched, one after the other among processes."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from assay.kernel.errors import InputError, IntegrityError
from assay.models.library.card import Card, library_versions
from assay.models.library.files import from_files, to_files
from assay.models.library.parts import Parts
from assay.models.library.store import Library, Ref, checked_name


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "home"))
    return Library()


def card_of(version: int) -> Card:
    empty = {"options": {}, "features": (), "origins": (), "about": {}, "naive_about": {}, "drift_rules": {}}
    figures = dict.fromkeys(("step", "mae", "naive_mae", "skill", "level", "coverage"))
    texts = {"kind": "soft_sensor", "created": "c", "by": "b", "data": "d", "start": "s", "end": "e", "target": "T"}
    return Card(name="m", version=version, rows=1, libraries=library_versions(), **empty, **figures, **texts)


PARTS = Parts(
    about={"a": 1.5, "名": "值"},
    arrays={"../x": np.arange(6.0).reshape(2, 3), "when": np.array(["2026-01-01"], "datetime64[ns]")},
    texts={"trees": "tree\n"},
    children={"inner": Parts(arrays={"flags": np.array([True, False])})},
)


def add(library: Library) -> Ref:
    return library.add("m", to_files(PARTS), card_of, "me", verdict="fit", reasons=[])


def test_what_was_stored_comes_back(library: Library) -> None:
    ref = add(library)
    found = library.parts(ref)
    assert found.about == PARTS.about and found.texts == PARTS.texts
    for name, array in PARTS.arrays.items():
        assert found.arrays[name].dtype == array.dtype and np.array_equal(found.arrays[name], array)
    assert found.children["inner"].arrays["flags"].tolist() == [True, False]
    assert library.card(ref).version == 1
    assert add(library) == Ref("m", 2) == library.find("m") and library.find("m@1") == ref


def change_file(folder: Path) -> None:
    path = folder / "part0000.npy"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))


def change_card(folder: Path) -> None:
    path = folder / "card.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"by": "b"', '"by": "x"'), encoding="utf-8")


def change_both(folder: Path) -> None:
    """A clever hand mends the manifest too; the audit record still knows the first one."""
    change_file(folder)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    raw = (folder / "part0000.npy").read_bytes()
    manifest["files"]["part0000.npy"]["sha256"] = hashlib.sha256(raw).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


TOUCHED: dict[str, Callable[[Path], object]] = {
    "changed": change_file,
    "card": change_card,
    "manifest too": change_both,
    "missing": lambda folder: (folder / "part0000.npy").unlink(),
    "manifest gone": lambda folder: (folder / "manifest.json").unlink(),
    "extra": lambda folder: (folder / "more.skops").write_bytes(b"x"),
    "folder": lambda folder: (folder / "sub").mkdir(),
    "link": lambda folder: (folder / "link").symlink_to(folder / "card.json"),
}


@pytest.mark.parametrize("how", TOUCHED)
def test_a_touched_model_is_refused(library: Library, how: str) -> None:
    ref = add(library)
    TOUCHED[how](library.root / "m" / "1")
    with pytest.raises(IntegrityError) as refused:
        library.parts(ref)
    assert "m@1" in str(refused.value)
    with pytest.raises(IntegrityError):
        library.card(ref)


@pytest.mark.parametrize("name", ["", "..", "a/b", "../x", ".hidden", "a b", "x" * 65, "a\0b", "-x", "a@b"])
def test_names_are_no_paths(name: str) -> None:
    with pytest.raises(InputError):
        checked_name(name)


@pytest.mark.parametrize("asked", ["m@0", "m@2", "m@x", "m@²", "m@-1", "m@", "m@1@1", "other"])
def test_a_version_that_is_not_there_is_told(library: Library, asked: str) -> None:
    add(library)
    with pytest.raises(InputError):
        library.find(asked)


def test_chinese_names_are_names() -> None:
    assert checked_name("软测量-温度_1") == "软测量-温度_1"


def test_a_copied_folder_is_not_a_model(library: Library) -> None:
    ref = add(library)
    (library.root / "m" / "1").rename(library.root / "m" / "7")
    with pytest.raises(IntegrityError):
        library.parts(Ref("m", 7))
    with pytest.raises(IntegrityError):
        library.parts(ref)


def test_a_half_written_version_is_never_seen(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    def torn(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(Path, "rename", torn)
        with pytest.raises(Exception, match="No space left"):
            add(library)
    assert library.names() == [] and not list(library.root.rglob("*.npy"))
    (library.root / "m" / ".new-left").mkdir()
    assert add(library) == Ref("m", 1)
    assert not list(library.root.rglob(".new-*"))


@pytest.mark.long
def test_two_processes_add_versions_one_after_the_other(library: Library, tmp_path: Path) -> None:
    code = (
        "import importlib.util, sys; spec = importlib.util.spec_from_file_location('adder', sys.argv[1]); "
        "module = importlib.util.module_from_spec(spec); spec.loader.exec_module(module); "
        "library = module.Library(); [module.add(library) for _ in range(5)]"
    )
    command = [sys.executable, "-c", code, __file__]
    both = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    for one in both:
        _, problem = one.communicate(timeout=60)
        assert one.returncode == 0, problem
    assert library.versions("m") == list(range(1, 11))
    for version in library.versions("m"):
        assert library.card(Ref("m", version)).version == version


def test_objects_are_not_kept() -> None:
    with pytest.raises(InputError):
        to_files(Parts(arrays={"x": np.array([{}, print], object)}))


def test_damaged_files_are_refused() -> None:
    files = to_files(PARTS)
    for name in (one for one in files if not one.endswith(".txt")):
        for broken in (b"", b"\x00" * 40, files[name][: len(files[name]) // 2]):
            with pytest.raises(IntegrityError):
                from_files({**files, name: broken})
