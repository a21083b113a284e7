"""What the words of a fault record speak of: findings with keys, in Chinese and English, said to be there or not.

A key is made of at most a component, a quantity and a direction, or a component and an event
(``bearing.temperature.high``, ``seal.leak``). Words that no concept covers become a key of their own (``text:...``), so
that nothing is lost.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from assay.kernel.texts import Lang

_CLAUSE = re.compile(r"[。；;，,、!?！？\n]|(?<![0-9])\.(?![0-9])|\b(?:and|but|while)\b|但是|但|而且|并且")
_WORD = re.compile(r"[a-z]")
#: Quantities that are a finding when nothing is said but their name.
_BY_ITSELF = frozenset({"vibration", "noise"})
#: Quantities of which "no ..." says that they are gone, not that they are fine.
_CAN_BE_GONE = frozenset({"flow", "pressure", "reading", "speed", "level"})
_LONGEST_KEY = 60


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a record says. ``start`` and ``end`` are code points of the text that was read."""

    key: str
    present: bool
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Mark:
    kind: str
    id: str
    start: int
    end: int


@cache
def concepts() -> Mapping[str, Any]:
    """The tables of ``data/concepts.yaml``."""
    import yaml

    source = resources.files("assay.skills.cases").joinpath("data", "concepts.yaml").read_text(encoding="utf-8")
    loaded: Mapping[str, Any] = yaml.safe_load(source)
    return loaded


@cache
def _phrases() -> tuple[tuple[str, str, str], ...]:
    """(phrase, kind, id), the longest phrase first."""
    tables = concepts()
    found = []
    for kind in ("components", "quantities", "directions", "events"):
        found += [(str(word), kind, id) for id, one in tables[kind].items() for word in one["words"]]
    found += [(str(word), "aliases", id) for id, words in tables["aliases"].items() for word in words]
    found += [(str(word), kind, "") for kind in ("negations", "normal") for word in tables[kind]]
    return tuple(sorted(found, key=lambda one: (-len(one[0]), one[1], one[2])))


def folded(text: str) -> str:
    """Half-width and lower case, code point by code point, so that places stay the same."""
    return "".join(_fold(character) for character in text)


def _fold(character: str) -> str:
    plain = unicodedata.normalize("NFKC", character).lower()
    return plain if len(plain) == 1 else character


def findings(text: str) -> tuple[Finding, ...]:
    """What the text speaks of, in its order, each key once."""
    found: dict[str, Finding] = {}
    for start, end in _clauses(text):
        for one in _in_clause(text, start, end):
            found.setdefault(one.key, one)
    return tuple(found.values())


def own_key(text: str) -> str:
    """The key of words that no concept covers."""
    return "text:" + " ".join(re.sub(r"[\W_]+", " ", folded(text)).split())[:_LONGEST_KEY]


def kind_of(name: str) -> str:
    """The kind of equipment that a name speaks of, "" when it is none that is known."""
    plain = folded(name)
    marks = [
        (-len(word), plain.rfind(word), id)
        for id, one in concepts()["kinds"].items()
        for word in one["words"]
        if _at(plain, word) is not None
    ]
    return min(marks)[2] if marks else ""


def label(key: str, lang: Lang) -> str:
    """A key in words."""
    if key.startswith("text:"):
        return key.removeprefix("text:")
    tables = concepts()
    names: list[str] = []
    for part in key.split("."):
        for kind in ("components", "quantities", "events", "directions"):
            if part in tables[kind] and not (kind == "directions" and not names):
                names.append(str(tables[kind][part][lang]))
                break
    return "".join(names) if lang == "zh" else " ".join(names)


def mode_of(key: str) -> str:
    """The ISO 14224 failure mode that a finding speaks of, "" for none."""
    for code, ends in concepts()["modes"].items():
        if any(key == end or key.endswith(f".{end}") for end in ends):
            return str(code)
    return ""


def mechanism_of(key: str) -> str:
    """The ISO 14224 failure mechanism that a cause's key speaks of, "" for none."""
    last = key.rsplit(".", 1)[-1]
    return next((str(code) for code, events in concepts()["mechanisms"].items() if last in events), "")


def component_of(key: str) -> str:
    """The component of a key, "" for none."""
    first = key.split(".", 1)[0]
    return first if first in concepts()["components"] else ""


def _clauses(text: str) -> Iterator[tuple[int, int]]:
    begin = 0
    for match in _CLAUSE.finditer(folded(text)):
        if text[begin : match.start()].strip():
            yield begin, match.start()
        begin = match.end()
    if text[begin:].strip():
        yield begin, len(text)


def _in_clause(text: str, start: int, end: int) -> Iterator[Finding]:
    marks = _marks(folded(text[start:end]))
    used = False
    for index, mark in enumerate(marks):
        if mark.kind in ("events", "aliases") or _alone(marks, index):
            keys = [_with_component(marks, index, mark.id)]
        elif mark.kind == "quantities" and not (mark.id == "noise" and _names_noise(marks)):
            keys = [_quantity(marks, index)]
        else:
            continue
        for key, present in (one for one in keys if one is not None):
            used = True
            yield Finding(key, present, text[start:end].strip(), start, end)
    if not used and (words := text[start:end].strip()):
        yield Finding(own_key(words), True, words, start, end)


def _alone(marks: list[_Mark], index: int) -> bool:
    """Whether a direction that also is an event ("stuck") belongs to no quantity of the clause."""
    mark = marks[index]
    is_both = mark.kind == "directions" and mark.id in concepts()["events"]
    return is_both and not any(one.kind == "quantities" for one in marks)


def _names_noise(marks: list[_Mark]) -> bool:
    """Whether the clause says which noise: then the word itself adds nothing."""
    return any(mark.kind == "events" and mark.id.endswith("noise") for mark in marks)


def _with_component(marks: list[_Mark], index: int, id: str) -> tuple[str, bool] | None:
    component = _component(marks, index)
    key = id if not component or component_of(id) else f"{component}.{id}"
    return key, not _negated(marks, index)


def _quantity(marks: list[_Mark], index: int) -> tuple[str, bool] | None:
    mark = marks[index]
    direction = _direction(marks, index)
    normal = any(one.kind == "normal" for one in marks)
    negated = _negated(marks, index)
    if direction is None and negated and not normal and mark.id in _CAN_BE_GONE:
        return _keyed(marks, index, mark.id, "none"), True
    if direction is None and (normal or negated):
        return _keyed(marks, index, mark.id, "low" if mark.id in ("insulation", "heat_transfer") else "high"), False
    if direction is None and mark.id in _BY_ITSELF:
        direction = "high"
    if direction is None:
        return None
    return _keyed(marks, index, mark.id, direction), not (negated or normal)


def _direction(marks: list[_Mark], index: int) -> str | None:
    """The direction behind a quantity ("压力低"), else the one before it ("low oil pressure").

    That before it goes first where it belongs to no other quantity, and the one behind does ("high pressure and low
    temperature").
    """
    behind = [one for one in marks[index + 1 :] if one.kind != "components"][:2]
    before = [one for one in marks[:index] if one.kind != "components"][-2:]
    after = behind[0].id if behind and behind[0].kind == "directions" else None
    ahead = before[-1].id if before and before[-1].kind == "directions" else None
    is_taken = len(before) == 2 and before[0].kind == "quantities"
    others = len(behind) == 2 and behind[1].kind == "quantities"
    return ahead if after is None or (ahead is not None and others and not is_taken) else after


def _keyed(marks: list[_Mark], index: int, quantity: str, direction: str) -> str:
    component = _component(marks, index)
    tail = f"{quantity}.{direction}"
    return f"{component}.{tail}" if component else tail


def _component(marks: list[_Mark], index: int) -> str:
    """The component named last before the mark, else the first one behind it."""
    before = [one.id for one in marks[:index] if one.kind == "components"]
    behind = [one.id for one in marks[index + 1 :] if one.kind == "components"]
    return before[-1] if before else behind[0] if behind else ""


def _negated(marks: list[_Mark], index: int) -> bool:
    """Whether a negation stands before the mark, or the clause says that all is normal."""
    return any(one.kind == "negations" for one in marks[:index]) or any(one.kind == "normal" for one in marks)


def _marks(plain: str) -> list[_Mark]:
    """All concepts in a clause, the longest words first, none inside another."""
    taken = [False] * len(plain)
    found = []
    for phrase, kind, id in _phrases():
        begin = 0
        while (at := _at(plain, phrase, begin)) is not None:
            begin = at + len(phrase)
            if kind == "aliases" and _says_more(plain, at, begin):
                continue
            if not any(taken[at:begin]):
                taken[at:begin] = [True] * len(phrase)
                found.append(_Mark(kind, id, at, begin))
    return sorted(found, key=lambda one: one.start)


def _says_more(plain: str, start: int, end: int) -> bool:
    """Whether a quantity follows close behind or begins within: "low oil pressure" is one of pressure, not of oil, and
    "压力高温度低" says nothing of "高温"."""
    words = [str(word) for one in concepts()["quantities"].values() for word in one["words"]]
    rest = plain[end:].lstrip()
    behind = plain[end : end + 1] == " " and any(rest.startswith(word) and _at(rest, word) == 0 for word in words)
    return behind or any(
        plain.startswith(word, at) for at in range(start + 1, end) for word in words if at + len(word) > end
    )


def _at(plain: str, phrase: str, begin: int = 0) -> int | None:
    """Where a phrase stands; Latin words only as whole words."""
    while (at := plain.find(phrase, begin)) >= 0:
        end = at + len(phrase)
        latin = _WORD.match(phrase)
        if not latin or not ((at and _WORD.match(plain[at - 1])) or (end < len(plain) and _WORD.match(plain[end]))):
            return at
        begin = at + 1
    return None
