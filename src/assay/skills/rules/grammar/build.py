"""Shared by both grammars: what a reading is, why it stops, and how comparisons combine."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from assay.skills.rules.rule import Groups, Limit, Name, Op, Part, Severity, Test


class Stop(Exception):
    """The clause cannot be read whole. ``reason`` is the end of a text key ``rules.unread_...``."""

    def __init__(self, reason: str, near: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.near = near.strip()[:80]


NEGATED = {
    Op.OVER: Op.AT_MOST,
    Op.UNDER: Op.AT_LEAST,
    Op.AT_LEAST: Op.UNDER,
    Op.AT_MOST: Op.OVER,
    Op.EQUAL: Op.OTHER,
    Op.PRESENT: Op.ABSENT,
    Op.ABSENT: Op.PRESENT,
    Op.IN: Op.NOT_IN,
    Op.BETWEEN: None,
}
"""What "not" makes of a comparison."""


def negated(op: Op, near: str) -> Op:
    """The opposite comparison. Raises Stop where one comparison does not say it."""
    found = NEGATED.get(op)
    if found is None:
        raise Stop("negation", near)
    return found


@dataclass(slots=True)
class Reading:
    """A sentence while it is read: parts so far, what holds for all of them, and whom "its" means."""

    parts: list[Part] = field(default_factory=list)
    when: list[tuple[Test, ...]] = field(default_factory=list)
    unless: list[tuple[Test, ...]] = field(default_factory=list)
    object: str = ""
    property: str = ""

    def add(self, tests: list[Test], severity: Severity, when: Groups = ()) -> None:
        """Requirements; the last one's object is whom the next may mean."""
        for test in tests:
            self.parts.append(Part(test=test, when=when, severity=severity))
            self.object = test.field.object or self.object
            self.property = test.field.property

    def condition(self, groups: list[tuple[Test, ...]]) -> None:
        """Conditions of everything in the sentence; their object is whom the requirement may mean."""
        self.when.extend(groups)
        for group in groups:
            for test in group:
                self.object = test.field.object or self.object

    def finish(self, near: str) -> list[Part]:
        """The parts with what holds for all. Raises Stop when there is none."""
        if not self.parts:
            raise Stop("no_requirement", near)
        whole, but = tuple(self.when), tuple(self.unless)
        return [
            part.model_copy(update={"when": (*whole, *part.when), "unless": (*but, *part.unless)})
            for part in self.parts
        ]


def compared(name: Name, op: Op, limits: tuple[Limit, ...], near: str) -> Test:
    """A test from a comparison and the one or two limits behind it. Raises Stop where they do not fit."""
    if len(limits) == 2:
        if op not in (Op.EQUAL, Op.BETWEEN):
            raise Stop("range", near)
        return Test(field=name, op=Op.BETWEEN, limits=limits)
    if op is Op.BETWEEN:
        raise Stop("range", near)
    return Test(field=name, op=op, limits=limits)


def plain(text: str) -> str:
    """Full-width digits, letters and signs as ASCII, character for character, so that places stay."""
    return "".join(_plain(c) for c in text)


def _plain(c: str) -> str:
    if c in "，。；、：！？（）":
        return c
    if c in "−﹣‐‑":
        return "-"
    if c in "\n\r\t\u3000\u00a0\u202f\u2009":
        return " "
    if "\uff01" <= c <= "\uff5e":
        return chr(ord(c) - 0xFEE0)
    return {"≧": "≥", "≦": "≤", "∼": "~", "〜": "~", "～": "~"}.get(c, c)


NUMBERED = re.compile(
    r"^\s*(?:第\s*[一二三四五六七八九十百\d.]+\s*条|(?:\d+\.)+\d+\.?(?=[\s\u4e00-\u9fff])"
    r"|[A-Z]\.\d+(?:\.\d+)*|\d+[)）.、](?!\d)|[(（]\d+[)）]|[a-z][)）])\s*"
)
"""A clause or item number before a sentence."""
