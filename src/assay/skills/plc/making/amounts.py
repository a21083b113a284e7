"""Times and set points that a requirement fixes by a number: they become constants of the interface."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assay.skills.plc.making.naming import from_noun, in_pinyin
from assay.skills.plc.making.requirement import Numbered

_UNITS = {
    "ms": "ms", "millisecond": "ms", "毫秒": "ms", "s": "s", "sec": "s", "second": "s", "秒": "s", "秒钟": "s",
    "min": "m",    "minute": "m", "分": "m", "分钟": "m", "h": "h", "hour": "h", "小时": "h",
}  # fmt: skip
_TIME = re.compile(
    r"(?<![\w.])(?P<number>\d+(?:\.\d+)?)\s*-?(?P<unit>ms|milliseconds?|secs?|seconds?|s|min|minutes?|hours?|h|"
    r"毫秒|秒钟?|分钟|小时)(?![A-Za-z])"
)
_SETPOINT = re.compile(
    r"(?P<en>(?:\b[A-Za-z]+\s+)?\b(?:set\s?-?point|threshold|(?:high |low |upper |lower )?limit))"
    r"\s*(?:of|is|at|:|=)?\s*(?P<a>-?\d+(?:\.\d+)?)|(?P<zh>[\u4e00-\u9fff]{0,4}?(?:设定值|给定值|阈值|上限|下限))\s*(?:为|是|:|：|=)?\s*"
    r"(?P<b>-?\d+(?:\.\d+)?)",
    re.I,
)
_NAMED = re.compile(
    r"(?:\b(?P<word>[A-Za-z]+)\s+)?\b(?:time|delay|period|timeout)\s*(?:of|is|=|:)?\s*(?:about\s*)?$", re.I
)
_BEFORE = (
    (r"延时|延迟|滞后", "Delay"), (r"\bafter\b[^,]{0,12}$", "Delay"), (r"\bdelay", "Delay"), (r"超时", "Timeout"),
    (r"\bwithin\b[^,]{0,6}$", "Within"), (r"\bfor\b[^,]{0,18}$", "Hold"), (r"持续|保持|维持|超过|连续", "Hold"),
    (r"每隔?|间隔|\bevery\b[^,]{0,6}$", "Period"), (r"等待", "Wait"),
)  # fmt: skip
_AFTER = ((r"^\s*(?:delay|later)", "Delay"), (r"^\s*(?:之后|以后|后)", "Delay"), (r"^\s*(?:之内|以内|内)", "Within"))
_PLAIN = frozenset("a an the of this that first then with has have is one".split())


@dataclass(frozen=True, slots=True)
class Amount:
    """``value`` is a literal of ``type``; ``words`` is what stands in the sentence."""

    name: str
    type: str
    value: str
    words: str
    sentence: Numbered


def read_amounts(sentences: tuple[Numbered, ...]) -> Iterator[Amount]:
    """In the order of the text; the same amount may come several times."""
    for sentence in sentences:
        text = sentence.text
        for match in _TIME.finditer(text):
            unit = match["unit"] if match["unit"] in _UNITS else match["unit"].rstrip("s")
            name = f"{_role(text, match)}Time".replace("PeriodTime", "Period").replace("TimeoutTime", "Timeout")
            yield Amount(name, "TIME", f"T#{match['number']}{_UNITS[unit]}", match[0], sentence)
        for match in _SETPOINT.finditer(text):
            words = (match["en"] or match["zh"]).strip()
            words = re.sub(r"^(?:the|a|an|its|is|at|above|below|than|to)\s+", "", words, flags=re.I)
            words = re.split(r"[于过到为是在的]", words)[-1]
            number = match["a"] or match["b"]
            name = from_noun(words) or in_pinyin(words) or "Setpoint"
            yield Amount(name, "REAL", number if "." in number else f"{number}.0", match[0], sentence)


def _role(text: str, match: re.Match[str]) -> str:
    before, after = text[: match.start()], text[match.end() :]
    if named := _NAMED.search(before):
        word = (named["word"] or "").lower()
        return word.title() if word and word not in _PLAIN else "Delay" if "delay" in named[0].lower() else ""
    for pattern, name in _AFTER:
        if re.search(pattern, after, re.I):
            return name
    near = re.split(r"[，,。；;后]|\bthen\b", before)[-1]
    for pattern, name in _BEFORE:
        if re.search(pattern, near, re.I):
            return name
    return "Run"
