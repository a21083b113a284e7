"""Numbers of a request that are names and no amounts: the 2nd pump, sheet 9, I0.3, category 0, a bit that goes to 1."""

from __future__ import annotations

import re
from collections.abc import Iterable

_UNIT = r"(?:%|°|℃|ms|s|secs?|seconds?|min|minutes?|h|hrs?|hours?|k?g|t|m|mm|cm|l|k?pa|m?bar|k|v|ma|hz|rpm)(?![a-z])"
#: Words before a number that say which one of the kind it is.
_SHEET = (
    r"(?:lab|practical|homework|exercise|assignment|sheet|task|problem|question|example|figure|rung|network|chapter|"
    r"tender|section|clause|item|position|pos\.|paragraph|appendix|annex|lesson|project|step|test|topic|unit|module|requirement)"
)
_PLACE = (
    r"(?:pump|motor|line|conveyor|belt|tank|silo|press|machine|unit|valve|station|zone|hall|plant|building|axis|crusher|"
    r"chute|bench|cell|mill|dryer|kiln|boiler|crane|robot|bin|reactor|vessel|furnace|oven|hopper|elevator|gate|door|dock|"
    r"lane|bay|shop|area|room|aisle|chamber|place|bench)"
)
_NUMBERED = tuple(
    re.compile(one, re.I)
    for one in (
        r"\b\d+(?:st|nd|rd|th)\b",
        r"\b(?:no|nr|number)\.?\s?\d+(?=\s*(?:[,;:)]|$|[a-z]))(?!\s*(?:ms|s|sec|min|m|h)\b)",
        r"(?<![\w.])\d+\s?#|#\s?\d+",
        r"第\s?(?:\d+(?:\.\d+)*|[一二三四五六七八九十]+)\s?[台个号条路只级]?|(?:\d+|[一二三四五六七八九十])号",
        r"\b(?:[2-9]|two|three|four)[\s-]?(?:oo|out[\s-]of|of)[\s-]?(?:the |all |our )?(?:[2-9]|two|three|four)\b",
        rf"\b{_PLACE}\s\d{{1,3}}"
        r"(?=\s*(?:[,;:)]|\.\s|\.?$|(?:and|or|is|in|on|has|with|should|must|shall|to|the|our|we|it|that|which|where|when|"
        r"if|of|at|was|gets|needs|keeps|kept|first|goes|comes|takes|meets|nobody)\b))",
        rf"\b(?:{_PLACE}|filter|fan|compressor|cooler|heater|chiller|pit|sump|basin|mixer)\s\d{{1,2}}"
        r"(?=\s(?:inlet|outlet|suction|discharge|entry|exit|feed|drain|roof|cover|lid|drive)\b)",
        r"(?<![a-z\d.])%?(?:DB\s?\d+\.)?(?:[IQM][XBW]?|DB[XBWD])\d{1,5}\.\d(?!\d)",
        r"(?<![a-z])(?:mark|version|iec|din|iso|gb/?t?|en)[ -]?\d{3,}(?:-\d+)*",
        r"(?:^|(?<=\n))[ \t]*(?:\d{1,2}(?:、|[.)）](?!\d))|\d{1,2}(?:\.\d{1,2})+(?=[ \t]+[A-Z][a-z]{2}))",
        r"[(（](?:\d{1,2}|[一二三四五六七八九十]|[a-f])[)）]|[①-⑳]",
        r"(?<=[：:；;。，,\s])\d[)）、](?!\d)",
        rf"\b{_SHEET} ?#?\d{{1,2}}(?:\.\d{{1,2}})*"
        rf"(?=\s*[:)(]|[.,;](?!\d)|\s+[-–—]\s|\s*$|\s*\n)(?!\s*[-(]\s?{_UNIT})",
        rf"\b(?:section|clause|paragraph|item|position|pos\.|tender|chapter|annex) ?"
        rf"\d{{1,2}}(?:\.\d{{1,2}})+(?!\.?\d)(?!\s*{_UNIT})",
        r"(?:题|任务|实验|项目|(?<!比)例|练习|作业|课题|条款|章节|附录) ?"
        r"(?:\d{1,2}(?:[.-]\d{1,2})*|[一二三四五六七八九十]{1,3})(?=[：:、，。（( ])",
        r"(?<![\d.])\d{1,2}(?:\.\d{1,2})+[条节款](?![件约])",
        r"\b(?:stop )?(?:category|cat\.?|SIL|type|class|grade) ?[0-4](?![\d.]|[ -]?(?:seconds?|s|ms|min)\b)|"
        r"(?<!\d)[0-3]类(?=停)|类别 ?[0-4](?!\d)",
        r"(?<![\d.])\d{1,2}(?=[ -]?bits?\b|位(?:的)?(?:模块|模数|AD|A/D|转换|分辨|输入|卡|数))",
        r"\b\w+ times (?=(?:an|per|a|every|each) (?:hour|day|shift|week|night|minute)\b)|"
        r"(?<=\btimes )(?:in )?(?:an?|a quarter of an|half an) hour\b|"
        r"(?<=一天|每天|一班|每班)\w{0,4}?[\d一二两三四五六七八九十百]+次",
        r"(?<![\d.])[04]\s?(?:-|–|~|to|到|至)\s?20(?=[\s-]*(?:的)?(?:[a-z]+ )?"
        r"(?:transmitter|signal|loop|sensor|card|input|变送器|信号|电流|模拟量|仪表|输入))",
        r"\bhalf (?=(?:of )?(?:the|its|their|a) (?:time|way|day|night|shift|year|crew|plant|stroke)\b)|"
        r"\bhalf (?=way\b|open|closed|full|empty|shut)|\bhalf of (?=them|it\b|these|those)",
    )
)
#: A name with a figure in front is said once with what it is (cylinder 1A, 气缸2B).
_CYLINDER = re.compile(r"(?:cylinders?|actuators?|valves?|缸|阀|执行器)\s?(?P<name>\d[A-Z]\d?)(?![A-Za-z\d])", re.I)
#: How many wires or lanes a thing has says what kind it is.
_KIND = re.compile(
    r"(?<![\d.])\d{1,2}[ -](?=(?:way|wires?|phase|pole|pin|core|lane|hand|handed)\b)|"
    r"(?<![\d.])\d(?=线制|相(?!差|隔)|极)",
    re.I,
)
_ENDS = (
    r"(?=\s*(?:[,;:)，；：。）、？?!！]|\.(?!\d)|$|[就则后时的才并且或与而即表]|"
    r"(?:and|or|then|when|while|until|again|after|if)\b))"
)
#: A bit that has or takes a state, and a counter that goes on by one.
_STATE = re.compile(
    r"(?:(?:[为变成到置]|等于|=)\s?|\b(?:goes|gone|going|went|changes?|drops?|falls?|back|set|reset|switch(?:es)?|"
    r"is|are|be|becomes?|stays?|remains?|turns?|reads?|logic(?:al)?|level|state)\s(?:to\s|at\s|on\s)?)"
    rf"(?P<bit>[01]){_ENDS}|(?:从|由)(?P<from>[01])(?=\s?[变到跳])|"
    rf"(?:[加减]|\b(?:adds?|subtracts?|(?:in|de)crement(?:s|ed)? by|(?:counts?|up|down) by)\s)(?P<step>1){_ENDS}",
    re.I,
)
_BIT = re.compile(
    rf"(?<![\d.A-Za-z_#-])[01]{_ENDS}|(?<=[停在是为])[01](?=[\u3400-\u9fff])(?![秒分小毫个台只])|"
    r"(?<=\bat )[01](?= (?![a-z%°]{1,3}\b))",
    re.I,
)
#: The word zero alone: a button, a state, nothing.
_ZERO = re.compile(
    r"(?<!from )(?<!between )(?<!low )(?<!limit )(?<!minimum )(?<!below )(?<!above )(?<!least )\bzero\b"
    r"(?! (?:to|and|through|up to|-) ?[\w-]| ?[-–~]|\s?(?:degrees|percent|%|°|bar|to))",
    re.I,
)
_BESIDE = 12
_PART = re.compile(r"[,;.，；。、]")


def without_names(text: str) -> str:
    """The text with every number that is a name blanked."""
    for pattern in _NUMBERED:
        text = pattern.sub(_blank, text)
    for name in {one["name"] for one in _CYLINDER.finditer(text)}:
        text = re.sub(rf"(?<![\w.]){name}(?![A-Za-z\d])", _blank, text)
    return _ZERO.sub(_blank, text)


def without_bits(text: str) -> str:
    """The text without a bare 0 or 1: only for a program that has times alone."""
    return _BIT.sub(_blank, text)


def without_kinds(text: str) -> str:
    """The text without the numbers that say the kind of a thing: only for a program that has nothing to count."""
    return _KIND.sub(_blank, text)


def without_states(text: str, names: Iterable[tuple[int, int]]) -> str:
    """The text without the 0 and 1 of bits and of steps of a counter. Where the name of a parameter that could be 0 or
    1 stands beside (``names``: from, to), the figure stays."""
    near = list(names)
    for match in reversed(list(_STATE.finditer(text))):
        group = match.lastgroup or "bit"
        before = [text[end : match.start()] for _, end in near if end <= match.start() + 1]
        if group == "step" or not any(len(one) <= _BESIDE and not _PART.search(one) for one in before):
            text = text[: match.start(group)] + " " + text[match.end(group) :]
    return text


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])
