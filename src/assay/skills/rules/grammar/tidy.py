"""What is taken out of a sentence before it is read: a second unit in brackets, an abbreviation, the mark of gauge
pressure, the standard by which a limit is measured. None of it changes a requirement."""

from __future__ import annotations

import re

from assay.skills.rules.grammar.quantities import quantity_at

_BRACKETS = re.compile(r"\s?[（(](?P<inside>[^（）()]{1,40})[)）]")
_ABBREVIATION = re.compile(r"[A-Z][A-Za-z0-9]{0,8}")
_GAUGE = re.compile(
    r"(?<=Pa)\s?[（(]\s?[gG]\s?[)）]|(?<=bar)\s?[（(]\s?[gG]\s?[)）]|(?<=Pa)G\b|(?<=\bbar)g\b|(?<=psi)g\b"
)
_MANNER = re.compile(
    r"表压|[单双]振幅|峰-?峰值|有效值|均方根值?|[AC]计权|干基|湿基|标态|标准状态"
    r"|以\s?[A-Za-z0-9₀-₉\u4e00-\u9fff]{1,8}计|(?:at )?2[05]\s?(?:℃|°C)时?"
    r"|按?(?:体积|质量|重量)(?:分数|比|百分比|计)?|[VvMmWw]/[VvMmWw]|gauge|by (?:volume|mass|weight)"
)
_BY = re.compile(
    r"(?<=%)(?:,?\sby (?:volume|mass|weight)|（?(?:体积|质量)分数）?)|(?<=percent) by (?:volume|mass|weight)"
)
_CODE = (
    r"(?:the\s)?(?:IEC|ISO|EN|API|ASME|ASTM|NFPA|IEEE|GB|BS|DIN|ANSI|UL|AWS|NEMA|NACE|HG|SH|NB|JB|DL|SY)"
    r"(?:[ /-]?[A-Z]{1,4})?[ /-]?[A-Z]?\d[\w.:/-]*"
)
_VALUE = re.compile(r"\d\s?(?:[A-Za-zμµ]|[°%Ω/·²³.℃])+$")
_MEASURED_BY = re.compile(
    rf",?\s(?:(?:when|as)\s)?(?:(?:tested|measured|determined|classified|defined|rated|evaluated)\s)?"
    rf"(?:in accordance with|according to|as (?:defined|specified|given) in|to|per|in|by)\s{_CODE}$"
)


def tidied(text: str) -> str:
    """The sentence without what says its limits a second time or only how they are measured."""
    text = _BY.sub("", _GAUGE.sub("", re.sub(r"(?:零下|(?<![正])负)(?=\d)", "-", text)))
    return _BRACKETS.sub(lambda match: "" if _idle(text, match) else match.group(), text)


def _idle(text: str, match: re.Match[str]) -> bool:
    """Whether brackets hold another unit's value behind a value, an abbreviation, or a manner of measuring."""
    inside = match["inside"].strip()
    if _MANNER.fullmatch(inside):
        return True
    before = text[: match.start()]
    read = quantity_at(inside)
    if read is not None and read.end == len(inside) and all(limit.unit for limit in read.limits):
        return _VALUE.search(before) is not None
    return (
        _ABBREVIATION.fullmatch(inside) is not None
        and re.search(r"[^\W\d]$", before) is not None
        and not _VALUE.search(before)
    )


def without_method(text: str) -> str:
    """An English clause without the standard by which its limit is measured ("IP55 in accordance with IEC 60529").

    The caller makes sure that there is a limit besides.
    """
    return _MEASURED_BY.sub("", text)
