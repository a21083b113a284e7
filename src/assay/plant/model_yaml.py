"""YAML with line numbers: text -> plain data plus, for every path in it, the file and line where it stands.

Scalars follow the YAML 1.2 core schema (``no`` and ``on`` are words, ``1e5`` is a number, dates are words).
``extends`` is resolved here, on nodes, so that a fault in an inherited value points into the file it came from:
mappings merge key by key, lists of mappings with ``id`` merge by id, ``remove: true`` drops an item, an explicit
null drops a key, everything else replaces.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from assay.kernel.texts import Lang, text

Place = tuple[str | int, ...]
MAX_BYTES = 8_000_000
MAX_NODES = 200_000
MAX_DEPTH = 40

_INT = re.compile(r"^[-+]?[0-9]+$")
_FLOAT = re.compile(r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$")
_SPECIAL = {".nan": float("nan"), ".inf": float("inf"), "+.inf": float("inf"), "-.inf": float("-inf")}
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a plant's files: where, and a text key ``plant.check_*`` with its parameters. Lines from 1."""

    file: str
    line: int
    key: str
    params: dict[str, Any] = field(default_factory=dict)

    def render(self, lang: Lang = "en") -> str:
        """``file:line: sentence``."""
        return f"{self.file}:{self.line}: {self.message(lang)}"

    def message(self, lang: Lang = "en") -> str:
        """The sentence alone."""
        return text(self.key, lang, **self.params)


@dataclass(frozen=True, slots=True)
class Mark:
    """Where something stands; ``line`` counts from 1."""

    file: str
    line: int


@dataclass
class Source:
    """A file read: ``data`` (None when it could not be read), marks by path, and the faults found so far."""

    path: Path
    data: Any = None
    marks: dict[Place, Mark] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    chain: tuple[Path, ...] = ()

    def mark(self, place: Place) -> Mark:
        """The mark of ``place`` or of its nearest ancestor."""
        for end in range(len(place), -1, -1):
            if place[:end] in self.marks:
                return self.marks[place[:end]]
        return Mark(str(self.path), 1)

    def fault(self, place: Place, key: str, **params: Any) -> None:
        """Note a fault at ``place``."""
        mark = self.mark(place)
        self.faults.append(Fault(mark.file, mark.line, f"plant.check_{key}", params))


def read_source(path: Path, find: Callable[[str, Path], Path | None] | None = None) -> Source:
    """Read ``path``; with ``find``, resolve ``extends`` (``find(name, folder)`` gives the other file).

    Faults are collected, never raised: unreadable file, encoding, tabs, YAML syntax, duplicate keys, size.
    """
    source = Source(path)
    node = _compose_chain(path, find, source, ())
    if node is not None:
        _Builder(source).run(node)
    return source


def _compose_chain(
    path: Path, find: Callable[[str, Path], Path | None] | None, source: Source, seen: tuple[Path, ...]
) -> yaml.Node | None:
    node = _compose(path, source)
    source.chain = (*source.chain, path)
    if find is None or not isinstance(node, yaml.MappingNode):
        return node
    entry = next(((k, v) for k, v in node.value if getattr(k, "value", None) == "extends"), None)
    if entry is None or not isinstance(entry[1], yaml.ScalarNode):
        return node
    line = entry[1].start_mark.line + 1
    parent = find(str(entry[1].value), path.parent)
    if parent is None:
        source.faults.append(Fault(str(path), line, "plant.check_extends_missing", {"name": entry[1].value}))
        return node
    if parent.resolve() in (*seen, path.resolve()):
        source.faults.append(Fault(str(path), line, "plant.check_extends_cycle", {"name": entry[1].value}))
        return node
    base = _compose_chain(parent, find, source, (*seen, path.resolve()))
    if not isinstance(base, yaml.MappingNode):
        return node
    return _merge(base, node, source)


def _compose(path: Path, source: Source) -> yaml.Node | None:
    raw = _decode(path, source)
    if raw is None:
        return None
    try:
        node = yaml.compose(raw, Loader=yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        lines = raw.splitlines()
        tab = line <= len(lines) and "\t" in lines[line - 1][: len(lines[line - 1]) - len(lines[line - 1].lstrip())]
        key = "tab" if tab else "syntax"
        source.faults.append(Fault(str(path), line, f"plant.check_{key}", {"problem": error.problem or ""}))
        return None
    except (yaml.YAMLError, RecursionError) as error:
        problem = str(getattr(error, "reason", "") or type(error).__name__)
        source.faults.append(Fault(str(path), 1, "plant.check_syntax", {"problem": problem}))
        return None
    if node is None:
        source.faults.append(Fault(str(path), 1, "plant.check_empty_file", {}))
        return None
    _stamp(node, str(path), source)
    return node


def _decode(path: Path, source: Source) -> str | None:
    try:
        if path.stat().st_size > MAX_BYTES:
            source.faults.append(Fault(str(path), 1, "plant.check_too_large", {"limit": MAX_BYTES // 1_000_000}))
            return None
        raw = path.read_bytes()
    except OSError as error:
        source.faults.append(Fault(str(path), 1, "plant.check_unreadable", {"problem": error.strerror or str(error)}))
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        source.faults.append(Fault(str(path), line, "plant.check_encoding", {"byte": f"0x{raw[error.start]:02X}"}))
        return None


def _stamp(node: yaml.Node, file: str, source: Source) -> None:
    """Give every node its file (nodes of several files are merged later) and note duplicate keys."""
    stack: list[yaml.Node] = [node]
    seen: set[int] = set()
    while stack:
        current = stack.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        current.file = file  # type: ignore[attr-defined]
        if isinstance(current, yaml.SequenceNode):
            stack.extend(current.value)
        elif isinstance(current, yaml.MappingNode):
            _duplicate_keys(current, file, source)
            for key, value in current.value:
                stack += (key, value)


def _duplicate_keys(node: yaml.MappingNode, file: str, source: Source) -> None:
    names: set[str] = set()
    for key, _ in node.value:
        name = str(key.value)
        if name in names:
            line = key.start_mark.line + 1
            source.faults.append(Fault(file, line, "plant.check_duplicate_key", {"name": name}))
        names.add(name)


def _merge(base: yaml.Node, over: yaml.Node, source: Source) -> yaml.Node:
    if isinstance(base, yaml.MappingNode) and isinstance(over, yaml.MappingNode):
        return _merge_mappings(base, over, source)
    if isinstance(base, yaml.SequenceNode) and isinstance(over, yaml.SequenceNode):
        if all(_item_id(item) for item in (*base.value, *over.value)):
            return _merge_lists(base, over, source)
    return over


def _merge_mappings(base: yaml.MappingNode, over: yaml.MappingNode, source: Source) -> yaml.MappingNode:
    replaced = {str(key.value): (key, value) for key, value in over.value}
    pairs: list[tuple[yaml.Node, yaml.Node]] = []
    for key, value in base.value:
        if str(key.value) not in replaced:
            pairs.append((key, value))
            continue
        over_key, over_value = replaced.pop(str(key.value))
        if not _is_null(over_value):
            pairs.append((over_key, _merge(value, over_value, source)))
    pairs += replaced.values()
    merged = yaml.MappingNode(over.tag, pairs, over.start_mark, over.end_mark)
    merged.file = over.file  # type: ignore[attr-defined]
    return merged


def _merge_lists(base: yaml.SequenceNode, over: yaml.SequenceNode, source: Source) -> yaml.SequenceNode:
    items: list[yaml.Node] = list(base.value)
    places = {_item_id(item): number for number, item in enumerate(items)}
    touched: set[str] = set()
    dropped: set[int] = set()
    for item in over.value:
        name = _item_id(item)
        known = name in places and name not in touched
        touched.add(name)
        if _removes(item):
            if known:
                dropped.add(places[name])
            else:
                line = item.start_mark.line + 1
                source.faults.append(Fault(item.file, line, "plant.check_remove_missing", {"name": name}))
        elif known:
            items[places[name]] = _merge(items[places[name]], item, source)
        else:
            items.append(item)
    kept = [item for number, item in enumerate(items) if number not in dropped]
    merged = yaml.SequenceNode(over.tag, kept, over.start_mark, over.end_mark)
    merged.file = over.file  # type: ignore[attr-defined]
    return merged


def _item_id(node: yaml.Node) -> str:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == "id" and isinstance(value, yaml.ScalarNode):
                return str(value.value)
    return ""


def _removes(node: yaml.Node) -> bool:
    return isinstance(node, yaml.MappingNode) and any(k.value == "remove" and v.value == "true" for k, v in node.value)


def _is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and _scalar(node) is None


def _scalar(node: yaml.ScalarNode) -> Any:
    """The value of a scalar by the YAML 1.2 core schema."""
    raw = str(node.value)
    if node.style in ("'", '"', "|", ">"):
        return raw
    lowered = raw.lower()
    if lowered in _WORDS:
        return _WORDS[lowered]
    if _INT.match(raw) and len(raw) < 20:
        return int(raw)
    if _FLOAT.match(raw):
        return float(raw)
    return _SPECIAL.get(lowered, raw)


class _Builder:
    """Turns nodes into plain data and notes the mark of every path."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.count = 0
        self.full = False

    def run(self, node: yaml.Node) -> None:
        self.source.data = self.build(node, ())
        if self.full:
            self.source.data = None

    def note(self, node: yaml.Node, place: Place) -> Mark:
        mark = Mark(str(getattr(node, "file", self.source.path)), node.start_mark.line + 1)
        self.source.marks.setdefault(place, mark)
        return mark

    def build(self, node: yaml.Node, place: Place) -> Any:
        mark = self.note(node, place)
        self.count += 1
        if self.count > MAX_NODES or len(place) > MAX_DEPTH:
            if not self.full:
                self.source.faults.append(Fault(mark.file, mark.line, "plant.check_too_deep", {}))
            self.full = True
            return None
        if not node.tag.startswith("tag:yaml.org,2002:") or "python" in node.tag:
            self.source.faults.append(Fault(mark.file, mark.line, "plant.check_yaml_tag", {"tag": node.tag}))
            return None
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*place, number)) for number, item in enumerate(node.value)]
        return self.mapping(node, place)

    def mapping(self, node: yaml.Node, place: Place) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key, value in node.value:
            if self.full:
                break
            if not isinstance(key, yaml.ScalarNode):
                mark = self.note(key, (*place, "?"))
                self.source.faults.append(Fault(mark.file, mark.line, "plant.check_key_not_text", {}))
                continue
            name = str(key.value)
            self.note(key, (*place, name))
            data[name] = self.build(value, (*place, name))
        return data
