"""Compiling generated C: to a shared library in a cache of the user's, by the hash of the text and of the compiler."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from contextlib import suppress
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from assay.kernel.errors import MissingDependency, TerminalError

_FLAGS = (
    "-shared", "-fPIC", "-pipe", "-w", "-std=gnu11", "-fno-strict-aliasing", "-ffp-contract=off", "-fno-math-errno",
    "-fno-semantic-interposition",
    # constants are folded with another rounding than the library's, so the library computes them
    *(f"-fno-builtin-{name}" for name in ("sin", "cos", "tan", "asin", "acos", "atan", "atan2", "exp", "log", "log10",
                                          "pow")),
)  # fmt: skip

#: Longer texts, and many programs at once that run but a few scans each, are compiled with less optimisation.
_LONG, _VERY_LONG = 200_000, 1_500_000
_MANY = 4

#: Libraries in the cache.
_KEPT = 300

DECLARATIONS = """
typedef struct { int64_t address, size; char *data; } Column;
int32_t plc_once(int32_t number, char *m, int64_t scratch, int64_t end);
int64_t plc_rows(int32_t number, char *m, int64_t scratch, int64_t end, int64_t rows, const int64_t *elapsed,
                 int64_t stride, int64_t in, const Column *inputs, int64_t out, const Column *outputs);
"""


def library(sources: list[str], prefixes: list[str], extra: tuple[str, ...] = ()) -> tuple[Any, Any]:
    """The compiled library (cffi's ffi and the library) of several programs, from the cache or compiled now. ``extra``:
    further flags, as for the sanitizers of the tests. Raises MissingDependency without a compiler, TerminalError when
    it fails."""
    runtime = resources.files("assay.skills.plc.run.c").joinpath("runtime.h").read_text(encoding="utf-8")
    mains = ", ".join(f"{prefix}main" for prefix in prefixes)
    text = "\n".join((runtime, *sources, _ENTRIES.replace("MAINS", mains)))
    compiler, version = find_compiler()
    level = "-O0" if len(text) > _VERY_LONG else "-O1" if len(text) > _LONG or len(sources) > _MANY else "-O2"
    flags = (level, *_FLAGS, *extra)
    key = hashlib.sha256("\0".join((version, *flags, text)).encode()).hexdigest()
    path = _cached(key)
    if path is None:
        path = _compile(compiler, flags, text, key)
    return _opened(path)


_ENTRIES = """
static Main *const mains[] = {MAINS};
I32 plc_once(I32 number, char *m, I64 scratch, I64 end) { return run_once(mains[number], m, scratch, end); }
I64 plc_rows(I32 number, char *m, I64 scratch, I64 end, I64 rows, const I64 *elapsed, I64 stride, I64 in,
             const Column *inputs, I64 out, const Column *outputs) {
  return run_rows(mains[number], m, scratch, end, rows, elapsed, stride, in, inputs, out, outputs);
}
"""


@cache
def _ffi() -> Any:
    try:
        import cffi
    except ImportError as error:
        raise MissingDependency("plc_run.no_cffi") from error
    ffi = cffi.FFI()
    ffi.cdef(DECLARATIONS)
    return ffi


@cache
def _opened(path: Path) -> tuple[Any, Any]:
    ffi = _ffi()
    return ffi, ffi.dlopen(str(path))


def find_compiler() -> tuple[str, str]:
    """The C compiler (``CC``, else gcc or cc) and its version. Raises MissingDependency."""
    return _found(os.environ.get("CC", "").strip(), os.environ.get("PATH", ""))


@cache
def _found(wanted: str, _search: str) -> tuple[str, str]:
    for name in [wanted] if wanted else ["gcc", "cc"]:
        path = shutil.which(name)
        if path is not None:
            found = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
            if found.returncode == 0:
                return path, found.stdout.splitlines()[0] if found.stdout else path
    raise MissingDependency("plc_run.no_compiler")


def cache_folder() -> Path:
    """Where libraries are kept; a folder of this process when the user's home cannot be written."""
    from assay.plant.home import home, private_folder

    try:
        return private_folder(home() / "cache" / "plc")
    except (OSError, TerminalError):
        return _own_folder()


@cache
def _own_folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="assay-plc-"))


def _cached(key: str) -> Path | None:
    """The library of this key when it is whole: its hash is what was written when it was made."""
    path = cache_folder() / f"{key}.so"
    note = path.with_suffix(".sha256")
    try:
        whole = note.read_text(encoding="ascii").strip() == hashlib.sha256(path.read_bytes()).hexdigest()
    except (OSError, UnicodeDecodeError):
        return None
    return path if whole else None


def _compile(compiler: str, flags: tuple[str, ...], text: str, key: str) -> Path:
    folder = cache_folder()
    path = folder / f"{key}.so"
    with tempfile.TemporaryDirectory(dir=folder) as work:
        made = Path(work) / "out.so"
        command = [compiler, *flags, "-x", "c", "-", "-o", str(made), "-lm"]
        done = subprocess.run(command, input=text.encode(), capture_output=True, check=False)
        if done.returncode != 0:
            message = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise TerminalError("plc_run.compile_failed", compiler=compiler, message=(message or ["?"])[0][:200])
        note = Path(work) / "note"
        note.write_text(hashlib.sha256(made.read_bytes()).hexdigest() + "\n", encoding="ascii")
        os.replace(made, path)
        os.replace(note, path.with_suffix(".sha256"))
    _prune(folder)
    return path


def _prune(folder: Path) -> None:
    """Keep the newest libraries; another process that has an old one open keeps it."""
    ages: list[tuple[float, Path]] = []
    for path in folder.glob("*.so"):
        with suppress(OSError):
            ages.append((path.stat().st_mtime, path))
    for _, path in sorted(ages)[:-_KEPT]:
        for one in (path, path.with_suffix(".sha256")):
            with suppress(OSError):
                one.unlink()
