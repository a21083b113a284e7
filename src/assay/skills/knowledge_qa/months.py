"""Months, weekdays and times of day in a text: ``七月``, ``7、8 月``, "from November to March", ``每周一``, 15:30."""

from __future__ import annotations

import re
from itertools import pairwise

_HAN = {"十一": 11, "十二": 12, "十": 10, **{one: at for at, one in enumerate("一二三四五六七八九", 1)}}
_ONE = r"(?:1[0-2](?!\d)|[1-9](?!\d)|十[一二]?|[一二三四五六七八九])"
_PART = r"(?:\s?(?:初|底|末|上旬|中旬|下旬|份|\d{1,2}\s?[日号]))?"
_TO = r"(?:\s?(?:至|到|[-–—~～])\s?(?:次年的?|翌年的?|来年的?|明年的?)?\s?)"
_AND = r"(?:\s?(?:、|,|，|和|及|或|/)\s?|)"
_RUN = re.compile(
    rf"(?<![\d./第每个一二三四五六七八九十-])(?<!每 ){_ONE}(?:\s?月{_PART})?"
    rf"(?:(?:{_TO}|{_AND}){_ONE}(?:\s?月{_PART})?)*"
)
_MONTH = re.compile(rf"({_ONE})(?:\s?月{_PART})?")
_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAME = re.compile(
    r"(?<![A-Za-z])(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?"
    r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)(?![A-Za-z])"
)
_BEFORE_MAY = re.compile(
    r"(?<![a-z])(?:in|of|to|by|and|or|from|till|until|through|during|since|before|after|except|between|\d)\s$", re.I
)
"""The verb begins a question; the month stands behind one of these, or another month stands in the text."""
_THROUGH = re.compile(r"\.?(?: \d{1,2})?\s?(?:to|till|until|through|[-–—])\s?(?:the end of |end of |\d{1,2} )?", re.I)
_BETWEEN = re.compile(r"between (?:\d{1,2} )?$", re.I)


_WEEK = "一二三四五六日天"
_WEEKDAYS_HAN = re.compile(
    r"(?<![两二三四])(?:周|星期|礼拜)([一二三四五六日天](?:[、和与及](?:周|星期|礼拜)?[一二三四五六日天])*)(?![次回遍个天班号线检])"
)
_DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAY_NAME = re.compile(r"(?<![A-Za-z])(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?(?![a-z])")

_CLOCK = re.compile(
    r"(?<![\d:：.])(?P<hour>[01]?\d|2[0-4])(?::|：)(?P<minute>[0-5]\d)(?![\d:：])(?:\s?(?P<half>[ap])\.?m(?![a-z]))?"
    r"|(?<![\d:：.])(?P<plain>1[0-2]|0?[1-9])\s?(?P<side>[ap])\.?m(?![a-z])"
    r"|(?P<day>凌晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜里|每[天日晚早])\s?(?P<han>[12]?\d)\s?[点时](?P<mid>半)?(?!间)",
    re.I,
)
_LATER = ("下午", "傍晚", "晚上", "夜里", "每晚")


def months_of(text: str) -> frozenset[int]:
    """The months; of a range all of them, also over the turn of the year. A duration ("3 个月") is none."""
    return frozenset(_han(text) | _named(text))


def _han(text: str) -> set[int]:
    """What stands before 月; a run of numbers ends with one, and is no duration (``三月内``)."""
    found: set[int] = set()
    for run in _RUN.finditer(text):
        words = run.group()
        if not re.search(rf"月{_PART}$", words) or text[run.end() :].lstrip()[:1] in ("内", "后", "前", "一"):
            continue
        ones = list(_MONTH.finditer(words))
        found |= {_number(one[1]) for one in ones}
        for one, other in pairwise(ones):
            if re.fullmatch(_TO, words[one.end() : other.start()]):
                found |= _between(_number(one[1]), _number(other[1]))
    return found


def _number(words: str) -> int:
    return _HAN.get(words) or int(words)


def _named(text: str) -> set[int]:
    spelled = [match for match in _NAME.finditer(text) if match.group() != "May" or _is_month(text, match)]
    found = {_of_name(match) for match in spelled}
    for one, other in pairwise(spelled):
        joint = text[one.end() : other.start()]
        between = _BETWEEN.search(text[: one.start()]) and re.fullmatch(r" and (?:\d{1,2} )?", joint)
        if between or _THROUGH.fullmatch(joint):
            found |= _between(_of_name(one), _of_name(other))
    return found


def _is_month(text: str, may: re.Match[str]) -> bool:
    others = [match for match in _NAME.finditer(text) if match.group() != "May"]
    return bool(others or _BEFORE_MAY.search(text[: may.start()]))


def _of_name(match: re.Match[str]) -> int:
    return _NAMES.index(match.group()[:3].lower()) + 1


def _between(first: int, last: int) -> set[int]:
    """From one month to another, over the turn of the year where the first is the later one."""
    return {(first + at - 1) % 12 + 1 for at in range((last - first) % 12 + 1)}


def weekdays_of(text: str) -> frozenset[int]:
    """The weekdays, Monday 0 ("Mondays and Thursdays", ``每周二、四``); of a range the first and the last."""
    han = (one for run in _WEEKDAYS_HAN.findall(text) for one in run if one in _WEEK)
    named = (one.lower()[:3] for one in _WEEKDAY_NAME.findall(text))
    return frozenset({*(min(6, _WEEK.index(one)) for one in han), *(_DAY_NAMES.index(one) for one in named)})


def clocks_of(text: str) -> frozenset[int]:
    """The times of day, in minutes from midnight ("15:30", "3 pm", ``下午 3 点半``)."""
    return frozenset(_minutes(match) for match in _CLOCK.finditer(text))


def _minutes(match: re.Match[str]) -> int:
    hour = int(match["hour"] or match["plain"] or match["han"])
    side = (match["half"] or match["side"] or "").lower()
    if side:
        hour = hour % 12 + 12 * (side == "p")
    elif match["day"] in _LATER and hour < 12:
        hour += 12
    return 60 * (hour % 24) + (int(match["minute"]) if match["minute"] else 30 * bool(match["mid"]))
