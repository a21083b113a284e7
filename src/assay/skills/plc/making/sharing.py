"""Nouns that share a word: "start and stop buttons", "红、黄、绿灯", "Ready" and "Fault" lamps, "A门和B门各有按钮".

Each gives its words with the place where its own part of them stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Shared = tuple[str, int, int]

#: The words that two nouns share the last of: "start and stop buttons", "红、黄、绿灯".
_SHARED_EN = re.compile(
    r"((?:[\"“]?[A-Za-z][A-Za-z -]*[\"”]?\s*,\s*)*[\"“]?[A-Za-z][A-Za-z -]*[\"”]?)\s*(?:,?\s+(?:and|or)\s+|/)$", re.I
)
_SHARED_ZH = re.compile(r"((?:[\u4e00-\u9fff]{1,3}[、/])*[\u4e00-\u9fff]{1,3})[、和及与/或]$")
_ATTRIBUTES_EN = frozenset(
    "upper lower left right front rear top bottom high low inlet outlet hot cold red green yellow amber "
    "blue white supply "
    "exhaust up down forward reverse open close opened closed start stop reset run running fault auto "
    "manual first second "
    "third main standby infeed outfeed raise lower in out extended retracted empty full upstream downstream".split()
)
_ATTRIBUTES_ZH = frozenset(
    "启动 停止 起动 复位 急停 打开 关闭 开门 关门 正转 反转 前进 后退 上升 下降 点动 消音 确认 红 黄 绿 蓝 "
    "白 红色 黄色 绿色 上 下 左 右 "
    "前 后 高 低 运行 故障 报警 开机 停机 开始 暂停 手动 自动 进水 出水 进料 出料 冷水 热水 主 备 一楼 二楼 "
    "三楼 开 关".split()
)
_LABELS = re.compile(r"(?:[\"“][A-Za-z][^\"”]{1,30}[\"”]\s*(?:,|and|or|,\s*and)?\s*)+$")
_ROW_ZH = re.compile(
    r"(?P<names>(?:[\u4e00-\u9fff]{1,4}[、，,])+[\u4e00-\u9fff]{1,4}?(?:[和及与][\u4e00-\u9fff]{1,4}?)?)(?:这|等|共)?"
    r"[两二三四五六七八2-8]\s*[台个只路条盏套扇把组支座根块]$"
)
_OWNERS_EN = re.compile(
    r"\s+(?:of|for|on)\s+(?:the\s+)?(?P<first>(?:[a-z]+\s+)?[A-Z0-9]\w{0,5})\s+and\s+(?:the\s+)?"
    r"(?P<second>(?:[a-z]+\s+)?[A-Z0-9]\w{0,5})\b"
)
_EACH_ZH = re.compile(
    r"(?P<before>^|.*[：:，,。；;])(?P<owners>[^：:，,。；;]{2,24}?)(?:上|都|均)?各(?:自)?(?:有|设有?|配有?|装有?|带)(?P<items>[^。；;]+)"
)


def shared_english(sentence: str, start: int, words: str, own: int) -> Iterator[Shared]:
    """The nouns before the last of "upper and lower limit switches". ``words`` begins at ``start``; the noun that is
    shared begins ``own`` characters behind."""
    match = _SHARED_EN.search(sentence, 0, start) if own > 0 else None
    for part in re.finditer(r"[A-Za-z][A-Za-z-]*", match[1] if match else ""):
        last = match is not None and re.match(r"\s*(?:,|$)", match[1][part.end() :]) is not None
        if match is not None and last and part[0].lower() in _ATTRIBUTES_EN:
            yield f"{part[0]} {words[own:]}", match.start(1) + part.start(), match.start(1) + part.end()


def labels(sentence: str, start: int, words: str) -> Iterator[Shared]:
    """Lamps or buttons that are called by their labels before ``start``."""
    match = _LABELS.search(sentence[:start])
    for label in re.finditer(r"[\"“]([^\"”]+)[\"”]", match[0] if match else ""):
        if match is not None:
            yield f"{label[1]} {words}", match.start() + label.start(), match.start() + label.end()


def shared_chinese(sentence: str, start: int, words: str, own: int) -> Iterator[Shared]:
    """The nouns before the last of "启动、停止按钮", in the same way."""
    match = _SHARED_ZH.search(sentence, 0, start) if words[:own] in _ATTRIBUTES_ZH else None
    for part in re.finditer(r"[^、/]+", match[1]) if match else ():
        word = next((part[0][-n:] for n in (3, 2, 1) if part[0][-n:] in _ATTRIBUTES_ZH), "")
        if match is not None and word:
            yield word + words[own:], match.start(1) + part.start(), match.start(1) + part.end()


def shared_row(sentence: str, start: int, words: str, count: int) -> list[Shared]:
    """ "东、西、南、北四个按钮": as many names before the number as it says."""
    match = _ROW_ZH.search(sentence[:start]) if count > 1 else None
    names = list(re.finditer(r"[^、，,和及与]+", match["names"])) if match else []
    if match is None or len(names) != count:
        return []
    return [(one[0] + words, match.start("names") + one.start(), match.start("names") + one.end()) for one in names]


def owned_english(sentence: str, words: str, end: int) -> list[Shared]:
    """ "The inlet valves of tower A and tower B"."""
    match = _OWNERS_EN.match(sentence, end)
    if match is None:
        return []
    return [(f"{match[each]} {words}", match.start(each), match.end(each)) for each in ("first", "second")]


def each_of(sentence: str) -> str:
    """A sentence that gives several things the same, with each thing's own: "A门按钮；B门按钮"."""
    match = _EACH_ZH.match(sentence)
    if match is None:
        return sentence
    owners = [one.replace(" ", "") for one in re.split(r"[、和及与]", match["owners"]) if one.strip()]
    items = [
        re.sub(r"^\s*[一1]\s*[个只台把盏套块组扇条]", "", one).strip()
        for one in re.split(r"[、，,和及与]", match["items"])
    ]
    if not 2 <= len(owners) <= 4 or any(len(one) > 6 for one in owners):
        return sentence
    return "；".join(f"{owner}{item}" for owner in owners for item in items if item)
