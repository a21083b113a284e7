"""Freer ways in which Chinese requirements say a limit: one measure above another, a bound before a noun, whose a later
measure is."""

from __future__ import annotations

import re
from decimal import Decimal

from assay.skills.rules.grammar.build import Stop
from assay.skills.rules.grammar.dimensions import dimension
from assay.skills.rules.grammar.limits_zh import name_zh
from assay.skills.rules.grammar.quantities import quantity_at
from assay.skills.rules.grammar.words_zh import measured
from assay.skills.rules.rule import Limit, Name, Op

_THAN = re.compile(
    r"比(?P<of>[^\d，]+?)(?P<side>高|低|大|小|长|短|宽|窄|多|少)出?(?:不少于|不小于|不低于|至少)?(?P<value>\d[^，]*?)(?:以上|及以上)?"
)
_OVER = re.compile(
    r"(?P<side>高于|高出|大于|超过|低于|小于)(?P<of>[^\d，]*[^\d，不])(?:不少于|不小于|至少)?(?P<value>\d[^，的倍]*?)(?:以上|及以上)?"
)
_BOUND_NOUN = re.compile(
    r"(?P<size>(?:DN\s?)?\d[\d.～~-]*\s?[^\d\s及以和的，\u4e00-\u9fff]{0,6})(?P<side>(?:及其?"
    r"|和)?以[上下])的?(?P<thing>[\u4e00-\u9fff].*)"
)
_SIZES = {
    "voltage": "电压",
    "power": "功率",
    "volume": "容积",
    "pressure": "压力",
    "temperature": "温度",
    "mass": "质量",
}


def above_another(rest: str, minus: bool) -> tuple[Op, tuple[Limit, ...]] | None:
    """``比环境最低温度低10℃以上``, ``高于露点温度10℃``: a lead over another measure is the least; None for none."""
    match = _THAN.fullmatch(rest) or _OVER.fullmatch(rest)
    if match is None or minus:
        return None
    of = re.sub(r"(?:的|还|应)$", "", match["of"])
    read = quantity_at(match["value"])
    if read is None or match["value"][read.end :].strip() or len(read.limits) != 1 or not measured(of):
        return None
    number, unit = read.limits[0].number, read.limits[0].unit
    assert number is not None
    if unit in ("", "‰"):
        return None
    low = match["side"][0] in "低小短窄少"
    if unit == "%":
        factor = 1 - number / 100 if low else 1 + number / 100
        limit = Limit(number=factor, of=name_zh(of))
    else:
        limit = Limit(number=Decimal(1), of=name_zh(of), plus=-number if low else number, plus_unit=unit)
    return (Op.AT_MOST if low else Op.AT_LEAST), (limit,)


def bound_noun(subject: str) -> str:
    """``10kV及以下电缆的弯曲半径`` as a condition in front of its noun: ``电压10kV及以下的电缆的弯曲半径``."""
    match = _BOUND_NOUN.fullmatch(subject)
    if match is None:
        return subject
    read = quantity_at(match["size"])
    if match["size"].startswith("DN"):
        named = "公称直径"
    elif read is None or match["size"][read.end :].strip() or len(read.limits) != 1:
        return subject
    else:
        named = _SIZES.get(dimension(read.limits[0].unit), "")
    if not named:
        raise Stop("subject", subject)
    return f"{named}{match['size'].strip()}{match['side']}的{match['thing']}"


def of_the_same(piece: str, last: Name | None) -> Name | None:
    """A later measure that ends as the one before does belongs to the same object: 一级报警设定值……，二级报警设定值."""
    if last is None or not last.object or "的" in piece:
        return None
    size = next((n for n in range(min(len(piece), len(last.property)), 1, -1) if piece[-n:] == last.property[-n:]), 0)
    if size and all(_WHICH.fullmatch(one[:-size]) for one in (piece, last.property)):
        return Name(object=last.object, property=piece)
    return None


_WHICH = re.compile(
    r"(?:[一二三四五六]级?|第[一二三四]|高高?|低低?|最高|最低|最大|最小|上|下|左|右|前|后|初|终|[内外]部?|正向?|反向?|横向?|纵向?|轴向|径向"
    r"|水平|垂直|进口?|出口?|长期|短期|昼间|夜间|冬季|夏季|[A-Z])"
)
"""Which of several measures of one thing: the high and the low limit."""
