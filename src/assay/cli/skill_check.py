"""``assay skill check``: everything that a skill's folder, or an installed skill, must hold."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from importlib import metadata
from pathlib import Path

from assay.kernel.errors import AssayError, InputError
from assay.kernel.texts import Lang, text
from assay.skills.door import GROUP, load, text_problems

#: What every skill has inside; a missing file is a missing feature.
SHAPE = ("__init__.py", "tools.py", "checks.py", "texts/en.json", "texts/zh.json")
_SECONDS = 600
_TAIL_LINES = 25
_LOAD = (
    "import sys; from importlib.metadata import EntryPoint; from assay.kernel.errors import AssayError\n"
    "from assay.skills.door import GROUP, load\n"
    "try: load(EntryPoint(sys.argv[1], sys.argv[2], GROUP))\n"
    "except AssayError as error: sys.exit(error.render(sys.argv[3]))\n"
)


class Outcome(StrEnum):
    """A check passed, failed, or could not be made because its tool is not installed."""

    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Line:
    """One check's outcome with the sentences that explain it."""

    check: str
    outcome: Outcome
    details: tuple[str, ...] = field(default=())


def check_skill(name_or_path: str, lang: Lang) -> Iterator[Line]:
    """The checks of a folder (path) or of an installed skill (name), one by one. Raises InputError for neither."""
    path = Path(name_or_path)
    if path.is_dir():
        yield from _check_folder(path.resolve(), lang)
        return
    entries = [entry for entry in metadata.entry_points(group=GROUP) if entry.name == name_or_path]
    if not entries:
        raise InputError("cli.skill_unknown", name=name_or_path)
    for entry in entries:
        yield from _check_installed(entry, lang)


def _check_installed(entry: metadata.EntryPoint, lang: Lang) -> Iterator[Line]:
    try:
        load(entry)
    except AssayError as error:
        yield Line("load", Outcome.FAIL, (error.render(lang),))
        return
    yield Line("load", Outcome.PASS)
    spec = importlib.util.find_spec(entry.module)
    for place in (spec.submodule_search_locations if spec is not None else None) or ():
        yield _shape(Path(place), (), lang)
    yield _texts(entry.module, lang)


def _check_folder(folder: Path, lang: Lang) -> Iterator[Line]:
    entries = _declared(folder)
    for name, target in entries.items():
        module = target.partition(":")[0]
        package = next((one for one in (folder / "src" / module, folder / module) if one.is_dir()), None)
        if package is None:
            yield Line("shape", Outcome.FAIL, (text("cli.skill_no_package", lang, module=module, path=folder),))
            continue
        beside = ("README.md", "pyproject.toml", "tests")
        yield _shape(package, tuple(folder / one for one in beside), lang)
        yield _run("load", [sys.executable, "-c", _LOAD, name, target, lang], folder, package.parent)
    yield from _tools(folder, [target.partition(":")[0] for target in entries.values()], lang)


def _declared(folder: Path) -> dict[str, str]:
    """The entry points that the folder's pyproject.toml declares."""
    path = folder / "pyproject.toml"
    try:
        project = tomllib.loads(path.read_text(encoding="utf-8"))
        entries: object = project["project"]["entry-points"][GROUP]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError("cli.skill_no_pyproject", path=path, problem=error) from error
    except (KeyError, TypeError):
        entries = None
    if not isinstance(entries, dict) or not entries:
        raise InputError("cli.skill_no_entry", path=path, group=GROUP)
    return {str(name): str(target) for name, target in entries.items()}


def _shape(package: Path, beside: tuple[Path, ...], lang: Lang) -> Line:
    missing = [path for path in (*(package / part for part in SHAPE), *beside) if not path.exists()]
    details = tuple(text("cli.skill_file_missing", lang, path=path) for path in missing)
    return Line("shape", Outcome.FAIL if missing else Outcome.PASS, details)


def _texts(package: str, lang: Lang) -> Line:
    details = tuple(problem.render(lang) for problem in text_problems(package))
    return Line("texts", Outcome.FAIL if details else Outcome.PASS, details)


def _tools(folder: Path, packages: list[str], lang: Lang) -> Iterator[Line]:
    """Rules, format, types and the skill's own tests, with the settings of its own pyproject.toml."""
    source = folder / "src" if (folder / "src").is_dir() else folder
    wanted = {
        "rules": ("ruff", ["ruff", "check", "--no-cache", "."]),
        "format": ("ruff", ["ruff", "format", "--no-cache", "--check", "."]),
        "types": ("mypy", ["mypy", "--strict", *(part for name in packages for part in ("-p", name))]),
        "tests": ("pytest", ["pytest", "-q", "-p", "no:cacheprovider"]),
    }
    for check, (module, arguments) in wanted.items():
        if importlib.util.find_spec(module) is None:
            yield Line(check, Outcome.UNKNOWN, (text("cli.skill_no_tool", lang, tool=module),))
        else:
            yield _run(check, [sys.executable, "-m", *arguments], folder, source)


def _run(check: str, command: list[str], folder: Path, source: Path) -> Line:
    """Run one check in a process of its own: a stranger's code may crash or hang."""
    path = os.pathsep.join(filter(None, [str(source), os.environ.get("PYTHONPATH", "")]))
    environment = {**os.environ, "PYTHONPATH": path, "MYPYPATH": str(source), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Line(check, Outcome.FAIL, (f"> {_SECONDS} s",))
    if done.returncode == 0:
        return Line(check, Outcome.PASS)
    return Line(check, Outcome.FAIL, tuple(done.stdout.strip().splitlines()[-_TAIL_LINES:]))
