"""Whether a number lies in what a cell or clause states: a value, a range, or a limit on one side."""

from __future__ import annotations

import re
from typing import Protocol

from assay.skills.knowledge_qa.quantities import Amount, amounts

_JOINED = re.compile(r"\s*(?:至|到|~|～|-|–|—|−|to|and|和|…|\.\.\.?)\s*", re.I)
_UP_TO = re.compile(
    r"(?:≤|<|＜|at most|up to|below|under|less than|not above|max\.?|不超过|不大于|不高于|小于|低于|不足"
    r"|至多)\s*$",
    re.I,
)
_FROM = re.compile(
    r"(?:≥|>|＞|at least|above|over|more than|from|exceeding|不小于|不低于|不少于|大于|高于|超过"
    r"|至少|满)\s*$",
    re.I,
)
_UNTIL = re.compile(r"\s*(?:及以下|以下|以内|之内|or less|and below|or below|and less)", re.I)
_ONWARDS = re.compile(r"\s*(?:及以上|以上|or more|and above|or above|and more)", re.I)


class Sized(Protocol):
    """Something with a size in base units."""

    @property
    def dimension(self) -> str:
        """What is measured."""

    @property
    def magnitude(self) -> float | None:
        """How much; None where it is not known."""


def holds(text: str, wanted: Sized) -> bool | None:
    """Whether a stated value, range or limit takes in an amount; None where nothing of its dimension is stated."""
    read = [one for one in amounts(text) if one.dimension == wanted.dimension and one.magnitude is not None]
    if not read or wanted.magnitude is None:
        return None
    return any(low <= wanted.magnitude <= high for low, high in _stated(text, read))


def _stated(text: str, read: list[Amount]) -> list[tuple[float, float]]:
    found: list[tuple[float, float]] = []
    at = 0
    while at < len(read):
        one = read[at]
        size = one.magnitude or 0.0
        slack = 1e-9 * max(1.0, abs(size))
        two = read[at + 1] if at + 1 < len(read) else None
        if two is not None and _JOINED.fullmatch(text[one.end : two.start]):
            other = two.magnitude or 0.0
            found.append((min(size, other) - slack, max(size, other) + slack))
            at += 2
            continue
        before, after = text[: one.start], text[one.end :]
        if _UP_TO.search(before) or _UNTIL.match(after):
            found.append((float("-inf"), size + slack))
        elif _FROM.search(before) or _ONWARDS.match(after):
            found.append((size - slack, float("inf")))
        else:
            found.append((size - slack, size + slack))
        at += 1
    return found
