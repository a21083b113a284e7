"""The nouns of a sentence that name a signal, with their place: "high level switch", "运行反馈"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from assay.skills.plc.making.signal_words import (
    ACTIONS_EN,
    ACTIONS_ZH,
    COUNTS,
    HEADS,
    KEEPS_ZH,
    STOPS,
    STOPS_ZH,
    UNITS_REAL,
    Head,
)

_BEFORE_EN = re.compile(r"([A-Za-z][A-Za-z-]*|\d+)(\s+)$")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_NUMBER_AFTER = re.compile(rf"\s?(?P<n>[1-9])(?![\d.,]*\s*(?:{UNITS_REAL}|s|ms|min|h|秒|分)\b|[\d.]|号)")
_COUNT = re.compile(r"(?:\b(?P<en>two|three|four|[2-4])\s+|(?P<zh>[两二三四2-4])\s*[台个只路条盏套])$", re.I)
_VERBS = frozenset("interlock command request enable signal trip alarm drive light switch gate brake warning".split())
_LONGEST_ZH, _LONGEST_EN = 6, 3


@dataclass(frozen=True, slots=True)
class Phrase:
    """``start`` and ``end`` are its place in the sentence; ``count``: how many of them a number before it says (1: one,
    0: a plural without a number, which names nothing by itself)."""

    words: str
    start: int
    end: int
    head: Head
    count: int = 1

    @property
    def key(self) -> str:
        """For comparing: without case, without the plural."""
        return " ".join(self.words.lower().split())


def phrases(sentence: str) -> list[Phrase]:
    """Every phrase in its place; none lies within another."""
    found = sorted([*_english(sentence), *_chinese(sentence)], key=lambda one: (one.start, one.start - one.end))
    kept: list[Phrase] = []
    for one in found:
        if kept and one.start < kept[-1].end:
            if one.end > kept[-1].end:  # "气缸伸出限位": the last noun decides
                kept[-1] = one
            continue
        kept.append(one)
    return kept


@cache
def _pattern(lang: str) -> tuple[re.Pattern[str], dict[str, Head]]:
    spelled = {one: head for head in HEADS for one in getattr(head, lang).split("|")}
    words = sorted(spelled, key=len, reverse=True)
    either = "|".join(map(re.escape, words))
    if lang == "en":
        return re.compile(rf"(?<![\w-])({either})(s|es)?(?![\w-])", re.I), spelled
    return re.compile(f"(?:{either})"), spelled


def _english(sentence: str) -> Iterator[Phrase]:
    pattern, heads = _pattern("en")
    runs: list[list[re.Match[str]]] = []
    for one in pattern.finditer(sentence):
        if runs and sentence[runs[-1][-1].end() : one.start()] in (" ", "-", "-running ", " running "):
            runs[-1].append(one)
        else:
            runs.append([one])
    for run in runs:
        while len(run) > 1 and run[-1][2] and run[-1][1].lower() in _VERBS:  # "a door switch interlocks the mixer"
            run.pop()
        last = run[-1]
        if last[1].lower() in ("switch", "light", "drive", "flow") and re.match(
            r"\s+(?:on|off|over|to|the)\b", sentence[last.end() :], re.I
        ):
            run = run[:-1]  # a verb
            if not run:
                continue
            last = run[-1]
        head = heads[last[1].lower()]
        start = _left_english(sentence, run[0].start(), head)
        words, count = sentence[start : last.end()], 1
        if last[2]:
            words, count = words[: -len(last[2])], _count(sentence[:start])
        end = last.end()
        if count == 1 and (number := _NUMBER_AFTER.match(sentence, end)):
            words, end = f"{words} {number['n']}", number.end()
        elif count == 1 and head.kind == "measure" and (of := _of(sentence, end)):
            words = f"{of} {words}"
        yield Phrase(words, start, end, head, count)


def _of(sentence: str, end: int) -> str:
    """The noun of "temperature of the boiler"."""
    match = re.match(r"\s+(?:of|in)\s+(?:the|a|an)\s+([a-z]+)(?:\s+([a-z]+))?", sentence[end:], re.I)
    if match is None or match[1].lower() in STOPS:
        return ""
    second = match[2] if match[2] and match[2].lower() in ("tank", "room", "boiler", "furnace", "vessel") else ""
    return f"{match[1]} {second}".strip()


def _left_english(sentence: str, start: int, head: Head) -> int:
    for place in range(_LONGEST_EN):
        before = _BEFORE_EN.search(sentence, 0, start)
        if before is None:
            break
        word = before[1].lower()
        action = place == 0 and word in ACTIONS_EN and (head.kind in ("command", "state") or head.english == "Lamp")
        if (word in STOPS or word in COUNTS or word.isdigit()) and not action:
            break
        start = before.start(1)
    return start


def _chinese(sentence: str) -> Iterator[Phrase]:
    pattern, heads = _pattern("zh")
    runs: list[list[re.Match[str]]] = []
    for one in pattern.finditer(sentence):
        if runs and runs[-1][-1].end() == one.start():
            runs[-1].append(one)
        else:
            runs.append([one])
    for run in runs:
        head, end = heads[run[-1][0]], run[-1].end()
        if head.kind in ("measure", "weak") and sentence[end : end + 1] in ("器", "计"):
            continue
        start = _left_chinese(sentence, run[0].start(), head)
        words = sentence[start:end].replace("的", "")
        count = _count(sentence[:start])
        if count <= 1 and (number := _NUMBER_AFTER.match(sentence, end)):
            words, end = words + number["n"], number.end()
        yield Phrase(words, start, end, head, count or 1)


def _left_chinese(sentence: str, start: int, head: Head) -> int:
    first = start
    named = head.kind in ("command", "state", "signal") or head.english == "Lamp"
    while first - start < _LONGEST_ZH and start > 0:
        before = sentence[:start]
        if number := re.search(r"[0-9一二三四]\s?[号#]$", before):
            return number.start()
        kept = next((one for one in KEEPS_ZH if before.endswith(one)), None)
        if kept is None and named:
            kept = next((one for one in sorted(ACTIONS_ZH, key=len, reverse=True) if before.endswith(one)), None)
            named = kept is None
        if kept is not None:
            start -= len(kept)
        elif (
            before.endswith("的") and head.kind in ("measure", "state") and _HAN.match(sentence[start - 2 : start - 1])
        ):
            start -= 1
        elif before.endswith(STOPS_ZH) or not _HAN.match(before[-1]):
            break
        else:
            start -= 1
    return start + (sentence[start : start + 1] == "的")


def _count(before: str) -> int:
    match = _COUNT.search(before)
    return COUNTS[(match["en"] or match["zh"]).lower()] if match else 0
