"""Words that name a quantity, and the units that its numbers may have."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quantity:
    """A kind of quantity: the words that name it, and units that are known to be damaged forms of its own."""

    words: re.Pattern[str]
    damaged: re.Pattern[str] | None = None


def _quantity(words: str, damaged: str = "") -> Quantity:
    return Quantity(re.compile(words, re.IGNORECASE), re.compile(rf"^(?:{damaged})$") if damaged else None)


QUANTITIES: tuple[Quantity, ...] = (
    _quantity(
        r"(?<!常)温度(?!计|表|传感器|变送器|开关|继电器)|温升|[油水气室壁]温|\btemperatures?\b|\btemp\.",
        r"[°º]|C|F|0C|oC|度C",
    ),
    _quantity(
        r"压力(?!表|容器|变送器|开关|计)|压差|真空度|[油气水]压|\bpressures?\b(?!\s+(?:gauge|switch|vessel))",
        r"kgf/cm|kg/cm|N/m|N/mm",
    ),
    _quantity(r"电流(?!表|互感器)|\b(?:rated|motor|load|starting|phase|leakage)\s+current\b|\bamperage\b"),
    _quantity(r"电压(?!表|互感器)|\bvoltage\b"),
    _quantity(r"功率(?!因数)|\b(?:rated|shaft|motor)\s+power\b"),
    _quantity(r"转速|\b(?:rotational|rated|shaft|motor|pump)?\s*speed\b(?!\s+level)"),
    _quantity(r"流量(?!计)|\bflow(?:\s*rate)?\b(?!\s*(?:meter|chart|switch))", r"m/h|m/s|Nm/h|m/min"),
    _quantity(r"振动|烈度|\bvibrations?\b(?!\s+(?:sensor|probe))"),
    _quantity(
        r"公差|间隙|偏差|不平行度|同轴度|跳动|\bclearances?\b|\btolerances?\b|\bdeviation\b|\brun-?out\b|\bplay\b"
    ),
    _quantity(r"[扭力转]矩|\btorques?\b"),
    _quantity(r"[液油水料]位(?!计)|扬程|\bhead\b(?=\s+(?:of|is|:))"),
    _quantity(r"长度|直径|厚度|高度|宽度|深度|行程|\b(?:length|diameter|thickness|height|width|depth|stroke)\b"),
    _quantity(r"频率|\bfrequency\b"),
    _quantity(r"重量|\bweight\b"),
    _quantity(r"[粘黏]度|\bviscosity\b"),
    _quantity(r"浓度|湿度|开度|\bconcentration\b|\bhumidity\b"),
)
DAMAGED_UNIT = re.compile(r"^\s?(?:[0oO'\"`*”’·,.]?C|[oº]C|[°º](?![CF])|um|pm|[uμ]\s)(?![A-Za-z0-9])")
COUNTED = re.compile(r"^\s*[个台只套组根件次条块片名人层级倍种项点位号档段排列道处路支把张页章节类班轮批遍步半对双]")
LINK_ZH = re.compile(
    r"^[\s:：=≥≤<>为是达到至于在超过约低高大小于等不得应宜可须控制保持范围内以下上限值额定正常最工作允许设运行报警一般通常之间从由出口入进的各]*$"
)
LINK_EN = re.compile(
    r"^\W*(?:(?:is|are|was|of|at|to|exceeds?|exceed|above|below|over|under|than|reach(?:es)?|between|from|limit(?:ed)?|"
    r"max(?:imum)?|min(?:imum)?|about|within|must|shall|should|not|be|kept|keep|stays?|remain|the|a|value|range|less|more|"
    r"greater|higher|lower|rated|normal|allowed|permitted|up|set|point|and|alarm|trip|in|approximately|drops?|falls?|rises?)"
    r"\b\W*)*$",
    re.IGNORECASE,
)
FUNCTION_WORD = re.compile(
    r"^\s*(?:and|or|to|for|when|at|in|on|during|while|the|before|after|if|is|are|must|with|within|as|by|from|then|until|"
    r"unless|because|which|that|under|per)\b",
    re.IGNORECASE,
)
CODE_BEFORE = re.compile(
    r"(?:[A-Za-z_][\-–./_]?|(?:GB|HG|SH|ISO|IEC|EN|DIN|API|ASME|NB|JB|SY|DL|AQ|TSG|IP|DN|PN)(?:/[TZ])?\s*[\-–]?\s*|\d[\-/.:])$"
)
REFERENCE_BEFORE = re.compile(
    r"(?<![A-Za-z])(?:第|[图表式]|附录|步骤|条款|No\.?|№|#|Table|Figure|Fig\.|Section|Chapter|Step|Clause|Part|Item|"
    r"pages?|p\.|Rev\.?|Version|Class|Type|Model|Group|Stage|Mode|Pump|Valve|[VvRr]\.?)\s*(?:\d+(?:\.\d+)*\s*(?:and|to|,|、|和|至|-)\s*)?$",
    re.IGNORECASE,
)
DATE = re.compile(
    r"\d{4}\s*[年.\-/]\s*\d{1,2}\s*[月.\-/]\s*\d{1,2}\s*日?|\d{4}\s*年|\d{1,2}\s*月(?:\s*\d{1,2}\s*日)?|\d{1,2}:\d{2}(?::\d{2})?"
)
