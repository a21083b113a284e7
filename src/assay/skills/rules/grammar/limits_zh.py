"""What stands behind a Chinese comparison: quantities, other fields times a number, grades, lists of words."""

from __future__ import annotations

import re
from decimal import Decimal

from assay.skills.rules.grammar.build import Stop
from assay.skills.rules.grammar.quantities import Read, quantity_at
from assay.skills.rules.grammar.words_zh import COMPARE, measured, property_start
from assay.skills.rules.rule import Limit, Name

GRADE = re.compile(
    r"(?:IP[0-9X]{2}|(?:NAS|ISO)\s?\d+\s?级?|S[at]\s?\d(?:\.\d)?级?|SIL\s?[1-4]|PL\s?[a-e]|G\d{1,3}(?:\.\d)?"
    r"|[ⅠⅡⅢⅣⅤⅥ]+[级类]|[IV]{1,3}[级类]|\d类"
    r"|[A-Z]{1,2}级|[A-Z]{1,2}[a-z]?\d{1,4}|\d+(?:\.\d+)?[A-Z]?级|[A-F]\d?级|[一二三四五六七八九十甲乙丙丁特]+级"
    r"|Q\d{3}[A-Z]*)"
)
_TIMES = re.compile(r"(?P<of>[^，；]+?)的(?P<rest>[±\d一二两三四五六七八九十百千].*)$")
_HALF = re.compile(r"的一半$")
_SHARE = re.compile(r"(?P<rest>\d+(?:\.\d+)?%)的?(?P<of>[^，；\d%]+)")
_TIMES_FIRST = re.compile(r"(?P<rest>[\d.～~]+倍|[一二两三四五六七八九十]+倍)的?(?P<of>[^，；\d]+)")
_PLUS = re.compile(r"(?P<of>[^，；\d]+?)(?P<sign>加上?|减去?|[+-])(?P<rest>\d.*)$")
_DOING = re.compile(
    r"输送|储存|贮存|存放|位于|用于|处于|安装|布置在|设置在|设有|敷设|采用|使用|装有|穿越|连接|埋设|盛装|装卸|生产|加工|处理"
)
"""Verbs that begin what a thing does, which no property belongs to."""
_DOES_LAST = re.compile(r"(?:使用|采用|安装|敷设|输送|储存|布置|设置|穿越|运行中|使用中|工作中|储存中)$")
_UNSURE = re.compile(r"[该任]|本(?!体)|上述|所在|通向|下列|以下")
_TAIL = re.compile(r"(?:的?(?:要求|规定值?|范围内?|之间|以内|之内))?$")


def limits_zh(text: str) -> tuple[Limit, ...]:
    """The one or two limits that the whole of ``text`` is. Raises Stop."""
    text = re.sub(r"^(?:交流|直流)(?=\d)", "", text.strip())
    if (read := quantity_at(text)) is not None and not text[read.end :].strip():
        return _signed(read)
    text = _HALF.sub("的1/2", text)
    if GRADE.fullmatch(text):
        return (Limit(words=text),)
    if match := _TIMES.fullmatch(text):
        return _times(match["of"], match["rest"], text)
    if (match := _SHARE.fullmatch(text)) and measured(match["of"]):
        return _times(match["of"], match["rest"], text)
    if match := _PLUS.fullmatch(text):
        return (_plus(match, text),)
    if (match := _TIMES_FIRST.fullmatch(text)) and measured(match["of"]):
        return _times(match["of"], match["rest"], text)
    text = re.sub(r"^该", "", text)
    if re.search(r"国家|有关|现行", text):
        raise Stop("refers", text)
    if _UNSURE.search(text):
        raise Stop("limit", text)
    if re.search(r"\d|[，；]", text) or COMPARE.search(text) or not text or len(text) > 40:
        raise Stop("limit", text)
    if not measured(text) and not re.fullmatch(r"其[^其的]{2,8}", text):
        raise Stop("limit", text)
    return (Limit(number=Decimal(1), of=name_zh(text)),)


def name_zh(words: str) -> Name:
    """A field from its words: 管道的设计压力, 管道设计压力, 设计压力."""
    if re.match(r"(?:设|位|布置|安装)(?:置)?[在于]", words):
        raise Stop("limit", words)  # where something stands is no name
    words = re.sub(r"^(?:其|该|本(?![质体安身机])|所在|对应|相应)(?=.)", "", words.strip())
    head, of, tail = words.rpartition("的")
    if of and (_DOING.match(head) or _DOES_LAST.search(head)) and 1 < (at := property_start(tail)) < len(tail):
        return Name(object=f"{head}的{tail[:at]}", property=tail[at:])  # 输送可燃液体的管道流速
    if of and head and tail:
        return Name(object=head, property=tail)
    at = property_start(words)
    if words[:at].endswith(("和", "与", "、", "及")):  # 长度和宽度: a list of properties
        return Name(property=words)
    return Name(property=words) if at in (0, 1, len(words)) else Name(object=words[:at], property=words[at:])


def _signed(read: Read) -> tuple[Limit, ...]:
    if not read.signed:
        return read.limits
    (limit,) = read.limits
    assert limit.number is not None
    return limit.model_copy(update={"number": -limit.number}), limit


def _times(of: str, rest: str, text: str) -> tuple[Limit, ...]:
    rest = re.sub(r"倍", "", rest) if "倍" in rest else rest
    read = quantity_at(rest)
    if read is None or rest[read.end :].strip() or re.search(r"\d", of) or _UNSURE.search(of) or not measured(of):
        raise Stop("limit", text)
    if any(limit.unit not in ("", "%", "‰") for limit in read.limits):
        raise Stop("limit", text)
    name = name_zh(of)
    factors = tuple(Limit(number=_factor(limit), of=name) for limit in read.limits)
    if not read.signed:
        return factors
    (one,) = factors
    assert one.number is not None
    return Limit(number=-one.number, of=name), one


def _factor(limit: Limit) -> Decimal:
    assert limit.number is not None
    return limit.number / {"%": 100, "‰": 1000}.get(limit.unit, 1)


def _plus(match: re.Match[str], text: str) -> Limit:
    read = quantity_at(match["rest"])
    if read is None or match["rest"][read.end :].strip() or len(read.limits) != 1:
        raise Stop("limit", text)
    number = read.limits[0].number
    assert number is not None
    number = -number if match["sign"][0] in "减-" else number
    return Limit(number=Decimal(1), of=name_zh(match["of"]), plus=number, plus_unit=read.limits[0].unit)
