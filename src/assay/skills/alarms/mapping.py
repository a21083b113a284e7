"""Which column of an export is which field, and what its words for states and priorities mean."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assay.kernel.errors import InputError
from assay.plant.file_table import shortened, simple
from assay.skills.alarms.log import RAISED, RETURNED
from assay.skills.alarms.words import COLUMNS, FIELDS, PRESETS, PRIORITIES, STATES

NAMED_STATES: Mapping[str, int] = {
    name: STATES[name]
    for name in ("raised", "returned", "acknowledged", "shelved", "suppressed", "restored", "operator")
}
_PARTS = frozenset({"columns", "states", "priorities"})
_WORD = re.compile(r"[\s_/|,;.()+\-]+")


@dataclass(frozen=True, slots=True)
class LogMapping:
    """``columns``: field -> header; two joined by ``+`` are read as one (a date and a clock). ``states`` and
    ``priorities``: the export's own words, before ours are tried. ``preset`` names where it came from."""

    columns: Mapping[str, str] = field(default_factory=dict)
    states: Mapping[str, int] = field(default_factory=dict)
    priorities: Mapping[str, str] = field(default_factory=dict)
    preset: str | None = None

    def headers(self, field_name: str) -> tuple[str, ...]:
        """The headers that were named for a field."""
        named = self.columns.get(field_name)
        return tuple(part.strip() for part in named.split("+")) if named else ()

    def is_header(self, cells: list[str]) -> bool:
        """Whether a row of cells is the header: it names the time, as mapped or in words we know."""
        wanted = {simple(one) for one in self.headers("time")} or set(COLUMNS["time"])
        return bool(wanted & {simple(cell) for cell in cells})

    def chosen(self, path: Path, names: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Field -> columns of the file. InputError when a mapped column, the time or the tag is not there."""
        by_word = {simple(name): name for name in names}
        found: dict[str, tuple[str, ...]] = {}
        for one in FIELDS:
            headers = self.headers(one)
            absent = [header for header in headers if simple(header) not in by_word]
            if absent:
                listed = shortened(", ".join(names))
                raise InputError("alarms.column_absent", path=path, field=one, column=absent[0], columns=listed)
            if headers:
                found[one] = tuple(by_word[simple(header)] for header in headers)
        taken = {name for columns in found.values() for name in columns}
        for one in FIELDS:
            known = (by_word[word] for word in COLUMNS[one] if word in by_word and by_word[word] not in taken)
            if one not in found and (name := next(known, None)) is not None:
                found[one] = (name,)
                taken.add(name)
        for needed in ("time", "tag"):
            if needed not in found:
                raise InputError("alarms.column_needed", path=path, field=needed, columns=shortened(", ".join(names)))
        return found

    def state(self, word: str) -> int | None:
        """What a word in the state column means; None when nobody knows."""
        plain = " ".join(_WORD.split(word.strip().casefold())).strip()
        for known in (self.states, STATES):
            if plain in known:
                return known[plain]
        parts = {STATES[part] for part in plain.split() if part in STATES}
        # "ACT UNACK" and "UNACK RTN": what came back has come back, acknowledged or not.
        return RETURNED if RETURNED in parts else RAISED if RAISED in parts else None

    def priority(self, word: str) -> str:
        """A priority in the plant's terms where the word is known, else as it stands."""
        plain = simple(word)
        return self.priorities.get(plain) or PRIORITIES.get(plain) or word.strip()


def make_mapping(columns: Iterable[str] = (), file: Path | None = None, preset: str | None = None) -> LogMapping:
    """A mapping from ``FIELD=HEADER`` texts over a YAML or JSON file over a preset. InputError for what is not one."""
    if preset is not None and preset not in PRESETS:
        raise InputError("alarms.preset_unknown", name=preset, known=", ".join(PRESETS))
    named: dict[str, str] = dict(PRESETS[preset]) if preset is not None else {}
    content = _read(file) if file is not None else {}
    named |= {_field(key): str(value) for key, value in _part(content, "columns").items()}
    for each in columns:
        key, separator, header = each.partition("=")
        if not separator or not header.strip():
            raise InputError("alarms.column_option", value=shortened(each, 60), fields=", ".join(FIELDS))
        named[_field(key.strip())] = header.strip()
    states = {simple(str(word)): _state(str(name)) for word, name in _part(content, "states").items()}
    priorities = {simple(str(word)): str(name) for word, name in _part(content, "priorities").items()}
    return LogMapping(named, states, priorities, preset)


def _read(path: Path) -> dict[str, Any]:
    import yaml

    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError("plant.import_unreadable", path=path, reason=error.strerror or error) from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError("alarms.map_broken", path=path) from error
    if not isinstance(content, dict) or not content or not set(content) <= _PARTS:
        raise InputError("alarms.map_broken", path=path)
    if not all(isinstance(part, dict) for part in content.values()):
        raise InputError("alarms.map_broken", path=path)
    return content


def _part(content: Mapping[str, Any], name: str) -> dict[str, Any]:
    part: dict[str, Any] = content.get(name, {})
    return part


def _field(name: str) -> str:
    if name not in FIELDS:
        raise InputError("alarms.field_unknown", name=shortened(str(name), 40), fields=", ".join(FIELDS))
    return name


def _state(name: str) -> int:
    if name not in NAMED_STATES:
        raise InputError("alarms.state_unknown", name=shortened(name, 40), known=", ".join(NAMED_STATES))
    return NAMED_STATES[name]
