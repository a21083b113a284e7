"""Which skills a job needs, and the skills' names in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping

from assay.plant.model import Plant
from assay.plant.roster import Roster

#: What rosters call the trades; the first is the one that is shown.
SKILLS: Mapping[str, tuple[str, ...]] = {
    "instrumentation": ("instrument", "instruments", "control", "i&c", "仪表", "仪控", "自控", "仪表工"),
    "mechanical": ("mechanic", "fitter", "rotating", "static", "机械", "钳工", "机修", "动设备", "静设备"),
    "electrical": ("electrician", "electric", "电气", "电工"),
    "process": ("operator", "operations", "field operator", "工艺", "操作", "操作工", "外操", "巡检"),
    "analyser": ("analyzer", "laboratory", "lab", "分析", "分析仪", "化验"),
}
_BY_WORD = {word: skill for skill, words in SKILLS.items() for word in (skill, *words)}
#: Failure mechanisms of ISO 14224 (table B.2) by their first digit: who mends them.
MECHANISMS: Mapping[str, str] = {
    "1": "mechanical",
    "2": "mechanical",
    "3": "instrumentation",
    "4": "electrical",
    "5": "process",
    "6": "process",
}
FROM = ("given", "roster", "failure", "kind", "look")


def skill_named(word: str) -> str:
    """A skill by any of its names; an unknown word is its own skill."""
    plain = " ".join(word.strip().casefold().split())
    return _BY_WORD.get(plain, plain)


def needed(
    given: tuple[str, ...], tag: str, equipment: str, mode: str, mechanism: str, plant: Plant, roster: Roster
) -> tuple[tuple[str, ...], str]:
    """(skills that the person must have, where that comes from: see ``FROM``).

    In this order: what was given; the roster's own table by tag, failure mode or equipment; the mechanism of the
    failure that fits the alarm; the tag's kind (a valve needs instrumentation, an analysis the analyser's people, all
    else a look by the process people, as has a work order without a tag).
    """
    if given:
        return _named(given), "given"
    own = next((roster.needs[key] for key in (tag, mode, equipment) if key in roster.needs), None)
    if own is not None:
        return _named(own), "roster"
    if mechanism[:1] in MECHANISMS:
        return (MECHANISMS[mechanism[:1]],), "failure"
    about = plant.tag(tag) if plant.has_tag(tag) else None
    if about is None:
        return ("process",), "look"
    if about.kind == "valve":
        return ("instrumentation",), "kind"
    return ("analyser" if about.quantity == "composition" else "process",), "kind"


def _named(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(skill_named(word) for word in words))
