"""The nouns of a sentence that name a signal, with their place: "high level switch", "运行反馈"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from assay.skills.plc.making.sharing import labels, owned_english, shared_chinese, shared_english, shared_row
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
_COUNT = re.compile(
    r"(?:\b(?P<en>two|both|three|four|five|six|[2-8])\s+(?:the\s+)?|(?P<zh>[两二三四五六七八2-8])\s*[台个只路条盏套扇把组支座根块])$",
    re.I,
)
#: "按钮（3 个）": how many there are, behind the noun.
_COUNT_BEHIND = re.compile(
    r"\s*[(（]\s*(?:共\s*|各\s*)?(?P<n>[2-8两二三四五六七八])\s*(?:[台个只路条盏套]|pcs|off|x)\s*[)）]", re.I
)
#: Which way a drive is moved by an output of its own ("motor up, motor down").
_SIDES = re.compile(
    r"\s(?:low|high|top|bottom|upper|lower|left|right|open|closed|front|rear)(?=\s*(?:[,.;)]|$)|\s+(?:and|or)\b)", re.I
)
_MOVES = re.compile(
    r"\s(?:up|down|forwards?|backwards?|reverse|left|right|in|out)(?=\s*(?:[,.;)]|$)|\s+(?:and|or|is|must|may|shall)\b)",
    re.I,
)
_SIDED = dict.fromkeys(("Motor", "Cylinder", "Drive"), _MOVES) | dict.fromkeys(
    ("Switch", "LimitSwitch", "Sensor"), _SIDES
)
_NEVER = re.compile(r"(?!)")
#: What a place or a part is called after, and what is driven there no more ("泵站", "泵出口").
_PART_ZH = re.compile(r"站|房|体|组(?!件)|井|坑|绕组|出口|入口|进口|间")
_PLACES_EN = re.compile(
    r"[ -](?:station|house|room|hall|pit|outlet|inlet|suction|discharge|housing|casing|bearing|winding|park)\b", re.I
)
_ACROSS = re.compile(
    r"^(?P<of>[\u4e00-\u9fffA-Z0-9#号]{1,6}?)(?:向|方向|侧|的)?(?P<own>(?:红|黄|绿|蓝|白)色?(?:信号|指示)?灯)$"
)
_SIDE_ZH = re.compile(r"(?<![之以然最今])[前后上下左右]端?$")
_LETTER = re.compile(r"(?:CO2?|O2|H2S|NH3|(?<![A-Za-z0-9_])[A-Z])\s?$")
_VERBAL = frozenset(("switch", "light", "drive", "flow"))
_EACH = re.compile(r"\s+(?:on|at|in|of|for|per)\s+(?:each|every|both)\b|\s+per\s", re.I)
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
    return _across(sentence, kept)


def _across(sentence: str, found: list[Phrase]) -> list[Phrase]:
    """What the first lamp of a row belongs to, the others do too: "南北向红灯、黄灯、绿灯"."""
    made: list[Phrase] = []
    of = ""
    for one in found:
        row = made and re.fullmatch(r"\s*[、和及与]\s*", sentence[made[-1].end : one.start])
        match = _ACROSS.match(one.words)
        if match:
            of = match["of"]
            made.append(replace(one, words=of + match["own"]))
            continue
        plain = re.fullmatch(r"(?:红|黄|绿|蓝|白)色?(?:信号|指示)?灯", one.words)
        of = of if row and plain else ""
        made.append(replace(one, words=of + one.words) if of else one)
    return made


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
        if last[1].lower() in _VERBAL and _verb(sentence, run, last.end()):
            run = run[:-1]  # a verb
            if not run:
                continue
            last = run[-1]
        head = heads[last[1].lower()]
        start = _left_english(sentence, run[0].start(), head)
        words, count = sentence[start : last.end()], 1
        if len(run) > 1 and head.kind == "weak" and heads[run[-2][1].lower()].direction == "in":
            head = replace(head, direction="in", kind="state")  # "gas detector alarm"
        end = last.end()
        if _PLACES_EN.match(sentence, end) and head.kind == "actuator":
            continue
        if last[2]:
            words = words[: -len(last[2])]
            shared = [*shared_english(sentence, start, words, last.start() - start), *labels(sentence, start, words)]
            shared += owned_english(sentence, words, last.end())
            yield from (Phrase(*one, head) for one in shared)
            if not shared:
                count, end = _counted(sentence, start, end)
            elif start == last.start() or owned_english(sentence, words, last.end()):
                continue  # the bare noun is none of them
        elif turned := _SIDED.get(head.english, _NEVER).match(sentence, end):
            words, end = words + turned[0], turned.end()
        if count == 1 and head.kind != "measure" and _EACH.match(sentence, end):
            count = 0
        elif count == 1 and (number := _NUMBER_AFTER.match(sentence, end)):
            words, end = f"{words} {number['n']}", number.end()
        elif count == 1 and head.kind == "measure" and (of := _of(sentence, end)):
            words = f"{of} {words}"
        yield Phrase(words, start, end, head, count)


def _verb(sentence: str, run: list[re.Match[str]], end: int) -> bool:
    """Whether "switch", "light" or "drive" is one: "switch on the pump", but "a vibration switch on each fan"."""
    if not re.match(r"\s+(?:on|off|over|to|the)\b", sentence[end:], re.I):
        return False
    return re.search(r"\b(?:an?|the|each|no)\s+(?:[a-z-]+\s+)?$", sentence[: run[0].start()], re.I) is None


def _counted(sentence: str, start: int, end: int) -> tuple[int, int]:
    """How many there are by the number before or behind a noun (0: nothing says it), and where that ends."""
    if behind := _COUNT_BEHIND.match(sentence, end):
        return COUNTS[behind["n"]], behind.end()
    return _count(sentence[:start]), end


def _of(sentence: str, end: int) -> str:
    """The noun of "temperature of the boiler"."""
    match = re.match(r"\s+(?:of|in)\s+(?:the|a|an)\s+([a-z]+)(?:\s+([a-z]+))?", sentence[end:], re.I)
    if match is None or match[1].lower() in STOPS:
        return ""
    second = match[2] if match[2] and match[2].lower() not in STOPS else ""
    return f"{match[1]} {second}".strip()


def _left_english(sentence: str, start: int, head: Head) -> int:
    for place in range(_LONGEST_EN):
        before = _BEFORE_EN.search(sentence, 0, start)
        if before is None:
            break
        word = before[1].lower()
        if len(word) <= 2 and re.search(r"[\d°]\s*$", sentence[: before.start(1)]):
            break  # the unit of an amount
        acts = head.kind in ("command", "state") or head.english in ("Lamp", "Contactor", "Relay")
        action = place == 0 and word in ACTIONS_EN and acts
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
        if head.kind == "actuator" and _PART_ZH.match(sentence, end):
            continue
        if head.english == "EmergencyStop" and re.match(r"[机车止]", sentence[end:]):  # 紧急停机
            continue
        start = _left_chinese(sentence, run[0].start(), head)
        words = re.sub(r"[的\s]", "", sentence[start:end])
        yield from (Phrase(*one, head) for one in shared_chinese(sentence, start, words, run[0].start() - start))
        count, end = _counted(sentence, start, end)
        row = shared_row(sentence, start, words, count)
        if row:
            yield from (Phrase(*one, head) for one in row)
            continue
        if not count and head.english == "Button" and re.search(r"双手|两手|左右", words):
            count = 2
        if count <= 1 and (number := _NUMBER_AFTER.match(sentence, end)):
            words, end = words + number["n"], number.end()
        yield Phrase(words, start, end, head, count or 1)


def _left_chinese(sentence: str, start: int, head: Head) -> int:
    first = start
    named = head.kind in ("command", "state", "signal") or head.english == "Lamp"
    while first - start < _LONGEST_ZH and start > 0:
        before = sentence[:start]
        if number := re.search(r"(?<![任每同某统])[0-9一二三四五六]\s?(?:[号#]|[层楼](?!层|楼))$", before):
            return number.start()
        if first - start < _LONGEST_ZH and (letter := _LETTER.search(before)):
            return letter.start()
        kept = next((one for one in KEEPS_ZH if before.endswith(one)), None)
        if kept is None and start == first and head.english in ("LimitSwitch", "Switch", "Sensor"):
            side = _SIDE_ZH.search(before)
            kept = side[0] if side is not None else None
        if kept is None and named and (start == first or head.english != "Lamp"):
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
