"""``assay skill new NAME``: a folder with a skill that works and passes every check."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from assay import __version__
from assay.kernel.errors import InputError
from assay.skills.door import RESERVED

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_LONGEST_NAME = 40
_SUFFIX = ".tmpl"


def new_skill(name: str, parent: Path) -> Path:
    """Make the folder ``parent/assay-skill-NAME`` and return it. Raises InputError; what exists is left alone."""
    check_name(name)
    target = parent / f"assay-skill-{name.replace('_', '-')}"
    if target.exists():
        raise InputError("cli.skill_exists", path=target)
    values = {"@NAME@": name, "@DASHED@": name.replace("_", "-"), "@VERSION@": __version__}
    try:
        for path, content in _files(values):
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            (target / path).write_text(content, encoding="utf-8")
    except OSError as error:
        raise InputError("cli.skill_unwritable", path=target, reason=error.strerror or error) from error
    return target


def check_name(name: str) -> None:
    """Raise InputError unless the name can be a Python module and is not taken by a room."""
    fits = _NAME.fullmatch(name) and len(name) <= _LONGEST_NAME and not keyword.iskeyword(name)
    if not fits or name in RESERVED:
        raise InputError("cli.skill_name", name=name, longest=_LONGEST_NAME)


def _files(values: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Path and content of every file."""
    root = resources.files("assay.cli").joinpath("skill_template")
    for path, source in _walk(root, ""):
        place = path.removesuffix(_SUFFIX)
        if place.startswith("package/"):
            place = place.replace("package/", "src/assay_skill_@NAME@/", 1)
        yield _filled(place, values), _filled(source.read_text(encoding="utf-8"), values)
    yield f"src/assay_skill_{values['@NAME@']}/py.typed", ""


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        if entry.is_dir():
            yield from _walk(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(_SUFFIX):
            yield prefix + entry.name, entry


def _filled(template: str, values: dict[str, str]) -> str:
    for mark, value in values.items():
        template = template.replace(mark, value)
    return template
