"""What kinds of answer a text can hold, and which kinds a question asks for: a time, a limit, a person, a prohibition.

A question for a quantity is answered where such a quantity stands, one for leave where something is forbidden or
bound. It is a hint among others in the ranking, counted from a passage's own words alone.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from assay.knowledge.search.tokens import normalised

_COUNT = r"(?:\d+(?:\.\d+)?|一|两|三|四|五|六|十|半)"
_SPELL = (
    r"(?:个)?(?:s|sec|seconds?|秒|min|minutes?|分钟?|h|hours?|小时|天|days?|日|周|weeks?|月|months?|年|years?)(?![a-z])"
)
#: Kind -> (what a text holds, what a question asks with). The order is that of the bits.
_KINDS: Final = {
    "time": (
        rf"{_COUNT}\s?{_SPELL}",
        r"多久|多长时间|几个小时|几分钟|几天|几个钟头|多少(?:小时|分钟|天|年)|几年|撑|顶多|"
        r"how long|how soon|before|within|how many (?:hours|minutes|days|weeks|months|years|seconds)",
    ),
    "frequency": (
        r"每|一次|every |once (?:per|a|every)|per (?:shift|day|week|month|year|hour)|"
        r"daily|weekly|monthly|yearly|annually|quarterly",
        r"多久.{0,6}(?:一次|一回|换|查|校|洗)|几次|几回|隔|每|周期|how often|how many times|how frequently|interval",
    ),
    "temperature": (
        r"\d\s?(?:°c|℃|k\b)|温度|temperature",
        r"多少度|几度|多热|多烫|多冷|温度|how hot|how cold|how warm|temperature|degrees",
    ),
    "length": (
        r"\d\s?(?:mm|cm|m|km|μm)(?![a-z/32])",
        r"多高|多深|多宽|多厚|多远|多粗|多长(?!时间)|间隙|how (?:far|deep|wide|thick|high|tall|close)|"
        r"gap|clearance|distance",
    ),
    "number": (
        r"\d",
        r"多少|几|多大|多重|how (?:much|many|fast|heavy|big)|what .{0,20}(?:value|limit|setting|rating)",
    ),
    "leave": (
        r"不得|严禁|禁止|不准|不可|不允许|不能|不应|must not|shall not|may not|not permitted|not allowed|"
        r"forbidden|prohibited|do not|never|nobody|no person|only",
        r"能不能|可不可以|可以.{0,12}吗|能.{0,12}(?:吗|不$|么)|行吗|行不行|让不让|准不准|还能|可以不|"
        r"ok(?:ay)? to|allowed|\bcan (?:i|we|you)\b|\bmay (?:i|we)\b|is it ok|should i|do i (?:have|need)",
    ),
    "person": (
        r"班长|值班|主管|经理|负责人|操作工|电工|人员|supervisor|manager|operator|engineer|attendant|electrician|"
        r"person|leader",
        r"谁|找哪|哪个人|\bwho\b|whose|whom",
    ),
}
NAMES: Final = tuple(_KINDS)
_HELD = [re.compile(held) for held, _ in _KINDS.values()]
_ASKED = [re.compile(asked) for _, asked in _KINDS.values()]


def evidence_of(text: str) -> int:
    """The kinds of answer that a text can hold: bit n for the kind ``NAMES[n]``."""
    return _bits(_HELD, normalised(text))


@lru_cache(1024)
def wanted(query: str) -> int:
    """The kinds of answer that a question asks for, in the same bits."""
    return _bits(_ASKED, normalised(query))


def _bits(patterns: list[re.Pattern[str]], plain: str) -> int:
    return sum(1 << number for number, pattern in enumerate(patterns) if pattern.search(plain))
