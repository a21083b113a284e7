"""Months that a text names, as numbers: ``七月``, ``7、8 月``, ``11 月至次年 3 月``, "from November to March"."""

from __future__ import annotations

import re

_HAN = {"十一": "11", "十二": "12", "十": "10", **{one: str(at) for at, one in enumerate("一二三四五六七八九", 1)}}
_HAN_MONTH = re.compile(
    r"(?<![一二三四五六七八九十第])(十[一二]?|[一二三四五六七八九])(?=\s?月(?!\s?[一二三四五六七八九十\d]))"
)
_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_BEFORE_MAY = "|".join(rf"(?<={word} )" for word in ("in", "of", "to", "by", "and", "from", "till", "until", r"\d"))
"""The verb begins a question; the month stands behind one of these."""
_NAME = re.compile(
    r"(?<![A-Za-z])(?P<name>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|June?|July?|Aug(?:ust)?|Sept?(?:ember)?"
    rf"|(?:{_BEFORE_MAY})May|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)(?![A-Za-z])"
)
_ONE = r"(?:1[0-2]|[1-9])(?!\d)"
_JOIN = r"\s?(?:月份?)?\s?(?:、|和|及|或|/|,|至(?:次年|翌年)?|到|[-–—~～])\s?"
_LIST = re.compile(rf"(?<![\d./-])(?P<all>{_ONE}(?:{_JOIN}{_ONE})*)\s?月(?!\s?\d)")
_NUMBER = re.compile(_ONE)
_RANGE = re.compile(rf"({_ONE})\s?(?:月份?)?\s?(?:至(?:次年|翌年)?|到|[-–—~～]|to|through|until)\s?({_ONE})")


def months_of(text: str) -> frozenset[int]:
    """The months; of a range all of them, also over the turn of the year. A duration ("3 个月") is none."""
    plain = _HAN_MONTH.sub(lambda match: _HAN[match[1]], text)
    found: set[int] = set()
    for listed in _LIST.finditer(plain):
        found |= _of_list(listed["all"])
    named = _NAME.sub(lambda match: str(_NAMES.index(match["name"][:3].lower()) + 1), text)
    spelled = [_NAMES.index(match["name"][:3].lower()) + 1 for match in _NAME.finditer(text)]
    if len(spelled) == 2 and (match := _RANGE.search(named)) and [int(match[1]), int(match[2])] == spelled:
        return frozenset(found | _between(*spelled))
    return frozenset(found | set(spelled))


def _of_list(words: str) -> set[int]:
    found = {int(one) for one in _NUMBER.findall(words)}
    for match in _RANGE.finditer(words):
        found |= _between(int(match[1]), int(match[2]))
    return found


def _between(first: int, last: int) -> set[int]:
    """From one month to another, over the turn of the year where the first is the later one."""
    return {(first + at - 1) % 12 + 1 for at in range((last - first) % 12 + 1)}
