"""Compiling: the cache and its hashes, a missing or failing compiler, texts that must not become code, sanitizers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from plc_run_ir import c, ld, op, project, store, unit, v, var

from assay.kernel.errors import MissingDependency, TerminalError
from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir import types as ty
from assay.skills.plc.run.c import build
from assay.skills.plc.run.machine import compile_many, machine


def adding(number: int) -> ir.Project:
    """A program that adds a number: another number is another text."""
    x = v("x", ty.DINT)
    return project(unit("P", "program", [var("x", ty.DINT)], [store(x, op("add", ld(x), c(number, ty.DINT)))]))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path))
    return tmp_path / "cache" / "plc"


def made(folder: Path, suffix: str) -> list[Path]:
    return sorted(folder.glob(f"*{suffix}"))


def test_the_same_text_is_compiled_once(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine(adding(1001), "P", backend="c")
    assert len(made(home, ".so")) == len(made(home, ".sha256")) == 1
    assert home.stat().st_mode & 0o077 == 0
    monkeypatch.setattr(build, "_compile", lambda *_: pytest.fail("compiled again"))
    one = machine(adding(1001), "P", backend="c")
    one.scan()
    assert one.read("x") == 1001


def test_a_library_that_is_not_what_was_compiled_is_not_loaded(home: Path) -> None:
    machine(adding(1002), "P", backend="c")
    (library,) = made(home, ".so")
    library.unlink()
    library.write_bytes(b"not a library")
    build._opened.cache_clear()
    one = machine(adding(1002), "P", backend="c")
    one.scan()
    assert one.read("x") == 1002
    assert library.read_bytes() != b"not a library"


def test_the_cache_keeps_the_newest(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "_KEPT", 1)
    machine(adding(1011), "P", backend="c")
    (first,) = made(home, ".so")
    os.utime(first, (1, 1))
    machine(adding(1012), "P", backend="c")
    assert len(made(home, ".so")) == len(made(home, ".sha256")) == 1
    assert first not in made(home, ".so")


def test_a_missing_compiler_is_one_sentence(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(home))
    monkeypatch.delenv("CC", raising=False)
    with pytest.raises(MissingDependency, match="No C compiler was found; install gcc"):
        machine(adding(1003), "P", backend="c")


def test_a_failing_compiler_is_named(home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "brokencc"
    broken.write_text("#!/bin/sh\n[ $1 = --version ] && echo 1 && exit 0\necho no space left >&2\nexit 1\n", "ascii")
    broken.chmod(0o700)
    monkeypatch.setenv("CC", str(broken))
    with pytest.raises(TerminalError, match="brokencc failed: no space left"):
        machine(adding(1004), "P", backend="c")


def test_a_home_that_cannot_be_written_still_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    occupied = tmp_path / "file"
    occupied.write_text("", "ascii")
    monkeypatch.setenv("ASSAY_HOME", str(occupied))
    one = machine(adding(1005), "P", backend="c")
    one.scan()
    assert one.read("x") == 1005


def test_machines_of_one_library_do_not_share_memory(home: Path) -> None:
    first, second, third = compile_many([(adding(7), "P"), (adding(7), "P"), (adding(9), "P")])
    for one in (first, first, third):
        one.scan()
    assert [one.read("x") for one in (first, second, third)] == [14, 0, 9]
    assert len(made(home, ".so")) == 1
    assert compile_many([]) == []


@pytest.mark.parametrize("backend", ["python", "c"])
def test_names_and_strings_never_become_code(backend: str, tmp_path: Path) -> None:
    evil = f"'); __import__('pathlib').Path({str(tmp_path / 'x')!r}).touch() #*/ \"\\ \n {{}} %s \u6c34"
    text = ty.Text(True, 200)
    name = "import os; x"
    body = [store(v(name, text), c(evil, text))]
    span = ir.Variable(evil, ty.INT, "static", span=unit("u", "program", [], []).span)
    whole = project(unit("P", "program", [var(name, text, "output", initial=evil), span], body))
    one = machine(whole, "P", backend=backend)  # type: ignore[arg-type]
    one.scan()
    assert one.outputs() == {name: evil}
    one.load(one.state())
    assert one.read(f'"{name}"') == evil
    assert not (tmp_path / "x").exists()


SANITIZED = """
import sys
sys.path.insert(0, sys.argv[1])
from plc_run_random import program
from assay.skills.plc.run.c.machine import c_machines
made = [program(seed, 5, 3) for seed in range(40)]
extra = ("-fsanitize=undefined,address", "-fno-sanitize-recover=all")
for (_, scans), one in zip(made, c_machines([(whole, "P") for whole, _ in made], watchdog=1000, extra=extra)):
    for inputs in scans:
        one.scan(inputs, 1_234_567_891)
print("clean")
"""


@pytest.mark.long
def test_generated_code_has_no_undefined_behaviour(tmp_path: Path) -> None:
    gcc = shutil.which("gcc")
    if gcc is None:
        pytest.skip("no gcc")
    ask = [subprocess.run([gcc, f"-print-file-name={name}"], capture_output=True, text=True, check=True).stdout.strip()
           for name in ("libasan.so", "libubsan.so")]  # fmt: skip
    if not all(os.path.isabs(path) for path in ask):
        pytest.skip("no sanitizers")
    surroundings = {
        **os.environ,
        "LD_PRELOAD": ":".join(ask),
        "ASAN_OPTIONS": "detect_leaks=0",
        "ASSAY_HOME": str(tmp_path),
    }
    here = str(Path(__file__).parent)
    done = subprocess.run(
        [sys.executable, "-c", SANITIZED, here], capture_output=True, text=True, check=False, env=surroundings
    )
    assert done.stdout.strip() == "clean", done.stderr[-2000:]
