"""Shared by both grammars: what a reading is, why it stops, and how comparisons combine."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal

from assay.skills.rules.grammar.dimensions import fits
from assay.skills.rules.grammar.quantities import sizes
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


_LEFT_OVER = re.compile(
    r"\d.*\bor (?:more|less|above|below)\b|\b(?:at least|at most|more than|less than|not exceeding)\b|及以上|及以下"
)
"""Words of a comparison that were taken for part of a name: the sentence was not understood."""
_NO_THING = re.compile(
    r"[（）]|\b(?:neither|nor|either|both|unless|except|they|(?<!heavier )(?<!lighter )than|whichever|during|if"
    r"|whose|including|excluding"
    r"|such as|other than|as well as)\b|^(?:it|this|these|that|more|less|fewer|greater|above|below|higher|lower)$"
    r"|[\u4e00-\u9fff]时$|之一$|任何情况",
    re.IGNORECASE,
)
"""Words that no object is called by."""


@dataclass(slots=True)
class Reading:
    """A sentence while it is read: parts so far, what holds for all of them, and whom "its" means.

    ``known`` are fields by their property, ``compared`` the field of the last condition ("...; above 150 mm, ...").
    ``topical``: one measure was named first, and what follows are its cases. ``lately``: what was just provided.
    """

    parts: list[Part] = field(default_factory=list)
    when: list[tuple[Test, ...]] = field(default_factory=list)
    unless: list[tuple[Test, ...]] = field(default_factory=list)
    object: str = ""
    last: Name | None = None
    topic: str = ""
    known: dict[str, Name] = field(default_factory=dict)
    asked: dict[str, Name] = field(default_factory=dict)
    compared: Name | None = None
    topical: bool = False
    lately: str = ""

    def add(self, tests: list[Test], severity: Severity, when: Groups = ()) -> None:
        """Requirements; the last one's object is whom the next may mean."""
        for test in tests:
            if _LEFT_OVER.search(f"{test.field.object} {test.field.property}"):
                raise Stop("subject", str(test.field))
            if re.search(
                r"\b(?:it|them|they|this|these|for|of|with|by|at|in|to|from|and|or|than)$", test.field.property
            ):
                raise Stop("subject", str(test.field))
            if _NO_THING.search(test.field.object) or sizes(test.field.object):
                raise Stop("subject", test.field.object)
            self.parts.append(Part(test=test, when=when, severity=severity))
            self._lend(test.field.object)
            self.topic = self.topic or self.object
            self.last = test.field
            self.known.setdefault(test.field.property, test.field)

    def condition(self, groups: list[tuple[Test, ...]]) -> None:
        """Conditions of everything in the sentence; their object is whom the requirement may mean."""
        for group in groups:
            tests = tuple(self._again(test) for test in group)
            self.when.append(tests)
            for test in tests:
                self._lend(test.field.object)

    def apart(self, groups: list[tuple[Test, ...]]) -> None:
        """A later condition of the field of the first one is another case: the first holds for what was said before."""
        asked = {together(test.field) for group in self.when for test in group if test.limits}
        if any(together(test.field) in asked for group in groups for test in group if test.limits):
            when = tuple(self.when)
            self.parts = [one.model_copy(update={"when": (*when, *one.when)}) for one in self.parts]
            self.when = []

    def _again(self, test: Test) -> Test:
        """A condition of the property of an earlier condition is about the same field ("...; if the pressure ...")."""
        if test.op in (Op.PRESENT, Op.ABSENT):
            return test
        whole = together(test.field)
        # 泵的电机功率, then 电机功率: cut elsewhere, and the same field.
        if (before := self.asked.get(whole)) or (
            (before := self.asked.get(test.field.property)) and test.field.object == self.object
        ):
            test = test.model_copy(update={"field": before})
        self.asked.setdefault(test.field.property, test.field)
        self.asked.setdefault(whole, test.field)
        self.compared = test.field
        return test

    def _lend(self, object: str) -> None:
        """What a later sentence part may mean by "its": an object, never the space between two."""
        if object and not PAIR.search(object):
            self.object = object

    def next(self) -> Reading:
        """A reading of what stands behind a semicolon: it may mean the same things, under conditions of its own."""
        # What a condition is about goes on ("爬梯高度超过5m时……；高度超过9m时……"), else the last object does.
        asked = next((test.field.object for group in reversed(self.when) for test in group), None)
        return Reading(
            object=self.object if asked is None else asked,
            last=self.last,
            known=dict(self.known),
            asked=self.asked,
            compared=self.compared,
        )

    def finish(self, near: str) -> list[Part]:
        """The parts with what holds for all. Raises Stop when there is none."""
        if not self.parts:
            raise Stop("no_requirement", near)
        whole, but = self._meant(self.when), self._meant(self.unless)
        return [
            part.model_copy(update={"when": (*whole, *part.when), "unless": (*but, *part.unless)})
            for part in self.parts
        ]

    def _meant(self, groups: list[tuple[Test, ...]]) -> Groups:
        """Conditions with what they call "they" or "it" named. Raises Stop where nothing was named."""
        found = []
        for group in groups:
            tests = []
            for test in group:
                if (own := re.fullmatch(r"(?:they|it)\s(?P<what>.+)", test.field.property)) and not test.field.object:
                    if not self.object:
                        raise Stop("condition", test.field.property)
                    test = test.model_copy(update={"field": Name(object=self.object, property=own["what"])})
                elif re.fullmatch(r"they|it", test.field.object, re.IGNORECASE) or (
                    groups is self.unless
                    and not test.field.object
                    and self.object
                    and _ELLIPSIS.match(test.field.property)
                ):
                    name = Name(object=self.object, property=test.field.property)
                    test = test.model_copy(update={"field": name})
                    if not self.object:
                        raise Stop("condition", str(name))
                tests.append(test)
            found.append(tuple(tests))
        return tuple(found)


_ELLIPSIS = re.compile(r"[a-z]+(?:ed|en|wn)\s(?:by|with|in|from|against|to|outside|inside|for|only)\b")
"""Unless cooled by water: the object is not said again."""
PAIR = re.compile(r"^between\s|之间$|[与和及].*间$")
"""Objects that are the space between two others."""
SURROUNDING = re.compile(r"^(?:ambient|环境|室外|outdoor|wind|大气|atmospheric|relative humidity)", re.IGNORECASE)
"""Properties of the surroundings, which no object of the sentence has."""


def compared(name: Name, op: Op, limits: tuple[Limit, ...], near: str) -> Test:
    """A test from a comparison and the one or two limits behind it. Raises Stop where they do not fit."""
    for limit in limits:
        if limit.of is None and not limit.words and not fits(name.property, limit.unit):
            raise Stop("unit", near)
    if len(limits) == 2:
        if op not in (Op.EQUAL, Op.BETWEEN):
            raise Stop("range", near)
        low, high = limits
        turned = not low.of and low.unit == high.unit and (low.number or 0) > (high.number or 0)  # -0.85～-1.2 V
        return Test(field=name, op=Op.BETWEEN, limits=(high, low) if turned else limits)
    if op is Op.BETWEEN:
        raise Stop("range", near)
    return Test(field=name, op=op, limits=limits)


def together(name: Name) -> str:
    """Object and property as they stand in a sentence, in one."""
    between = "" if not name.object or re.search(r"[\u4e00-\u9fff]$", name.object) else " "
    return f"{name.object}{between}{name.property}"


def around_one(limits: tuple[Limit, ...]) -> tuple[Limit, ...]:
    """``±10 %`` of a field is from 0.9 to 1.1 times it, unless a deviation is what is limited."""
    if len(limits) != 2 or any(limit.of is None or limit.number is None for limit in limits):
        return limits
    low, high = (limit.number or Decimal(0) for limit in limits)
    if low != -high:
        return limits
    return tuple(one.model_copy(update={"number": 1 + (one.number or Decimal(0))}) for one in limits)


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
BLANKS = re.compile(r"(?<=[\u4e00-\u9fff，。；：、（）]) +| +(?=[\u4e00-\u9fff，。；：、（）])")
"""Blanks beside Chinese characters, which the layout of a page leaves there."""
